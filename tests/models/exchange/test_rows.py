"""What becomes of single rows: ids and references, cells that no field takes, people and their
accounts.
"""

import io
from typing import Any

import pytest

from models.activities.activity import Activity
from models.core import records
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.exchange import export, load
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import given
from tests.models.exchange.steps import everything, exported, imported, rejected
from tests.models.marks import SQLITE

HEADING = "Not read from the file:"


def elsewhere(works: UnitOfWorkFactory, entity: type[Any]) -> bytes:
    """An export of the other workspace."""
    file = io.StringIO(newline="")
    with works("T2", "U_OTTO", writes=False) as work:
        export(work, entity, file)
    return file.getvalue().encode()


# ── ids ───────────────────────────────────────────────────────────────────────────────────────────


def test_ids_of_another_system_that_look_like_ours_swap_nobody(works: UnitOfWorkFactory) -> None:
    file = "Id,LastName\nCU-2,Two\nCU-1,One\n"
    for created, unchanged in ((2, 0), (0, 2)):
        outcome = imported(works, Customer, file)
        assert (outcome.created, outcome.updated, outcome.unchanged) == (created, 0, unchanged)
    assert [(each.ref, each.last_name) for each in everything(works, Customer)] == [
        ("CU-1", "Two"),
        ("CU-2", "One"),
    ]


@SQLITE
@pytest.mark.parametrize("header", ["Id", "external_id", "Record ID", "EXTERNAL ID"])
def test_no_id_changes_a_record_that_has_it_as_its_reference(
    works: UnitOfWorkFactory, header: str
) -> None:
    given(works, Customer, first_name="Ada")
    assert imported(works, Customer, f"{header},First name\nCU-1,Eve\n").created == 1
    assert [each.first_name for each in everything(works, Customer)] == ["Ada", "Eve"]


@SQLITE
def test_a_reference_to_another_systems_record_is_not_taken_for_ours(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Account, name="Ours")
    imported(works, Account, "Id,Name\nAC-1,Theirs\n")
    imported(works, Opportunity, "Id,Name,AccountId\n1,Sails,AC-1\n2,Ropes,AC-2\n")
    sails, ropes = everything(works, Opportunity)
    assert (sails.account, ropes.account) == (2, None)
    assert ropes.notes == f"{HEADING}\nAccount: AC-2"


@SQLITE
def test_an_owner_s_id_elsewhere_is_not_taken_for_a_person_of_ours(
    works: UnitOfWorkFactory,
) -> None:
    imported(works, Account, "Id,Name,Owner\n1,Lark,US-1\n")
    assert everything(works, Account)[0].owner is None


@pytest.mark.parametrize("ref", ["CU-1", "cu-1", "CU1", "#CU-1"])
def test_a_reference_of_ours_may_be_written_as_people_write_it(
    works: UnitOfWorkFactory, ref: str
) -> None:
    given(works, Customer, first_name="Ada")
    assert imported(works, Customer, f"ref,First name\n{ref},Eve\n").updated == 1


def test_what_cannot_be_seen_in_a_cell_is_left_out_of_it(works: UnitOfWorkFactory) -> None:
    given(works, Account, name="Lark")
    imported(
        works, Opportunity, "Id,Name,Account Name\n1,Sa\u200bils,La\u200brk\n2,Ropes,Wr\x07en\n"
    )
    sails, ropes = everything(works, Opportunity)
    assert (sails.name, sails.account, ropes.account) == ("Sails", 1, None)
    assert ropes.notes == f"{HEADING}\nAccount: Wren"


@SQLITE
def test_a_reference_column_of_another_system_holds_ids_of_theirs(works: UnitOfWorkFactory) -> None:
    imported(works, Customer, "Ref,First name\n1001,Ada\n")
    assert everything(works, Customer)[0].external_id == "1001"


def test_an_export_taken_elsewhere_links_what_it_linked_there(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Nobody")
    for name in ("Ada", "Eve"):
        given(works, Customer, workspace="T2", by="U_OTTO", first_name=name)
    load(works, "T2", "U_OTTO", Account, io.BytesIO(b"ID,NAME\n0017,Lark\n"))
    about = {"customer": "CU-2", "account": "AC-1"}
    given(works, Opportunity, workspace="T2", by="U_OTTO", name="Sails", **about)
    for _ in range(2):
        for entity in (Customer, Account, Opportunity):
            imported(works, entity, elsewhere(works, entity))
    assert [each.first_name for each in everything(works, Customer)] == ["Nobody", "Ada", "Eve"]
    (sails,) = everything(works, Opportunity)
    with works("T1", writes=False) as work:
        assert (work.name("customer", sails.customer), work.name("account", sails.account)) == (
            "Eve",
            "Lark",
        )
    assert sails.notes == f"{HEADING}\nOwner: Otto Olsen"
    assert everything(works, Account)[0].external_id == "0017"


@SQLITE
def test_an_export_of_this_workspace_means_the_records_it_came_from(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Customer, first_name="Ada")
    given(works, Opportunity, name="Sails", customer="CU-1")
    text = exported(works, Opportunity)
    assert imported(works, Opportunity, text).unchanged == 1
    assert (
        imported(works, Opportunity, text.replace("OP-1", "").replace("Sails", "Ropes")).created
        == 1
    )
    assert [deal.customer for deal in everything(works, Opportunity)] == [1, 1]


@SQLITE
def test_rows_with_one_id_and_records_with_one_address_are_told(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Eve", email="eve@x.example")
    file = """Id,First name,Email
1,Ada,ada@x.example
2,Bea,bea@x.example
1,Ida,ada@x.example
3,Ann,ADA@x.example
4,Eva,eve@x.example
"""
    outcome = imported(works, Customer, file)
    assert (outcome.created, outcome.updated, outcome.again) == (4, 1, 1)
    assert outcome.doubles == {"e-mail address": 2}
    told = " ".join(outcome.notes)
    assert "1 row has the id of a row before" in told
    assert (
        "2 new records have an e-mail address that another has too: ada@x.example and eve@x.example."
        in told
    )


@SQLITE
def test_who_looks_like_a_record_that_is_here_is_told(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Grace", last_name="Okafor", account="Northwind")
    given(works, Customer, first_name="Eve", phone="+442079460111")
    file = """Id,First name,Last name,Phone,Account
1,Grace,Okafor,,Northwind Ltd
2,Grace,Okafor,,Southwind
3,Ada,King,020 7946 0111,
4,Ada,King,,
"""
    given(works, Account, name="Southwind")
    given(works, Account, name="Northwind Ltd")
    outcome = imported(works, Customer, file.replace("020 7", "+44 20 7"))
    assert outcome.created == 4
    told = " ".join(outcome.notes)
    assert "1 new record has a phone number that another has too: +44 20 7946 0111." in told
    assert "2 new records have a name that another has too: Grace Okafor and Ada King." in told


# ── cells that no field takes ─────────────────────────────────────────────────────────────────────


def test_a_cell_that_cannot_be_read_stands_in_the_notes_and_is_counted(
    works: UnitOfWorkFactory,
) -> None:
    file = "Id,Last name,Phone,Notes\n1,King,416-810-9897x752,Chess\n2,Byron,+49 30 123456,\n"
    outcome = imported(works, Customer, file)
    assert (outcome.created, outcome.rejected) == (2, 0)
    king, byron = everything(works, Customer)
    assert (king.phone, king.notes) == (None, f"Chess\n\n{HEADING}\nPhone: 416-810-9897x752")
    assert (byron.phone, byron.notes) == ("4930123456", None)
    assert outcome.kept.most() == [("Phone", 1, "416-810-9897x752")]
    assert "Phone 1 × (such as “416-810-9897x752”)" in outcome.notes[0]
    assert imported(works, Customer, file).unchanged == 2


@SQLITE
@pytest.mark.parametrize(
    ("header", "cell"),
    [("Website", "Yes"), ("Employees", "11-50"), ("Country", "Atlantis"), ("Revenue", "a lot")],
)
def test_one_cell_costs_no_account_and_nobody_who_names_it(
    works: UnitOfWorkFactory, header: str, cell: str
) -> None:
    assert imported(works, Account, f"Id,Name,{header}\n1,Lark,{cell}\n").created == 1
    (lark,) = everything(works, Account)
    assert lark.notes.endswith(f": {cell}")
    imported(works, Opportunity, "Id,Name,AccountId\n1,Sails,1\n")
    assert everything(works, Opportunity)[0].account == lark.id


@SQLITE
def test_strict_refuses_a_row_for_one_cell(works: UnitOfWorkFactory) -> None:
    file = "Id,Name,Website\n1,Lark,Yes\n2,Wren,wren.example\n"
    outcome = imported(works, Account, file, strict=True)
    assert (outcome.created, outcome.rejected) == (1, 1)


@SQLITE
def test_what_a_record_must_have_is_not_left_out(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada", email="ada@x.example")
    assert len(rejected(works, Case, "Id,Subject,Customer\n1,Mast,nobody@x.example\n")) == 1
    assert len(rejected(works, Opportunity, "Id,Name,Stage\n1,Sails,Engaging\n", anyway=True)) == 1


def test_a_cell_fills_its_field_when_a_later_import_can_read_it(works: UnitOfWorkFactory) -> None:
    file = "Id,Name,Country,Owner\n1,Lark,Atlantis,Jane Doe\n"
    imported(works, Account, file)
    assert everything(works, Account)[0].notes == f"{HEADING}\nOwner: Jane Doe\nCountry: Atlantis"
    assert imported(works, Account, file, people={"Jane Doe": "U_RITA"}).updated == 1
    (lark,) = everything(works, Account)
    assert lark.notes == f"{HEADING}\nCountry: Atlantis"
    with works("T1", writes=False) as work:
        assert work.name("user", lark.owner) == "Rita Reyes"
    imported(works, Account, file.replace("Atlantis", "Greece"))
    assert (everything(works, Account)[0].country, everything(works, Account)[0].notes) == (
        "GR",
        None,
    )


@SQLITE
def test_rows_without_an_id_get_their_owner_later_and_no_double(works: UnitOfWorkFactory) -> None:
    file = "Name,Owner,Industry\nLark,Jane Doe,Ships\nWren,,Steel\n"
    outcome = imported(works, Account, file)
    assert [owner for owner, _, _ in outcome.kept.most()] == ["Owner"]
    with works("T1", "U_ADA") as work:
        records.update(work, work.find(Account, 1), {"industry": "Sails"})
    outcome = imported(works, Account, file, people={"Jane Doe": "U_RITA"})
    assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 1, 1)
    lark, _ = everything(works, Account)
    assert (lark.industry, lark.notes, lark.owner is not None) == ("Sails", None, True)


@SQLITE
def test_whose_rows_without_an_id_are_is_filled_in_once_somebody_says_it(
    works: UnitOfWorkFactory,
) -> None:
    file = "Name,OwnerId\nLark,0058d000001AAAAAAA\nWren,0058d000001AAAAAAA\n"
    imported(works, Account, file)
    with works("T1", "U_ADA") as work:
        records.update(work, work.find(Account, 1), {"owner": "Mona Meyer"})
    outcome = imported(works, Account, file, people={"0058d000001AAAAAAA": "U_RITA"})
    assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 1, 1)
    with works("T1", writes=False) as work:
        owners = [work.name("user", each.owner or 0) for each in everything(works, Account)]
    assert owners == ["Mona Meyer", "Rita Reyes"]


@SQLITE
def test_references_to_what_is_not_here_are_told_once(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada", email="ada@x.example")
    rows = "".join(f"{n},Sails {n},001X\n" for n in range(100))
    outcome = imported(works, Opportunity, f"Id,Name,AccountId\n{rows}")
    assert (outcome.created, outcome.kept.most()) == (100, [("Account", 100, "001X")])
    rows = "".join(f"{n},Help {n},003X\n" for n in range(100))
    outcome = imported(works, Case, f"Id,Subject,ContactId\n{rows}")
    ((_, count, example),) = outcome.reasons.most()
    assert (count, outcome.rejected) == (100, 100)
    assert example.startswith("Customer: There is no customer “003X”")


@SQLITE
def test_parents_that_are_nowhere_are_left_out_and_those_below_them_stay_together(
    works: UnitOfWorkFactory,
) -> None:
    imported(works, Account, "Id,Name,ParentId\n3,Tern,2\n2,Lark,1\n1,Wren,9\n5,Kite,\n")
    accounts = {each.name: each for each in everything(works, Account)}
    assert accounts["Tern"].parent == accounts["Lark"].id
    assert accounts["Lark"].parent == accounts["Wren"].id
    assert (accounts["Wren"].parent, accounts["Wren"].notes) == (
        None,
        f"{HEADING}\nParent account: 9",
    )


# ── phones and amounts ────────────────────────────────────────────────────────────────────────────


@SQLITE
@pytest.mark.parametrize(
    ("country", "cell", "digits"),
    [
        ("France", "01 23 45 67 89", "33123456789"),
        ("", "4915112345678", "4915112345678"),
        ("", "030 123456", "4930123456"),
        ("US", "(212) 555-0123", "12125550123"),
        ("Atlantis", "030 123456", None),
        ("Atlantis", "+49 30 123456", "4930123456"),
        ("US", "4930123456789012", None),
    ],
)
def test_a_phone_is_read_by_the_country_of_its_row(
    works: UnitOfWorkFactory, country: str, cell: str, digits: str | None
) -> None:
    imported(works, Customer, f"Id,Last name,Country,Phone\n1,King,{country},{cell}\n")
    (king,) = everything(works, Customer)
    assert king.phone == digits
    assert digits or f"Phone: {cell}" in king.notes


@SQLITE
@pytest.mark.parametrize(
    ("amount", "currency", "read"),
    [
        ('"$1,200.00"', "CAD", "CAD"),
        ("¥500", "CNY", "CNY"),
        ("900 kr", "NOK", "NOK"),
        ("€5", "EUR", "EUR"),
        ("€5", "USD", None),
        ("12", "USD", "USD"),
    ],
)
def test_the_currency_column_says_what_a_sign_means(
    works: UnitOfWorkFactory, amount: str, currency: str, read: str | None
) -> None:
    imported(works, Opportunity, f"Id,Name,Amount,Currency\n1,Sails,{amount},{currency}\n")
    (deal,) = everything(works, Opportunity)
    assert (deal.amount is not None, deal.currency) == (read is not None, currency)


# ── what other systems say beside the fields ──────────────────────────────────────────────────────


@SQLITE
@pytest.mark.parametrize(
    ("headers", "cells", "stage"),
    [
        ("Deal - Stage,Deal - Status", "Negotiation,Won", "won"),
        ("Deal - Stage,Deal - Status", "Proposal,Lost", "lost"),
        ("Deal - Stage,Deal - Status", "Negotiation,Open", "negotiation"),
        ("StageName,IsClosed,IsWon", "Negotiation,true,true", "won"),
        ("StageName,IsClosed,IsWon", "Proposal,true,false", "lost"),
        ("StageName,IsClosed,IsWon", "Proposal,false,false", "proposal"),
    ],
)
def test_a_deal_that_is_won_beside_its_stage_is_won(
    works: UnitOfWorkFactory, headers: str, cells: str, stage: str
) -> None:
    imported(
        works,
        Opportunity,
        f"Deal - Title,{headers}\nSails,{cells}\n",
        columns={"Deal - Title": "name"},
    )
    assert [deal.stage for deal in everything(works, Opportunity)] == [stage]


@SQLITE
@pytest.mark.parametrize(
    ("status", "done"),
    [
        ("Completed", True),
        ("Done", True),
        ("Not Started", False),
        ("In Progress", False),
        ("", False),
    ],
)
def test_a_completed_task_was_done_when_it_was_due(
    works: UnitOfWorkFactory, status: str, done: bool
) -> None:
    given(works, Customer, first_name="Ada", email="ada@x.example")
    file = f"Id,Subject,Status,Due,Customer\n1,Call,{status},2025-05-06 10:00,ada@x.example\n"
    imported(works, Activity, file)
    (task,) = everything(works, Activity)
    assert task.done_at == (task.due_date if done else None)
    imported(works, Activity, file.replace(f",{status},", ",Completed,"))
    assert everything(works, Activity)[0].done_at == task.due_date


@SQLITE
def test_a_word_for_done_that_nobody_knows_is_kept(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada", email="ada@x.example")
    imported(works, Activity, "Id,Subject,Status,Customer\n1,Call,Perhaps,ada@x.example\n")
    (task,) = everything(works, Activity)
    assert task.description == f"Call\n\n{HEADING}\nStatus: Perhaps"


@SQLITE
def test_below_the_subject_of_a_task_stand_its_texts_and_of_special_ones_what_they_are(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Customer, first_name="Ada", email="ada@x.example")
    texts = "Comments,Internal Comments,Resolution"
    imported(
        works, Activity, f"Subject,{texts},Customer\nCall,About sails,Be kind,Sold,ada@x.example\n"
    )
    (task,) = everything(works, Activity)
    assert task.description == "Call\nAbout sails\nInternal Comments: Be kind\nResolution: Sold"


@SQLITE
def test_who_and_what_fill_the_fields_that_know_them(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "Id,Name\n001A,Lark\n")
    imported(works, Customer, "Id,Last name\n003A,King\n")
    imported(works, Lead, "Id,Last name\n00QA,Byron\n")
    imported(works, Opportunity, "Id,Name,AccountId\n006A,Sails,001A\n")
    file = "Id,Subject,who,what\n1,A,003A,006A\n2,B,00QA,\n3,C,,001A\n4,D,003A,500X\n"
    imported(works, Activity, file)
    found = [
        (each.customer, each.lead, each.opportunity, each.account)
        for each in everything(works, Activity)
    ]
    assert found == [
        (1, None, 1, None),
        (None, 1, None, None),
        (None, None, None, 1),
        (1, None, None, None),
    ]
    assert everything(works, Activity)[3].description.endswith("What: 500X")


# ── people and their accounts ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "cell", ["001A", "Lark", "LARK", "lark.example", "https://www.lark.example/about"]
)
def test_the_account_that_a_person_s_row_names_is_theirs(
    works: UnitOfWorkFactory, cell: str
) -> None:
    imported(works, Account, "Id,Name,Website\n001A,Lark,lark.example\n")
    file = f"Id,Last name,Title,account\n1,King,Captain,{cell}\n2,Byron,,\n3,Hopper,,Nowhere\n"
    outcome = imported(works, Customer, file)
    (member,) = everything(works, Membership)
    assert (member.customer, member.account, member.role, member.primary) == (1, 1, "Captain", True)
    assert outcome.joined == 1
    assert everything(works, Customer)[2].notes == f"{HEADING}\nAccount: Nowhere"
    assert imported(works, Customer, file).unchanged == 3
    imported(works, Account, "Id,Name\n002A,Nowhere\n")
    outcome = imported(works, Customer, file)
    assert (outcome.updated, outcome.joined, everything(works, Customer)[2].notes) == (1, 1, None)


# ── days and moments ──────────────────────────────────────────────────────────────────────────────


@SQLITE
@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-11-15", "2026-11-15"),
        ("15 Nov 2026", "2026-11-15"),
        ("15-Nov", None),
        ("today", None),
        ("eom", None),
    ],
)
def test_a_day_in_a_file_has_a_year_and_does_not_move(
    works: UnitOfWorkFactory, cell: str, day: str | None
) -> None:
    imported(
        works,
        Opportunity,
        f"Id,Name,Close date\n1,Sails,{cell}\n2,Ropes,2026-01-02\n3,Masts,2026-01-31\n",
    )
    deal, *_ = everything(works, Opportunity)
    assert (deal.close_date and deal.close_date.isoformat()) == day
    assert day or deal.notes == f"{HEADING}\nClose date: {cell}"


@SQLITE
@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("2026-03-01 22:00:00 UTC", "2026-03-01T22:00:00+00:00"),
        ("2026-03-01 22:00:00 PST", "2026-03-02T06:00:00+00:00"),
        ("2026-03-01T22:00:00.1234567Z", "2026-03-01T22:00:00.123456+00:00"),
        ("2026-03-01 22:00:00-08", "2026-03-02T06:00:00+00:00"),
        ("2026-03-01 22:00", "2026-03-02T06:00:00+00:00"),
    ],
)
def test_a_moment_is_read_as_it_is_written_or_in_the_zone_of_the_workspace(
    works: UnitOfWorkFactory, cell: str, read: str
) -> None:
    works.settle("T1", zone="America/Los_Angeles")
    imported(works, Customer, f"Id,Last name,Created\n1,King,{cell}\n")
    assert everything(works, Customer)[0].created_at.isoformat() == read
