"""The scheduler: APScheduler looks at the clock; the database decides what fires, so that each thing does so once."""

import logging
from collections.abc import Sequence
from datetime import UTC

from apscheduler.schedulers.background import BackgroundScheduler

from bot.jobs import JOBS, Job
from models.core.work import Clock, Works

log = logging.getLogger(__name__)


class Scheduler:
    """Runs every job in every workspace, again and again; in each replica, since a job takes its slot in the database.

    look_every: seconds between two looks. What was due while nobody looked fires at the next look of the same day.
    """

    def __init__(self, works: Works, look_every: float = 60, jobs: Sequence[Job] = JOBS) -> None:
        self.works, self.jobs = works, jobs
        logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it would tell of every look
        defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        self.clockwork = BackgroundScheduler(timezone=UTC, job_defaults=defaults)
        at_once = Clock()()  # what became due while nobody looked
        for job in jobs:
            every = look_every * job.every
            self.clockwork.add_job(self.run, "interval", [job], id=job.name, seconds=every, next_run_time=at_once)

    def start(self) -> None:
        self.clockwork.start()

    def stop(self) -> None:
        """End after the job in hand."""
        if self.clockwork.running:
            self.clockwork.shutdown(wait=True)

    def tick(self) -> None:
        """Run every job once, now: when the clock of the sandbox was moved."""
        for job in self.jobs:
            self.run(job)

    def run(self, job: Job) -> None:
        """One look of one job. What fails in one workspace does not keep the others waiting."""
        for workspace in self.works.workspaces():
            try:
                with self.works(workspace) as work:
                    job.run(work)
            except Exception:
                log.exception("The job %s failed in %s; it tries again at its next look", job.name, workspace)
