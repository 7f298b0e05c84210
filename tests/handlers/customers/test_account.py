"""What people do with accounts, as they see it."""

from bot.sandbox.client import SlackDriver
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from tests.ground import given
from tests.handlers.kit import SQLITE, found, told


@SQLITE
def test_an_account_is_made_in_one_line(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    typed = "website=https://www.engines.example/shop size=1,200 revenue=€1.2m"
    slack.command(f"/crm account new Analytical Engines {typed}")
    created, *values = told(slack).splitlines()
    assert created == "Created AC-1 Analytical Engines"
    assert values == ["Domain: engines.example", "Employees: 1,200", "Annual revenue: €1,200,000"]
    account = found(works, Account)
    assert (account.domain, account.employees, account.annual_revenue) == (
        "engines.example",
        1200,
        1_200_000,
    )


@SQLITE
def test_a_number_that_is_none_opens_the_form_with_the_reason(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm new account Engines employees=many")
    assert slack.modal
    assert "“many” is not a number. Try 12, 1,200 or 12k." in slack.modal.words
    assert slack.modal.values["name"] == "Engines"


@SQLITE
def test_a_quick_number_stands_in_the_form_as_digits(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm new account Engines employees=12k country=nowhere")
    assert slack.modal
    assert slack.modal.values["employees"] == "12000"


@SQLITE
def test_an_account_cannot_stand_above_itself(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    given(works, Account, name="Engines")
    slack.command("/crm account new Wheels parent=Engines")
    slack.command("/crm account edit AC-1")
    slack.submit(parent="wheels")
    assert slack.errors == {"parent": "Engines cannot stand above itself."}


@SQLITE
def test_a_field_that_does_not_exist_is_answered_with_the_nearest(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Account, name="Engines")
    slack.command("/crm account set AC-1 industri=Steam")
    assert told(slack) == "There is no “industri” here. Did you mean industry?"


@SQLITE
def test_money_of_another_currency_is_refused_where_only_one_is_kept(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    given(works, Account, name="Engines")
    slack.command("/crm account set AC-1 revenue=$5m")
    assert slack.modal
    assert "Annual revenue is kept in EUR, not in USD." in slack.modal.words
