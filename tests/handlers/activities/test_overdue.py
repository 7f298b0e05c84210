"""Overdue tasks are sorted out in a list, with one tap each."""

from datetime import timedelta

import pytest

from bot.sandbox.client import SlackDriver
from bot.sandbox.surface_text import Shown
from models.activities.activity import Activity
from models.core import records
from models.core.identity.role import Role
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from tests.ground import StoppedClock, given, task
from tests.handlers.kit import SQLITE, found

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada")


@pytest.fixture
def overdue(works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer) -> list[Activity]:
    """Three tasks that Rita should have done on Tuesday; it is Thursday."""
    made = [task(works, ada, f"+{number + 1}h", f"Task {number}") for number in range(3)]
    clock.forward(2 * DAY)
    return made


def sheet(slack: SlackDriver) -> Shown:
    assert slack.modal is not None
    slack.check()
    return slack.modal


def tap(slack: SlackDriver, value: str) -> Shown:
    """Press the button of the list that says this."""
    [action] = [
        element["action_id"]
        for block in sheet(slack).blocks
        for element in [*block.get("elements", []), block.get("accessory", {})]
        if element.get("value") == value
    ]
    slack.click(action, user="U_RITA", value=value)
    return sheet(slack)


@pytest.fixture
def opened(slack: SlackDriver, overdue: list[Activity]) -> Shown:
    slack.command("/crm task sort", user="U_RITA")
    return sheet(slack)


def test_the_list_has_what_is_overdue_with_what_can_become_of_it(opened: Shown) -> None:
    assert opened.text == "Overdue tasks"
    assert "*3 overdue.* Each tap is done at once" in str(opened.blocks)
    assert "*Task 0* (AT-1)\\nDue Tue 10 Mar 12:00 · Ada" in str(opened.blocks)
    fates = ["Done", "Tomorrow", "Next week", "Drop"]
    assert opened.buttons == [*fates * 3, "All the rest to tomorrow"]


@pytest.mark.parametrize(
    ("fate", "told"),
    [
        ("done", "Done"),
        ("tomorrow", "Due tomorrow 09:00"),
        ("week", "Due Thu 19 Mar 09:00"),
        ("drop", "Dropped"),
    ],
)
def test_each_tap_is_done_at_once_and_can_be_taken_back(
    works: UnitOfWorkFactory, slack: SlackDriver, opened: Shown, fate: str, told: str
) -> None:
    before = found(works, Activity, 2).due_date
    now = tap(slack, f"{fate} AT-2")
    assert f"~Task 1~ (AT-2)\\n{told}" in str(now.blocks)
    assert "*2 overdue.*" in str(now.blocks)
    changed = found(works, Activity, 2)
    assert (bool(changed.done_at), bool(changed.deleted_at)) == (fate == "done", fate == "drop")
    assert (changed.due_date != before) == (fate in ("tomorrow", "week"))
    tap(slack, "done AT-1")
    now = tap(slack, "undo AT-2")
    again = found(works, Activity, 2)
    assert (again.done_at, again.deleted_at, again.due_date) == (None, None, before)
    assert "*Task 1* (AT-2)" in str(now.blocks)
    assert "~Task 0~ (AT-1)" in str(now.blocks)


def test_all_the_rest_goes_to_tomorrow_and_comes_back_together(
    works: UnitOfWorkFactory, slack: SlackDriver, opened: Shown
) -> None:
    tap(slack, "done AT-1")
    now = tap(slack, "rest")
    assert now.buttons == ["Undo", "Undo all", "Undo all"]
    assert "Due tomorrow 09:00" in str(now.blocks)
    now = tap(slack, "undo AT-3")
    assert now.buttons.count("Tomorrow") == 2
    assert found(works, Activity, 1).done_at is not None


@SQLITE
def test_ten_are_on_a_page(
    works: UnitOfWorkFactory, slack: SlackDriver, clock: StoppedClock, ada: Customer
) -> None:
    for number in range(13):
        task(works, ada, "+1h", f"Task {number}")
    clock.forward(2 * DAY)
    slack.command("/crm task sort", user="U_RITA")
    assert sheet(slack).buttons.count("Done") == 10
    tap(slack, "done AT-3")
    assert sheet(slack).buttons[-2:] == ["All the rest to tomorrow", "Next 3"]
    now = tap(slack, "next")
    assert now.buttons.count("Done") == 3
    assert "Task 12" in str(now.blocks)
    assert "*12 overdue.*" in str(now.blocks)
    assert now.buttons[-1] == "All the rest to tomorrow"


def test_what_somebody_else_did_meanwhile_stays(
    works: UnitOfWorkFactory, slack: SlackDriver, opened: Shown
) -> None:
    with works("T1", "U_RAVI") as work:
        work.find(Activity, 2).done(work, "Ravi called")
        records.delete(work, work.find(Activity, 3))
    tap(slack, "drop AT-2")
    now = tap(slack, "done AT-1")
    done = found(works, Activity, 2)
    assert (done.deleted_at, done.outcome) == (None, "Ravi called")
    assert "~Task 2~ (AT-3)\\nDropped" in str(now.blocks)
    assert now.buttons == ["Undo"]


@SQLITE
def test_without_anything_overdue_it_says_so(slack: SlackDriver) -> None:
    slack.command("/crm task sort", user="U_RITA")
    assert "Nothing is overdue." in sheet(slack)
    assert sheet(slack).buttons == []


def test_only_ones_own_are_listed_and_others_cannot_be_decided(
    works: UnitOfWorkFactory, slack: SlackDriver, overdue: list[Activity]
) -> None:
    slack.command("/crm task sort", user="U_RAVI")
    assert "Nothing is overdue." in sheet(slack)
    slack.close(user="U_RAVI")
    slack.command("/crm task sort done AT-1", user="U_JULE")
    assert found(works, Activity, 1).done_at is None


@SQLITE
def test_who_may_not_see_when_tasks_are_due_sees_no_list(
    works: UnitOfWorkFactory, slack: SlackDriver, overdue: list[Activity]
) -> None:
    with works("T1", "U_ADA") as work:
        role = work.get(Role, work.lookup("role", "senior rep"))
        records.update(
            work, role, {"rights": "everything: everything\ntask: everything, hide due_date"}
        )
    slack.command("/crm task sort", user="U_RITA")
    assert "Not shown, because Due" in sheet(slack)
    assert "Task 0" not in sheet(slack)


@SQLITE
def test_what_is_done_cannot_be_dropped(
    works: UnitOfWorkFactory, slack: SlackDriver, overdue: list[Activity]
) -> None:
    slack.command("/crm task done AT-1", user="U_RITA")
    slack.command("/crm task drop AT-1", user="U_RITA")
    assert slack.last.text == "AT-1 is already done."
    slack.command("/crm task drop AT-2", user="U_RITA")
    assert found(works, Activity, 2).deleted_at is not None
