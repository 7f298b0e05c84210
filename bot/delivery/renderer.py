"""The renderer: it renders deliveries for their readers, one person or all members of a channel."""

import hashlib
import json
import logging
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

from sqlalchemy.exc import SQLAlchemyError

from bot.slack.channel_members import ChannelMembers, Room
from bot.slack.gateway import Refused, is_direct, is_person
from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.telemetry import referred
from handlers.notifications import rerender as anew
from handlers.notifications.digest import draw
from models.core.entity.base import ENTITIES
from models.core.errors import CRMError
from models.core.identity.user import User
from models.core.notifications.retract import OF
from models.core.outbox import arrivals, reposting
from models.core.outbox import audience as audiences
from models.core.outbox.arrivals import Place, Subject, is_card, subject
from models.core.outbox.audience import STRANGER
from models.core.outbox.delivery import Delivery
from models.core.outbox.reposting import Shown
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory

log = logging.getLogger(__name__)

FRESH = 1.0
"""Seconds for which what was rendered ahead may be sent.

A card that changes meanwhile is rendered again afterwards.
"""
MOVES = 3
"""How often the renderer asks who is in a channel that changes while it asks."""
EARLY = ("card", "redraw", "event", "message")
"""The kinds that may be rendered ahead: cards, and what says the same at any time."""


@dataclass(frozen=True)
class Rendered:
    """What to send.

    Attributes:
        message: The message.
        version: The record's version when it was rendered.
        shown: What the readers may see; None for one person.
        places: Where the record's card is shown already, channel → ts.
        room: For whom it was rendered; None for one person.
        at: When it was rendered, on the monotonic clock.
        named: The records of a list, with their versions.
        stands: Whether exactly this is shown there already.
    """

    message: Message
    version: int = 0
    shown: Shown | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    room: Room | None = None
    at: float = field(default_factory=time.monotonic)
    named: Mapping[Subject, int] = field(default_factory=dict)
    stands: bool = False

    def is_fresh(self) -> bool:
        return time.monotonic() < self.at + FRESH

    @cached_property
    def look(self) -> str:
        """Return a digest of everything that it shows."""
        said = json.dumps([self.message.text, self.message.blocks], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def beside(self, looks: Mapping[Place, str], delivery: Delivery) -> "Rendered":
        """Return the same, with whether it is shown there already.

        Args:
            looks: The digests of what is shown, by place.
            delivery: The delivery.
        """
        return replace(self, stands=looks.get((delivery.channel, delivery.ts or "")) == self.look)


class Nothing(Exception):
    """There is nothing to send any more; the text of the error says why."""


class Later(Exception):
    """The delivery was not begun: no client, no database, or too little left of the lease."""


class Renderer:
    """Renders in units of work that only read.

    It never holds the database while it asks Slack.
    """

    def __init__(self, works: UnitOfWorkFactory, catalogue: Catalogue) -> None:
        self.works, self.catalogue = works, catalogue

    def ahead(self, audience: ChannelMembers, taken: Sequence[Delivery]) -> dict[int, Rendered]:
        """Render what can be rendered ahead, and return it by delivery.

        This takes one unit of work, with one query for each table. What fails here fails again when
        it is rendered by itself, and is reported then. Slack is asked nothing: a delivery to a
        channel with unknown readers has to wait for its own turn.
        """
        wanted = [each for each in taken if is_early(each) and not is_alone(each.channel)]
        drawn: dict[int, Rendered] = {}
        if not wanted:
            return drawn
        with suppress(Exception), self.works(audience.workspace, writes=False) as work:
            arrivals.prepare(work, wanted)
            places, looks = arrivals.places(work, wanted), arrivals.looks(work, wanted)
            rooms = known_rooms(audience, work, {delivery.channel for delivery in wanted})
            viewers = readers(work, rooms)
            for delivery in wanted:
                if delivery.channel in rooms:
                    with policy.among(work.session, viewers[delivery.channel]):
                        message = self.draw(work, delivery, places, rooms[delivery.channel])
                        drawn[delivery.id] = message.beside(looks, delivery)
        return drawn

    def drawn(
        self,
        audience: ChannelMembers,
        delivery: Delivery,
        channel: str,
        ahead: Rendered | None = None,
    ) -> Rendered:
        """Return what a delivery says now, read in a short unit of work of its readers.

        Args:
            audience: Finds the readers of the workspace's channels.
            delivery: The delivery.
            channel: The id of the channel, or of a person.
            ahead: What was rendered ahead, which is used while it is fresh.
        """
        if ahead and ahead.is_fresh() and audience.rooms.get(channel) is ahead.room:
            return ahead
        if is_alone(channel):
            person = (
                delivery.channel if is_person(delivery.channel) else audience.outlet.reader(channel)
            )
            return self.for_one(delivery, person)
        turn = audience.heard.get(channel)
        if turn is not None and audience.room(channel, turn) is None:
            audience.ask(channel, turn)
        for _ in range(MOVES):
            found = self.among(audience, delivery, channel)
            if isinstance(found, Rendered):
                return found
            audience.ask(channel, found)
        raise Later  # people come and go all the time

    def for_one(self, delivery: Delivery, person: str) -> Rendered:
        """Return what a delivery says to one person alone.

        An unknown person sees nothing of records.
        """
        known = not self.works.unknown(delivery.workspace, {person})
        with (
            self.works(delivery.workspace, person if known else "", writes=False) as work,
            policy.among(work.session, tuple(filter(None, work.viewers)) or (STRANGER,)),
        ):
            if work.actor and (work.actor.guest or work.actor.left):
                raise Nothing("who would read it may do nothing here any more")
            return self.legible(work, delivery)

    def among(self, audience: ChannelMembers, delivery: Delivery, channel: str) -> Rendered | int:
        """Return what a delivery says to all readers of a channel.

        Where the readers are unknown, return how often they have changed. What somebody had posted
        there shows no more than they may see themselves.
        """
        asker = self.asker(delivery)
        with self.works(delivery.workspace, asker, writes=False) as work:
            turn = audiences.turns(work, [channel])[channel]
            room = audience.room(channel, turn)
            if room is None:
                return turn
            viewers = (
                *(each for each in work.viewers if each),
                *readers(work, {channel: room})[channel],
            )
            with policy.among(work.session, tuple(dict.fromkeys(viewers))):
                return self.legible(work, delivery, room)

    def legible(self, work: UnitOfWork, delivery: Delivery, room: Room | None = None) -> Rendered:
        """Render a delivery for the readers of the unit of work.

        What cannot be rendered is refused with a reference.
        """
        try:
            drawn = self.draw(work, delivery, arrivals.places(work, [delivery]), room)
            return drawn.beside(arrivals.looks(work, [delivery]), delivery)
        except (Nothing, Refused, CRMError, SQLAlchemyError):
            raise
        except Exception as error:
            with referred() as reference:
                log.exception("Delivery %s cannot be drawn. Reference %s", delivery.id, reference)
            raise Refused(f"I cannot draw it, reference {reference}") from error

    def draw(
        self,
        work: UnitOfWork,
        delivery: Delivery,
        places: Mapping[Subject, Mapping[str, str]],
        room: Room | None,
    ) -> Rendered:
        """Render a delivery.

        Args:
            work: The unit of work of the readers.
            delivery: The delivery.
            places: Where the cards of records are shown already.
            room: The readers, where it goes to a channel.

        Raises:
            Refused: People of another company would read a text, and it is unknown what that says
                of records.
        """
        if room and room.shared and delivery.kind == "message":
            raise Refused("shared_with_outsiders")
        if reposting.is_retelling(delivery):
            return self.anew(work, delivery, room)
        kept = room is not None and reposting.is_told(delivery, delivery.channel)
        with reposting.noticing(work) if kept else nullcontext(()) as asked:
            message = draw(work, self.catalogue, delivery)
        if message is None:
            raise Nothing("nothing to say any more")
        if not is_card(delivery):
            shown = anew.shown(work, delivery, asked) if kept else None
            named = {(record.slug(), record.id): record.version for record in message.named}
            shown = self.asked(shown, delivery)
            return Rendered(message, shown=counted(shown, message), room=room, named=named)
        slug, id = subject(delivery)
        version = work.get(ENTITIES[slug], id).version
        return Rendered(message, version, places=places.get((slug, id), {}), room=room)

    def anew(self, work: UnitOfWork, redraw: Delivery, room: Room | None) -> Rendered:
        """Render again what was posted before.

        That is a list that follows its records, or what may not stay as it is.
        """
        if OF in redraw.about:
            first = work.session.get(Delivery, redraw.about[OF])
            message = draw(work, self.catalogue, first) if first else None
            if message is None:
                raise Nothing("nothing to say any more")
            return Rendered(message, room=room)
        told, named = reposting.find(work, redraw), reposting.named(work, redraw)
        shown = anew.shown(work, told) if told else None
        if told and shown and not named and reposting.may_remain(told.shown, shown):
            raise Nothing("it shows nothing that somebody may not see")
        kept = told or next(iter(named), None)
        message = (
            anew.anew(work, self.catalogue, kept, [each.record_id for each in named])
            if kept
            else None
        )
        if message is None:
            raise Nothing("it stands as it is")
        shown = reposting.redrawn(told.shown, shown) if told and shown else shown
        return Rendered(message, shown=counted(shown, message), room=room)

    def asked(self, shown: Shown | None, delivery: Delivery) -> Shown | None:
        """Return what is remembered of a message, with the line that it answers.

        A line in which somebody typed words is kept nowhere.
        """
        line = str(delivery.about.get(reposting.LINE, ""))
        if shown is None or delivery.kind != "line" or not anew.own_words(self.catalogue, line):
            return shown
        person = delivery.about.get(reposting.PERSON, "")
        return {**shown, reposting.LINE: line, reposting.PERSON: person}

    def asker(self, delivery: Delivery) -> str:
        """Return the Slack id of the person who had something posted, "" where nobody had."""
        if not reposting.is_retelling(delivery):
            return str(delivery.about.get(reposting.PERSON, ""))
        with self.works(delivery.workspace, writes=False) as work:
            told = reposting.find(work, delivery)
            return str((told.shown or {}).get(reposting.PERSON, "")) if told else ""


def counted(shown: Shown | None, message: Message) -> Shown | None:
    """Return what is remembered of a message, with the figures in it."""
    if not message.figures:
        return shown
    return {**(shown or {}), reposting.FIGURES: list(message.figures)}


def is_early(delivery: Delivery) -> bool:
    """Return whether a delivery may be rendered ahead.

    Of what was posted before, little needs to be rendered at all.
    """
    return delivery.kind in EARLY and not reposting.is_retelling(delivery)


def is_alone(channel: str) -> bool:
    """Return whether one person reads the channel."""
    return is_person(channel) or is_direct(channel)


def known_rooms(
    audience: ChannelMembers, work: UnitOfWork, channels: Collection[str]
) -> dict[str, Room]:
    """Return those of the channels whose readers are known."""
    ids = {channel: id for channel in channels if (id := audience.outlet.known(channel))}
    audience.heard |= (turns := audiences.turns(work, ids.values()))
    return {channel: room for channel, id in ids.items() if (room := audience.room(id, turns[id]))}


def readers(work: UnitOfWork, rooms: Mapping[str, Room]) -> dict[str, tuple[User, ...]]:
    """Return the viewers that represent all readers of each room.

    Rooms with the same people are asked for once.
    """
    names = {
        people: str(number)
        for number, people in enumerate({room.people for room in rooms.values()})
    }
    found = audiences.viewers(work, {name: people for people, name in names.items()})
    strangers = {each: (STRANGER,) if room.strangers else () for each, room in rooms.items()}
    return {each: (*found[names[room.people]], *strangers[each]) for each, room in rooms.items()}
