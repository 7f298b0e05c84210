"""A whole file on its way in: a Salesforce export as it comes, rehearsals, rights, progress."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from models.core.audit.entries import AuditEntry
from models.core.errors import Forbidden
from models.core.identity.user import User
from models.core.outbox.delivery import Delivery
from models.core.search.index import SearchText
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.exchange import export, storage
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity, StageChange
from models.sales.stage import Forecast, Stage
from tests.ground import given
from tests.models.exchange.steps import count, everything, imported, rejected
from tests.models.marks import SQLITE


def test_accounts_come_in_with_their_values(works: UnitOfWorkFactory) -> None:
    outcome = imported(works, Account, "salesforce_accounts.csv")
    assert (outcome.read, outcome.created, outcome.skipped, outcome.rejected) == (5, 4, 1, 0)
    lark = next(account for account in everything(works, Account) if account.name == "Lark & Sons")
    assert (lark.country, lark.employees, lark.annual_revenue) == ("FR", 350, Decimal(60_000_000))
    assert lark.industry == "Shipping"
    assert "lark.example" in lark.domain
    assert lark.external_id == "001A000000LARK1AAA"
    assert lark.created_at == datetime(2006, 4, 15, 3, 23, 15, tzinfo=UTC)
    assert lark.updated_at == works.clock()
    assert lark.owner is None


@SQLITE
def test_a_parent_further_down_the_file_is_found(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "salesforce_accounts.csv")
    accounts = {account.name: account for account in everything(works, Account)}
    assert accounts["Lark & Sons"].parent == accounts["Lark Holding"].id


@SQLITE
def test_a_bad_value_rejects_the_row_with_the_reason(works: UnitOfWorkFactory) -> None:
    assert rejected(works, Account, "salesforce_accounts.csv", strict=True) == [
        "Country: “Atlantis” is not a country we know. Try Germany or DE."
    ]


@SQLITE
def test_rejected_rows_can_be_corrected_and_imported(works: UnitOfWorkFactory) -> None:
    file = io.StringIO(newline="")
    imported(works, Account, "salesforce_accounts.csv", rejected=file, strict=True)
    again = io.StringIO(newline="")
    outcome = imported(works, Account, file.getvalue(), rejected=again, strict=True)
    assert again.getvalue() == file.getvalue()
    outcome = imported(
        works, Account, file.getvalue().replace("Atlantis", "Greece", 1), strict=True
    )
    assert (outcome.created, outcome.rejected) == (1, 0)
    assert everything(works, Account)[-1].name == "Tern Freight"


def test_the_same_file_twice_changes_nothing(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "salesforce_accounts.csv")
    imported(works, Opportunity, "salesforce_opportunities.csv")
    before = count(works, AuditEntry)
    outcome = imported(works, Account, "salesforce_accounts.csv")
    assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 0, 4)
    outcome = imported(works, Opportunity, "salesforce_opportunities.csv")
    assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 0, 4)
    assert count(works, AuditEntry) == before


@SQLITE
def test_nothing_changed_is_said_in_words(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "NAME,ID\nLark,1\n")
    assert (
        str(imported(works, Account, "NAME,ID\nLark,1\n"))
        == "Nothing changed: all 1 rows are here already."
    )


def test_deals_come_in_at_their_accounts_without_a_customer(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "salesforce_accounts.csv")
    outcome = imported(works, Opportunity, "salesforce_opportunities.csv")
    assert (outcome.created, outcome.rejected) == (4, 0)
    won, running, holding, lone = everything(works, Opportunity)
    assert (lone.account, lone.customer) == (None, None)
    assert lone.notes == "Not read from the file:\nAccount: 001A000000NONE0AAA"
    with works("T1", writes=False) as work:
        assert work.name("account", won.account) == "Lark & Sons"
        assert work.name("account", holding.account) == "Lark Holding"
    assert (won.stage, won.probability, won.forecast) == (Stage.WON, 100, Forecast.COMMIT)
    assert (won.amount, won.currency, won.close_date) == (
        Decimal(500_000),
        "EUR",
        date(2005, 11, 9),
    )
    assert (running.stage, running.probability, running.forecast) == (
        Stage.DISCOVERY,
        60,
        Forecast.PIPELINE,
    )
    assert (holding.forecast, holding.amount, holding.next_step) == (
        Forecast.BEST,
        None,
        "Meet, in Brest",
    )


@SQLITE
def test_a_deal_at_an_account_that_is_not_here_is_rejected(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "salesforce_accounts.csv", strict=True)
    (reason,) = rejected(works, Opportunity, "salesforce_opportunities.csv", strict=True)
    assert reason.startswith("Account: There is no account “001A000000NONE0AAA”.")


@SQLITE
def test_a_deal_that_was_won_elsewhere_was_won_on_its_close_date(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "salesforce_accounts.csv")
    imported(works, Opportunity, "salesforce_opportunities.csv")
    won, *_ = everything(works, Opportunity)
    first, *_ = [step for step in everything(works, StageChange) if step.opportunity == won.id]
    assert (first.before, first.after, first.at.date()) == (None, Stage.WON, won.close_date)
    assert count(works, StageChange) == 4


@SQLITE
def test_no_cards_are_posted(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "salesforce_accounts.csv")
    imported(works, Opportunity, "salesforce_opportunities.csv")
    assert count(works, Delivery) == 0


def test_a_dry_run_says_what_would_happen_and_stores_nothing(works: UnitOfWorkFactory) -> None:
    before = count(works, SearchText)
    outcome = imported(works, Account, "salesforce_accounts.csv", dry=True)
    assert (outcome.created, outcome.skipped, outcome.rejected) == (4, 1, 0)
    assert everything(works, Account) == []
    assert count(works, SearchText) == before


def test_a_dry_run_costs_no_numbers(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "NAME\nLark\n", dry=True)
    assert given(works, Account, name="Wren").number == 1


def test_a_dry_run_finds_parents_in_other_batches(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "BATCH", 8)
    rows = ["0,Top,", *(f"{n},Account {n},0" for n in range(1, 20))]
    outcome = imported(works, Account, "ID,NAME,PARENTID\n" + "\n".join(rows), dry=True)
    assert (outcome.created, outcome.rejected) == (20, 0)


@SQLITE
def test_a_dry_run_changes_no_record(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "ID,NAME\n1,Lark\n")
    assert imported(works, Account, "ID,NAME\n1,Wren\n", dry=True).updated == 1
    assert everything(works, Account)[0].name == "Lark"


@SQLITE
def test_only_who_may_do_everything_with_an_entity_may_import_it(works: UnitOfWorkFactory) -> None:
    with pytest.raises(Forbidden, match="lead import"):
        imported(works, Lead, "Last name\nKing\n", by="U_SAM")
    with pytest.raises(Forbidden, match="user import"):
        imported(works, User, "Name,Slack id,Role\nEve,U_EVE,admin\n", by="U_RITA")
    assert imported(works, Lead, "Last name\nKing\n", by="U_RITA").created == 1


@SQLITE
def test_guests_neither_import_nor_export(works: UnitOfWorkFactory) -> None:
    with pytest.raises(Forbidden):
        imported(works, Account, "NAME\nLark\n", by="U_GUS")
    with pytest.raises(Forbidden), works("T1", "U_GUS", writes=False) as work:
        export(work, Account, io.StringIO())


@SQLITE
def test_the_command_line_imports_as_the_crm_itself(works: UnitOfWorkFactory) -> None:
    assert imported(works, Account, "NAME\nLark\n", by="").created == 1
