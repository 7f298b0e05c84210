"""The file of a SQLite database that is moved, deleted, replaced or cut off while it is open:
nothing goes into it.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from models.core.db.engine import open_engine
from models.core.db.errors import UNSURE, DatabaseProblem
from models.core.db.sqlite_file import DatabaseFile, is_sound
from models.core.errors import Busy
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import given


@pytest.fixture
def place(settled_file: Path) -> Path:
    """A database in a folder of its own."""
    folder = settled_file.parent / "kept"
    folder.mkdir()
    return settled_file.rename(folder / "a crm.db")


@pytest.fixture
def works(place: Path) -> Iterator[UnitOfWorkFactory]:
    """A bot that has it open, with a lead."""
    works = UnitOfWorkFactory(open_engine(f"sqlite:///{place}"))
    given(works, Lead, first_name="Ada")
    yield works
    works.close()


def leads(works: UnitOfWorkFactory) -> list[str]:
    with works("T1", writes=False) as work:
        return [lead.title for lead in work.session.query(Lead).order_by(Lead.number)]


def delete(place: Path) -> None:
    place.unlink()


def delete_all(place: Path) -> None:
    for path in place.parent.glob(f"{place.name}*"):
        path.unlink()


def move(place: Path) -> None:
    place.rename(place.with_name("elsewhere.db"))


def rename_folder(place: Path) -> None:
    place.parent.rename(place.parent.with_name("renamed"))


def replace(place: Path) -> None:
    shutil.copyfile(place, place.with_name("other.db"))
    place.with_name("other.db").replace(place)


def make_empty(place: Path) -> None:
    place.unlink()
    place.touch()


def cut(place: Path) -> None:
    os.truncate(place, 8192)


def empty(place: Path) -> None:
    os.truncate(place, 0)


def lose_log(place: Path) -> None:
    place.with_name(f"{place.name}-wal").unlink()


def lose_index(place: Path) -> None:
    place.with_name(f"{place.name}-shm").unlink()


WAYS: list[Callable[[Path], None]] = [
    delete,
    delete_all,
    move,
    rename_folder,
    replace,
    make_empty,
    cut,
    empty,
]


@pytest.mark.parametrize("spoil", WAYS, ids=lambda way: way.__name__)
def test_nothing_is_read_or_written_and_no_file_is_made(
    works: UnitOfWorkFactory, place: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(place)
    before = sorted(place.parent.glob("*")) if place.parent.exists() else []
    with pytest.raises(Busy) as refused:
        given(works, Lead, first_name="Grace")
    assert str(refused.value) == DatabaseProblem.MOVED.told
    with pytest.raises(Busy) as refused:
        leads(works)
    assert str(refused.value) == DatabaseProblem.MOVED.told
    assert (sorted(place.parent.glob("*")) if place.parent.exists() else []) == before


@pytest.mark.parametrize("spoil", [lose_log, lose_index], ids=lambda way: way.__name__)
def test_where_a_file_beside_it_is_lost_nothing_is_written(
    works: UnitOfWorkFactory, place: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(place)
    with pytest.raises(Busy) as refused:
        given(works, Lead, first_name="Grace")
    assert str(refused.value) == DatabaseProblem.MOVED.told
    assert leads(works) == ["Ada"]


@pytest.mark.parametrize("spoil", [delete, move, replace], ids=lambda way: way.__name__)
def test_what_was_moved_while_it_was_saved_is_not_acknowledged(
    works: UnitOfWorkFactory, place: Path, spoil: Callable[[Path], None]
) -> None:
    def add(work: UnitOfWork) -> None:
        work.add(Lead(first_name="Grace", title="Grace", key="grace"))
        spoil(place)

    with pytest.raises(Busy) as refused:
        works.attempt(add, "T1", "U_RITA")
    assert str(refused.value) == UNSURE


def test_a_file_that_comes_back_is_served_again_with_all_that_was_acknowledged(
    works: UnitOfWorkFactory, place: Path
) -> None:
    move(place)
    with pytest.raises(Busy):
        leads(works)
    place.with_name("elsewhere.db").rename(place)
    given(works, Lead, first_name="Grace")
    assert leads(works) == ["Ada", "Grace"]
    rename_folder(place)
    with pytest.raises(Busy):
        leads(works)
    place.parent.with_name("renamed").rename(place.parent)
    assert leads(works) == ["Ada", "Grace"]


@pytest.mark.parametrize("spoil", [replace, delete], ids=lambda way: way.__name__)
def test_a_connection_made_later_opens_no_other_file_and_makes_none(
    works: UnitOfWorkFactory, place: Path, spoil: Callable[[Path], None]
) -> None:
    with works.engine.connect():  # the one there is
        spoil(place)
        there = place.exists()
        with pytest.raises(OperationalError, match="moved, deleted|unable to open"):
            works.engine.connect()
        assert place.exists() is there


def test_after_all_is_closed_the_new_file_is_as_good_as_any(
    works: UnitOfWorkFactory, place: Path
) -> None:
    replace(place)
    works.close()
    given(works, Lead, first_name="Grace")
    assert "Grace" in leads(works)


def test_a_lost_log_is_written_into_the_file_when_all_is_closed(
    works: UnitOfWorkFactory, place: Path
) -> None:
    lose_log(place)
    with pytest.raises(Busy):
        given(works, Lead, first_name="Grace")
    works.close()
    assert is_sound(place)
    assert leads(works) == ["Ada"]


def test_upkeep_of_the_same_file_is_no_move(works: UnitOfWorkFactory, place: Path) -> None:
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    given(works, Lead, first_name="Grace")
    other = UnitOfWorkFactory(open_engine(f"sqlite:///{place}"))
    assert leads(other) == ["Ada", "Grace"]
    other.close()
    assert leads(works) == ["Ada", "Grace"]


def test_what_is_no_database_of_rapport_is_not_sound(place: Path, tmp_path: Path) -> None:
    assert is_sound(place)
    with place.open("r+b") as opened:
        opened.seek(40_960)
        opened.write(b"\x99" * 40_960)
    assert not is_sound(place)
    (tmp_path / "empty.db").touch()
    (tmp_path / "text.db").write_bytes(b"Dear diary, " * 1000)
    for name in ("empty.db", "text.db", "nothing.db"):
        assert not is_sound(tmp_path / name)


def test_every_way_to_begin_a_transaction_looks_first(
    works: UnitOfWorkFactory, place: Path
) -> None:
    begun: list[str] = []
    event.listen(works.engine, "begin", lambda connection: begun.append("begun"))
    move(place)
    with pytest.raises(Exception, match="moved, deleted"), works.everywhere() as session:
        session.execute(text("SELECT 1"))
    with pytest.raises(Exception, match="moved, deleted"):
        works.settle("T1")
    assert begun == []


class GrowingMeanwhile(type(Path())):  # type: ignore[misc]
    """A path at which another thread writes, and looks too, while one thread reads how long the
    file is.
    """

    meanwhile: Callable[[], None] | None = None

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        found = super().stat(follow_symlinks=follow_symlinks)
        if act := self.meanwhile:
            self.meanwhile = None
            act()
        return found


def test_a_file_that_grows_while_two_look_at_it_has_not_shrunk(tmp_path: Path) -> None:
    path = GrowingMeanwhile(tmp_path / "crm.db")
    path.write_bytes(b"a page")
    file = DatabaseFile(path)
    file.path = path
    file.recognise()

    def grow() -> None:
        path.write_bytes(b"a page and another")
        file.check([])

    path.meanwhile = grow
    file.check([])
    path.write_bytes(b"a page")
    with pytest.raises(OperationalError):
        file.check([])
