"""Rules are worked on by the scheduler: at once, and when a time comes."""

from datetime import timedelta

from sqlalchemy import select

from bot.scheduler.jobs import JOBS
from bot.scheduler.scheduler import Scheduler
from models.automation.rule import Rule
from models.automation.run import RuleRun
from models.core import records
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import StoppedClock, given


def test_the_scheduler_does_what_rules_say_each_once_whoever_looks(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    ours = [job for job in JOBS if job.name in ("rules", "times")]
    looks = [Scheduler(UnitOfWorkFactory(works.engine, clock), jobs=ours) for _ in range(2)]
    with works("T1", "U_ADA") as work:
        for line in ("when lead is created then dm owner", "every day at 9:00 then post #sales"):
            records.create(work, Rule, {"sentence": line})
    given(works, Lead, first_name="Ann")
    clock.forward(timedelta(days=1))
    for each in (*looks, *looks):
        each.tick()
    with works("T1", writes=False) as work:
        said = work.session.scalars(select(RuleRun.said).order_by(RuleRun.id)).all()
    assert said == ["told Rita Reyes", "posted in #sales"]


def test_what_waits_for_somebody_is_looked_at_each_second() -> None:
    assert {job.name: job.seconds for job in JOBS if job.seconds} == {"rules": 1}
