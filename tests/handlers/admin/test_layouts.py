"""Admins lay out cards and forms, in a line or a form; all follow, and nothing hidden is shown."""

from typing import Any

import pytest

from bot.sandbox.client import SlackDriver
from models.core.custom.custom_field import CustomField
from models.core.fields.shape import AS_BUILT, Layout
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.kit import SQLITE, told
from tests.tables import table

ADA = "U_ADA"
pytestmark = SQLITE


@pytest.fixture
def oars(works: UnitOfWorkFactory, ada: Customer) -> Opportunity:
    given(
        works,
        CustomField,
        by=ADA,
        about="deal",
        name="Contract type",
        kind="choice",
        options="Annual, Monthly",
    )
    texts = {"name": "Oars", "customer": "CU-1", "amount": "1200", "next_step": "Call"}
    return given(works, Opportunity, **texts, x_contract_type="annual")


def card(slack: SlackDriver) -> str:
    slack.command("/crm OP-1")
    return slack.last.words


def test_a_card_shows_what_admins_chose_in_their_order(
    slack: SlackDriver, oars: Opportunity
) -> None:
    before = card(slack)
    slack.command('/crm layout deal card "Next step" Contract type amount', user=ADA)
    assert "Next step, Contract type, Amount" in slack.last.words, slack.last.words
    slack.command("/crm layout", user=ADA)
    assert "Layout of deals, card: Next step, Contract type, Amount" in told(slack)
    words = card(slack)
    assert "*Next step:* Call · *Contract type:* Annual" in words
    assert "Stage" not in words.split("OP-1", 1)[1].split("Contract type")[0]
    slack.command("/crm undo", user=ADA)
    assert card(slack) == before
    slack.command("/crm redo", user=ADA)
    assert "*Next step:* Call" in card(slack)
    slack.command("/crm layout deal reset", user=ADA)
    assert card(slack) == before
    slack.command("/crm undo", user=ADA)
    assert "*Next step:* Call" in card(slack)


def test_a_form_asks_first_for_what_admins_chose_and_the_rest_is_behind_a_button(
    slack: SlackDriver, oars: Opportunity
) -> None:
    slack.command('/crm layout deal form notes "Contract type" name', user=ADA)
    slack.command("/crm deal new")
    assert slack.modal
    assert list(slack.modal.values)[:3] == ["notes", "x_contract_type", "name"]
    assert "amount" not in slack.modal.values


def test_a_form_with_menus_keeps_the_order_and_begins_with_what_stands(
    slack: SlackDriver, oars: Opportunity
) -> None:
    slack.command("/crm layout deal", user=ADA)
    slack.submit(user=ADA, card="next_step, amount", form="name, x_contract_type")
    assert "*Next step:* Call · *Amount:*" in card(slack)
    slack.command("/crm layout deal", user=ADA)
    assert slack.modal
    chosen: Any = slack.modal.values["card"]
    assert [each["value"] for each in chosen] == ["next_step", "amount"]
    slack.close(ADA)


def test_a_name_in_one_box_stays_one(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    slack.command("/crm layout lead form source name", user=ADA)
    slack.command("/crm lead new")
    assert slack.modal
    assert list(slack.modal.values)[:2] == ["source", "name"]


def test_what_a_reader_may_not_see_stays_hidden(slack: SlackDriver, oars: Opportunity) -> None:
    slack.command('/crm layout deal card "Next step" amount', user=ADA)
    slack.command('/crm role hide "senior rep" deal next_step', user=ADA)
    assert "Call" not in card(slack)
    assert "Next step" not in card(slack)
    assert "*Amount:*" in card(slack)


def test_a_field_that_is_no_more_leaves_the_rest(slack: SlackDriver, oars: Opportunity) -> None:
    slack.command('/crm layout deal card "Contract type" amount', user=ADA)
    slack.command("/crm layout deal form name x_contract_type", user=ADA)
    slack.command("/crm field delete FD-1 --yes", user=ADA)
    assert "*Amount:*" in card(slack)
    slack.command("/crm deal new")
    assert slack.modal
    assert "x_contract_type" not in slack.modal.values


def test_another_process_follows_at_its_next_act(
    slack: SlackDriver, works: UnitOfWorkFactory, oars: Opportunity
) -> None:
    other = UnitOfWorkFactory(works.engine, works.clock)
    for line, card, form in (
        ("layout deal card amount", ("amount",), ()),
        ("layout deal form notes", ("amount",), ("notes",)),
        ("layout deal card reset", (), ("notes",)),
        ("layout deal reset", (), ()),
    ):
        slack.command(f"/crm {line}", user=ADA)
        with other("T1", writes=False):
            assert Opportunity.layout() == Layout(card, form), line
        with other("T2", writes=False):
            assert Opportunity.layout() == AS_BUILT


@table(
    ("line", "why"),
    [
        ("layout deal card stage colour", "“colour” is no field of a deal that can be on cards."),
        ("layout deal form total", "“total” is no field of a deal that can be asked for in forms."),
        ("layout boat card name", "Say the noun first"),
        ("layout deal shelf name", "Say card, form or reset after deal"),
        ("layout deal reset", "laid out as Rapport does it already"),
        ("layout", "All cards and forms are as Rapport lays them out."),
    ],
)
def test_what_cannot_be_laid_out_is_said(slack: SlackDriver, line: str, why: str) -> None:
    slack.command(f"/crm {line}", user=ADA)
    assert why in told(slack), told(slack)


def test_who_has_no_right_lays_nothing_out(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    given(works, Lead, company="Acme")
    slack.command("/crm layout lead card status")
    assert "does not allow “field layout new”" in told(slack)
