"""The jobs write the right deliveries, each once, whoever looks and however often."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, insert, select, update

from bot.scheduler import jobs
from bot.scheduler.jobs import JOBS, Job
from bot.scheduler.scheduler import Scheduler
from models.activities import reminders
from models.activities.activity import Activity
from models.core import records
from models.core.identity.installation import InstallState
from models.core.identity.user import User
from models.core.outbox.delivery import Delivery, DeliveryState, IdempotencyKey, JobRun, deliver
from models.core.replica import Replica
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.closed_deals import ClosedDeals
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import StoppedClock, given
from tests.handlers.kit import SQLITE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada")


def asked(works: UnitOfWorkFactory, *kinds: str, workspace: str = "T1") -> list[tuple[str, str]]:
    """(kind, channel) of the deliveries asked for, in order. kinds: only these."""
    rows = select(Delivery.kind, Delivery.channel).order_by(Delivery.id)
    with works(workspace, writes=False) as work:
        found = work.session.execute(rows.where(Delivery.kind.in_(kinds)) if kinds else rows)
        return [(row.kind, row.channel) for row in found]


def keys(works: UnitOfWorkFactory, kind: str) -> list[str]:
    with works("T1", writes=False) as work:
        return list(
            work.session.scalars(
                select(Delivery.key).where(Delivery.kind == kind).order_by(Delivery.id)
            )
        )


def local(clock: StoppedClock, moment: str, zone: str = "UTC") -> None:
    """Move the clock to a moment on a wall somewhere."""
    clock.forward(
        datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) - clock()
    )


def test_owners_are_reminded_once_however_often_the_scheduler_looks(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    given(works, Activity, description="Call", due_date="+1h", customer=ada.ref)
    clock.forward(HOUR)
    looks = Scheduler(works, jobs=[job for job in JOBS if job.name == "reminders"])
    for _ in range(5):
        looks.tick()
    assert asked(works, "due") == [("due", "U_RITA")]


@SQLITE
def test_owners_are_all_reminded_however_many_there_are_and_asked_for_again_now_and_then(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    given(works, Activity, description="Call", due_date="+1h", customer=ada.ref)
    count = 2 * jobs.ROUND + 5
    with works("T1") as work:
        people = [User(slack_id=f"U{number}", name="Pat", zone="UTC") for number in range(count)]
        work.session.add_all(people)
        work.session.flush()
        row = dict(work.session.execute(select(Activity.__table__)).mappings().one())
        row.pop("id")
        copies = [
            row | {"number": number, "owner": each.id} for number, each in enumerate(people, 100)
        ]
        work.session.connection().execute(insert(Activity), copies)
    clock.forward(HOUR)
    jobs.remind(works, "T1")
    assert sorted(asked(works, "due")) == sorted(
        [("due", "U_RITA"), *[("due", each.slack_id) for each in people]]
    )


def test_an_owner_whom_another_replica_holds_is_left_to_it(
    clean_postgres: Engine, clock: StoppedClock
) -> None:
    works = UnitOfWorkFactory(clean_postgres, clock)
    ada = given(works, Customer, first_name="Ada")
    for person in ("U_RITA", "U_SAM"):
        given(works, Activity, by=person, description="Call", due_date="+1h", customer=ada.ref)
    clock.forward(HOUR)
    with works("T1") as other:
        assert reminders.hold(other, other.lookup("user", "U_RITA"))
        jobs.remind(works, "T1")
        assert asked(works, "due") == [("due", "U_SAM")]
    jobs.remind(works, "T1")
    assert asked(works, "due") == [("due", "U_SAM"), ("due", "U_RITA")]


def test_the_channels_hear_once_a_working_day_in_the_zone_of_the_workspace(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    scheduler = Scheduler(works, jobs=[job for job in JOBS if job.name in ("team", "cases")])
    with works("T1") as work:
        work.workspace.zone = "America/New_York"
    local(clock, "2026-03-11T08:59", "America/New_York")
    scheduler.tick()
    assert asked(works, "team_due", "cases") == []
    local(clock, "2026-03-11T09:00", "America/New_York")
    for _ in range(3):
        scheduler.tick()
        clock.forward(HOUR)
    assert asked(works, "team_due", "cases") == [("team_due", "C_SALES"), ("cases", "C_SUPPORT")]
    for _ in range(6 * 3):
        clock.forward(8 * HOUR)
        scheduler.tick()
    days = [key.removeprefix("team_due:") for key in keys(works, "team_due")]
    assert days == ["2026-03-11", "2026-03-12", "2026-03-13", "2026-03-16", "2026-03-17"]


@SQLITE
def test_managers_get_their_digest_by_the_clock_of_their_own_town(
    works: UnitOfWorkFactory, scheduler: Scheduler, clock: StoppedClock
) -> None:
    works.welcome("T1", "U_RAVI", role="manager")
    local(clock, "2026-03-11T08:29", "Asia/Kolkata")
    scheduler.tick()
    late = [("digest", "U_MONA")]  # for whom it is still the day before, when nobody looked
    assert asked(works, "digest") == late
    clock.forward(timedelta(minutes=1))
    scheduler.tick()
    assert asked(works, "digest") == [*late, ("digest", "U_RAVI")]
    local(clock, "2026-03-11T08:29", "America/New_York")
    scheduler.tick()
    assert asked(works, "digest") == [*late, ("digest", "U_RAVI")]
    clock.forward(timedelta(minutes=1))
    scheduler.tick()
    scheduler.tick()
    assert asked(works, "digest") == [*late, ("digest", "U_RAVI"), ("digest", "U_MONA")]


@SQLITE
def test_the_digest_comes_at_the_time_that_is_set_and_not_at_weekends(
    works: UnitOfWorkFactory, scheduler: Scheduler, clock: StoppedClock
) -> None:
    with works("T1") as work:
        work.workspace.digest_at = "17:00"
    local(clock, "2026-03-13T16:59", "America/New_York")
    scheduler.tick()
    assert asked(works, "digest") == []
    local(clock, "2026-03-14T17:00", "America/New_York")
    scheduler.tick()
    assert asked(works, "digest") == []
    local(clock, "2026-03-16T17:00", "America/New_York")
    scheduler.tick()
    assert asked(works, "digest") == [("digest", "U_MONA")]


@SQLITE
def test_where_there_is_no_manager_the_admins_get_the_digest(
    works: UnitOfWorkFactory, scheduler: Scheduler, clock: StoppedClock
) -> None:
    works.welcome("T1", "U_MONA", left=True)
    clock.forward(2 * HOUR)
    scheduler.tick()
    assert asked(works, "digest") == [("digest", "U_ADA")]


@SQLITE
def test_a_case_that_becomes_urgent_is_told_at_once_and_once(
    works: UnitOfWorkFactory, scheduler: Scheduler, clock: StoppedClock, ada: Customer
) -> None:
    case = given(works, Case, customer=ada.ref, subject="Smoke")
    local(clock, "2026-03-14T03:00")
    with works("T1", "U_SAM") as work:
        records.update(work, work.find(Case, case.number), {"priority": "urgent"})
    for _ in range(3):
        scheduler.tick()
    assert asked(works, "cases") == [("cases", "C_SUPPORT")]


@SQLITE
def test_what_the_daily_list_tells_raises_no_alarm_beside_it(
    works: UnitOfWorkFactory, scheduler: Scheduler, clock: StoppedClock, ada: Customer
) -> None:
    given(works, Case, customer=ada.ref, subject="Fire", priority="urgent")
    clock.forward(DAY)  # nobody looked meanwhile
    scheduler.tick()
    assert asked(works, "cases") == [("cases", "C_SUPPORT")]


@SQLITE
def test_nothing_is_asked_of_a_workspace_without_channels(
    works: UnitOfWorkFactory, scheduler: Scheduler, clock: StoppedClock
) -> None:
    local(clock, "2026-03-11T12:00")
    scheduler.tick()
    assert asked(works, "team_due", "cases", workspace="T2") == []


def test_what_is_old_is_removed_a_few_rows_at_a_time(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    with works("T1") as work:
        for number in range(6):
            work.once(f"act {number}")
            deliver(work, "message", "C_SALES", f"old {number}", state=DeliveryState.SENT)
        deliver(work, "message", "C_SALES", "still waiting")
    clock.forward(jobs.KEPT_SENT + DAY)
    with works("T1") as work:
        work.once("new act")
        jobs.remove(work, IdempotencyKey, IdempotencyKey.key < "act 3")
    with works("T1") as work:
        assert work.session.scalar(select(func.count(IdempotencyKey.id))) == 4
        jobs.sweep(work)
    with works("T1", writes=False) as work:
        assert list(work.session.scalars(select(IdempotencyKey.key))) == ["new act"]
        assert list(work.session.scalars(select(Delivery.key))) == ["still waiting"]


def test_sums_that_are_wrong_are_mended_once_a_night(
    works: UnitOfWorkFactory, clock: StoppedClock, caplog: pytest.LogCaptureFixture
) -> None:
    given(works, Customer, first_name="Ada")
    given(works, Opportunity, name="Boat", customer="CU-1", stage="won")

    def spoilt_and_compared() -> int:
        with works("T1") as work:
            work.session.execute(update(ClosedDeals).values(count=5))
        jobs.compare_sums(works, "T1")
        with works("T1", writes=False) as work:
            return work.session.scalars(select(ClosedDeals.count)).one()

    assert spoilt_and_compared() == 5, "it is no night"
    clock.forward(timedelta(hours=16))
    assert spoilt_and_compared() == 1
    assert "1 rows of sums were not those of the records" in caplog.text
    assert spoilt_and_compared() == 5, "it was done already"


def test_replicas_and_installs_that_nobody_hears_of_any_more_are_removed(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    with works("T1") as work:
        for name, seen in (("gone", timedelta()), ("here", DAY)):
            work.session.add(Replica(id=name, started_at=work.now, seen_at=work.now + seen))
            work.session.add(InstallState(state=name, at=work.now + seen))
    clock.forward(DAY + HOUR)
    with works("T1") as work:
        jobs.sweep(work)
        assert list(work.session.scalars(select(Replica.id))) == ["here"]
        assert list(work.session.scalars(select(InstallState.state))) == ["here"]


def test_slots_are_removed_when_they_cannot_come_again(
    works: UnitOfWorkFactory, scheduler: Scheduler, clock: StoppedClock
) -> None:
    clock.forward(HOUR)
    scheduler.tick()
    clock.forward(jobs.KEPT + DAY)
    with works("T1") as work:
        jobs.sweep(work)
        assert list(work.session.scalars(select(JobRun.id))) == []


@SQLITE
def test_a_job_that_fails_keeps_neither_the_others_nor_other_workspaces_waiting(
    works: UnitOfWorkFactory,
) -> None:
    looked: list[str] = []

    def fails(works: UnitOfWorkFactory, workspace: str) -> None:
        looked.append(f"first in {workspace}")
        if workspace == "T1":
            raise RuntimeError("broken")

    second = Job("second", lambda works, workspace: looked.append(f"second in {workspace}"))
    Scheduler(works, jobs=[Job("first", fails), second]).tick()
    assert looked == ["first in T1", "first in T2", "second in T1", "second in T2"]


def test_every_job_has_a_name_of_its_own_and_says_what_it_does() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
    assert all(job.run.__doc__ for job in JOBS)
