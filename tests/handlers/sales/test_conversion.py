"""A lead is converted with the form: whom it becomes, and which deal it is about."""

import pytest

from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead, LeadStatus
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.kit import SQLITE, count, found, told

TOMAS = {"first_name": "Tomas", "last_name": "Berg"}


@pytest.fixture
def tomas(works: UnitOfWorkFactory) -> Lead:
    return given(works, Lead, **TOMAS, company="Kvarnby Energi AB", email="tomas@kvarnby.example")


def opened(slack: SlackDriver) -> None:
    slack.command("/crm LD-1")
    slack.click("lead.convert")


def options(slack: SlackDriver, name: str) -> list[str]:
    """The labels and reasons of a group of buttons, the chosen one first."""
    assert slack.modal
    block = next(each for each in slack.modal.blocks if each.get("block_id") == name)
    element = block["element"]
    listed = [*element["options"]]
    listed.sort(key=lambda each: each["value"] != element["initial_option"]["value"])
    return [
        " · ".join(each[part]["text"] for part in ("text", "description") if part in each)
        for each in listed
    ]


def asks(slack: SlackDriver) -> list[str]:
    assert slack.modal
    return [block["block_id"] for block in slack.modal.blocks if block["type"] == "input"]


@SQLITE
def test_who_is_here_already_is_chosen_and_it_is_said_why(
    slack: SlackDriver, works: UnitOfWorkFactory, tomas: Lead
) -> None:
    given(works, Account, name="Kvarnby Energi", domain="kvarnby.example")
    given(works, Customer, **TOMAS, email="tomas@kvarnby.example", account="AC-1")
    opened(slack)
    assert slack.modal
    assert slack.modal.raw.content["title"]["text"] == "Convert Tomas Berg"  # type: ignore[union-attr]
    assert options(slack, "customer") == [
        "Tomas Berg (CU-1) · Here already: the same e-mail address and name, Kvarnby Energi",
        "Add a new customer",
    ]
    assert options(slack, "account") == [
        "Kvarnby Energi (AC-1) · Here already: the same web domain and name",
        "Add “Kvarnby Energi AB”",
        "No company",
    ]
    slack.submit(deal="Turbine parts", amount="12k", close_date="2026-04-01")
    assert told(slack).startswith("Tomas Berg is now CU-1, with the deal OP-1 Turbine parts")
    assert (count(works, Customer), count(works, Account)) == (1, 1)
    deal = found(works, Opportunity)
    assert (deal.customer, deal.account, int(deal.amount)) == (1, 1, 12_000)
    assert deal.close_date.isoformat() == "2026-04-01"


def test_a_lead_joins_an_open_deal(
    slack: SlackDriver, works: UnitOfWorkFactory, tomas: Lead
) -> None:
    given(works, Account, name="Kvarnby Energi AB")
    given(works, Opportunity, name="Turbine service", account="AC-1", amount="120k")
    opened(slack)
    assert asks(slack) == ["customer", "account", "join", "deal", "amount", "close_date"]
    assert "Join Turbine service (OP-1) · €120,000, Qualification, Rita Reyes" in options(
        slack, "join"
    )
    slack.pick("join", "OP-1")
    assert asks(slack) == ["customer", "account", "join"]
    slack.submit()
    lead, deal = found(works, Lead), found(works, Opportunity)
    assert count(works, Opportunity) == 1
    assert (lead.converted_opportunity, lead.converted_account, deal.customer) == (1, 1, 1)
    slack.click("crm.undo")
    assert found(works, Opportunity).customer is None


@SQLITE
def test_a_lead_becomes_a_customer_without_a_deal(
    slack: SlackDriver, works: UnitOfWorkFactory, tomas: Lead
) -> None:
    opened(slack)
    assert options(slack, "customer") == ["Add a new customer"]
    slack.pick("join", "none")
    slack.submit(account="none")
    assert told(slack).startswith("Tomas Berg is now CU-1")
    assert (count(works, Opportunity), count(works, Account)) == (0, 0)
    assert found(works, Lead).status == LeadStatus.CONVERTED


@SQLITE
def test_the_deals_offered_are_of_whom_is_chosen(
    slack: SlackDriver, works: UnitOfWorkFactory, tomas: Lead
) -> None:
    given(works, Customer, **TOMAS, email="tomas@kvarnby.example")
    given(works, Opportunity, name="Blades", customer="CU-1")
    opened(slack)
    assert len(options(slack, "join")) == 3
    slack.pick("customer", "new")
    assert options(slack, "join") == ["Start a new deal", "No deal yet"]


@SQLITE
def test_a_line_says_the_same_and_meets_who_looks_alike(
    slack: SlackDriver, works: UnitOfWorkFactory, tomas: Lead
) -> None:
    given(works, Customer, **TOMAS)
    slack.command("/crm lead convert LD-1 amount=12k")
    assert told(slack).startswith("Not saved yet: Tomas Berg (CU-1) has the same name.")
    assert (count(works, Customer), count(works, Opportunity)) == (1, 0)
    slack.click("crm.run")
    assert told(slack).startswith("Tomas Berg is now CU-1, with the deal OP-1")
    assert int(found(works, Opportunity).amount) == 12_000


@SQLITE
@pytest.mark.parametrize(
    ("words", "deals"), [("join=none", 1), ("join=OP-1", 1), ("OP-1", 1), ("customer=new", 2)]
)
def test_what_the_form_asks_can_be_said_in_a_line(
    slack: SlackDriver, works: UnitOfWorkFactory, tomas: Lead, words: str, deals: int
) -> None:
    given(works, Customer, **TOMAS)
    given(works, Opportunity, name="Blades", customer="CU-1")
    slack.command(f"/crm lead convert LD-1 {words} --yes")
    assert count(works, Opportunity) == deals
    assert found(works, Lead).status == LeadStatus.CONVERTED


@SQLITE
def test_a_closed_deal_is_not_joined(
    slack: SlackDriver, works: UnitOfWorkFactory, tomas: Lead
) -> None:
    given(works, Customer, **TOMAS)
    given(works, Opportunity, name="Blades", customer="CU-1", stage="won")
    slack.command("/crm lead convert LD-1 join=OP-1 --yes")
    assert "is closed already" in told(slack)
    assert count(works, Customer) == 1


@SQLITE
def test_a_deal_that_one_may_not_see_is_neither_offered_nor_joined(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Customer, **TOMAS, email="tomas@kvarnby.example")
    given(works, Opportunity, by="U_OLGA", name="Blades", customer="CU-1")
    given(works, Lead, by="U_JULE", **TOMAS, email="tomas@kvarnby.example")
    slack.command("/crm LD-1", user="U_JULE")
    slack.click("lead.convert", user="U_JULE")
    assert options(slack, "join") == ["Start a new deal", "No deal yet"]
    slack.command("/crm lead convert LD-1 join=OP-1", user="U_JULE")
    assert slack.modal
    assert "There is no OP-1." in slack.modal.words
