"""Shortcuts: from anywhere, and from a message whose words go into the form."""

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.surface_text import Shown, shown
from handlers.core.router import Catalogue
from handlers.general.shortcuts import SHORTCUTS
from handlers.registry import ROUTERS
from models.activities.activity import Activity
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.support.case import Case
from tests.ground import given
from tests.handlers.core.test_hidden import allow
from tests.handlers.kit import SQLITE, count, found, standing, told


def said(slack: SlackDriver, text: str, **where: str) -> Shown:
    """A message somebody wrote, as it stands in the channel."""
    outcome = slack.say(text, **where)
    message = slack.slack.timeline.find(where.get("channel", "C_GENERAL"), outcome.ts)
    assert message
    return shown(message)


def test_every_shortcut_is_a_verb() -> None:
    catalogue = Catalogue(ROUTERS)
    found_verbs = [
        catalogue.find(*each.callback.partition("#")[0].split(".")) for each in SHORTCUTS
    ]
    named = [each.callback.partition("#")[0] for each in SHORTCUTS]
    assert [verb.id for verb in found_verbs if verb] == named


@SQLITE
def test_a_lead_is_made_from_anywhere(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.shortcut("lead.new")
    slack.submit(name="Bob")
    assert told(slack) == "Created LD-1 Bob"
    assert slack.last.channel == slack.slack.im("U_RITA").id


@SQLITE
def test_an_activity_is_logged_from_anywhere(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada")
    slack.shortcut("log.new")
    slack.submit(type="Call", description="Talked", customer="ada")
    activity = found(works, Activity)
    assert (activity.type, bool(activity.done_at)) == ("call", True)


@SQLITE
def test_a_case_is_made_of_a_message_word_for_word(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, first_name="Ada")
    text = "The mast is broken & <urgent>\nSee https://x.org @here"
    slack.shortcut("case.new", said(slack, text))
    assert slack.modal
    assert slack.modal.values["subject"] == "The mast is broken & <urgent>"
    slack.submit(customer="ada")
    case = found(works, Case)
    assert case.subject == "The mast is broken & <urgent>"
    assert case.description.startswith(text[:45])
    assert told(slack).startswith(
        "Created CS-1 The mast is broken & <urgent>\nCustomer: CU-1 Ada\nDescription: The mast"
    )
    assert slack.last.ephemeral


@SQLITE
def test_in_the_thread_of_a_card_the_record_is_filled_in(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    lead = given(works, Lead, first_name="Bob")
    card = standing(slack, works, courier, lead, "C_GENERAL")
    slack.shortcut("activity.new", said(slack, "He wants a boat", thread_ts=card.ts))
    assert slack.modal
    assert slack.modal.values["description"] == "He wants a boat"
    assert slack.modal.values["lead"]["value"] == "LD-1"
    slack.submit(due_date="2026-03-17T09:00:00+01:00")
    assert found(works, Activity).lead == lead.id
    assert slack.last.thread_ts == card.ts


@SQLITE
def test_a_guest_gets_no_form(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.shortcut("lead.new", user="U_GUS")
    assert slack.modal is None
    assert told(slack).startswith("Guests cannot use the CRM.")
    assert count(works, Lead) == 0


@SQLITE
def test_a_very_long_message_fits_into_the_form(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, first_name="Ada")
    slack.shortcut("case.new", said(slack, "word " * 2000))
    assert slack.modal
    assert len(slack.modal.values["subject"]) <= 255
    slack.submit(customer="ada")
    assert count(works, Case) == 1


def test_what_was_made_of_a_message_is_told_in_its_thread_and_leads_back(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    given(works, Customer, first_name="Ada")
    message = said(slack, "The mast is broken", channel="C_SALES")
    slack.shortcut("case.new", message)
    slack.submit(customer="ada")
    slack.shortcut("log.new#2", message)
    slack.submit(customer="ada", type="call")
    courier.drain()
    case, log = slack.thread(message)[-2:]
    assert case.text.startswith("Rita Reyes made this message CS-1 The mast is broken")
    assert "AT-1" in log.words
    slack.click("case.more", case)
    assert slack.modal
    link = f"https://acme.slack.com/archives/C_SALES/p{message.ts.replace('.', '')}"
    assert f"<{link}|this message>" in str(slack.modal.blocks)


@SQLITE
def test_who_may_not_see_what_was_made_reads_only_its_number(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    given(works, Customer, first_name="Ada")
    message = said(slack, "Bob wants a boat", channel="C_SUPPORT")
    allow(works, "support", "everything: look, new, change", "task: none")
    slack.shortcut("activity.new", message)
    slack.submit(customer="ada", due_date="2026-03-17T09:00:00+01:00")
    courier.drain()
    assert slack.thread(message)[-1].text.startswith(
        "Rita Reyes made AT-1 of this message. Not everybody here may see it."
    )
