"""The courier: takes the deliveries that wait in the database to Slack, each once, and never with the database held."""

import logging
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slack_sdk import WebClient
from sqlalchemy.exc import SQLAlchemyError

from bot.outlet import Limited, Outlet, Refused, Unclear, is_person
from bot.refusals import sentence
from handlers.core.replies import Message
from handlers.core.routes import Catalogue
from handlers.digests import draw
from models.core.base import ENTITIES
from models.core.errors import CRMError
from models.core.outbox import Delivery, DeliveryState
from models.core.work import Work, Works
from models.operations import deliveries

log = logging.getLogger(__name__)

BATCH = 10
SOON, LATE = 0.2, 5.0
"""Seconds between two looks at the database: while something waits, and while nothing does."""
GONE = ("message_not_found", "cant_update_message", "channel_not_found", "is_archived")


@dataclass(frozen=True)
class Drawn:
    """What to send. version: the record's when it was drawn; ts: of the card that stands there already."""

    message: Message
    version: int = 0
    ts: str = ""


class Nothing(Exception):
    """There is nothing to send any more; says why."""


class Courier:
    """Sends what waits, the oldest of each channel first, one a second and channel.

    Several may share a database, here and elsewhere. pace: seconds a channel rests after a message.
    """

    def __init__(self, works: Works, client: WebClient, catalogue: Catalogue, pace: float = 1.0) -> None:
        self.works, self.catalogue, self.pace = works, catalogue, pace
        self.outlet = Outlet(client)
        self.rests: dict[str, float] = {}
        self.bell = threading.Event()
        self.ended = threading.Event()
        self.thread: threading.Thread | None = None

    def start(self) -> None:
        self.ended.clear()
        self.thread = threading.Thread(target=self.work, name="courier", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Finish the message in hand; what was taken besides is given back."""
        self.ended.set()
        self.bell.set()
        if self.thread:
            self.thread.join()

    def wake(self) -> None:
        """Something was written: look now."""
        self.bell.set()

    def work(self) -> None:
        while not self.ended.is_set():
            self.bell.clear()
            try:
                self.drain()
                wait = self.ready_in()
            except Exception:
                log.exception("The courier stumbled; it goes on")
                wait = LATE
            self.bell.wait(wait)

    def drain(self) -> int:
        """Send everything that is ready now; returns how many deliveries that were."""
        count = 0
        while not self.ended.is_set() and (batch := self.take()):
            for delivery in batch:
                self.carry(delivery)
            count += len(batch)
        return count

    def ready_in(self) -> float:
        """Seconds until it is worth looking again."""
        if not self.outlet.team_id:
            return LATE
        with self.works(self.outlet.team_id, writes=False) as work:
            due = deliveries.next_at(work)
        return LATE if due is None else min(max(due.total_seconds(), SOON), LATE)

    def take(self) -> list[Delivery]:
        """The next deliveries, leased to us. Looks before it writes, so that looking disturbs nobody."""
        try:
            team = self.outlet.team()
        except (Unclear, Limited, Refused) as error:
            log.warning("Slack does not say who we are: %s", error)
            return []
        resting = self.resting()
        with self.works(team, writes=False) as work:
            if not deliveries.anything(work, resting):
                return []
        with self.works(team) as work:
            deliveries.spread(work)
            return deliveries.claim(work, BATCH, resting)

    def resting(self) -> list[str]:
        now = time.monotonic()
        self.rests = {channel: until for channel, until in self.rests.items() if until > now}
        return list(self.rests)

    def carry(self, delivery: Delivery) -> None:
        """Send one delivery and write down what became of it."""
        if self.ended.is_set():
            self.note(deliveries.put_back, delivery, timedelta())
            return
        self.rests[delivery.channel] = time.monotonic() + self.pace
        try:
            self.send(delivery)
        except Nothing as nothing:
            self.note(deliveries.drop, delivery, str(nothing))
        except Limited as limit:
            self.note(deliveries.put_back, delivery, limit.pause)
        except Unclear as unclear:
            log.warning("Delivery %s: no clear answer from Slack (%s); it will be looked for", delivery.id, unclear)
            self.note(deliveries.doubt, delivery, str(unclear))
        except Refused as refused:
            self.refuse(delivery, str(refused))
        except Exception:
            log.exception("Delivery %s was interrupted; it will be looked for when its lease ends", delivery.id)

    def send(self, delivery: Delivery) -> None:
        """Post it or draw a card anew; what may have been posted before is looked for first."""
        channel = self.outlet.place(delivery.channel)
        if delivery.kind == "redraw":
            self.note(deliveries.supersede, delivery)
            self.redraw(delivery, self.drawn(delivery, channel), channel, delivery.ts or "")
            return
        key = deliveries.fingerprint(delivery)
        ts = ""
        if delivery.state == DeliveryState.UNKNOWN:
            ts = self.outlet.find(channel, delivery.thread, key, delivery.created_at)
        if ts:
            self.note(deliveries.sent, delivery, channel, ts, version=-1)
            return
        drawn = self.drawn(delivery, channel)
        if drawn.ts:
            self.redraw(delivery, drawn, channel, drawn.ts)
            return
        ts = self.outlet.post(channel, delivery.thread, drawn.message, key)
        self.note(deliveries.sent, delivery, channel, ts, drawn.version)

    def redraw(self, delivery: Delivery, drawn: Drawn, channel: str, ts: str) -> None:
        """Draw a card anew; one that is gone is forgotten, and asked for again where someone wanted to see it."""
        try:
            self.outlet.redraw(channel, ts, drawn.message)
        except Refused as refused:
            if str(refused) not in GONE:
                raise
            self.note(deliveries.forget, channel, ts)
            if delivery.kind == "card":
                self.note(deliveries.put_back, delivery, timedelta(seconds=1))
                return
            raise Nothing("its card is gone") from None
        self.note(deliveries.sent, delivery, channel, ts, drawn.version)

    def drawn(self, delivery: Delivery, channel: str) -> Drawn:
        """What it says now, read in a short unit of work of whoever reads it."""
        person = delivery.channel if is_person(delivery.channel) else ""
        reader = person if person and self.works.knows(delivery.workspace, person) else ""
        with self.works(delivery.workspace, reader, writes=False) as work:
            message = self.draw(work, delivery)
            if delivery.kind != "card" or not delivery.entity:
                return Drawn(message)
            posts = deliveries.posts_of(work, delivery, channel)
            version = work.get(ENTITIES[delivery.entity], delivery.record_id or 0).version
            return Drawn(message, version, posts[-1].ts if posts else "")

    def draw(self, work: Work, delivery: Delivery) -> Message:
        try:
            message = draw(work, self.catalogue, delivery)
        except CRMError as error:
            raise Nothing(str(error)) from None
        except SQLAlchemyError:
            raise
        except Exception:
            reference = uuid.uuid4().hex[:8]
            log.exception("Delivery %s cannot be drawn. Reference %s", delivery.id, reference)
            raise Refused(f"I cannot draw it, reference {reference}") from None
        if message is None:
            raise Nothing("nothing to say any more")
        return message

    def refuse(self, delivery: Delivery, error: str) -> None:
        """Keep what Slack said in words that tell what to do, and have them told."""
        with self.works(delivery.workspace) as work:
            deliveries.refuse(work, delivery, sentence(error, delivery.channel, work.workspace))

    def note(self, write: Any, *about: Any, **more: Any) -> None:
        """Write something down in a unit of work of its own."""
        with self.works(self.outlet.team()) as work:
            write(work, *about, **more)
