"""The courier: takes the deliveries that wait in the database to Slack, each once, and never with
the database held.
"""

import logging
import threading
import time
from collections import defaultdict
from queue import Empty, SimpleQueue

from sqlalchemy.exc import SQLAlchemyError

from bot.delivery.worker import DeliveryResult, DeliveryTask, DeliveryWorker
from bot.scheduler.scheduler import ClockJumpDetector
from bot.slack.clients import Clients
from handlers.core.router import Catalogue
from handlers.core.telemetry import Watch
from models.core import denormalize
from models.core.audit import chain
from models.core.errors import Busy
from models.core.outbox import arrivals, queue, results
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import Clock, UnitOfWorkFactory

log = logging.getLogger(__name__)

THREADS = 8
"""80 posts a second where Slack answers in 100 ms: more than it allows one workspace, at 4 ms of
our time each.
"""
AHEAD = 3
"""Deliveries taken for each thread: one on its way, the others so that it need not wait for the
next round.
"""
BREATH, SOON, LATE = 0.05, 0.1, 1.0
"""Seconds between two rounds: at least; while something is due; while nothing is or the database is
away.
"""
STUMBLED = 5.0
"""Seconds after something went wrong that we did not think of."""
PATIENCE = 5.0
"""Seconds for the calls in hand when the end comes; what takes longer is looked for by whoever
comes next.
"""
SEALED = 1.0
"""Seconds between two looks for what the audit trail has to be sealed for."""
SET = 60.0
"""Seconds after which our clock is compared with the database's again."""


class DeliveryDispatcher:
    """Sends what waits, the oldest of each channel first and in turn, one post a second and
    channel.

    One thread talks to the database: a round writes down what became of the last deliveries and
    takes the next ones in one unit of work, and draws those. The others talk to Slack. Several
    couriers may share a database, here and elsewhere. pace: seconds a channel rests after a post.
    clock: this machine's, whatever time the works live in.
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
    ) -> None:
        self.works, self.clients, self.pace, self.count = works, clients, pace, threads
        self.carrier = DeliveryWorker(works, clients, catalogue, watch or Watch())
        self.clock = clock or Clock()
        self.compare_at, self.agrees = 0.0, True
        self.wall = ClockJumpDetector(self.clock, most=queue.DRIFT)
        self.rest_until, self.caught_up = 0.0, False
        self.seal_at = 0.0
        self.errands: SimpleQueue[DeliveryTask | None] = SimpleQueue()
        self.done: SimpleQueue[DeliveryResult] = SimpleQueue()
        self.notes: defaultdict[str, list[DeliveryResult]] = defaultdict(list)
        self.hand: set[int] = set()
        """The deliveries that are ours: nothing else says so when a clock jumps past their lease.
        """
        self.turn: dict[str, str] = {}
        """Workspace → the channel that had the last turn."""
        self.bell, self.ended = threading.Event(), threading.Event()
        self.thread: threading.Thread | None = None
        self.threads: list[threading.Thread] = []
        self.came: float | None = None
        self.failures = 0
        """Rounds in a row that the database would not have."""
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
        """Finish the posts in hand; what was taken and not begun is given back."""
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
        """Something was written: look now."""
        self.bell.set()

    def alive(self) -> float:
        """Seconds since the thread that talks to the database last came round; 0 before it
        began.
        """
        return time.monotonic() - self.came if self.came is not None else 0.0

    def work(self) -> None:
        while not self.ended.is_set():
            self.bell.clear()
            wait = self.come_round()
            self.came = time.monotonic()
            self.ended.wait(wait if wait == STUMBLED or self.failures > 1 else BREATH)
            self.bell.wait(wait)

    def come_round(self) -> float:
        """One round, whatever happens; returns how many seconds the next one may wait."""
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
        """What each of the other threads does."""
        while (errand := self.errands.get()) is not None:
            self.done.put(self.carrier.carry(errand))
            self.bell.set()

    def drain(self) -> int:
        """Without its threads: send everything that is ready now; returns how many deliveries that
        were.
        """
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
        """Write down what became of what was carried, and take what comes next; returns how many
        were taken.
        """
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
        """The workspaces to take something from; another one is the first each time."""
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
        """How many more to take, so that no thread runs out before the next round."""
        finished = self.done.qsize() + sum(len(notes) for notes in self.notes.values())
        return self.count * AHEAD - (len(self.hand) - finished)

    def visit(self, workspace: str, may_take: bool) -> int:
        """A round in one workspace: one unit of work, and none where there is nothing to do."""
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
        """Write the notes and take up to `room` deliveries; returns the notes that have to wait,
        and what was taken.
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
        """One of the notes cannot be written: it must not keep the others waiting. Its delivery is
        looked for later.
        """
        kept = []
        for note in notes:
            try:
                kept += self.unit(workspace, [note], 0)[0]
            except Exception:
                log.exception("What became of delivery %s cannot be written down", note.delivery.id)
        return kept

    def anything(self, workspace: str) -> bool:
        """Whether there is something to take: a look disturbs nobody."""
        with self.works(workspace, writes=False) as work:
            return queue.anything(work, self.pace)

    def seal(self) -> bool:
        """Seal what was written to the audit trail lately, in a unit of its own; whether there is
        more.
        """
        if time.monotonic() < self.seal_at:
            return False
        full = chain.seal_all(self.works) >= chain.BATCH
        self.seal_at = time.monotonic() + (0 if full else SEALED)
        return full

    def right_time(self) -> bool:
        """Whether our clock and the database's agree. Leases are times: with a wrong clock we would
        take what another replica has in hand, and send it twice.

        So when ours jumps, we take nothing until everybody has let go of what they had; from then
        on what was written down by the wrong clock holds up nothing.
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
        """What was taken and not begun is free again."""
        while errand := self.next():
            self.done.put(DeliveryResult(errand.delivery, results.put_back))
