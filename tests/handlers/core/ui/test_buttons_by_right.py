"""A button that whoever reads it may not press is not drawn: on receipts, reminders, lists and
looks into the past.
"""

from datetime import timedelta

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from handlers.core.responses import Message
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.support.case import Case
from tests.bot.outgoing import say
from tests.bot.rooms import room
from tests.ground import StoppedClock, given, task
from tests.handlers.drawings import buttons, drawn
from tests.handlers.kit import SQLITE, count, found, standing, told

pytestmark = SQLITE


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada")


@pytest.fixture
def broken(works: UnitOfWorkFactory, ada: Customer) -> Case:
    return given(works, Case, by="U_SAM", subject="Broken", customer=ada.ref)


# ── receipts ──────────────────────────────────────────────────────────────────────────────────────


def test_who_may_make_a_record_and_not_change_it_is_offered_only_a_look(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm lead new Bob", user="U_SAM")
    assert slack.last.buttons == ["Show"]
    slack.command("/crm undo", user="U_SAM")
    assert told(slack).startswith("Your role (support) does not allow “lead delete”")
    assert count(works, Lead) == 1


def test_who_may_give_a_record_away_and_not_edit_it_is_offered_to_take_it_back(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Lead, first_name="Bob")
    slack.command("/crm role refuse senior rep lead edit", user="U_ADA")
    slack.command("/crm assign LD-1 @ravi")
    assert slack.last.buttons == ["Undo", "Show"]
    slack.click("crm.undo")
    assert found(works, Lead).owner == found(works, User).id


def test_who_gives_away_what_they_saw_is_offered_the_way_back_and_nothing_else(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Lead, by="U_JULE", first_name="Bob")
    slack.command("/crm assign LD-1 @olga", user="U_JULE")
    assert told(slack) == "You'll no longer see LD-1. Hand it over?"
    slack.click("crm.run", user="U_JULE")
    assert slack.last.buttons == ["Undo"]
    slack.click("crm.undo", user="U_JULE")
    assert told(slack).startswith("Undone: LD-1 Bob")


def test_what_one_deletes_and_may_not_bring_back_has_no_button_for_that(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Lead, first_name="Bob")
    slack.command("/crm role refuse senior rep lead restore", user="U_ADA")
    slack.command("/crm lead delete LD-1 --yes")
    assert slack.last.actions == []
    assert told(slack).startswith("Deleted LD-1 Bob")
    slack.command("/crm undo")
    assert told(slack).startswith("Your role (senior rep) does not allow “lead restore”")


def test_what_is_said_of_a_case_is_offered_to_be_unsaid(
    slack: SlackDriver, works: UnitOfWorkFactory, broken: Case
) -> None:
    slack.command("/crm case note CS-1 Ask Eve first", user="U_RITA")
    assert slack.last.buttons == ["Undo", "Edit", "Show"]
    slack.command("/crm role refuse senior rep case edit", user="U_ADA")
    slack.command("/crm case note CS-1 And Joan", user="U_RITA")
    assert slack.last.buttons == ["Undo", "Show"]
    slack.click("crm.undo")
    assert told(slack).startswith("Undone: CS-1 Broken")
    assert slack.last.buttons == ["Redo", "Show"]


def test_ones_own_hours_can_be_set_back_and_nothing_else_of_oneself_be_edited(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm hours from=8:00 until=16:00")
    assert slack.last.buttons == ["Undo", "Show"]


def test_a_receipt_that_many_read_has_all_buttons_and_pressing_is_checked(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    room(slack, "U_SAM", "U_SOFIA")
    slack.command("/crm lead new Bob --here", user="U_SAM", channel="C_ROOM")
    courier.drain()
    [receipt] = slack.posted("C_ROOM")
    assert receipt.buttons == ["Undo", "Edit", "Show"]
    slack.click("lead.edit", receipt, user="U_SOFIA")
    assert told(slack).startswith("Your role (support) does not allow “lead edit”")


@pytest.mark.parametrize("line", ["lead new Bob", "case note CS-1 Ask Eve"])
def test_a_receipt_in_a_channel_that_one_reads_alone_has_what_they_may_press(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    broken: Case,
    line: str,
) -> None:
    slack.command("/crm role refuse support case edit", user="U_ADA")
    room(slack, "U_SAM")
    slack.command(f"/crm {line} --here", user="U_SAM", channel="C_ROOM")
    courier.drain()
    [receipt] = slack.posted("C_ROOM")
    assert receipt.buttons == (["Show"] if line.startswith("lead") else ["Undo", "Show"])


# ── what the bot says by itself ───────────────────────────────────────────────────────────────────


def test_a_reminder_offers_what_one_may_do_about_a_task(
    slack: SlackDriver, works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    task(works, ada, "+1h")
    clock.forward(timedelta(hours=1))
    slack.command("/crm role refuse senior rep task done", user="U_ADA")
    slack.command("/crm role refuse senior rep task assign", user="U_ADA")
    assert offered(drawn(works, "due", "U_RITA")) == [
        ("static_select", "activity.snooze", []),
        ("button", "activity.show", []),
        ("overflow", "crm.menu", ["edit AT-1", "drop AT-1", "mute CU-1"]),
    ]
    for verb in ("snooze", "edit", "drop"):
        slack.command(f"/crm role refuse senior rep task {verb}", user="U_ADA")
    assert offered(drawn(works, "due", "U_RITA")) == [
        ("button", "activity.show", []),
        ("overflow", "crm.menu", ["mute CU-1"]),
    ]


def offered(message: Message | None) -> list[tuple[str, str, list[str]]]:
    """(kind, action, options of the ⋮ menu) of all that can be pressed."""
    assert message is not None
    elements = [each for block in message.blocks for each in block.get("elements", [])]
    elements = [each for each in elements if "action_id" in each]
    return [
        (
            each["type"],
            each["action_id"],
            [option["value"] for option in each.get("options", ()) if each["type"] == "overflow"],
        )
        for each in elements
    ]


def test_a_list_of_cases_offers_to_claim_where_one_may(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, clock: StoppedClock
) -> None:
    given(works, Case, by="U_SAM", subject="Fire", customer=ada.ref, priority="urgent")
    clock.forward(timedelta(hours=1))
    assert buttons(drawn(works, "cases")) == [("case.claim", "CS-1")]
    assert buttons(drawn(works, "cases", "U_SAM")) == [("case.claim", "CS-1")]
    assert buttons(drawn(works, "cases", "U_ELI")) == [("case.show", "CS-1")]


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_look_into_the_past_offers_the_way_back_to_who_may_change_it(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    lead = given(works, Lead, first_name="Bob")
    slack.command("/crm lead as LD-1 v1", user="U_ELI")
    assert slack.last.buttons == ["History", "Show today's"]
    slack.command("/crm lead as LD-1 v1")
    assert slack.last.buttons == ["Set back to this", "History", "Show today's"]
    slack.click("lead.revert")
    assert told(slack) == f"{lead} is as it was then."


def test_deliveries_are_offered_to_be_sent_again_by_who_may(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    slack.slack.channels["C_SUPPORT"].is_archived = True
    for text in ("One", "Two"):
        say(works, "C_SUPPORT", text)
    courier.drain()
    slack.command("/crm role allow executive deliveries list", user="U_ADA")
    slack.command("/crm deliveries", user="U_ELI")
    assert slack.last.buttons == []
    slack.command("/crm role allow executive deliveries retry", user="U_ADA")
    slack.command("/crm deliveries", user="U_ELI")
    assert slack.last.buttons == ["Retry", "Retry", "Retry all"]
    slack.command("/crm deliveries", user="U_ADA")
    assert slack.last.buttons == ["Retry", "Drop", "Retry", "Drop", "Retry all"]


def test_a_card_and_the_receipt_about_its_record_agree(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    lead = given(works, Lead, first_name="Bob")
    slack.command("/crm role refuse senior rep lead edit", user="U_ADA")
    slack.command("/crm lead qualify LD-1")
    assert slack.last.buttons == ["Show"]
    slack.command("/crm LD-1")
    assert "Edit" not in str(slack.last.blocks)
    standing(slack, works, courier, lead, "C_GENERAL")
    assert "Edit" in str(slack.posted("C_GENERAL")[0].blocks)


def test_who_is_no_admin_any_more_reads_a_wish_and_is_offered_no_answer(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    slack.command("/crm request audit verify", user="U_JULE")
    works.welcome("T1", "U_ELI", role="admin")
    works.welcome("T1", "U_ADA", role="executive")
    courier.drain()
    [wish] = slack.posted(slack.slack.im("U_ADA").id)
    assert "Jule Jansen (rep) asks to be allowed “audit verify”" in wish
    assert wish.buttons == ["Mute"]
