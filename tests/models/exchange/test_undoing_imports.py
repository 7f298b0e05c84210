"""An import is one act, however long: taken back as a whole, done again, and imported again after
that.
"""

from typing import Any

import pytest
from sqlalchemy import func, select

from models.core import records
from models.core.audit.entries import AuditEntry
from models.core.errors import Conflict, Forbidden
from models.core.history import last_change, undo, undo_many
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.exchange import storage
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.models.exchange.steps import everything, imported
from tests.models.marks import SQLITE

ROWS = "\n".join(f"{n},Account {n},{n - 1 if n % 7 else ''}" for n in range(1, 26))
FILE = f"Id,Name,ParentId\n{ROWS}\n"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few rows are many here: an import is several units of work, and so is its undo."""
    monkeypatch.setattr(storage, "BATCH", 20)
    monkeypatch.setattr(undo_many, "BATCH", 8)
    monkeypatch.setattr(undo_many, "PAGE", 11)


def turn(works: UnitOfWorkFactory, unit: str, by: str = "U_ADA", **options: Any) -> int:
    return undo_many.take_back(works, "T1", by, unit, **options)


def last(works: UnitOfWorkFactory, by: str = "U_ADA", undone: bool = False) -> str:
    with works("T1", by, writes=False) as work:
        return last_change.last_undo(work) if undone else last_change.last_unit(work)


@SQLITE
def test_an_import_of_several_batches_is_one_act(works: UnitOfWorkFactory) -> None:
    outcome = imported(works, Account, FILE)
    with works("T1", writes=False) as work:
        units = work.session.scalars(
            select(AuditEntry.unit).distinct().where(AuditEntry.door == "import")
        ).all()
    assert units == [outcome.unit]
    assert last(works) == outcome.unit


def test_an_import_is_taken_back_done_again_and_taken_back_again(works: UnitOfWorkFactory) -> None:
    given(works, Account, name="Ours")
    imported(works, Account, FILE)
    for there in (0, 25, 0):
        told: list[tuple[int, int]] = []
        unit = last(works, undone=bool(there))
        assert turn(works, unit, progress=lambda *done, told=told: told.append(done)) == 25
        assert (told[0], told[-1]) == ((8, 25), (25, 25))
        assert len(everything(works, Account)) == 1 + there


@SQLITE
def test_the_line_undo_takes_a_short_import_back(works: UnitOfWorkFactory) -> None:
    imported(works, Account, FILE)
    with works("T1", "U_ADA") as work:
        assert len(undo.undo(work, last_change.last_unit(work))) == 25
    assert everything(works, Account) == []


@SQLITE
def test_a_long_import_says_where_it_is_taken_back(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undo, "MOST", 30)
    unit = imported(works, Account, FILE).unit
    with pytest.raises(Conflict, match=f"crm undo {unit}"), works("T1", "U_ADA") as work:
        undo.touched(work, unit)
    assert turn(works, unit) == 25


@SQLITE
def test_what_the_crm_itself_imported_is_what_it_did_last(works: UnitOfWorkFactory) -> None:
    outcome = imported(works, Account, FILE, by="")
    assert last(works, by="") == outcome.unit
    assert turn(works, outcome.unit, by="") == 25


@SQLITE
def test_after_an_undo_the_same_file_brings_everything_back(works: UnitOfWorkFactory) -> None:
    for file in (FILE, "Name\nLark\nWren\nLark\n"):
        first = imported(works, Account, file)
        before = [(each.id, each.name, each.parent) for each in everything(works, Account)]
        turn(works, first.unit)
        again = imported(works, Account, file)
        assert (again.created, again.updated, again.rejected) == (0, first.created, 0)
        assert [(each.id, each.name, each.parent) for each in everything(works, Account)] == before
        turn(works, again.unit)
        assert everything(works, Account) == []


@SQLITE
def test_what_people_deleted_does_not_come_back_with_a_file(works: UnitOfWorkFactory) -> None:
    imported(works, Account, FILE)
    with works("T1", "U_ADA") as work:
        records.delete(work, work.find(Account, 3))
    outcome = imported(works, Account, FILE)
    assert (outcome.unchanged, outcome.rejected) == (24, 1)


@SQLITE
def test_changes_of_an_import_are_taken_back_too(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "Id,Name,Industry\n1,Lark,Ships\n2,Wren,Steel\n")
    unit = imported(works, Account, "Id,Name,Industry\n1,Larks,Ships\n3,Tern,\n").unit
    assert turn(works, unit) == 2
    assert [each.name for each in everything(works, Account)] == ["Lark", "Wren"]


@SQLITE
def test_nothing_is_taken_back_where_somebody_went_on(works: UnitOfWorkFactory) -> None:
    unit = imported(works, Account, FILE).unit
    given(works, Opportunity, name="Sails", account="AC-24")
    with pytest.raises(Conflict, match="Rita Reyes has linked OP-1 Sails to AC-24 Account 5 since"):
        turn(works, unit)
    assert len(everything(works, Account)) == 25
    with works("T1", "U_RITA") as work:
        records.delete(work, work.find(Opportunity, 1))
    with works("T1", "U_ADA") as work:
        records.update(work, work.find(Account, 2), {"industry": "Ships"})
    with pytest.raises(Conflict, match="has changed Industry of AC-2 Account 14 to Ships since"):
        turn(works, unit)
    assert len(everything(works, Account)) == 25


def test_who_went_on_while_the_file_came_in_is_seen_as_well(works: UnitOfWorkFactory) -> None:
    def meanwhile(done: int, total: int) -> None:
        if done == 21:
            given(works, Opportunity, name="Sails", account="AC-2")

    unit = imported(works, Account, FILE, progress=meanwhile).unit
    with pytest.raises(Conflict, match="has linked OP-1 Sails to AC-2"):
        turn(works, unit)
    with (
        pytest.raises(Conflict, match="has linked OP-1 Sails to AC-2"),
        works("T1", "U_ADA") as work,
    ):
        undo.undo(work, unit)
    assert len(everything(works, Account)) == 25


def test_an_undo_that_was_stopped_goes_on(works: UnitOfWorkFactory) -> None:
    unit = imported(works, Account, FILE).unit

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        turn(works, unit, progress=stop)
    assert 0 < len(everything(works, Account)) < 25
    assert turn(works, unit) == 17
    assert everything(works, Account) == []
    with pytest.raises(Conflict, match="undone already"):
        turn(works, unit)
    assert turn(works, last(works, undone=True)) == 25


@SQLITE
def test_who_may_not_do_the_reverse_does_not_take_it_back(works: UnitOfWorkFactory) -> None:
    unit = imported(works, Account, FILE).unit
    with pytest.raises(Forbidden):
        turn(works, unit, by="U_SAM")
    assert len(everything(works, Account)) == 25


def test_memberships_go_with_the_people(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "Id,Name\n1,Lark\n")
    unit = imported(works, Customer, "Id,Last name,account\n1,King,Lark\n2,Byron,1\n").unit
    assert len(everything(works, Membership)) == 2
    assert turn(works, unit) == 4
    assert (everything(works, Membership), everything(works, Customer)) == ([], [])
    with works("T1", writes=False) as work:
        assert work.session.scalar(select(func.count()).select_from(Account)) == 1
