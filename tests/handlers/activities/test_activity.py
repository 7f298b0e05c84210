"""What people do with tasks, as they see it."""

from datetime import UTC, datetime

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.activities.activity import Activity
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from tests.ground import START, given
from tests.handlers.kit import SQLITE, count, found, standing, told

FRIDAY_NINE = datetime(2026, 3, 13, 8, 0, tzinfo=UTC)
"""Nine in the morning in Berlin, where Rita is."""


@pytest.fixture
def call(works: UnitOfWorkFactory) -> Activity:
    """Rita has to call Ada on Friday."""
    ada = given(works, Customer, first_name="Ada", last_name="Lovelace")
    return given(works, Activity, description="Call Ada", customer=ada.ref, due_date="fri 9:00")


@SQLITE
@pytest.mark.parametrize(
    "line",
    [
        "/crm task new CU-1 Call Ada fri 9:00",
        "/crm-task new Call Ada CU-1 fri 9:00",
        "@crm new task Call Ada CU-1 due=“fri 9:00”",
    ],
)
def test_a_task_is_planned_in_one_line(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str
) -> None:
    ada = given(works, Customer, first_name="Ada")
    slack.command(line) if line.startswith("/") else slack.say(line)
    assert told(slack) == "Created AT-1 Call Ada\nDue: Fri 13 Mar 09:00\nCustomer: CU-1 Ada"
    task = found(works, Activity)
    assert (task.customer, task.due_date, task.type) == (ada.id, FRIDAY_NINE, "task")


@SQLITE
def test_a_task_is_planned_for_someone_else(
    slack: SlackDriver, works: UnitOfWorkFactory, call: Activity
) -> None:
    slack.command("/crm task new CU-1 Send the offer +3d @ravi")
    task = found(works, Activity, 2)
    with works("T1") as work:
        assert (task.description, task.owner) == ("Send the offer", work.lookup("user", "U_RAVI"))


@SQLITE
@pytest.mark.parametrize(
    "line",
    ["/crm task done AT-1 She signed", "/crm done AT-1 She signed", "@crm AT-1 done She signed"],
)
def test_a_task_is_ticked_off_with_what_came_of_it(
    slack: SlackDriver, works: UnitOfWorkFactory, call: Activity, line: str
) -> None:
    slack.command(line) if line.startswith("/") else slack.say(line)
    assert (
        told(slack)
        == "Changed AT-1 Call Ada\nDone: empty → today 11:00\nOutcome: empty → She signed"
    )
    task = found(works, Activity)
    assert (task.done_at, task.outcome) == (START, "She signed")


def test_the_button_ticks_it_off_at_once_and_the_card_follows(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, call: Activity
) -> None:
    card = standing(slack, works, courier, call)
    slack.click("activity.done", card)
    assert told(slack).startswith("Changed AT-1 Call Ada\nDone: empty → today")
    slack.click("activity.done", card)
    assert told(slack) == "AT-1 is already done."
    courier.drain()
    [card] = slack.posted("C_SALES")
    assert "activity.done" not in card.actions


@SQLITE
def test_snoozing_asks_until_when_or_takes_it_from_the_line(
    slack: SlackDriver, works: UnitOfWorkFactory, call: Activity
) -> None:
    slack.command("/crm snooze AT-1 mon 9:00")
    assert "Due: Fri 13 Mar 09:00 → Mon 16 Mar 09:00" in told(slack)
    slack.command("/crm AT-1")
    slack.click("activity.snooze")
    slack.submit(until="2026-03-17T09:00:00+01:00")
    assert "Due: Mon 16 Mar 09:00 → Tue 17 Mar 09:00" in told(slack)


@SQLITE
@pytest.mark.parametrize(
    ("until", "why"),
    [
        ("2026-03-09 9:00", "That has already passed. Try tomorrow, fri or +3d."),
        ("12345", "“12345” is a number, not a day. Try fri, +3d or 2026-12-01."),
    ],
)
def test_a_bad_moment_opens_the_form_with_the_reason(
    slack: SlackDriver, works: UnitOfWorkFactory, call: Activity, until: str, why: str
) -> None:
    slack.command(f"/crm snooze AT-1 {until}")
    assert slack.modal
    assert why in slack.modal.words
    slack.submit(until="2026-03-17T09:00:00+01:00")
    assert "→ Tue 17 Mar 09:00" in told(slack)


@SQLITE
def test_a_task_without_anyone_it_is_about_opens_the_form(
    slack: SlackDriver, works: UnitOfWorkFactory, call: Activity
) -> None:
    slack.command("/crm task new Tidy up fri 9:00")
    assert slack.modal
    assert "Who is this about? Name a customer or a lead." in slack.modal.words
    assert slack.modal.values["due_date"] == int(FRIDAY_NINE.timestamp())
    slack.submit(customer="ada")
    assert count(works, Activity) == 2


@SQLITE
def test_what_is_due_is_shown_in_the_readers_zone(slack: SlackDriver, call: Activity) -> None:
    slack.command("/crm task list", user="U_RITA")
    assert "Fri 13 Mar 09:00" in told(slack)
    slack.command("/crm task list", user="U_RAVI")
    assert "Fri 13 Mar 13:30" in told(slack)


@SQLITE
def test_a_done_task_is_reopened_and_a_log_is_not(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm task new Send the offer fri CU-1")
    slack.command("/crm done AT-1")
    slack.command("/crm reopen AT-1")
    assert found(works, Activity).done_at is None
    slack.command("/crm log call CU-1 Talked")
    slack.command("/crm reopen AT-2")
    assert told(slack) == "AT-2 was logged and never planned, so it cannot be reopened."


@SQLITE
def test_a_list_of_calls_calls_them_calls(slack: SlackDriver, ada: Customer) -> None:
    slack.command("/crm task new Send the offer fri CU-1")
    slack.command("/crm log call CU-1 Talked")
    slack.command("/crm calls")
    assert told(slack).startswith("1 call matches “calls”")
    slack.command("/crm tasks today")
    assert "task" in told(slack).partition("\n")[0]
    slack.command("/crm task list")
    assert told(slack).startswith("2 activities, newest first")
