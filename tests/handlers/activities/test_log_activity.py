"""Writing down what has happened, as people see it."""

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.activities.activity import Activity
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import START, given
from tests.handlers.kit import SQLITE, count, found, standing, told


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada", last_name="Lovelace")


@SQLITE
@pytest.mark.parametrize("kind", ["call", "meeting", "email", "note"])
def test_what_happened_is_kept_as_done(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, kind: str
) -> None:
    slack.command(f"/crm log {kind} CU-1 Talked about the budget minutes=20")
    about = "note about" if kind == "note" else f"{kind.replace('email', 'e-mail')} with"
    first = f"Logged: {about} Ada Lovelace (CU-1) · AT-1"
    assert told(slack) == f"{first}\n“Talked about the budget”\nMinutes: 20"
    activity = found(works, Activity)
    assert (activity.type, activity.minutes, activity.customer) == (kind, 20, ada.id)
    assert activity.done_at == START


@SQLITE
@pytest.mark.parametrize(
    "line", ["/crm-log call CU-1 Hello", "/crm call log CU-1 Hello", "@crm log call CU-1 Hello"]
)
def test_both_orders_and_the_alias_say_the_same(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, line: str
) -> None:
    slack.command(line) if line.startswith("/") else slack.say(line)
    assert found(works, Activity).description == "Hello"


@SQLITE
def test_prose_is_kept_as_it_was_typed(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    given(works, Opportunity, name="Sails", customer=ada.ref)
    slack.command('/crm log note CU-1 She said "no" to OP-1; a = b, see #sales & <me>')
    assert found(works, Activity).description == 'She said "no" to OP-1; a = b, see #sales & <me>'


@SQLITE
def test_a_meeting_about_a_deal_belongs_to_its_customer(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal = given(works, Opportunity, name="Sails", customer=ada.ref)
    slack.command("/crm log meeting OP-1 Showed the boat")
    activity = found(works, Activity)
    assert (activity.opportunity, activity.customer) == (deal.id, ada.id)


@SQLITE
def test_logging_without_words_opens_the_form(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm log call CU-1")
    assert slack.modal
    assert slack.modal.text == "Log a call"
    assert slack.modal.values["customer"]["value"] == "CU-1"
    slack.submit(description="Nobody answered")
    assert told(slack) == "Logged: call with Ada Lovelace (CU-1) · AT-1\n“Nobody answered”"


@SQLITE
def test_a_call_is_not_logged_without_anyone_it_is_about(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm log call Talked")
    assert slack.modal
    assert slack.modal.values["description"] == "Talked"
    assert count(works, Activity) == 0
    slack.submit()
    assert slack.errors == {"customer": "Who is this about? Name a customer or a lead."}


@SQLITE
def test_in_the_thread_of_a_card_it_is_about_that_record(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    lead = given(works, Lead, first_name="Bob")
    card = standing(slack, works, courier, lead)
    slack.say("@crm log call this He wants a boat", channel="C_SALES", thread_ts=card.ts)
    assert told(slack) == "Logged: call with Bob (LD-1) · AT-1\n“He wants a boat”"
    assert found(works, Activity).lead == lead.id


@SQLITE
def test_what_was_logged_is_undone(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    slack.command("/crm log call CU-1 Hello")
    slack.click("crm.undo")
    assert count(works, Activity) == 0


@SQLITE
def test_of_a_company_one_is_asked_who_it_was(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer
) -> None:
    account = given(works, Account, name="Blue Fjord Shipping")
    given(works, Customer, first_name="Ingrid", last_name="Berg")
    for customer in ("CU-1", "CU-2"):
        given(works, Membership, customer=customer, account=account.ref)
    slack.command("/crm called Blue Fjord Shipping yesterday 16:00 they want 10% off")
    assert told(slack) == "Who was it at Blue Fjord Shipping? Nothing was done yet."
    assert slack.last.buttons[:2] == ["CU-1 Ada Lovelace", "CU-2 Ingrid Berg"]
    assert count(works, Activity) == 0
    slack.click("crm.run#2")
    assert told(slack).startswith("Logged: call with Ingrid Berg (CU-2)")
    activity = found(works, Activity)
    assert activity.account == account.id
    assert "they want 10% off" in (activity.description or "")


@SQLITE
@pytest.mark.parametrize("words", ["with Ada yesterday 16:00:", "Ada Lovelace yesterday 16:00"])
def test_when_it_was_may_follow_with_whom(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, words: str
) -> None:
    slack.command(f"/crm log call {words} talked about sails")
    assert told(slack) == (
        "Logged: call with Ada Lovelace (CU-1), Mon 9 Mar 16:00 · AT-1\n“talked about sails”"
    )
    assert found(works, Activity).description == "talked about sails"


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("log call with Ada Lovelace about the sails, she wants two", "about the sails, she wants two"),
        ("log email to Ada: sent the brochure", "sent the brochure"),
        ("called Ada yesterday, she wants a discount", "she wants a discount"),
        ("log call CU-1 yesterday 16:00 talked numbers", "talked numbers"),
        ("log call Ada wants the sails by Friday", "Ada wants the sails by Friday"),
        ("log call with Ada yesterday", "with Ada yesterday"),
        ("log note with Ada about the weather", "with Ada about the weather"),
    ],
)  # fmt: skip
def test_what_was_said_is_kept_without_whom_and_when_it_begins_with(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Customer, line: str, kept: str
) -> None:
    slack.command(f"/crm {line}")
    assert told(slack).startswith("Logged: ")
    assert "(CU-1)" in told(slack)
    assert found(works, Activity).description == kept
