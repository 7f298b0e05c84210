"""What people have before them, in lists; and how a database finds it."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from models.activities import reminders
from models.activities.activity import Activity
from models.activities.reminders import expectant
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
        found, count = reminders.due(work, work.actor.id, [], 2)
        assert [record.title for record in found] == ["Task 10", "Task 20"]
        assert count == 3
        only, one = reminders.due(work, work.actor.id, [made[0].id, made[3].id], 10)
        assert ([record.title for record in only], one) == (["Task 30"], 1)


def test_plates_say_who_has_how_much_and_how_much_of_it_is_overdue(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    for minutes in (10, 20, 30, 90):
        task(works, ada, f"+{minutes}m", f"Task {minutes}")
    task(works, ada, "+10m", "Ravi's", by="U_RAVI")
    task(works, ada, "+3d", "Not today")
    orphan = task(works, ada, "+10m", "Nobody's")
    with works("T1") as work:
        work.find(Activity, orphan.number).owner = None
    clock.forward(HOUR)
    with works("T1", writes=False) as work:
        plates = reminders.plates(work, START + DAY, 3)
    found = {
        plate.owner: (plate.count, plate.overdue, [title for _, title in plate.first])
        for plate in plates
    }
    assert found == {
        "Rita Reyes": (4, 3, ["Task 10", "Task 20", "Task 30"]),
        "Ravi Rao": (1, 1, ["Ravi's"]),
        "Nobody": (1, 1, ["Nobody's"]),
    }
    assert plates[0].owner == "Rita Reyes"
    assert plates[0].first[0] == ("AT-1", "Task 10")


def test_plates_hide_what_is_done_deleted_or_of_another_workspace(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    done, gone = task(works, ada, "+10m"), task(works, ada, "+10m")
    with works("T1", "U_RITA") as work:
        work.find(Activity, done.number).done(work)
        work.find(Activity, gone.number).deleted_at = work.now
    otto = given(works, Customer, by="U_OTTO", workspace="T2", first_name="Olaf")
    given(
        works,
        Activity,
        by="U_OTTO",
        workspace="T2",
        description="Theirs",
        due_date="+10m",
        customer=otto.ref,
    )
    with works("T1", writes=False) as work:
        assert reminders.plates(work, START + DAY, 3) == []


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
