"""What people do with memberships, as they see it."""

import pytest

from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.customers.membership import Membership
from tests.ground import given
from tests.handlers.kit import SQLITE, found, told


@pytest.fixture
def pair(works: UnitOfWorkFactory) -> tuple[Customer, Account]:
    return given(works, Customer, first_name="Ada"), given(works, Account, name="Engines")


@SQLITE
@pytest.mark.parametrize(
    "line",
    ["member new CU-1 AC-1 Chief of wheels", "new membership AC-1 CU-1 role=“Chief of wheels”"],
)
def test_a_customer_joins_an_account(
    slack: SlackDriver, works: UnitOfWorkFactory, pair: tuple[Customer, Account], line: str
) -> None:
    slack.command(f"/crm {line} since=2026-01-01")
    created, *values = told(slack).splitlines()
    assert created == "Created MB-1 Ada at Engines"
    assert values == [
        "Customer: CU-1 Ada",
        "Account: AC-1 Engines",
        "Role: Chief of wheels",
        "Since: Thu 1 Jan",
    ]
    member = found(works, Membership)
    assert (member.customer, member.account, member.role) == (
        pair[0].id,
        pair[1].id,
        "Chief of wheels",
    )


@SQLITE
def test_a_missing_account_opens_the_form_with_the_customer(
    slack: SlackDriver, pair: tuple[Customer, Account]
) -> None:
    slack.command("/crm member new CU-1")
    assert slack.modal
    assert slack.modal.values["customer"]["value"] == "CU-1"
    slack.submit(account="engines", since="2026-03-01", until="2026-02-01")
    assert slack.errors == {"until": "It must end after it begins."}
    slack.submit(until="2026-04-01")
    created, *values = told(slack).splitlines()
    assert created == "Created MB-1 Ada at Engines"
    assert values == [
        "Customer: CU-1 Ada",
        "Account: AC-1 Engines",
        "Since: Sun 1 Mar",
        "Until: Wed 1 Apr",
    ]


@SQLITE
def test_people_are_found_by_where_they_belong(
    slack: SlackDriver, pair: tuple[Customer, Account]
) -> None:
    slack.command("/crm member new CU-1 AC-1")
    slack.command("/crm find member engines")
    assert "MB-1 Ada at Engines" in told(slack)
