"""A list stands under headings, with counts and sums."""

import pytest

from bot.sandbox.client import SlackDriver
from models.core import records
from models.core.identity.role import Role
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.handlers.kit import SQLITE, told

MADE = (
    ("Sails", "U_RITA", "12k USD", "proposal"),
    ("Oars", "U_RAVI", "5k USD", "won"),
    ("Masts", "U_RITA", "20k USD", "proposal"),
    ("Ropes", "U_RITA", "30k EUR", "qualification"),
    ("Nets", "U_RITA", "1k USD", "proposal"),
    ("Hooks", "U_RITA", "2k USD", "proposal"),
)


@pytest.fixture
def deals(works: UnitOfWorkFactory) -> None:
    acme = given(works, Account, name="Acme", by="U_ADA").ref
    for name, by, amount, stage in MADE:
        given(works, Opportunity, by, name=name, account=acme, amount=amount, stage=stage)


def test_a_list_is_grouped_with_counts_sums_and_the_first_records(
    slack: SlackDriver, deals: None
) -> None:
    slack.command("/crm deal list open group by stage sort by amount desc", user="U_ADA")
    lines = told(slack).splitlines()
    assert lines[0] == "5 deals match “open”, biggest amount first, by stage"
    assert lines[2] == "Qualification · 1 · €30,000"
    assert lines[4] == "Proposal · 4 · $35,000"
    assert [line.split(" ")[1] for line in lines[5:8]] == ["Masts", "Sails", "Hooks"]
    assert lines[8] == "and 1 more"
    slack.click("crm.run#2", user="U_ADA")
    assert told(slack).startswith("4 deals match “open stage = proposal”, biggest amount first")


def test_a_list_of_all_is_grouped_by_people_and_the_largest_group_is_first(
    slack: SlackDriver, deals: None
) -> None:
    slack.command("/crm deal list grouped by owner", user="U_ADA")
    lines = told(slack).splitlines()
    assert lines[0] == "6 deals, newest first, by owner"
    assert [line for line in lines if " · 5 · " in line] == ["Rita Reyes · 5 · €30,000 + $35,000"]
    assert [line for line in lines if " · 1 · " in line] == ["Ravi Rao · 1 · $5,000"]


@SQLITE
def test_what_is_no_field_or_hidden_is_no_heading(
    slack: SlackDriver, works: UnitOfWorkFactory, deals: None
) -> None:
    slack.command("/crm deal list open group by colour", user="U_ADA")
    assert told(slack).startswith("Deals are not grouped by “colour”. Group by one of these: ")
    slack.command("/crm deal list open group by amount", user="U_ADA")
    assert told(slack).startswith("Deals are not grouped by “amount”.")
    with works("T1", "U_ADA") as work:
        role = work.session.query(Role).filter(Role.key == "senior rep").one()
        records.update(work, role, {"rights": "everything: look\ndeal: look, hide stage amount"})
    slack.command("/crm deal list group by stage")
    assert told(slack).startswith("Deals are not grouped by “stage”.")
    slack.command("/crm deal list group by owner")
    assert "Rita Reyes · 5\n" in told(slack)
