"""Receipts: what changed, and Undo, Edit and Show that work."""

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead, LeadStatus
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.kit import SQLITE, count, found, told


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Lead:
    return given(works, Lead, first_name="Ada", company="Engines")


def unit_of(slack: SlackDriver) -> str:
    """The act that the newest receipt is of, by its button."""
    return str(slack.last.blocks[-1]["elements"][0]["value"])


def test_undo_works_once(slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead) -> None:
    slack.command("/crm set LD-1 source=Fair")
    unit = unit_of(slack)
    slack.click("crm.undo")
    assert told(slack) == "Undone: LD-1 Ada\nSource: Fair → empty"
    slack.command(f"/crm undo {unit}")
    assert told(slack) == "This was undone already."
    assert found(works, Lead).source is None


@SQLITE
def test_what_was_undone_takes_the_place_of_the_receipt_and_can_be_done_again(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    slack.command("/crm set LD-1 source=Fair")
    before = len(slack.seen)
    slack.click("crm.undo")
    assert len(slack.seen) == before
    assert slack.last.buttons == ["Redo", "Edit", "Show"]
    slack.click("crm.redo")
    assert told(slack) == "Done again: LD-1 Ada\nSource: empty → Fair"
    assert slack.last.buttons == ["Undo", "Edit", "Show"]
    assert len(slack.seen) == before


def test_undoing_the_creation_twice_hides_it_once(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm lead new Bob")
    unit = unit_of(slack)
    slack.click("crm.undo")
    assert count(works, Lead) == 0
    slack.command(f"/crm undo {unit}")
    assert told(slack) == "This was undone already."


@SQLITE
def test_whoever_may_change_it_can_undo_it_and_others_are_told_who_can_let_them(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    slack.command("/crm set LD-1 source=Fair")
    unit = slack.last.blocks[-1]["elements"][0]["value"]
    slack.command(f"/crm undo {unit}", user="U_SAM")
    assert told(slack) == "Your role (support) does not allow “lead edit”. Ada Abel can give it."
    assert slack.last.buttons == ["Request"]
    slack.command("/crm undo", user="U_MONA")
    assert told(slack) == "There is nothing to undo."
    assert found(works, Lead).source == "Fair"
    slack.command(f"/crm undo {unit}", user="U_MONA")
    assert told(slack) == "Undone: LD-1 Ada\nSource: Fair → empty"


@SQLITE
def test_what_somebody_changed_since_is_not_undone(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    slack.command("/crm set LD-1 source=Fair")
    slack.command("/crm set LD-1 source=Radio", user="U_RAVI")
    slack.command("/crm undo", user="U_RITA")
    assert (
        told(slack)
        == "Ravi Rao has changed Source of LD-1 Ada to Radio since; it cannot simply be undone."
    )
    assert found(works, Lead).source == "Radio"


def test_a_conversion_is_undone_as_a_whole_and_once(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    slack.command("/crm lead convert LD-1 deal=Sails amount=12k")
    assert told(slack).startswith("Ada is now CU-1, with the deal OP-1 Sails")
    unit = unit_of(slack)
    slack.click("crm.undo")
    assert [count(works, entity) for entity in (Customer, Account, Opportunity)] == [0, 0, 0]
    assert found(works, Lead).status == LeadStatus.NEW
    slack.command(f"/crm undo {unit}")
    assert told(slack) == "This was undone already."


@SQLITE
def test_edit_and_show_do_what_they_say(slack: SlackDriver, ada: Lead) -> None:
    slack.command("/crm set LD-1 source=Fair")
    slack.click("lead.edit")
    assert slack.modal
    assert slack.modal.values["source"] == "Fair"
    slack.close()
    slack.click("lead.show")
    assert told(slack).startswith("LD-1 Ada · Engines · New · Fair")


@SQLITE
def test_a_value_that_is_emptied_is_told_so(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    slack.command('/crm set LD-1 company=""')
    assert told(slack) == "Changed LD-1 Ada\nCompany: Engines → empty"
    slack.command("/crm set LD-1 company=")
    assert told(slack) == "LD-1 Ada: nothing changed"
    assert slack.last.buttons == ["Edit", "Show"]


@SQLITE
def test_an_amount_that_changes_its_currency_is_told_in_both(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    given(
        works,
        Opportunity,
        name="Sails",
        customer=given(works, Customer, first_name="Eve").ref,
        amount="12k",
    )
    slack.command("/crm OP-1 amount=$9k")
    assert "Amount: €12,000 → $9,000" in told(slack)
    slack.click("crm.undo")
    assert "Amount: $9,000 → €12,000" in told(slack)


@SQLITE
def test_many_changes_are_cut_short(
    slack: SlackDriver, works: UnitOfWorkFactory, ada: Lead
) -> None:
    typed = "first_name=A last_name=B company=C email=d@x.org phone=03012345678 job=F source=G team=H tags=i status=working"
    slack.command(f"/crm set LD-1 {typed}")
    assert told(slack).splitlines()[-1] == "and 2 more"


@SQLITE
def test_a_card_that_stands_in_the_channel_is_not_posted_there_again(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, ada: Lead
) -> None:
    slack.command("/crm LD-1 --here")
    courier.drain()
    slack.command("/crm LD-1 --here")
    assert told(slack) == "The card is in this channel already. I keep it up to date."
    courier.drain()
    assert len(slack.posted("C_GENERAL")) == 1
