"""Which record a line is about: never a guess, found by name, address and number, and said in the
answer.
"""

from typing import Any

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.surface_text import Shown, shown
from models.activities.activity import Activity
from models.core import records
from models.core.entity.base import Entity
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import given
from tests.handlers.kit import SQLITE, count, deliver, found, sent, standing, told

pytestmark = SQLITE


@pytest.fixture
def henrik(works: UnitOfWorkFactory) -> Customer:
    return given(
        works,
        Customer,
        first_name="Henrik",
        last_name="Dahl",
        email="henrik@bluefjord.example",
        phone="+4722334455",
    )


@pytest.fixture
def pilot(works: UnitOfWorkFactory, henrik: Customer) -> Opportunity:
    return given(works, Opportunity, name="Pilot", customer=henrik.ref)


def said(slack: SlackDriver, text: str, **where: str) -> Shown:
    """A message somebody wrote, as it stands in the channel."""
    outcome = slack.say(text, **where)
    message = slack.slack.timeline.find(where.get("channel", "C_GENERAL"), outcome.ts)
    assert message
    return shown(message)


def last(works: UnitOfWorkFactory, entity: type[Entity]) -> Any:
    return found(works, entity, count(works, entity))


# ── a change is never guessed ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "line", ["@crm won", "@crm deal won", "@crm won this", "@crm this won", "@crm this stage=won"]
)
def test_in_a_thread_without_a_card_a_change_asks_which(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    pilot: Opportunity,
    line: str,
) -> None:
    standing(slack, works, courier, pilot)
    pizza = said(slack, "Who wants pizza?", channel="C_SALES")
    slack.say(line, channel="C_SALES", thread_ts=pizza.ts)
    assert found(works, Opportunity).stage == "qualification"
    assert told(slack).startswith(("Which deal?", "It is not clear what “this” is here."))


def test_what_stands_nearby_is_offered_and_not_taken(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, pilot: Opportunity
) -> None:
    standing(slack, works, courier, pilot)
    pizza = said(slack, "Who wants pizza?", channel="C_SALES")
    slack.say("@crm won", channel="C_SALES", thread_ts=pizza.ts)
    assert told(slack) == "Which deal? Name it, for example: deal won OP-1"
    assert slack.last.buttons == ["OP-1 Pilot"]
    slack.click("crm.run")
    assert found(works, Opportunity).stage == "won"


def test_the_thread_of_another_card_is_no_reason_for_a_guess(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, pilot: Opportunity
) -> None:
    standing(slack, works, courier, pilot)
    card = standing(slack, works, courier, given(works, Lead, first_name="Bob"))
    slack.say("@crm won", channel="C_SALES", thread_ts=card.ts)
    assert told(slack).startswith("Which deal?")
    assert found(works, Opportunity).stage == "qualification"


def test_without_a_thread_a_change_names_its_record(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, pilot: Opportunity
) -> None:
    standing(slack, works, courier, pilot, "C_GENERAL")
    for line in ("@crm won", "@crm deal won", "@crm lost too expensive"):
        slack.say(line)
        assert found(works, Opportunity).stage == "qualification", line


def test_this_is_never_a_deleted_record(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    for number in range(1, 5):
        given(works, Lead, first_name="Zoe", email=f"z{number}@x.example")
    given(works, Lead, first_name="Ada", company="Analytical")
    slack.command("/crm lead convert LD-5")
    slack.command("/crm undo")
    before = found(works, Opportunity)
    assert before.deleted_at
    for line in (
        "deal stage this negotiation",
        "deal won this",
        "deal set this amount=5",
        "this amount=5",
        "deal more this",
        "deal assign this <@U_RAVI>",
    ):
        slack.command(f"/crm {line}", channel="C_SUPPORT")
        after = found(works, Opportunity)
        assert (after.version, after.stage) == (before.version, before.stage), line


def test_the_thread_of_a_deleted_card_says_so_and_may_bring_it_back(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, pilot: Opportunity
) -> None:
    card = standing(slack, works, courier, pilot)
    with works("T1", "U_RITA") as work:
        records.delete(work, work.find(Opportunity, 1))
    slack.say("@crm won", channel="C_SALES", thread_ts=card.ts)
    assert told(slack) == "OP-1 Pilot was deleted. Bring it back with: restore OP-1"
    slack.say("@crm deal restore", channel="C_SALES", thread_ts=card.ts)
    assert found(works, Opportunity).deleted_at is None


def test_this_is_never_a_record_that_one_may_not_see(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    lead = given(works, Lead, by="U_OLGA", first_name="Zoe", last_name="Zed")
    card = standing(slack, works, courier, lead, "C_GENERAL")
    for line in (
        "@crm lead show this",
        "@crm lead claim",
        "@crm claim",
        "@crm log call this Hello",
    ):
        slack.say(line, thread_ts=card.ts, user="U_JULE")
        assert "Zoe" not in slack.last.words, line
    assert found(works, Lead).owner == lead.owner
    assert count(works, Activity) == 0


# ── found by name, address, number ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("log call Henrik talked about the pilot", "Henrik talked about the pilot"),
        ("log call henrik talked about the pilot", "henrik talked about the pilot"),
        ('log call "Henrik Dahl" wants a discount', "wants a discount"),
        ("log call “Henrik Dahl” wants a discount", "wants a discount"),
        ('log call "henrik" wants a discount', "wants a discount"),
        ("log call Dahl wants a discount", "Dahl wants a discount"),
        ("log call henrik@bluefjord.example wants a discount", "wants a discount"),
        ("log call Spoke with Henrik Dahl about it", "Spoke with Henrik Dahl about it"),
        ("log call spoke with Henrik about it", "spoke with Henrik about it"),
        ("log note Henrik's boat leaks", "Henrik's boat leaks"),
        (
            "log note wrote to henrik@bluefjord.example today",
            "wrote to henrik@bluefjord.example today",
        ),
        ("log meeting Called +47 22 33 44 55 twice", "Called +47 22 33 44 55 twice"),
        ('log email customer="henrik" Sent the offer', "Sent the offer"),
    ],
)
def test_who_is_spoken_of_is_looked_up_taken_and_said(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer, line: str, text: str
) -> None:
    given(works, Customer, first_name="Ada", last_name="Lovelace")
    slack.command(f"/crm {line}")
    activity = found(works, Activity)
    assert activity.customer == henrik.id
    assert activity.description.endswith(text.removeprefix("wrote to "))
    assert "Henrik Dahl (CU-1)" in told(slack)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ('task new "Call" henrik@bluefjord.example tomorrow', "Call"),
        ("task new Call Henrik tomorrow", "Call Henrik"),
        ('task new "Henrik Dahl" call him back tomorrow', "call him back"),
        ("task new Send Dahl the offer tomorrow", "Send Dahl the offer"),
    ],
)
def test_a_task_is_about_whom_it_speaks_of(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer, line: str, text: str
) -> None:
    slack.command(f"/crm {line}")
    task = found(works, Activity)
    assert (task.description, task.customer, bool(task.due_date)) == (text, henrik.id, True)
    assert "Customer: CU-1 Henrik Dahl" in told(slack)


@pytest.mark.parametrize(
    "line", ["log call Henrik", "log call Henrik Dahl", "task new henrik dahl"]
)
def test_a_name_alone_is_no_text(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer, line: str
) -> None:
    slack.command(f"/crm {line}")
    assert slack.modal
    assert slack.modal.values["customer"]["value"] == "CU-1"
    assert not slack.modal.values["description"]
    assert count(works, Activity) == 0


def test_a_name_without_a_space_is_the_one_with_it(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, first_name="小龙", last_name="李")
    slack.command("/crm log call 李小龙 想要折扣")
    assert "小龙 李 (CU-1)" in told(slack)


def test_a_slip_in_a_field_says_whom_it_may_mean(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer
) -> None:
    slack.command("/crm deal new Pilot 5k customer=Henrick")
    assert slack.modal
    assert "There is no customer “Henrick”." in slack.modal.words
    assert "Did you mean CU-1 Henrik Dahl?" in slack.modal.words


def test_leads_and_accounts_are_looked_up_too(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer
) -> None:
    given(works, Lead, first_name="Tomas", last_name="Berg")
    given(works, Account, name="Acme GmbH")
    slack.command("/crm log call Tomas Berg wants a quote")
    assert "Tomas Berg (LD-1)" in told(slack)
    slack.command("/crm deal new Acme renewal 12k")
    assert "Account: AC-1 Acme GmbH" in told(slack)
    slack.command("/crm deal new Coffee henrik@bluefjord.example 5k")
    assert (last(works, Opportunity).name, last(works, Opportunity).customer) == (
        "Coffee",
        henrik.id,
    )
    slack.command('/crm case new "Henrik Dahl" The engine stops')
    assert (found(works, Case).subject, found(works, Case).customer) == (
        "The engine stops",
        henrik.id,
    )


def test_a_lead_that_became_a_customer_is_not_meant_any_more(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Lead, first_name="Tomas", last_name="Berg", email="t@x.example")
    slack.command("/crm lead convert LD-1")
    slack.command("/crm log call Tomas Berg wants a quote")
    assert "Tomas Berg (CU-1)" in told(slack)


@pytest.mark.parametrize(
    "line", ["log call Henrik talked", 'log call "Henrik" talked', "task new Call Henrik tomorrow"]
)
def test_several_of_a_name_are_offered(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer, line: str
) -> None:
    given(works, Customer, first_name="Henrik", last_name="Berg")
    slack.command(f"/crm {line}")
    assert count(works, Activity) == 0
    assert slack.last.buttons == ["CU-2 Henrik Berg", "CU-1 Henrik Dahl"]
    slack.click("crm.run#2")
    assert found(works, Activity).customer == henrik.id
    assert (
        "alk" in found(works, Activity).description or "Call" in found(works, Activity).description
    )


def test_who_cannot_be_seen_is_not_found(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    given(works, Lead, by="U_OLGA", first_name="Zoe", last_name="Zed", email="zoe@x.example")
    for line in ("Zoe called", '"Zoe Zed" called', "zoe@x.example called"):
        slack.command(f"/crm log call {line}", user="U_JULE")
        assert slack.modal
        assert "LD-1" not in slack.modal.words
        slack.close(user="U_JULE")
    assert count(works, Activity) == 0


def test_a_record_is_shown_by_number_address_or_phone(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer
) -> None:
    for name in (
        "CU-1",
        "1",
        "henrik@bluefjord.example",
        "Henrik",
        "henrik dahl",
        '"+47 22 33 44 55"',
    ):
        slack.command(f"/crm customer show {name}")
        assert told(slack).startswith("CU-1 Henrik Dahl"), name


@pytest.mark.parametrize(
    "name", ["Henrick", "henrik dal", "Dahl", "hnerik", "Henrick Dal", "bluefjord"]
)
def test_what_is_nearly_a_name_is_offered(
    slack: SlackDriver, works: UnitOfWorkFactory, henrik: Customer, name: str
) -> None:
    slack.command(f"/crm customer show {name}")
    assert told(slack) == f"There is no customer “{name}”. Did you mean one of these?"
    slack.click("crm.run")
    assert told(slack).startswith("CU-1 Henrik Dahl")


# ── in the thread of a card ───────────────────────────────────────────────────────────────────────


def test_a_log_in_the_thread_of_a_card_is_about_its_record_and_the_thread_shows_it(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    pilot: Opportunity,
    henrik: Customer,
) -> None:
    given(works, Customer, first_name="Ada")
    card = standing(slack, works, courier, pilot)
    slack.say("@crm log call Spoke with Ada", channel="C_SALES", thread_ts=card.ts)
    activity = found(works, Activity)
    assert (activity.opportunity, activity.customer, activity.description) == (
        pilot.id,
        henrik.id,
        "Spoke with Ada",
    )
    assert "Deal: OP-1 Pilot" in told(slack)
    assert "Henrik Dahl (CU-1)" in told(slack)
    courier.drain()
    assert [reply.text for reply in slack.thread(card)][-1].endswith(
        "logged a call: AT-1 Spoke with Ada"
    )
    slack.say("@crm task new Call back fri", channel="C_SALES", thread_ts=card.ts)
    assert last(works, Activity).opportunity == pilot.id


def test_a_log_in_a_thread_that_names_another_is_about_that_one(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, pilot: Opportunity
) -> None:
    ada = given(works, Customer, first_name="Ada")
    card = standing(slack, works, courier, pilot)
    slack.say("@crm log call CU-2 Hello", channel="C_SALES", thread_ts=card.ts)
    assert (found(works, Activity).customer, found(works, Activity).opportunity) == (ada.id, None)


# ── of a message ──────────────────────────────────────────────────────────────────────────────────


def test_a_task_made_of_a_message_is_about_nobody_or_who_stands_in_it(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, pilot: Opportunity
) -> None:
    standing(slack, works, courier, pilot)
    slack.shortcut("activity.new", said(slack, "Tomas Berg wants a quote", channel="C_SALES"))
    assert slack.modal
    assert slack.modal.values["description"] == "Tomas Berg wants a quote"
    assert not any(
        slack.modal.values.get(name)
        for name in ("customer", "lead", "opportunity", "account", "case")
    )
    slack.close()
    given(works, Lead, first_name="Tomas", last_name="Berg")
    slack.shortcut("activity.new", said(slack, "Today Tomas Berg wants a quote", channel="C_SALES"))
    assert slack.modal.values["lead"]["value"] == "LD-1"
    slack.close()
    given(works, Customer, first_name="Tomas", last_name="Berg")
    slack.shortcut("activity.new", said(slack, "Tomas Berg wants a quote", channel="C_SALES"))
    assert not any(slack.modal.values.get(name) for name in ("customer", "lead"))


# ── an edited message ─────────────────────────────────────────────────────────────────────────────


def edited(slack: SlackDriver, text: str, event: str) -> None:
    """The last message is edited: Slack sends an event of its own for it."""
    payload = sent(slack)
    changed = payload["event"] | {"text": text, "edited": {"user": "U_RITA", "ts": "1.5"}}
    assert deliver(
        slack, "events_api", payload | {"event": changed, "event_id": event}
    ).acknowledged


def test_an_edited_message_is_the_same_message(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.say("@crm lead new Grace")
    text = sent(slack)["event"]["text"]
    edited(slack, text, "EvTwo")
    edited(slack, text.replace("Grace", "Grace Hopper"), "EvThree")
    assert count(works, Lead) == 1
    assert found(works, Lead).title == "Grace"
    assert told(slack).startswith("I did what this message said before you edited it")
    answers = len(slack.seen)
    edited(slack, text.replace("Grace", "Grace Hopper"), "EvThree")
    assert len(slack.seen) == answers


def test_a_message_that_did_nothing_yet_may_be_corrected(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Lead, first_name="Grace")
    slack.say("@crm lead qualfy LD-1")
    assert "Did you mean" in told(slack)
    edited(slack, sent(slack)["event"]["text"].replace("qualfy", "qualify"), "EvTwo")
    assert found(works, Lead).status == "qualified"
    slack.say("@crm lead list xyz")
    edited(slack, sent(slack)["event"]["text"].replace("xyz", "grace"), "EvThree")
    assert "LD-1 Grace" in told(slack)
