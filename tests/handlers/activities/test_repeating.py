"""Tasks that repeat: the next one is planned as one is done, one at a time."""

from datetime import UTC, datetime

import pytest

from bot.sandbox.client import SlackDriver
from models.activities.activity import Activity
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from tests.ground import given
from tests.handlers.kit import SQLITE, count, found, told


def on(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in March 2026, in UTC: Berlin is an hour ahead."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada", last_name="Lovelace")


@SQLITE
@pytest.mark.parametrize(
    ("words", "often", "due"),
    [
        ("Check in CU-1 every monday", "every week on Monday", on(16, 8)),
        (
            "Check in CU-1 every 2 weeks from friday",
            "every 2 weeks on Friday",
            on(13, 8),
        ),
        ("Check in CU-1 every monday 10:30", "every week on Monday", on(16, 9, 30)),
        (
            "Check in CU-1 tomorrow repeats=monthly",
            "every month on the 11th",
            on(11, 8),
        ),
        ("Check in CU-1 jeden Montag", "every week on Monday", on(16, 8)),
    ],
)
def test_it_is_planned_in_one_line(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    ada: Customer,
    words: str,
    often: str,
    due: datetime,
) -> None:
    slack.command(f"/crm task new {words}")
    task = found(works, Activity)
    assert (task.description, task.repeats) == ("Check in", often)
    assert task.due_date == due
    assert f"Repeats: {often}" in told(slack)
    assert "Due: " in told(slack)


def test_the_next_one_is_planned_when_it_is_done(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm task new Check in CU-1 every monday @rita")
    slack.command("/crm task done AT-1 she is fine")
    assert "Next: AT-2 Check in, due Mon 23 Mar 09:00" in told(slack)
    following = found(works, Activity, 2)
    assert following.due_date == on(23, 8)
    assert (following.customer, following.repeats) == (ada.id, "every week on Monday")
    assert (following.done_at, following.outcome) == (None, None)
    slack.command("/crm undo")
    assert found(works, Activity).done_at is None
    slack.command("/crm task list CU-1 open")
    assert "AT-1" in told(slack)
    assert "AT-2" not in told(slack)


@SQLITE
def test_it_is_planned_once(slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer) -> None:
    slack.command("/crm task new Check in CU-1 every monday")
    slack.command("/crm task done AT-1")
    slack.command("/crm task reopen AT-1")
    slack.command("/crm task done AT-1")
    assert count(works, Activity) == 2


@SQLITE
def test_several_are_done_at_once(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm task new Check in CU-1 every monday")
    slack.command("/crm task new Call CU-1 fri")
    slack.command("/crm task new Report CU-1 every day")
    slack.command("/crm task done AT-1 AT-2 AT-3")
    assert count(works, Activity) == 5
    assert {found(works, Activity, number).description for number in (4, 5)} == {
        "Check in",
        "Report",
    }


@SQLITE
def test_one_time_is_left_out(slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer) -> None:
    slack.command("/crm task new Check in CU-1 every monday")
    slack.command("/crm task skip AT-1")
    assert found(works, Activity).due_date == on(23, 8)
    slack.command("/crm task new Call CU-1 fri")
    slack.command("/crm task skip AT-2")
    assert "AT-2 does not repeat. Say how often: edit AT-2 repeats=every monday" in told(slack)


@SQLITE
def test_it_ends(slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer) -> None:
    slack.command("/crm task new Check in CU-1 every monday")
    slack.command("/crm task edit AT-1 repeats=never")
    slack.command("/crm task done AT-1")
    assert count(works, Activity) == 1


@SQLITE
def test_what_is_not_understood_is_said(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm task new Check in CU-1 fri repeats=sometimes")
    assert "is not how often something repeats. Try every 2 weeks" in str(slack.modal)
    assert count(works, Activity) == 0
    slack.command("/crm task new Review every invoice CU-1 fri")
    assert found(works, Activity).description == "Review every invoice"
