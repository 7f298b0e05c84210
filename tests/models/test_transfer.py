"""Records in and out as CSV: what other systems export comes in, what goes out comes in again."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from models.account import Account
from models.activity import Activity
from models.case import Case
from models.contact import Contact
from models.core.audit import AuditEntry
from models.core.base import ENTITIES, Entity
from models.core.errors import CRMError, Forbidden, Invalid
from models.core.field import Field
from models.core.fields import (
    Choice,
    Country,
    Currency,
    Day,
    Email,
    Flag,
    Link,
    Moment,
    Money,
    Number,
    Percent,
    Phone,
    Reference,
    Tags,
    Zone,
)
from models.core.outbox import Delivery, Post
from models.core.search import SearchText
from models.core.user import User
from models.core.work import Works
from models.customer import Customer
from models.lead import Lead
from models.membership import Membership
from models.operations import records
from models.operations.transfer import Outcome, export, guess, load, survey
from models.operations.transfer.importing import BATCH
from models.operations.transfer.mapping import REASON
from models.operations.transfer.sheets import guard, unguard
from models.opportunity import Forecast, Opportunity, Stage, StageChange
from tests.ground import given

DATA = Path(__file__).parents[1] / "data"


def imported(works: Works, entity: type[Entity], text: str | bytes, by: str = "U_ADA", **options: Any) -> Outcome:
    """Import a file with this text, or the fixture of this name."""
    if isinstance(text, str) and text.endswith(".csv"):
        text = (DATA / text).read_bytes()
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    return load(works, "T1", by, entity, file, **options)


def rejected(works: Works, entity: type[Entity], text: str, **options: Any) -> list[str]:
    """The reasons for which rows of a file are rejected."""
    file = io.StringIO(newline="")
    imported(works, entity, text, rejected=file, **options)
    return [row[REASON] for row in csv.DictReader(io.StringIO(file.getvalue()))]


def exported(works: Works, entity: type[Entity], where: Any = None) -> str:
    file = io.StringIO(newline="")
    with works("T1", "U_ADA", writes=False) as work:
        export(work, entity, file, where)
    return file.getvalue()


def everything(works: Works, entity: type[Entity], workspace: str = "T1") -> list[Any]:
    with works(workspace, writes=False) as work:
        return list(work.session.scalars(select(entity).order_by(entity.id)))


def count(works: Works, row: type[Any]) -> int:
    with works("T1", writes=False) as work:
        return work.session.scalar(select(func.count()).select_from(select(row.id).subquery())) or 0


class TestGuessing:
    """Which column fills which field."""

    def test_salesforce_accounts_are_understood(self) -> None:
        columns = guess(Account, ["ID", "ISDELETED", "NAME", "PARENTID", "BILLINGCOUNTRY", "WEBSITE", "INDUSTRY",
                                  "ANNUALREVENUE", "NUMBEROFEMPLOYEES", "CREATEDDATE"])  # fmt: skip
        assert list(columns.fields.values()) == [
            "external_id", "deleted", "name", "parent", "country", "domain", "industry", "annual_revenue", "employees",
            "created_at",
        ]  # fmt: skip
        assert not columns.left_out

    def test_salesforce_opportunities_are_understood(self) -> None:
        headers = "ACCOUNTID NAME STAGENAME AMOUNT PROBABILITY CLOSEDATE NEXTSTEP FORECASTCATEGORY CURRENCYISOCODE"
        columns = guess(Opportunity, headers.split())
        assert list(columns.fields.values()) == [
            "account", "name", "stage", "amount", "probability", "close_date", "next_step", "forecast", "currency",
        ]  # fmt: skip

    def test_salesforce_contacts_become_customers(self) -> None:
        headers = "FIRSTNAME LASTNAME EMAIL PHONE TITLE MAILINGSTREET MAILINGCITY MAILINGSTATE MAILINGCOUNTRY DESCRIPTION"
        columns = guess(Customer, headers.split())
        assert list(columns.fields.values()) == [
            "first_name", "last_name", "email", "phone", "job_title", "street", "city", "region", "country", "notes",
        ]  # fmt: skip

    def test_hubspot_deals_are_understood(self) -> None:
        headers = ["Record ID", "Deal Name", "Deal Stage", "Close Date", "Amount", "Associated Company", "Create Date"]
        columns = guess(Opportunity, headers)
        assert list(columns.fields.values()) == [
            "external_id", "name", "stage", "close_date", "amount", "account", "created_at",
        ]  # fmt: skip

    def test_pipedrive_writes_the_noun_before_every_header(self) -> None:
        columns = guess(Opportunity, ["Deal - ID", "Deal - Title", "Deal - Value", "Deal - Stage", "Deal - Organization"])
        assert list(columns.fields.values()) == ["external_id", "name", "amount", "stage", "account"]
        assert guess(Account, ["Organization - Name"]).fields == {"Organization - Name": "name"}

    def test_labels_names_and_other_words_of_a_field_all_name_it(self) -> None:
        assert guess(Opportunity, ["Close date"]).fields == {"Close date": "close_date"}
        assert guess(Opportunity, ["close_date"]).fields == {"close_date": "close_date"}
        assert guess(Opportunity, ["closes"]).fields == {"closes": "close_date"}

    def test_our_own_word_wins_over_what_others_call_it(self) -> None:
        columns = guess(Account, ["BILLINGCOUNTRY", "Country"])
        assert columns.fields == {"Country": "country"}
        assert columns.left_out == {"BILLINGCOUNTRY": "country comes from Country"}

    def test_what_is_left_out_says_why(self) -> None:
        columns = guess(Account, ["NAME", "SIC", "OWNERID", "FAX", "", REASON], filled=["NAME", "OWNERID", "FAX", REASON])
        assert columns.left_out == {
            "SIC": "empty",
            "OWNERID": "nobody here is known by these ids",
            "FAX": "nothing here is called that",
            "": "has no name",
            REASON: "what was wrong before",
        }

    def test_ids_of_people_are_used_when_the_people_are_known(self) -> None:
        assert guess(Account, ["OWNERID"], people=True).fields == {"OWNERID": "owner"}
        assert guess(Case, ["OWNERID"], people=True).fields == {"OWNERID": "assignee"}

    def test_a_person_can_say_what_a_column_is(self) -> None:
        columns = guess(Account, ["NAME", "SITE", "INDUSTRY"], chosen={"site": "Website", "INDUSTRY": ""})
        assert columns.fields == {"SITE": "domain", "NAME": "name"}
        assert columns.left_out == {"INDUSTRY": "left out as you said"}

    def test_a_column_that_is_not_there_is_refused(self) -> None:
        with pytest.raises(Invalid, match="The file has no column “SITE”. It has: NAME"):
            guess(Account, ["NAME"], chosen={"SITE": "website"})

    def test_a_field_that_is_not_there_is_refused_with_the_nearest(self) -> None:
        with pytest.raises(Invalid, match="There is no “industri” to fill. Did you mean industry?"):
            guess(Account, ["NAME"], chosen={"NAME": "industri"})
        with pytest.raises(Invalid, match="Try one of: ref, name"):
            guess(Account, ["NAME"], chosen={"NAME": "zzz"})

    def test_nobody_deletes_by_import(self) -> None:
        assert "deleted_at" not in guess(Account, ["Deleted", "deleted_at"]).fields.values()


class TestSalesforce:
    """A Salesforce export as it comes."""

    def test_accounts_come_in_with_their_values(self, works: Works) -> None:
        outcome = imported(works, Account, "salesforce_accounts.csv")
        assert (outcome.read, outcome.created, outcome.skipped, outcome.rejected) == (5, 3, 1, 1)
        lark = next(account for account in everything(works, Account) if account.name == "Lark & Sons")
        assert (lark.country, lark.employees, lark.annual_revenue) == ("FR", 350, Decimal(60_000_000))
        assert lark.industry == "Shipping"
        assert "lark.example" in lark.domain
        assert lark.external_id == "001A000000LARK1AAA"
        assert lark.created_at == datetime(2006, 4, 15, 3, 23, 15, tzinfo=UTC)
        assert lark.updated_at == works.clock()
        assert lark.owner is None

    def test_a_parent_further_down_the_file_is_found(self, works: Works) -> None:
        imported(works, Account, "salesforce_accounts.csv")
        accounts = {account.name: account for account in everything(works, Account)}
        assert accounts["Lark & Sons"].parent == accounts["Lark Holding"].id

    def test_a_bad_value_rejects_the_row_with_the_reason(self, works: Works) -> None:
        assert rejected(works, Account, "salesforce_accounts.csv") == [
            "Country: “Atlantis” is not a country we know. Try Germany or DE."
        ]

    def test_rejected_rows_can_be_corrected_and_imported(self, works: Works) -> None:
        file = io.StringIO(newline="")
        imported(works, Account, "salesforce_accounts.csv", rejected=file)
        again = io.StringIO(newline="")
        outcome = imported(works, Account, file.getvalue(), rejected=again)
        assert again.getvalue() == file.getvalue()
        outcome = imported(works, Account, file.getvalue().replace("Atlantis", "Greece", 1))
        assert (outcome.created, outcome.rejected) == (1, 0)
        assert everything(works, Account)[-1].name == "Tern Freight"

    def test_the_same_file_twice_changes_nothing(self, works: Works) -> None:
        imported(works, Account, "salesforce_accounts.csv")
        imported(works, Opportunity, "salesforce_opportunities.csv")
        before = count(works, AuditEntry)
        outcome = imported(works, Account, "salesforce_accounts.csv")
        assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 0, 3)
        outcome = imported(works, Opportunity, "salesforce_opportunities.csv")
        assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 0, 3)
        assert count(works, AuditEntry) == before

    def test_nothing_changed_is_said_in_words(self, works: Works) -> None:
        imported(works, Account, "NAME,ID\nLark,1\n")
        assert str(imported(works, Account, "NAME,ID\nLark,1\n")) == "Nothing changed: all 1 rows are here already."

    def test_deals_come_in_at_their_accounts_without_a_customer(self, works: Works) -> None:
        imported(works, Account, "salesforce_accounts.csv")
        outcome = imported(works, Opportunity, "salesforce_opportunities.csv")
        assert (outcome.created, outcome.rejected) == (3, 1)
        won, running, holding = everything(works, Opportunity)
        with works("T1", writes=False) as work:
            assert work.name("account", won.account) == "Lark & Sons"
            assert work.name("account", holding.account) == "Lark Holding"
        assert (won.stage, won.probability, won.forecast) == (Stage.WON, 100, Forecast.COMMIT)
        assert (won.amount, won.currency, won.close_date) == (Decimal(500_000), "EUR", date(2005, 11, 9))
        assert (running.stage, running.probability, running.forecast) == (Stage.DISCOVERY, 60, Forecast.PIPELINE)
        assert (holding.forecast, holding.amount, holding.next_step) == (Forecast.BEST, None, "Meet, in Brest")

    def test_a_deal_at_an_account_that_is_not_here_is_rejected(self, works: Works) -> None:
        imported(works, Account, "salesforce_accounts.csv")
        (reason,) = rejected(works, Opportunity, "salesforce_opportunities.csv")
        assert reason.startswith("Account: There is no account “001A000000NONE0AAA”.")

    def test_a_deal_takes_its_first_step_on_the_day_it_was_made(self, works: Works) -> None:
        imported(works, Account, "salesforce_accounts.csv")
        imported(works, Opportunity, "salesforce_opportunities.csv")
        won, *_ = everything(works, Opportunity)
        first, *_ = [step for step in everything_of(works, StageChange) if step.opportunity == won.id]
        assert (first.before, first.after, first.at) == (None, Stage.WON, won.created_at)
        assert count(works, StageChange) == 3

    def test_no_cards_are_posted(self, works: Works) -> None:
        imported(works, Account, "salesforce_accounts.csv")
        imported(works, Opportunity, "salesforce_opportunities.csv")
        assert count(works, Delivery) == 0


def everything_of(works: Works, row: type[Any]) -> list[Any]:
    with works("T1", writes=False) as work:
        return list(work.session.scalars(select(row).order_by(row.id)))


class TestAsAFlush:
    """Imported records are stored in bulk; nobody can tell from what is in the database."""

    TEXTS = {"first_name": "Ada", "last_name": "King", "email": "ada@example.org", "company": "Lark", "tags": "vip, new"}

    def test_a_record_is_the_same_as_one_typed_in(self, works: Works) -> None:
        given(works, Lead, by="U_ADA", **self.TEXTS, owner="none@example.org") if False else None
        typed = given(works, Lead, by="U_ADA", **self.TEXTS)
        header, row = ",".join(self.TEXTS), ",".join(f'"{text}"' for text in self.TEXTS.values())
        imported(works, Lead, f"{header},owner\n{row},Ada Abel\n")
        _, loaded = everything(works, Lead)
        ours = {"id", "number", "external_id", "created_at", "updated_at", "_sa_instance_state"}
        assert {k: v for k, v in vars(loaded).items() if k not in ours} == {
            k: v for k, v in vars(typed).items() if k not in ours
        }
        assert loaded.number == typed.number + 1

    def test_audit_and_search_are_the_same_as_of_one_typed_in(self, works: Works) -> None:
        typed = given(works, Lead, by="U_ADA", **self.TEXTS)
        header, row = ",".join(self.TEXTS), ",".join(f'"{text}"' for text in self.TEXTS.values())
        imported(works, Lead, f"{header},owner\n{row},Ada Abel\n")
        _, loaded = everything(works, Lead)
        assert told(works, loaded) == told(works, typed)
        texts = {row.record_id: row.text for row in everything_of(works, SearchText) if row.entity == "lead"}
        assert texts[loaded.id] == texts[typed.id].replace(typed.ref.lower(), loaded.ref.lower())

    def test_audit_says_who_imported_and_that_it_was_an_import(self, works: Works) -> None:
        imported(works, Account, "NAME\nLark\n")
        with works("T1", "U_ADA", writes=False) as work:
            entry = work.session.scalars(select(AuditEntry).where(AuditEntry.entity == "account")).one()
            assert (entry.actor, entry.door, entry.action, entry.field, entry.new) == (
                work.actor and work.actor.id, "import", "create", "name", "Lark",
            )  # fmt: skip

    def test_numbers_go_on_where_people_stopped_and_people_go_on_after(self, works: Works) -> None:
        first = given(works, Account, name="First")
        imported(works, Account, "NAME\n" + "\n".join(f"Account {n}" for n in range(BATCH + 5)))
        last = given(works, Account, name="Last")
        numbers = [account.number for account in everything(works, Account)]
        assert numbers == list(range(first.number, last.number + 1))

    def test_a_rejected_row_costs_no_number(self, works: Works) -> None:
        imported(works, Opportunity, "NAME,ACCOUNT\nNowhere,\n")
        imported(works, Account, "NAME\nLark\n")
        imported(works, Opportunity, "NAME,ACCOUNT\nNowhere,\nSomewhere,Lark\n")
        (deal,) = everything(works, Opportunity)
        assert deal.ref == "OP-1"

    def test_the_rules_of_an_entity_hold(self, works: Works) -> None:
        assert rejected(works, Opportunity, "NAME,AMOUNT\nNowhere,12\n") == [
            "Customer: Name the customer, or at least the account, of this deal."
        ]

    def test_what_came_in_can_be_undone_a_batch_at_a_time(self, works: Works) -> None:
        imported(works, Account, "NAME\nLark\nWren\n")
        with works("T1", "U_ADA") as work:
            unit = work.session.scalars(select(AuditEntry.unit).distinct().where(AuditEntry.door == "import")).one()
            assert len(records.undo(work, unit)) == 2
        assert everything(works, Account) == []


def told(works: Works, record: Entity) -> list[tuple[Any, ...]]:
    with works("T1", writes=False) as work:
        return [(e.actor, e.action, e.version, e.field, e.old, e.new) for e in records.history(work, record)]


class TestAgain:
    """Importing again changes what is different."""

    def test_a_known_id_changes_its_record(self, works: Works) -> None:
        imported(works, Account, "ID,NAME,INDUSTRY\n1,Lark,Ships\n2,Wren,Steel\n")
        outcome = imported(works, Account, "ID,NAME,INDUSTRY\n1,Lark,Sails\n2,Wren,Steel\n")
        assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 1, 1)
        lark, wren = everything(works, Account)
        assert (lark.industry, lark.version, wren.version) == ("Sails", 2, 1)

    def test_a_change_is_audited_and_redraws_the_card(self, works: Works) -> None:
        imported(works, Account, "ID,NAME\n1,Lark\n")
        (lark,) = everything(works, Account)
        with works("T1") as work:
            work.session.add(Post(entity="account", record_id=lark.id, channel="C1", ts="1.1", posted_at=work.now))
        imported(works, Account, "ID,NAME\n1,Larks\n")
        assert told(works, lark)[-1][1:] == ("update", 2, "name", "Lark", "Larks")
        assert [delivery.kind for delivery in everything_of(works, Delivery)] == ["redraw"]

    def test_an_empty_cell_empties_nothing(self, works: Works) -> None:
        imported(works, Account, "ID,NAME,INDUSTRY\n1,Lark,Ships\n2,Wren,Steel\n")
        imported(works, Account, "ID,NAME,INDUSTRY\n1,Lark,\n2,Wren,Iron\n")
        assert [account.industry for account in everything(works, Account)] == ["Ships", "Iron"]

    def test_a_row_twice_in_a_file_changes_the_record_it_made(self, works: Works) -> None:
        outcome = imported(works, Account, "ID,NAME\n1,Lark\n2,Wren\n1,Larks\n")
        assert (outcome.created, outcome.updated) == (2, 1)
        assert [account.name for account in everything(works, Account)] == ["Larks", "Wren"]

    def test_a_bad_change_is_rejected_and_the_others_are_made(self, works: Works) -> None:
        imported(works, Account, "ID,NAME\n1,Lark\n2,Wren\n3,Tern\n")
        file = "ID,NAME,PARENT\n1,Lark A,\n2,Wren B,2\n3,Tern C,1\n"
        assert rejected(works, Account, file) == ["Parent account: Wren B cannot stand above itself."]
        lark, wren, tern = everything(works, Account)
        assert (lark.name, wren.name, wren.version, tern.name, tern.parent) == ("Lark A", "Wren", 1, "Tern C", lark.id)

    def test_rows_without_an_id_are_known_by_what_they_say(self, works: Works) -> None:
        file = "NAME,INDUSTRY\nLark,Ships\nLark,Ships\nWren,\n"
        assert imported(works, Account, file).created == 3
        outcome = imported(works, Account, file)
        assert (outcome.created, outcome.unchanged) == (0, 3)

    def test_what_people_changed_since_stays_where_a_row_has_no_id(self, works: Works) -> None:
        imported(works, Account, "NAME\nLark\n")
        with works("T1", "U_ADA") as work:
            records.update(work, work.find(Account, 1), {"industry": "Ships"})
        assert imported(works, Account, "NAME\nLark\n").unchanged == 1
        assert everything(works, Account)[0].industry == "Ships"

    def test_what_was_deleted_here_does_not_come_back_by_itself(self, works: Works) -> None:
        imported(works, Account, "ID,NAME\n1,Lark\n")
        with works("T1", "U_ADA") as work:
            records.delete(work, work.find(Account, 1))
        (reason,) = rejected(works, Account, "ID,NAME\n1,Lark\n")
        assert reason == "AC-1 Lark was deleted here. Bring it back first, or leave the row out."

    def test_stopping_half_way_loses_at_most_a_batch_and_going_on_is_importing_again(self, works: Works) -> None:
        file = "NAME\n" + "\n".join(f"Account {n}" for n in range(3 * BATCH))

        def stop(done: int, total: int) -> None:
            if done >= 2 * BATCH:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            imported(works, Account, file, progress=stop)
        kept = count(works, Account)
        assert kept == 2 * BATCH
        outcome = imported(works, Account, file)
        assert (outcome.unchanged, outcome.created) == (kept, BATCH)


class TestReferences:
    """What rows say of other records."""

    def test_a_chain_of_parents_that_stands_upside_down_is_put_right(self, works: Works) -> None:
        rows = [f"{n},Account {n},{n + 1 if n < 8 else ''}" for n in range(1, 9)]
        assert imported(works, Account, "ID,NAME,PARENTID\n" + "\n".join(rows)).created == 8
        accounts = {account.external_id: account for account in everything(works, Account)}
        assert [accounts[str(n)].parent for n in range(1, 8)] == [accounts[str(n + 1)].id for n in range(1, 8)]

    def test_a_parent_that_is_nowhere_rejects_only_its_row(self, works: Works) -> None:
        (reason,) = rejected(works, Account, "ID,NAME,PARENTID\n1,Lark,9\n2,Wren,\n")
        assert reason.startswith("Parent account: There is no account “9”.")
        assert [account.name for account in everything(works, Account)] == ["Wren"]

    def test_a_whole_name_finds_the_record_but_its_beginning_does_not(self, works: Works) -> None:
        given(works, Account, name="Lark Holding")
        outcome = imported(works, Opportunity, "NAME,ACCOUNT NAME\nSails,LARK HOLDING\n")
        assert outcome.created == 1
        (reason,) = rejected(works, Opportunity, "NAME,ACCOUNT NAME\nRopes,Lark\n")
        assert reason.startswith("Account: There is no account “Lark”.")

    def test_a_name_that_two_records_have_is_not_guessed(self, works: Works) -> None:
        imported(works, Account, "ID,NAME\n1,Lark\n2,Lark\n")
        (reason,) = rejected(works, Opportunity, "NAME,ACCOUNT NAME\nSails,Lark\n")
        assert "could be AC-1 Lark, AC-2 Lark" in reason

    def test_a_deleted_record_is_nothing_to_refer_to(self, works: Works) -> None:
        imported(works, Account, "ID,NAME\n1,Lark\n")
        with works("T1", "U_ADA") as work:
            records.delete(work, work.find(Account, 1))
        (reason,) = rejected(works, Opportunity, "NAME,ACCOUNTID\nSails,1\n")
        assert reason.startswith("Account: There is no account “1”.")

    def test_ids_of_another_workspace_mean_nothing_here(self, works: Works) -> None:
        load(works, "T2", "U_OTTO", Account, io.BytesIO(b"ID,NAME\n1,Lark\n"))
        (reason,) = rejected(works, Opportunity, "NAME,ACCOUNTID\nSails,1\n")
        assert reason.startswith("Account: There is no account “1”.")
        assert imported(works, Account, "ID,NAME\n1,Lark\n").created == 1
        assert len(everything(works, Account, "T2")) == 1

    def test_people_of_the_other_system_become_ours(self, works: Works) -> None:
        people = {"005X": "U_RITA", "005Y": "Mona Meyer"}
        imported(works, Account, "ID,NAME,OWNERID\n1,Lark,005X\n2,Wren,005Y\n", people=people)
        with works("T1", writes=False) as work:
            assert [work.name("user", account.owner or 0) for account in everything(works, Account)] == [
                "Rita Reyes", "Mona Meyer",
            ]  # fmt: skip

    def test_a_person_nobody_knows_rejects_the_row(self, works: Works) -> None:
        (reason,) = rejected(works, Account, "ID,NAME,OWNERID\n1,Lark,005Z\n", people={"005X": "U_RITA"})
        assert reason.startswith("Owner: There is no user “005Z”.")

    def test_nobody_becomes_the_owner_by_importing(self, works: Works) -> None:
        imported(works, Account, "NAME\nLark\n", by="U_RITA")
        assert everything(works, Account)[0].owner is None

    def test_a_full_name_is_taken_apart(self, works: Works) -> None:
        imported(works, Customer, "Name,Email\nAda King Lovelace,ada@example.org\n")
        (ada,) = everything(works, Customer)
        assert (ada.first_name, ada.last_name, ada.email) == ("Ada", "King Lovelace", "ada@example.org")


class TestFiles:
    """Files as programs and people write them."""

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_the_separator_is_found(self, works: Works, delimiter: str) -> None:
        outcome = imported(works, Account, f'"NAME"{delimiter}"INDUSTRY, ours"{delimiter}COUNTRY\nLark{delimiter}{delimiter}FR\n')
        assert outcome.created == 1
        assert everything(works, Account)[0].country == "FR"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_unicode_is_read_however_it_is_written(self, works: Works, encoding: str) -> None:
        outcome = imported(works, Account, "NAME\nKöln Øre 東京\n".encode(encoding))
        assert outcome.notes == []
        assert everything(works, Account)[0].name == "Köln Øre 東京"

    def test_windows_1252_is_read_with_a_note(self, works: Works) -> None:
        outcome = imported(works, Account, "NAME\nKöln – 5 €\n".encode("cp1252"))
        assert outcome.notes == ["The file is not UTF-8 and was read as Windows-1252; see whether accents came out right."]
        assert everything(works, Account)[0].name == "Köln – 5 €"

    def test_a_byte_that_is_not_unicode_far_down_is_noticed(self) -> None:
        sheet = survey(io.BytesIO(b"NAME\n" + b"x" * (1 << 20) + b"\n\xe9\n"))
        assert sheet.encoding == "cp1252"

    def test_cells_over_several_lines_and_blank_lines(self, works: Works) -> None:
        outcome = imported(works, Customer, 'Last name,Notes\r\n\r\nKing,"one\r\ntwo"\r\n,\r\n')
        assert (outcome.read, outcome.created) == (1, 1)
        assert everything(works, Customer)[0].notes == "one\ntwo"

    def test_a_row_with_too_many_cells_is_rejected_and_one_with_too_few_is_not(self, works: Works) -> None:
        assert rejected(works, Account, "NAME,COUNTRY\nLark\nWren,DE,5\n") == ["The row has 3 cells, but there are 2 columns."]
        assert [account.name for account in everything(works, Account)] == ["Lark"]

    def test_a_missing_name_is_said(self, works: Works) -> None:
        assert rejected(works, Account, "NAME,COUNTRY\n,DE\n") == ["Name is required."]

    def test_several_things_wrong_are_said_at_once(self, works: Works) -> None:
        (reason,) = rejected(works, Account, "NAME,COUNTRY,EMPLOYEES\nLark,Atlantis,many\n")
        assert reason.startswith("Employees: “many” is not a number.")
        assert "Country: “Atlantis”" in reason

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "The file is empty"),
            ("\n\n", "The file is empty"),
            ("colour,shape\nred,round\n", "None of the columns belongs to a account|None of the columns belongs to"),
            ("NAME\n" + "x" * 200_000 + "\n", "Line 2 of the file is not CSV"),
        ],
    )
    def test_a_file_that_cannot_be_used_is_refused_as_a_whole(self, works: Works, text: str, message: str) -> None:
        with pytest.raises(CRMError, match=message):
            imported(works, Account, text)

    @pytest.mark.parametrize(("flag", "created"), [("true", 0), ("1", 0), ("false", 1), ("", 1)])
    def test_rows_that_are_deleted_elsewhere_are_passed_over(self, works: Works, flag: str, created: int) -> None:
        outcome = imported(works, Account, f"NAME,ISDELETED\nLark,{flag}\n")
        assert (outcome.created, outcome.skipped) == (created, 1 - created)

    def test_whether_a_row_is_deleted_must_be_clear(self, works: Works) -> None:
        (reason,) = rejected(works, Account, "NAME,ISDELETED\nLark,perhaps\n")
        assert reason.startswith("“perhaps” is neither yes nor no")

    @pytest.mark.parametrize(("text", "value"), [("6.0E7", 60_000_000), ("1e3", 1000), ("500000.0", 500_000)])
    def test_numbers_are_read_as_programs_write_them(self, works: Works, text: str, value: int) -> None:
        imported(works, Account, f"NAME,ANNUALREVENUE\nLark,{text}\n")
        assert everything(works, Account)[0].annual_revenue == value

    @pytest.mark.parametrize("text", ["6.0E99", "1.234", "E7"])
    def test_a_number_that_could_mean_two_things_is_rejected(self, works: Works, text: str) -> None:
        (reason,) = rejected(works, Account, f"NAME,ANNUALREVENUE\nLark,{text}\n")
        assert reason.startswith("Annual revenue: “")

    def test_a_birthday_that_is_no_moment_is_rejected(self, works: Works) -> None:
        (reason,) = rejected(works, Account, "NAME,CREATEDDATE\nLark,soon\n")
        assert reason.startswith("Created: “soon”")

    def test_the_name_of_a_column_may_come_twice(self, works: Works) -> None:
        imported(works, Account, "NAME,COUNTRY,NAME\nLark,FR,Wren\n")
        assert everything(works, Account)[0].name == "Lark"

    def test_progress_is_told_in_rows(self, works: Works) -> None:
        told: list[tuple[int, int]] = []
        rows = BATCH + 3
        imported(works, Account, "NAME\n" + "\n".join(map(str, range(rows))), progress=lambda *done: told.append(done))
        assert told[-1] == (rows, rows)
        assert len(told) == 2

    def test_text_that_looks_like_a_formula_is_rejected_as_text(self, works: Works) -> None:
        file = io.StringIO(newline="")
        imported(works, Account, "NAME,COUNTRY\n=1+1,Atlantis\n", rejected=file)
        assert "\r\n'=1+1,Atlantis," in file.getvalue()


class TestDry:
    """A rehearsal."""

    def test_a_dry_run_says_what_would_happen_and_stores_nothing(self, works: Works) -> None:
        outcome = imported(works, Account, "salesforce_accounts.csv", dry=True)
        assert (outcome.created, outcome.skipped, outcome.rejected) == (3, 1, 1)
        assert everything(works, Account) == []
        assert count(works, SearchText) == len(everything(works, User))

    def test_a_dry_run_costs_no_numbers(self, works: Works) -> None:
        imported(works, Account, "NAME\nLark\n", dry=True)
        assert given(works, Account, name="Wren").number == 1

    def test_a_dry_run_finds_parents_in_other_batches(self, works: Works) -> None:
        rows = ["0,Top,", *(f"{n},Account {n},0" for n in range(1, BATCH + 10))]
        outcome = imported(works, Account, "ID,NAME,PARENTID\n" + "\n".join(rows), dry=True)
        assert (outcome.created, outcome.rejected) == (BATCH + 10, 0)

    def test_a_dry_run_changes_no_record(self, works: Works) -> None:
        imported(works, Account, "ID,NAME\n1,Lark\n")
        assert imported(works, Account, "ID,NAME\n1,Wren\n", dry=True).updated == 1
        assert everything(works, Account)[0].name == "Lark"


class TestWho:
    """Who may import and export."""

    def test_only_who_may_do_everything_with_an_entity_may_import_it(self, works: Works) -> None:
        with pytest.raises(Forbidden, match="may not import a lead"):
            imported(works, Lead, "Last name\nKing\n", by="U_SAM")
        with pytest.raises(Forbidden, match="may not import a user"):
            imported(works, User, "Name,Slack id,Role\nEve,U_EVE,admin\n", by="U_RITA")
        assert imported(works, Lead, "Last name\nKing\n", by="U_RITA").created == 1

    def test_guests_neither_import_nor_export(self, works: Works) -> None:
        with pytest.raises(Forbidden):
            imported(works, Account, "NAME\nLark\n", by="U_GUS")
        with pytest.raises(Forbidden), works("T1", "U_GUS", writes=False) as work:
            export(work, Account, io.StringIO())

    def test_the_command_line_imports_as_the_crm_itself(self, works: Works) -> None:
        assert imported(works, Account, "NAME\nLark\n", by="").created == 1


class TestClashes:
    """What only the database can refuse."""

    def test_a_row_the_database_refuses_does_not_take_the_others_along(self, works: Works) -> None:
        rows = [f"Person {n},U_{n}" for n in range(20)]
        rows[7] = "Double,U_RITA"
        reasons = rejected(works, User, "Name,Slack id\n" + "\n".join(rows))
        assert reasons == ["It clashes with a record that is here already."]
        names = {user.name for user in everything(works, User)}
        assert {f"Person {n}" for n in range(20) if n != 7} <= names
        assert "Double" not in names


class TestExport:
    """Out, and in again."""

    def test_headers_are_the_names_of_the_fields(self, works: Works) -> None:
        given(works, Account, by="U_ADA", name="Lark", country="FR", tags="vip, new")
        header, row = csv.reader(io.StringIO(exported(works, Account)))
        fields = [name for name in Account.fields() if name != "deleted_at"]
        assert header == ["ref", *fields, "external_id", "created_at"]
        told = {name: text for name, text in zip(header, row, strict=True) if text}
        with works("T1", writes=False) as work:
            owner = work.ref("user", everything(works, Account)[0].owner or 0)
        assert told == {
            "ref": "AC-1", "name": "Lark", "country": "FR", "tags": "vip, new", "owner": owner,
            "created_at": "2026-03-10T10:00:00+00:00",
        }  # fmt: skip

    def test_only_some_records_and_never_the_deleted(self, works: Works) -> None:
        for name in ("Lark", "Wren", "Tern"):
            given(works, Account, name=name)
        with works("T1", "U_ADA") as work:
            records.delete(work, work.find(Account, 2))
        assert [row["name"] for row in csv.DictReader(io.StringIO(exported(works, Account)))] == ["Lark", "Tern"]
        assert [
            row["name"] for row in csv.DictReader(io.StringIO(exported(works, Account, Account.name == "Tern")))
        ] == ["Tern"]

    def test_nothing_of_another_workspace_goes_out(self, works: Works) -> None:
        load(works, "T2", "U_OTTO", Account, io.BytesIO(b"NAME\nLark\n"))
        assert len(exported(works, Account).splitlines()) == 1

    def test_more_than_a_page_goes_out_each_once(self, works: Works) -> None:
        imported(works, Account, "NAME\n" + "\n".join(f"Account {n}" for n in range(1201)))
        rows = list(csv.DictReader(io.StringIO(exported(works, Account))))
        assert [row["ref"] for row in rows] == [f"AC-{n}" for n in range(1, 1202)]

    @pytest.mark.parametrize("text", ["=1+1", "+49", "-5", "@sum", "'=1", "''@x", "\t=1", "a=b", "'quoted'", ""])
    def test_no_cell_is_a_formula_and_every_cell_comes_back(self, text: str) -> None:
        assert unguard(guard(text)) == text
        assert guard(text)[:1] not in ("=", "+", "-", "@", "\t")

    def test_a_name_like_a_formula_survives_the_round_trip(self, works: Works) -> None:
        given(works, Account, name='=HYPERLINK("http://x.example")', industry="'=quoted")
        text = exported(works, Account)
        assert "'=HYPERLINK" in text
        assert imported(works, Account, text).unchanged == 1
        lark = everything(works, Account)[0]
        assert (lark.name, lark.industry) == ('=HYPERLINK("http://x.example")', "'=quoted")

    def test_an_edited_export_changes_just_that(self, works: Works) -> None:
        given(works, Account, name="Lark", industry="Ships")
        given(works, Account, name="Wren")
        outcome = imported(works, Account, exported(works, Account).replace("Ships", "Sails"))
        assert (outcome.updated, outcome.unchanged) == (1, 1)
        assert everything(works, Account)[0].industry == "Sails"

    def test_an_export_of_another_workspace_overwrites_nothing(self, works: Works, clock: Any) -> None:
        given(works, Account, name="Ours")
        text = exported(works, Account).replace("Ours", "Theirs").replace("2026-03-10T10:00", "2025-01-01T10:00")
        assert rejected(works, Account, text) == [
            "AC-1 Ours is not the account that the file means: it was made at another moment."
        ]

    def test_a_reference_that_is_not_here_makes_nothing(self, works: Works) -> None:
        assert rejected(works, Account, "ref,name\nAC-9,Lark\n") == [
            "There is no AC-9. Empty the reference to make a new account."
        ]

    def test_a_hidden_customer_of_a_deal_does_not_stop_the_round_trip(self, works: Works) -> None:
        given(works, Customer, first_name="Ada")
        given(works, Opportunity, name="Sails", customer="CU-1")
        with works("T1", "U_ADA") as work:
            records.delete(work, work.find(Customer, 1))
        assert imported(works, Opportunity, exported(works, Opportunity)).unchanged == 1


SAMPLES: dict[type[Field], tuple[str, str]] = {
    Email: ("ada@example.org", "grace+x@example.co.uk"),
    Phone: ("+4915112345678", "+12125550123"),
    Link: ("https://lark.example/a?b=c", "http://wren.example"),
    Money: ("12500.50", "0.01"),
    Percent: ("40", "0"),
    Number: ("3", "5"),
    Currency: ("CHF", "JPY"),
    Country: ("FR", "United States"),
    Zone: ("Europe/Berlin", "Asia/Kolkata"),
    Day: ("2026-02-28", "1999-12-31"),
    Moment: ("2026-03-29T01:30:00+00:00", "2020-01-01 00:00:00.000001Z"),
    Flag: ("yes", "no"),
    Tags: ("vip, new", "größe"),
}
"""Two texts for each kind; a kind that is not here takes any line of text."""

LINES = ("=cmd|' /C calc'!A0, \"quoted\"; and\ttabbed", "Zoë Ørsted — 東京 <!channel> & 'co'")

EXCEPTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "user": {"slack_id": ("U_NEW1", "U_NEW2"), "starts_at": ("07:00", "08:15"), "ends_at": ("17:00", "18:30")},
    "contact": {"type": ("other", "other")},
    "lead": {"status": ("new", "working"), "converted_customer": ("", ""), "converted_account": ("", ""),
             "converted_opportunity": ("", "")},
    "activity": {"lead": ("", "")},
    "membership": {"since": ("2020-01-01", "2021-01-01"), "until": ("2022-01-01", "")},
}  # fmt: skip
"""Fields whose values must fit each other."""


def sample(entity: type[Entity], name: str, kind: Field, which: int) -> str:
    if name in EXCEPTIONS.get(entity.slug(), {}):
        return EXCEPTIONS[entity.slug()][name][which]
    if isinstance(kind, Choice):
        return list(kind.options)[which].value
    if isinstance(kind, Reference):
        return "" if kind.to == entity.slug() or (kind.to == "user" and which) else f"{ENTITIES[kind.to].prefix}-1"
    texts = next((SAMPLES[each] for each in type(kind).__mro__ if each in SAMPLES), LINES)
    return texts[which][: kind.length]


def surroundings(works: Works) -> None:
    """A record of each entity, so that there is something to refer to."""
    given(works, Customer, first_name="Ada")
    given(works, Account, name="Lark")
    given(works, Opportunity, name="Sails", customer="CU-1")
    given(works, Case, subject="Help", customer="CU-1")
    given(works, Lead, last_name="King")
    given(works, Activity, description="Call", customer="CU-1")
    given(works, Contact, customer="CU-1", type="other", value="x")
    given(works, Membership, customer="CU-1", account="AC-1")


@pytest.mark.parametrize("entity", list(ENTITIES.values()), ids=list(ENTITIES))
def test_every_entity_goes_out_and_comes_in_again(works: Works, entity: type[Entity]) -> None:
    surroundings(works)
    kinds = {name: kind for name, kind in entity.fields().items() if name != "deleted_at"}
    with works("T1", "U_ADA") as work:
        texts = [{name: sample(entity, name, kind, which) for name, kind in kinds.items()} for which in (0, 1)]
        for number, each in enumerate(texts):
            given_texts = {name: text for name, text in each.items() if text}
            work.add(entity(**entity.parse(given_texts, work), external_id=f"x{number}"))
    text = exported(works, entity)
    before = values_of(works, entity)
    outcome = imported(works, entity, text)
    assert outcome.unchanged == outcome.read == len(before)
    assert not (columns := outcome.mapping.left_out) or set(columns.values()) == {"empty"}
    assert values_of(works, entity) == before

    blurred = text.replace("zoë", "zoe").replace("Zoë", "Zoe")
    if blurred != text:
        assert imported(works, entity, blurred).updated == 1
        assert imported(works, entity, text).updated == 1
        assert values_of(works, entity) == before


def values_of(works: Works, entity: type[Entity]) -> list[dict[str, Any]]:
    return [{name: getattr(record, name) for name in entity.fields()} for record in everything(works, entity)]


Check = Callable[[], None]
