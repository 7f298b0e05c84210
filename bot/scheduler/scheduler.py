"""The scheduler.

APScheduler looks at the clock; the database decides which jobs run, so that each slot is taken
once.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from bot.scheduler.jobs import JOBS, Job
from handlers.core.telemetry import Watch, referred
from models.core.errors import CRMError
from models.core.unit_of_work import Clock, UnitOfWorkFactory

log = logging.getLogger(__name__)

JUMP = timedelta(minutes=1)
"""How far the wall clock may move from the monotonic clock between two looks."""


class Scheduler:
    """Runs every job in every workspace, again and again.

    It runs in each replica, since a job takes its slot in the database. What was due while nobody
    looked is done at the next look, if it is still worth it. Each job has a thread of its own, so
    that ten thousand reminders do not delay a digest.

    Args:
        works: Begins units of work.
        look_every: Seconds between two looks at the clock.
        jobs: The jobs to run.
        watch: Counts the runs.
        again: Seconds after which a failed look is repeated, until it succeeds.
    """

    def __init__(
        self,
        works: UnitOfWorkFactory,
        look_every: float = 60,
        jobs: Sequence[Job] = JOBS,
        watch: Watch | None = None,
        again: float = 5,
    ) -> None:
        self.works, self.jobs, self.watch, self.again = works, jobs, watch or Watch(), again
        self.troubles, self.wall = FailureLog(), ClockJumpDetector(works.clock)
        self.looked: float | None = None
        self.ended = threading.Event()
        logging.getLogger("apscheduler").setLevel(
            logging.ERROR
        )  # it would log every look, also the skipped ones
        defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        threads = {"default": ThreadPoolExecutor(len(jobs))}
        self.clockwork = BackgroundScheduler(timezone=UTC, job_defaults=defaults, executors=threads)
        at_once = Clock()()  # what became due while nobody looked
        for job in jobs:
            every = job.seconds or look_every * job.every
            self.clockwork.add_job(
                self.insist, "interval", [job], id=job.name, seconds=every, next_run_time=at_once
            )

    def start(self) -> None:
        self.ended.clear()
        self.clockwork.start()

    def stop(self) -> None:
        """Stop after the jobs in hand, each in the workspace where it is."""
        self.ended.set()
        if self.clockwork.running:
            self.clockwork.shutdown(wait=True)

    def alive(self) -> float:
        """Return the seconds since the last look ended, even if it failed; 0 before the first."""
        return 0.0 if self.looked is None else time.monotonic() - self.looked

    def tick(self) -> None:
        """Run every job once, now, because the clock of the sandbox was moved."""
        for job in self.jobs:
            self.run(job)

    def insist(self, job: Job) -> None:
        """Run one look of one job, and another one soon after each that fails.

        APScheduler skips its own looks meanwhile.
        """
        while not self.run(job) and not self.ended.wait(self.again):
            pass  # what was away, such as the database, may be back

    def run(self, job: Job) -> bool:
        """Run one look of one job, and return whether it succeeded.

        A failure in one workspace does not delay the others.
        """
        began = time.perf_counter()
        if jump := self.wall.jump():
            way, by = (
                "forward" if jump > timedelta() else "back",
                timedelta(seconds=round(abs(jump).total_seconds())),
            )
            log.warning(
                "The clock jumped %s by %s, or this machine slept. Nothing is told twice for it.",
                way,
                by,
            )
        places: list[str] | None = None
        with self.troubles.told("The list of workspaces"):
            places = self.works.workspaces()
        done = [self.look(job, place) for place in places or ()]
        self.looked = time.monotonic()
        well = places is not None and all(done)
        self.watch.ran(job.name, "done" if well else "failed", time.perf_counter() - began)
        return well

    def look(self, job: Job, workspace: str) -> bool:
        """Run one look of one job in one workspace, and return whether it succeeded.

        After `stop`, the remaining workspaces are skipped.
        """
        well = self.ended.is_set()
        if not well:
            with referred(), self.troubles.told(f"The job {job.name} in {workspace}"):
                job.run(self.works, workspace)
                well = True
        return well


class FailureLog:
    """Logs a repeated failure when it begins and when it is over.

    An example is a database that is away.
    """

    def __init__(self) -> None:
        self.known: set[str] = set()

    @contextmanager
    def told(self, what: str) -> Iterator[None]:
        """End the block where it fails, and log a sentence; only a bug is worth a traceback."""
        try:
            yield
        except Exception as error:
            if what not in self.known:
                expected = isinstance(error, (CRMError, SQLAlchemyError, OSError))
                why = error.__cause__ or error
                log.warning(
                    "%s failed (%s). It is tried again until it goes well.",
                    what,
                    why,
                    exc_info=not expected,
                )
            self.known.add(what)
        else:
            if what in self.known:
                self.known.discard(what)
                log.warning("%s went well again.", what)


class ClockJumpDetector:
    """Detects jumps of the wall clock with a clock that only counts.

    Args:
        clock: The wall clock.
        counter: The clock that only counts.
        most: How far the wall clock may move between two looks.
    """

    def __init__(
        self, clock: Clock, counter: Callable[[], float] = time.monotonic, most: timedelta = JUMP
    ) -> None:
        self.clock, self.counter, self.most = clock, counter, most
        self.guard = threading.Lock()
        self.origin = self.read()

    def read(self) -> datetime:
        """Return when counting began, by the wall clock; this changes only when that clock is set.

        A clock that was moved on purpose does not count.
        """
        return self.clock() - self.clock.ahead - timedelta(seconds=self.counter())

    def jump(self) -> timedelta | None:
        """Return how far the clock jumped since the last call, back or forward.

        Return None without a jump.
        """
        with self.guard:
            before, self.origin = self.origin, self.read()
            moved = self.origin - before
        return moved if abs(moved) > self.most else None
