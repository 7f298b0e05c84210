"""What people have before them, in lists; and how a database finds it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from models.activities import reminders
from models.activities.activity import Activity
from models.activities.reminders import Tasks, expectant
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from tests.ground import START, StoppedClock, given, task
from tests.plans import plans

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada")


def test_due_lists_the_oldest_first_and_counts_all(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    made = [task(works, ada, f"+{minutes}m", f"Task {minutes}") for minutes in (30, 10, 20, 90)]
    clock.forward(HOUR)
    with works("T1", "U_RITA") as work:
        assert work.actor
        found, count = reminders.due(work, work.actor.id, None, 2)
        assert [record.title for record in found] == ["Task 10", "Task 20"]
        assert count == 3
        only, one = reminders.due(work, work.actor.id, [made[0].id, made[3].id], 10)
        assert ([record.title for record in only], one) == (["Task 30"], 1)


def test_what_was_due_before_today_is_counted_with_its_oldest(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    made = [task(works, ada, f"+{minutes}m", f"Task {minutes}") for minutes in (30, 10, 20)]
    clock.forward(DAY)
    today = task(works, ada, "-1h", "Today")
    with works("T1", "U_RITA") as work:
        assert work.actor
        me = work.actor.id
        found = reminders.overdue(work, me, 2)
        assert [record.title for record in found.first] == ["Task 10", "Task 20"]
        assert (found.count, found.since) == (3, made[1].due_date)
        assert reminders.overdue(work, me, 2, without=[made[0].id, today.id]).count == 2
        last = found.first[-1]
        assert last.due_date
        after = reminders.overdue(work, me, 2, after=(last.due_date, last.id))
        assert ([record.title for record in after.first], after.count) == (["Task 30"], 1)
        work.find(Activity, made[0].number).done(work)
        work.session.flush()
        assert reminders.overdue(work, me, 2).count == 2


def test_the_tasks_of_a_day_are_counted_with_those_before_it(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    for minutes in (10, 20, 30):
        task(works, ada, f"+{minutes}m", f"Task {minutes}")
    done, gone = task(works, ada, "+10m"), task(works, ada, "+10m")
    with works("T1", "U_RITA") as work:
        work.find(Activity, done.number).done(work)
        work.find(Activity, gone.number).deleted_at = work.now
    clock.forward(DAY)
    task(works, ada, "+1h", "Ravi's", by="U_RAVI")
    task(works, ada, "+1d", "Tomorrow")
    otto = given(works, Customer, by="U_OTTO", workspace="T2", first_name="Olaf")
    given(
        works,
        Activity,
        by="U_OTTO",
        workspace="T2",
        description="Theirs",
        due_date="+1h",
        customer=otto.ref,
    )
    with works("T1", writes=False) as work:
        today = (START + DAY).date()
        assert reminders.on_day(work, today, ZoneInfo("UTC")) == Tasks(due=1, overdue=3)
        owned = Activity.owner == work.lookup("user", "U_RAVI")
        assert reminders.on_day(work, today, ZoneInfo("UTC"), owned) == Tasks(due=1, overdue=0)


def test_what_is_due_is_found_through_indexes(works: UnitOfWorkFactory, ada: Customer) -> None:
    with works("T1", "U_RITA") as work:
        moments = [START + timedelta(minutes=number) for number in range(2000)]
        common = {
            "workspace": "T1",
            "owner": ada.owner,
            "customer": ada.id,
            "created_at": START,
            "updated_at": START,
        }
        rows = [
            common
            | {"number": number, "description": "Old", "due_date": due - 30 * DAY, "done_at": START}
            for number, due in enumerate(moments)
        ]
        work.session.execute(insert(Activity), rows)
    found = plans(
        works,
        lambda work: (expectant(work), reminders.untold(work, ada.owner or 0)),
        "FROM activity",
    )
    assert len(found) == 3
    assert ["ix_activity_untold" in plan for plan in found] == [True, False, True]
    assert not any("SCAN activity" in plan or "Seq Scan on activity" in plan for plan in found)
