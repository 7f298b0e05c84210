"""The dispatcher: it sends the deliveries that wait in the database to Slack, each once.

It never holds the database while it talks to Slack.
"""

import logging
import threading
import time
from collections import defaultdict
from queue import Empty, SimpleQueue

from sqlalchemy.exc import SQLAlchemyError

from bot.delivery.results import DeliveryResult
from bot.delivery.webhooks import WebhookSender
from bot.delivery.worker import DeliveryTask, DeliveryWorker
from bot.outside import Allowed
from bot.scheduler.scheduler import ClockJumpDetector
from bot.slack.clients import Clients
from handlers.core.router import Catalogue
from handlers.core.telemetry import Watch
from models.automation.actions import WEBHOOK
from models.core import denormalize
from models.core.audit import chain
from models.core.errors import Busy
from models.core.outbox import arrivals, queue, results
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import Clock, UnitOfWorkFactory

log = logging.getLogger(__name__)

THREADS = 8
"""80 posts a second where Slack answers in 100 ms.

That is more than Slack allows one workspace, at 4 ms of the bot's time for each post.
"""
AHEAD = 3
"""Deliveries taken for each thread.

One is on its way; the others save the thread from waiting for the next round.
"""
BREATH, SOON, LATE = 0.05, 0.1, 1.0
"""Seconds between two rounds.

They are: at least; while something is due; while nothing is due or the database is away.
"""
STUMBLED = 5.0
"""Seconds to wait after an unexpected error."""
PATIENCE = 5.0
"""Seconds for the calls in hand at the end.

Where a call takes longer, the next dispatcher looks for its post.
"""
SEALED = 1.0
"""Seconds between two checks for audit entries to seal."""
SET = 60.0
"""Seconds after which this machine's clock is compared with the database's again."""


class DeliveryDispatcher:
    """Sends the deliveries that wait, one post a second for each channel.

    The oldest of each channel is first, and the channels take turns. One thread talks to the
    database: a round writes down the results of the last deliveries and takes the next ones in one
    unit of work, and renders those. The others talk to Slack. Several dispatchers may share a
    database, here and elsewhere.

    Args:
        works: Begins units of work.
        clients: The clients of the workspaces.
        catalogue: What the renderer needs to render a delivery.
        pace: Seconds that a channel rests after a post.
        threads: How many workers talk to Slack.
        watch: Counts deliveries.
        clock: This machine's clock, even where the works use another time.
        allowed: The places inside the own network that webhooks may reach.
    """

    def __init__(
        self,
        works: UnitOfWorkFactory,
        clients: Clients,
        catalogue: Catalogue,
        *,
        pace: float = 1.0,
        threads: int = THREADS,
        watch: Watch | None = None,
        clock: Clock | None = None,
        allowed: Allowed | None = None,
    ) -> None:
        self.works, self.clients, self.pace, self.count = works, clients, pace, threads
        senders = {WEBHOOK: WebhookSender(works, allowed).send}
        self.carrier = DeliveryWorker(works, clients, catalogue, watch or Watch(), senders)
        self.clock = clock or Clock()
        self.compare_at, self.agrees = 0.0, True
        self.wall = ClockJumpDetector(self.clock, most=queue.DRIFT)
        self.rest_until, self.caught_up = 0.0, False
        self.seal_at = 0.0
        self.errands: SimpleQueue[DeliveryTask | None] = SimpleQueue()
        self.done: SimpleQueue[DeliveryResult] = SimpleQueue()
        self.notes: defaultdict[str, list[DeliveryResult]] = defaultdict(list)
        self.hand: set[int] = set()
        """The ids of the deliveries in hand here.

        Nothing else shows this when a clock jumps past their lease.
        """
        self.turn: dict[str, str] = {}
        """Workspace → the channel that had the last turn."""
        self.bell, self.ended = threading.Event(), threading.Event()
        self.thread: threading.Thread | None = None
        self.threads: list[threading.Thread] = []
        self.came: float | None = None
        self.failures = 0
        """Rounds in a row that the database refused."""
        self.waiting = False
        """Whether something is due, though perhaps its channel rests."""
        self.rounds = 0

    # ── its threads ───────────────────────────────────────────────────────────────────────────────

    def start(self) -> None:
        self.ended.clear()
        self.came = time.monotonic()
        self.thread = threading.Thread(target=self.work, name="courier", daemon=True)
        carriers = [f"carrier {number}" for number in range(1, self.count + 1)]
        self.threads = [
            threading.Thread(target=self.serve, name=name, daemon=True) for name in carriers
        ]
        for thread in (self.thread, *self.threads):
            thread.start()

    def stop(self) -> None:
        """Finish the posts in hand, and give back the deliveries that were taken and not begun."""
        self.ended.set()
        self.bell.set()
        if self.thread:
            self.thread.join()
        self.give_back()
        deadline = time.monotonic() + PATIENCE
        for _ in self.threads:
            self.errands.put(None)
        for thread in self.threads:
            thread.join(max(deadline - time.monotonic(), 0))
        try:
            self.round()
        except (Busy, SQLAlchemyError):
            log.warning(
                "The database is away: what was sent last is looked for in Slack after the next start"
            )

    def wake(self) -> None:
        """Start a round now, because something was written."""
        self.bell.set()

    def alive(self) -> float:
        """Return the seconds since the database thread last finished a round; 0 before it began."""
        return time.monotonic() - self.came if self.came is not None else 0.0

    def work(self) -> None:
        while not self.ended.is_set():
            self.bell.clear()
            wait = self.come_round()
            self.came = time.monotonic()
            self.ended.wait(wait if wait == STUMBLED or self.failures > 1 else BREATH)
            self.bell.wait(wait)

    def come_round(self) -> float:
        """Run one round, handle any error, and return the seconds that the next one may wait."""
        try:
            busy = self.round() or self.waiting or self.hand
            busy = self.seal() or busy
        except (Busy, SQLAlchemyError) as error:
            self.failures += 1
            if self.failures == 2:  # once may be a lock that somebody held a little long
                why = error.__cause__ or error
                log.error(
                    "The database is away, and is asked every second until it is back: %s", why
                )
            return LATE
        except Exception:
            log.exception("The courier stumbled; it goes on")
            return STUMBLED
        if self.failures > 1:
            log.info("The database is back")
        self.failures = 0
        return SOON if busy else LATE

    def serve(self) -> None:
        """Run one of the threads that talk to Slack."""
        while (errand := self.errands.get()) is not None:
            self.done.put(self.carrier.carry(errand))
            self.bell.set()

    def drain(self) -> int:
        """Send everything that is ready now, without the threads, and return how many that were."""
        count = 0
        while not self.ended.is_set():
            taken = self.round()
            if not taken and not any(self.notes.values()):
                break
            while errand := self.next():
                self.done.put(self.carrier.carry(errand))
            count += taken
        return count

    # ── a round ───────────────────────────────────────────────────────────────────────────────────

    def round(self) -> int:
        """Write down the results and take the next deliveries; return how many were taken."""
        while not self.done.empty():
            note = self.done.get()
            self.notes[note.delivery.workspace].append(note)
        noted = [workspace for workspace, notes in self.notes.items() if notes]
        due = self.due()
        self.waiting = bool(due)
        return sum(
            self.visit(workspace, workspace in due) for workspace in dict.fromkeys([*noted, *due])
        )

    def due(self) -> list[str]:
        """Return the workspaces to take deliveries from; each time another one is the first."""
        if self.ended.is_set() or not self.room() or not self.right_time():
            return []
        open_to_us = set(self.clients.workspaces())
        due = [
            each
            for each in queue.workspaces_due(self.works)
            if each in open_to_us and self.carrier.serves(each)
        ]
        self.rounds += 1
        first = self.rounds % len(due) if due else 0
        return [*due[first:], *due[:first]]

    def room(self) -> int:
        """Return how many more to take, so that no thread runs out before the next round."""
        finished = self.done.qsize() + sum(len(notes) for notes in self.notes.values())
        return self.count * AHEAD - (len(self.hand) - finished)

    def visit(self, workspace: str, may_take: bool) -> int:
        """Run a round in one workspace.

        It takes one unit of work, and none where there is nothing to do.
        """
        notes = self.notes[workspace]
        if not notes and not self.anything(workspace):
            return 0
        until = time.monotonic() + (queue.LEASE - queue.MARGIN).total_seconds()
        try:
            kept, taken = self.unit(workspace, notes, self.room() if may_take else 0)
        except Busy:
            raise
        except Exception:
            if not notes:
                raise
            kept, taken = self.one_by_one(workspace, notes), []
        self.notes[workspace] = kept
        self.hand -= {note.delivery.id for note in notes} - {note.delivery.id for note in kept}
        self.hand |= {delivery.id for delivery in taken}
        drawn = self.carrier.ahead(workspace, taken)
        for delivery in taken:
            self.errands.put(DeliveryTask(delivery, until, drawn.get(delivery.id)))
        return len(taken)

    def unit(
        self, workspace: str, notes: list[DeliveryResult], room: int
    ) -> tuple[list[DeliveryResult], list[Delivery]]:
        """Write the results down and take up to `room` deliveries.

        Return the results that have to wait, and the deliveries taken.
        """
        with self.works(workspace) as work:
            waiting = arrivals.arrived(work, [note.arrival for note in notes if note.arrival])
            for note in notes:
                if note.write:
                    note.write(work, note.delivery)
            kept = [note for note in notes if note.delivery.id in waiting]
            if room <= 0:
                return kept, []
            denormalize.settle(work)
            taken = queue.claim(work, room, self.pace, self.turn.get(workspace, ""), self.hand)
        posts = [delivery.channel for delivery in taken if not results.is_redraw(delivery)]
        self.turn[workspace] = posts[-1] if posts else ""
        return kept, taken

    def one_by_one(self, workspace: str, notes: list[DeliveryResult]) -> list[DeliveryResult]:
        """Write each result down alone, since one that cannot be written must not delay the others.

        Its delivery is looked for later.
        """
        kept = []
        for note in notes:
            try:
                kept += self.unit(workspace, [note], 0)[0]
            except Exception:
                log.exception("What became of delivery %s cannot be written down", note.delivery.id)
        return kept

    def anything(self, workspace: str) -> bool:
        """Return whether there is something to take; this only reads, which disturbs nobody."""
        with self.works(workspace, writes=False) as work:
            return queue.anything(work, self.pace)

    def seal(self) -> bool:
        """Seal the latest audit entries in a unit of work of its own.

        Return whether there are more.
        """
        if time.monotonic() < self.seal_at:
            return False
        full = chain.seal_all(self.works) >= chain.BATCH
        self.seal_at = time.monotonic() + (0 if full else SEALED)
        return full

    def right_time(self) -> bool:
        """Return whether this machine's clock and the database's agree.

        Leases are times: with a wrong clock the dispatcher would take what another replica has in
        hand, and send it twice. So when this machine's clock jumps, the dispatcher takes nothing
        until every replica has let go of what it had; from then on, what was written with the wrong
        clock delays nothing.
        """
        if self.wall.jump():
            self.rest_until, self.compare_at = time.monotonic() + queue.LEASE.total_seconds(), 0.0
            self.caught_up = False
        if time.monotonic() >= self.compare_at:
            ahead, before = queue.drift(self.works, self.clock), self.agrees
            self.agrees = abs(ahead) < queue.DRIFT
            self.compare_at = time.monotonic() + (SET if self.agrees else STUMBLED)
            if before and not self.agrees:
                log.error(
                    "This machine's clock is %d s ahead of the database's. Nothing is sent from here until they agree. "
                    "Set it by NTP: timedatectl set-ntp true",
                    ahead.total_seconds(),
                )
        if not self.agrees or time.monotonic() < self.rest_until:
            return False
        if not self.caught_up:
            for workspace in self.works.workspaces():
                with self.works(workspace) as work:
                    queue.catch_up(work)
            self.caught_up = True
        return True

    # ── the end ───────────────────────────────────────────────────────────────────────────────────

    def next(self) -> DeliveryTask | None:
        try:
            return self.errands.get_nowait()
        except Empty:
            return None

    def give_back(self) -> None:
        """Free the deliveries that were taken and not begun."""
        while errand := self.next():
            self.done.put(DeliveryResult(errand.delivery, results.put_back))
