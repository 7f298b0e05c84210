"""What was missed while nothing ran is made up for once, if it is still worth it; two replicas do
it as one.
"""

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from bot.scheduler.jobs import JOBS
from bot.scheduler.scheduler import Scheduler
from models.activities.activity import Activity
from models.activities.reminders import AT_ONCE, TOGETHER
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.support.case import Case
from tests.ground import START, StoppedClock, given
from tests.handlers.kit import SQLITE

pytestmark = pytest.mark.dialect

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEW_YORK = "America/New_York"


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada")


def local(clock: StoppedClock, moment: str, zone: str = "UTC") -> datetime:
    """Move the clock to a moment on a wall somewhere."""
    clock.forward(
        datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) - clock()
    )
    return clock()


def asked(works: UnitOfWorkFactory, *kinds: str) -> list[Delivery]:
    """The deliveries of these kinds, in order."""
    with works("T1", writes=False) as work:
        return list(
            work.session.scalars(
                select(Delivery).where(Delivery.kind.in_(kinds)).order_by(Delivery.id)
            )
        )


def keys(works: UnitOfWorkFactory, *kinds: str) -> list[str]:
    return [delivery.key for delivery in asked(works, *kinds)]


def pile(works: UnitOfWorkFactory, ada: Customer, count: int, since: timedelta) -> list[int]:
    """Give Rita many tasks that come due one after the other from now on; their ids in due
    order.
    """
    with works("T1") as work:
        base = {
            "workspace": "T1",
            "owner": ada.owner,
            "customer": ada.id,
            "created_at": START,
            "updated_at": START,
        }
        moments = [
            START + since + timedelta(seconds=(number * 7) % count) for number in range(count)
        ]
        rows = [
            base
            | {
                "number": 9000 + number,
                "description": "Call",
                "due_date": moment,
                "remind_at": moment,
            }
            for number, moment in enumerate(moments)
        ]
        work.session.execute(insert(Activity), rows)
        return list(
            work.session.scalars(select(Activity.id).order_by(Activity.due_date, Activity.id))
        )


@SQLITE
def test_after_three_hours_there_is_one_digest_that_says_it_is_late(
    works: UnitOfWorkFactory, scheduler: Scheduler, clock: StoppedClock
) -> None:
    local(clock, "2026-03-11T08:29", NEW_YORK)
    scheduler.tick()
    before = keys(works, "digest")
    local(clock, "2026-03-11T11:29", NEW_YORK)
    for _ in range(3):
        scheduler.tick()
    [digest] = [each for each in asked(works, "digest") if each.key not in before]
    assert (digest.key, digest.channel) == ("digest:2026-03-11:US-3", "U_MONA")
    assert digest.about == {"due": "2026-03-11T12:30:00+00:00"}


@SQLITE
def test_after_three_hours_each_reminder_comes_once_and_the_oldest_first(
    works: UnitOfWorkFactory, scheduler: Scheduler, clock: StoppedClock, ada: Customer
) -> None:
    scheduler.tick()
    late, early, middle = (
        given(works, Activity, description="Call", due_date=f"+{hours}h", customer=ada.ref).id
        for hours in (3, 1, 2)
    )
    clock.forward(3 * HOUR)
    for _ in range(3):
        scheduler.tick()
    assert [each.about["ids"] for each in asked(works, "due")] == [[early, middle, late]]


@SQLITE
def test_what_was_missed_over_midnight_is_skipped_and_reminders_wait_for_the_morning(
    works: UnitOfWorkFactory, scheduler: Scheduler, clock: StoppedClock, ada: Customer
) -> None:
    scheduler.tick()
    call = given(
        works, Activity, description="Call", due_date="2026-03-11 16:00", customer=ada.ref
    ).id
    before = keys(works, "digest", "team_due", "cases")
    local(clock, "2026-03-12T01:00", NEW_YORK)  # six in the morning in Berlin
    scheduler.tick()
    assert keys(works, "digest", "team_due", "cases", "due") == before
    local(clock, "2026-03-12T09:00", NEW_YORK)
    scheduler.tick()
    new = [key for key in keys(works, "digest", "team_due", "cases") if key not in before]
    assert new == ["team_due:2026-03-12", "cases:2026-03-12", "digest:2026-03-12:US-3"]
    assert [each.about["ids"] for each in asked(works, "due")] == [[call]]


@SQLITE
def test_after_a_weekend_switched_off_monday_begins_as_any_day(
    works: UnitOfWorkFactory, scheduler: Scheduler, clock: StoppedClock, ada: Customer
) -> None:
    calls = [
        given(
            works, Activity, description="Call", due_date=f"2026-03-{day} 12:00", customer=ada.ref
        ).id
        for day in (15, 13, 14)
    ]
    local(clock, "2026-03-13T07:00")
    scheduler.tick()
    before = keys(works, "digest", "team_due", "cases")
    local(clock, "2026-03-16T13:00")
    for _ in range(3):
        scheduler.tick()
    new = [key for key in keys(works, "digest", "team_due", "cases") if key not in before]
    assert new == ["team_due:2026-03-16", "cases:2026-03-16", "digest:2026-03-16:US-3"]
    [reminder] = asked(works, "due")
    assert reminder.about["ids"] == [calls[1], calls[2], calls[0]]


@SQLITE
def test_after_forty_days_there_are_not_forty(
    works: UnitOfWorkFactory, scheduler: Scheduler, clock: StoppedClock
) -> None:
    scheduler.tick()
    before = keys(works, "digest", "team_due", "cases")
    clock.forward(40 * DAY + 5 * HOUR)  # a Sunday
    scheduler.tick()
    assert keys(works, "digest", "team_due", "cases") == before
    clock.forward(DAY)
    scheduler.tick()
    assert len(keys(works, "digest", "team_due", "cases")) == len(before) + 3


@SQLITE
def test_each_list_is_worth_it_for_as_long_as_its_job_says(
    works: UnitOfWorkFactory, scheduler: Scheduler, clock: StoppedClock
) -> None:
    worth = {job.name: job.worth for job in JOBS if job.worth}
    assert worth == {"team": 6 * HOUR, "cases": 12 * HOUR, "digest": DAY}
    local(clock, "2026-03-11T15:01")
    scheduler.tick()
    assert keys(works, "team_due", "cases") == ["cases:2026-03-11"]
    local(clock, "2026-03-12T21:01")
    scheduler.tick()
    assert keys(works, "team_due", "cases") == ["cases:2026-03-11"]


@SQLITE
def test_what_is_due_before_a_workspace_was_there_is_not_called_late(
    works: UnitOfWorkFactory, scheduler: Scheduler, clock: StoppedClock
) -> None:
    scheduler.tick()
    assert {each.key: each.about for each in asked(works, "team_due")} == {
        "team_due:2026-03-10": {}
    }


@SQLITE
def test_who_moves_zone_gets_one_digest_a_date(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    digests = Scheduler(works, jobs=[job for job in JOBS if job.name == "digest"])
    local(clock, "2026-03-11T06:00")
    for zone in (NEW_YORK, "Pacific/Apia", "Europe/Berlin", NEW_YORK, "Asia/Kolkata"):
        works.welcome("T1", "U_MONA", zone=zone)
        for _ in range(6):
            digests.tick()
            clock.forward(3 * HOUR)
    assert keys(works, "digest") == [f"digest:2026-03-{day}:US-3" for day in (11, 12, 13)]


@SQLITE
def test_a_clock_that_jumps_there_and_back_doubles_nothing(
    works: UnitOfWorkFactory, scheduler: Scheduler, clock: StoppedClock, ada: Customer
) -> None:
    given(works, Activity, description="Call", due_date="+1h", customer=ada.ref)
    given(works, Case, customer=ada.ref, subject="Fire", priority="urgent")
    clock.forward(4 * HOUR)
    scheduler.tick()
    before = keys(works, "digest", "team_due", "cases", "due")
    assert len(before) == 4
    for jump in (2 * HOUR, -5 * HOUR, 3 * HOUR):
        clock.forward(jump)
        scheduler.tick()
    assert keys(works, "digest", "team_due", "cases", "due") == before


def test_many_due_at_once_come_in_several_units_each_once_and_in_order(
    works: UnitOfWorkFactory, scheduler: Scheduler, clock: StoppedClock, ada: Customer
) -> None:
    due = pile(works, ada, AT_ONCE + 25, HOUR)
    clock.forward(2 * HOUR)
    scheduler.tick()
    told = [each.about["ids"] for each in asked(works, "due")]
    assert [id for ids in told for id in ids] == due
    assert max(map(len, told)) == TOGETHER
    assert len({each.key.split(":")[2] for each in asked(works, "due")}) == 2


def test_three_replicas_at_once_tell_it_as_one_would(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    due = pile(works, ada, 2 * AT_ONCE + 30, HOUR)
    local(clock, "2026-03-11T13:00")
    replicas = [Scheduler(UnitOfWorkFactory(works.engine, clock)) for _ in range(3)]
    threads = [threading.Thread(target=replica.tick) for replica in replicas for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    replicas[0].tick()
    told = [each.about["ids"] for each in asked(works, "due")]
    assert [id for ids in told for id in ids] == due
    assert len(keys(works, "digest", "team_due", "cases")) == 3
