"""Rows that are here already, and rows that name other records."""

import io

import pytest

from models.core import records
from models.core.outbox.delivery import Delivery, Post
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.exchange import load, storage
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.models.exchange.steps import count, everything, imported, rejected, told
from tests.models.marks import SQLITE

pytestmark = pytest.mark.dialect

BATCH = 20


def test_a_known_id_changes_its_record(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "ID,NAME,INDUSTRY\n1,Lark,Ships\n2,Wren,Steel\n")
    outcome = imported(works, Account, "ID,NAME,INDUSTRY\n1,Lark,Sails\n2,Wren,Steel\n")
    assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 1, 1)
    lark, wren = everything(works, Account)
    assert (lark.industry, lark.version, wren.version) == ("Sails", 2, 1)


def test_a_change_is_audited_and_redraws_the_card(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "ID,NAME\n1,Lark\n")
    (lark,) = everything(works, Account)
    with works("T1") as work:
        work.session.add(
            Post(entity="account", record_id=lark.id, channel="C1", ts="1.1", posted_at=work.now)
        )
    imported(works, Account, "ID,NAME\n1,Larks\n")
    assert told(works, lark)[-1][1:] == ("update", 2, "name", "Lark", "Larks")
    assert [delivery.kind for delivery in everything(works, Delivery)] == ["redraw", "names"]


@SQLITE
def test_an_empty_cell_empties_nothing(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "ID,NAME,INDUSTRY\n1,Lark,Ships\n2,Wren,Steel\n")
    imported(works, Account, "ID,NAME,INDUSTRY\n1,Lark,\n2,Wren,Iron\n")
    assert [account.industry for account in everything(works, Account)] == ["Ships", "Iron"]


def test_a_row_twice_in_a_file_changes_the_record_it_made(works: UnitOfWorkFactory) -> None:
    outcome = imported(works, Account, "ID,NAME\n1,Lark\n2,Wren\n1,Larks\n")
    assert (outcome.created, outcome.updated) == (2, 1)
    assert [account.name for account in everything(works, Account)] == ["Larks", "Wren"]


@SQLITE
def test_a_bad_change_is_rejected_and_the_others_are_made(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "ID,NAME\n1,Lark\n2,Wren\n3,Tern\n")
    file = "ID,NAME,PARENT\n1,Lark A,\n2,Wren B,2\n3,Tern C,1\n"
    assert rejected(works, Account, file) == ["Parent account: Wren B cannot stand above itself."]
    lark, wren, tern = everything(works, Account)
    assert (lark.name, wren.name, wren.version, tern.name, tern.parent) == (
        "Lark A",
        "Wren",
        1,
        "Tern C",
        lark.id,
    )


def test_rows_without_an_id_are_known_by_what_they_say(works: UnitOfWorkFactory) -> None:
    file = "NAME,INDUSTRY\nLark,Ships\nLark,Ships\nWren,\n"
    assert imported(works, Account, file).created == 3
    outcome = imported(works, Account, file)
    assert (outcome.created, outcome.unchanged) == (0, 3)


@SQLITE
def test_what_people_changed_since_stays_where_a_row_has_no_id(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "NAME\nLark\n")
    with works("T1", "U_ADA") as work:
        records.update(work, work.find(Account, 1), {"industry": "Ships"})
    assert imported(works, Account, "NAME\nLark\n").unchanged == 1
    assert everything(works, Account)[0].industry == "Ships"


@SQLITE
def test_what_was_deleted_here_does_not_come_back_by_itself(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "ID,NAME\n1,Lark\n")
    with works("T1", "U_ADA") as work:
        records.delete(work, work.find(Account, 1))
    (reason,) = rejected(works, Account, "ID,NAME\n1,Lark\n")
    assert reason == "AC-1 Lark was deleted here. Bring it back first, or leave the row out."


def test_stopping_half_way_loses_at_most_a_batch_and_going_on_is_importing_again(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "BATCH", BATCH)
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


def test_a_chain_of_parents_that_stands_upside_down_is_put_right(works: UnitOfWorkFactory) -> None:
    rows = [f"{n},Account {n},{n + 1 if n < 8 else ''}" for n in range(1, 9)]
    assert imported(works, Account, "ID,NAME,PARENTID\n" + "\n".join(rows)).created == 8
    accounts = {account.external_id: account for account in everything(works, Account)}
    assert [accounts[str(n)].parent for n in range(1, 8)] == [
        accounts[str(n + 1)].id for n in range(1, 8)
    ]


@SQLITE
def test_a_row_with_a_bad_cell_is_not_blamed_for_a_parent_that_stands_further_down(
    works: UnitOfWorkFactory,
) -> None:
    file = "ID,NAME,PARENT,COUNTRY\n1,Lark,2,Atlantis\n2,Wren,,\n"
    assert rejected(works, Account, file, strict=True) == [
        "Country: “Atlantis” is not a country we know. Try Germany or DE."
    ]


@SQLITE
def test_a_parent_that_is_nowhere_rejects_only_its_row(works: UnitOfWorkFactory) -> None:
    (reason,) = rejected(works, Account, "ID,NAME,PARENTID\n1,Lark,9\n2,Wren,\n", strict=True)
    assert reason.startswith("Parent account: There is no account “9”.")
    assert [account.name for account in everything(works, Account)] == ["Wren"]


def test_a_whole_name_finds_the_record_but_its_beginning_does_not(works: UnitOfWorkFactory) -> None:
    given(works, Account, name="Lark Holding")
    outcome = imported(works, Opportunity, "NAME,ACCOUNT NAME\nSails,LARK HOLDING\n", strict=True)
    assert outcome.created == 1
    (reason,) = rejected(works, Opportunity, "NAME,ACCOUNT NAME\nRopes,Lark\n", strict=True)
    assert reason.startswith("Account: There is no account “Lark”.")


def test_a_name_that_two_records_have_is_not_guessed(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "ID,NAME\n1,Lark\n2,Lark\n", strict=True)
    (reason,) = rejected(works, Opportunity, "NAME,ACCOUNT NAME\nSails,Lark\n", strict=True)
    assert "could be AC-1 Lark, AC-2 Lark" in reason


@SQLITE
def test_a_deleted_record_is_nothing_to_refer_to(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "ID,NAME\n1,Lark\n", strict=True)
    with works("T1", "U_ADA") as work:
        records.delete(work, work.find(Account, 1))
    (reason,) = rejected(works, Opportunity, "NAME,ACCOUNTID\nSails,1\n", strict=True)
    assert reason.startswith("Account: There is no account “1”.")


@SQLITE
def test_ids_of_another_workspace_mean_nothing_here(works: UnitOfWorkFactory) -> None:
    load(works, "T2", "U_OTTO", Account, io.BytesIO(b"ID,NAME\n1,Lark\n"))
    (reason,) = rejected(works, Opportunity, "NAME,ACCOUNTID\nSails,1\n", strict=True)
    assert reason.startswith("Account: There is no account “1”.")
    assert imported(works, Account, "ID,NAME\n1,Lark\n", strict=True).created == 1
    assert len(everything(works, Account, "T2")) == 1


@SQLITE
def test_people_of_the_other_system_become_ours(works: UnitOfWorkFactory) -> None:
    people = {"005X": "U_RITA", "005Y": "Mona Meyer"}
    imported(works, Account, "ID,NAME,OWNERID\n1,Lark,005X\n2,Wren,005Y\n", people=people)
    with works("T1", writes=False) as work:
        assert [
            work.name("user", account.owner or 0) for account in everything(works, Account)
        ] == [
            "Rita Reyes",
            "Mona Meyer",
        ]


@SQLITE
def test_a_person_nobody_knows_rejects_the_row(works: UnitOfWorkFactory) -> None:
    (reason,) = rejected(
        works, Account, "ID,NAME,OWNERID\n1,Lark,005Z\n", people={"005X": "U_RITA"}, strict=True
    )
    assert reason.startswith("Owner: There is no user “005Z”.")


@SQLITE
def test_nobody_becomes_the_owner_by_importing(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "NAME\nLark\n", by="U_RITA")
    assert everything(works, Account)[0].owner is None


@SQLITE
def test_a_full_name_is_taken_apart(works: UnitOfWorkFactory) -> None:
    imported(works, Customer, "Name,Email\nAda King Lovelace,ada@example.org\n")
    (ada,) = everything(works, Customer)
    assert (ada.first_name, ada.last_name, ada.email) == ("Ada", "King Lovelace", "ada@example.org")


@SQLITE
def test_what_is_stored_after_others_were_rejected_tells_what_it_was_before(
    works: UnitOfWorkFactory,
) -> None:
    imported(works, Account, "ID,NAME,INDUSTRY\n1,Lark,Ships\n2,Wren,Steel\n")
    outcome = imported(works, Account, "ID,NAME,INDUSTRY,PARENT\n1,Lark,Sails,\n2,Wren,Iron,2\n")
    assert (outcome.updated, outcome.rejected) == (1, 1)
    (lark, _) = everything(works, Account)
    assert told(works, lark)[-1][1:] == ("update", 2, "industry", "Ships", "Sails")
