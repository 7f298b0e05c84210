"""What one thread does with one delivery: draw it as it is now, take it to Slack, and say what became of it."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from slack_sdk import WebClient
from sqlalchemy.exc import SQLAlchemyError

from bot.clients import Clients
from bot.outlet import Limited, Outlet, Refused, Unclear, is_person
from bot.refusals import CLOSED, GONE, REVOKED, UNTRUSTED, sentence
from handlers.core.replies import Message
from handlers.core.routes import Catalogue
from handlers.core.watch import Watch, referred
from handlers.digests import draw
from models.core.base import ENTITIES
from models.core.errors import Busy, CRMError, NotFound
from models.core.outbox import Delivery, DeliveryState
from models.core.work import Work, Works
from models.operations import deliveries, standing
from models.operations.standing import Arrival, Subject, is_card, subject

log = logging.getLogger(__name__)

SHUT = 60.0
"""Seconds after which a token that Slack did not take is tried again."""
FRESH = 1.0
"""Seconds for which what was drawn ahead may be sent; a card that changes meanwhile is drawn anew afterwards."""
EARLY = ("card", "redraw", "event", "message")
"""The kinds that may be drawn ahead: cards, and what says the same whenever it is drawn."""


@dataclass(frozen=True)
class Drawn:
    """What to send. version: the record's when it was drawn; places: where its card stands already, channel → ts.

    at: when it was drawn, on the monotonic clock.
    """

    message: Message
    version: int = 0
    places: Mapping[str, str] = field(default_factory=dict)
    at: float = field(default_factory=time.monotonic)

    def is_fresh(self) -> bool:
        return time.monotonic() < self.at + FRESH


@dataclass(frozen=True)
class Errand:
    """A delivery that is ours. until: on the monotonic clock, the last moment at which to begin a call to Slack.

    drawn: what it said when it was taken, if it was drawn then.
    """

    delivery: Delivery
    until: float
    drawn: Drawn | None = None


@dataclass(frozen=True)
class Note:
    """What became of a delivery, to be written down: that it arrived, or whatever `write` writes.

    outcome: sent, refused, unknown, limited, dropped; empty where nothing came of it.
    """

    delivery: Delivery
    write: Callable[[Work, Delivery], None] | None = None
    outcome: str = ""
    arrival: Arrival | None = None


class Nothing(Exception):
    """There is nothing to send any more; says why."""


class Later(Exception):
    """It was not begun: no client, no database, or too little left of the lease."""


class Carrier:
    """Takes deliveries to Slack, in as many threads as call it; the database is never held meanwhile."""

    def __init__(self, works: Works, clients: Clients, catalogue: Catalogue, watch: Watch) -> None:
        self.works, self.clients, self.catalogue, self.watch = works, clients, catalogue, watch
        self.outlets: dict[str, Outlet] = {}
        self.shut: dict[str, float] = {}

    def serves(self, workspace: str) -> bool:
        """Whether Slack takes the token of this workspace, as far as we know."""
        return self.shut.get(workspace, 0.0) <= time.monotonic()

    def carry(self, errand: Errand) -> Note:
        """Send one delivery; nothing that goes wrong gets further than the note."""
        delivery = errand.delivery
        with referred() as reference:
            try:
                note = self.send(errand)
            except Exception as error:
                note = self.failed(delivery, error, reference)
        if note.outcome:
            waited = self.works.clock() - delivery.not_before
            self.watch.delivered(delivery.kind, note.outcome, waited.total_seconds())
        return note

    def failed(self, delivery: Delivery, error: Exception, reference: str) -> Note:
        """What it means for a delivery that something went wrong."""
        match error:
            case Nothing():
                return Note(delivery, partial(deliveries.drop, why=str(error)), "dropped")
            case Limited():
                return Note(delivery, partial(deliveries.put_back, pause=error.pause), "limited")
            case Unclear():
                log.warning("Delivery %s: no clear answer from Slack (%s); it is looked for", delivery.id, error)
                return Note(delivery, partial(deliveries.doubt, error=str(error)), "unknown")
            case Refused():
                return self.refused(delivery, str(error))
            case Later() | Busy() | SQLAlchemyError():
                return Note(delivery, deliveries.put_back)
            case CRMError():
                return Note(delivery, partial(deliveries.drop, why=str(error)), "dropped")
        log.error("Delivery %s was interrupted; it is looked for. Reference %s", delivery.id, reference, exc_info=error)
        return Note(delivery, partial(deliveries.doubt, error=f"interrupted, reference {reference}"), "unknown")

    def refused(self, delivery: Delivery, error: str) -> Note:
        """Slack says no: to the token, which is not the message's fault; to a card that is gone; or to the message."""
        if error in UNTRUSTED:
            self.mistrusted(delivery.workspace, error)
            return Note(delivery, deliveries.put_back)
        stood = delivery.ts if deliveries.is_redraw(delivery) else delivery.thread if delivery.kind == "event" else None
        if stood and error in (*GONE, *CLOSED):
            return Note(delivery, partial(deliveries.gone, channel=delivery.channel, ts=stood), "dropped")
        return Note(delivery, partial(self.refuse, error=error), "refused")

    def mistrusted(self, workspace: str, error: str) -> None:
        """Slack does not take the token: everything of the workspace waits, and the log says what to do."""
        if error in REVOKED:
            self.clients.ended(workspace)
        elif self.serves(workspace):
            self.shut[workspace] = time.monotonic() + SHUT
            log.error(
                "Slack does not take the token of the workspace %s (%s). What is to be sent there waits and is tried "
                "every minute. Copy the token again from OAuth & Permissions, or install the app again.",
                workspace,
                error,
            )

    def refuse(self, work: Work, delivery: Delivery, error: str) -> None:
        """Keep what Slack said in words that tell what to do, and have them told."""
        advice = f"Then send it again: {self.catalogue.root} deliveries"
        deliveries.refuse(work, delivery, sentence(error, delivery.channel, work.workspace), advice)

    def send(self, errand: Errand) -> Note:
        """Post it or draw a card anew; what may have been posted before is looked for first."""
        delivery, outlet = errand.delivery, self.outlet(errand.delivery.workspace)
        self.hurry(errand)
        channel = outlet.place(delivery.channel)
        doubtful = delivery.state == DeliveryState.UNKNOWN
        if deliveries.is_redraw(delivery):
            return self.redraw(outlet, delivery, self.drawn(errand), channel, delivery.ts or "")
        if is_person(channel) and (doubtful or delivery.kind == "card"):
            channel = outlet.direct(channel)
        key = deliveries.fingerprint(delivery)
        if doubtful and (ts := self.found(outlet, delivery, channel, key)):
            return sent(delivery, channel, ts, version=-1)
        drawn = self.drawn(errand)
        if ts := drawn.places.get(channel, ""):
            return self.redraw(outlet, delivery, drawn, channel, ts)
        self.hurry(errand)
        ts = outlet.post(channel, delivery.thread, drawn.message, key)
        return sent(delivery, channel, ts, drawn.version)

    def hurry(self, errand: Errand) -> None:
        """Begin nothing that may outlast the lease: whoever has it then would send it too."""
        if time.monotonic() > errand.until:
            raise Later

    def found(self, outlet: Outlet, delivery: Delivery, channel: str, key: str) -> str:
        """The ts of a post whose outcome is unknown, if it arrived."""
        now = self.works.clock()
        return outlet.find(channel, delivery.thread, key, delivery.created_at, delivery.not_before, now)

    def redraw(self, outlet: Outlet, delivery: Delivery, drawn: Drawn, channel: str, ts: str) -> Note:
        """Draw a card anew; one that is gone is forgotten, and asked for again where someone wanted to see it."""
        try:
            outlet.redraw(channel, ts, drawn.message)
        except Refused as refused:
            if delivery.kind != "card" or str(refused) not in GONE:
                raise
            return Note(delivery, partial(deliveries.gone, channel=channel, ts=ts), "dropped")
        return sent(delivery, channel, ts, drawn.version)

    def outlet(self, workspace: str) -> Outlet:
        """Slack as this workspace's token sees it; a new token sees it anew."""
        try:
            client: WebClient = self.clients.of(workspace)
        except NotFound as missing:
            raise Later from missing
        known = self.outlets.get(workspace)
        if known is None or known.client is not client:
            known = self.outlets[workspace] = Outlet(client)
        return known

    def ahead(self, workspace: str, taken: Sequence[Delivery]) -> dict[int, Drawn]:
        """Draw what can be drawn ahead, in one unit of work with a question a table; returns it by delivery.

        What goes wrong here goes wrong again when it is drawn by itself, and is told then.
        """
        wanted = [each for each in taken if each.kind in EARLY and not is_person(each.channel)]
        drawn: dict[int, Drawn] = {}
        if not wanted:
            return drawn
        with suppress(Exception), self.works(workspace, writes=False) as work:
            standing.prepare(work, wanted)
            places = standing.places(work, wanted)
            for delivery in wanted:
                drawn[delivery.id] = self.draw(work, delivery, places)
        return drawn

    def drawn(self, errand: Errand) -> Drawn:
        """What it says now: as it was drawn ahead, or read in a short unit of work of whoever reads it."""
        if errand.drawn and errand.drawn.is_fresh():
            return errand.drawn
        delivery = errand.delivery
        person = delivery.channel if is_person(delivery.channel) else ""
        reader = person if person and self.works.knows(delivery.workspace, person) else ""
        with self.works(delivery.workspace, reader, writes=False) as work:
            try:
                return self.draw(work, delivery, standing.places(work, [delivery]))
            except (Nothing, CRMError, SQLAlchemyError):
                raise
            except Exception as error:
                with referred() as reference:
                    log.exception("Delivery %s cannot be drawn. Reference %s", delivery.id, reference)
                raise Refused(f"I cannot draw it, reference {reference}") from error

    def draw(self, work: Work, delivery: Delivery, places: Mapping[Subject, Mapping[str, str]]) -> Drawn:
        """places: where the cards of records stand already."""
        message = draw(work, self.catalogue, delivery)
        if message is None:
            raise Nothing("nothing to say any more")
        if not is_card(delivery):
            return Drawn(message)
        slug, id = subject(delivery)
        return Drawn(message, work.get(ENTITIES[slug], id).version, places.get((slug, id), {}))


def sent(delivery: Delivery, channel: str, ts: str, version: int) -> Note:
    """It stands in Slack. version: that of the record when its card was drawn."""
    return Note(delivery, outcome="sent", arrival=Arrival(delivery, channel, ts, version))
