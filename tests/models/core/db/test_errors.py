"""Everything that can be the matter with a database, provoked for real: what a person is told, and
what to do.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, event, text
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError

from models.core.db import deadline
from models.core.db.engine import everywhere, open_engine
from models.core.db.errors import DatabaseProblem, trouble_of
from models.core.errors import Busy, Unusable
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.maintenance import schema
from models.sales.lead import Lead
from tests.ground import given
from tests.tables import table

pytestmark = pytest.mark.dialect

SAVED = "Nothing was saved"


@pytest.fixture
def file(settled_file: Path) -> Path:
    return settled_file


def fill(works: UnitOfWorkFactory, kilobytes: int = 0) -> None:
    with works("T1", "U_RITA") as work:
        work.add(Lead(first_name="Ada", title="Ada", key="ada", company="x" * 200))
        for _ in range(kilobytes):
            work.session.execute(
                text("INSERT INTO seen (workspace, key, at) VALUES ('T1', hex(randomblob(512)), 0)")
            )


def count(works: UnitOfWorkFactory) -> int:
    with works("T1", writes=False) as work:
        return work.session.query(Lead).count()


def told(act: Callable[[], object]) -> str:
    with pytest.raises(Busy) as busy:
        act()
    assert SAVED in str(busy.value)
    return str(busy.value)


def with_pragma(file: Path, pragma: str) -> UnitOfWorkFactory:
    engine = open_engine(f"sqlite:///{file}")
    event.listen(
        engine, "connect", lambda connection, _: connection.execute(f"PRAGMA {pragma}").close()
    )
    return UnitOfWorkFactory(engine)


def test_a_disk_that_is_full_loses_nothing_that_was_saved(file: Path) -> None:
    works = UnitOfWorkFactory(open_engine(f"sqlite:///{file}"))
    fill(works)
    with closing(sqlite3.connect(file)) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    full = with_pragma(file, f"max_page_count={pages}")
    assert told(lambda: fill(full, 400)) == DatabaseProblem.FULL.told
    assert count(full) == 1
    full.close()
    fill(works, 400)
    assert count(works) == 2
    works.close()


def test_a_file_that_may_only_be_read_is_read(file: Path) -> None:
    works = with_pragma(file, "query_only=1")
    assert count(works) == 0
    assert told(lambda: fill(works)) == DatabaseProblem.READ_ONLY.told
    works.close()


def test_a_server_that_may_only_be_read_is_read(clean_postgres: Engine) -> None:
    works = UnitOfWorkFactory(clean_postgres)

    def write(work: UnitOfWork) -> None:
        work.session.execute(text("SET LOCAL transaction_read_only = on"))
        work.session.execute(text("DELETE FROM seen"))

    assert told(lambda: works.attempt(write, "T1")) == DatabaseProblem.READ_ONLY.told


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("53100", DatabaseProblem.FULL),
        ("53300", DatabaseProblem.CROWDED),
        ("53200", DatabaseProblem.BUSY),
        ("58030", DatabaseProblem.DISK),
        ("57P03", DatabaseProblem.GONE),
        ("57014", DatabaseProblem.SLOW),
        ("XX001", DatabaseProblem.DAMAGED),
        ("28P01", DatabaseProblem.SHUT),
    ],
)
def test_what_a_server_says_becomes_a_sentence(
    clean_postgres: Engine, code: str, trouble: DatabaseProblem
) -> None:
    raising = text(f"DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '{code}'; END $$")
    works = UnitOfWorkFactory(clean_postgres)
    assert (
        told(lambda: works.attempt(lambda work: work.session.execute(raising), "T1"))
        == trouble.told
    )


def test_a_damaged_file_is_told_from_a_busy_one(file: Path) -> None:
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(b"\x99" * (size - 4096))
    works = UnitOfWorkFactory(open_engine(f"sqlite:///{file}"))
    assert told(lambda: fill(works)) == DatabaseProblem.DAMAGED.told
    works.close()
    with pytest.raises(Unusable, match="crm restore"):
        schema.upgrade(open_engine(f"sqlite:///{file}"))


def test_a_file_that_became_something_else_is_no_database(file: Path) -> None:
    file.write_bytes(b"Dear diary, " * 1000)
    works = UnitOfWorkFactory(open_engine(f"sqlite:///{file}"))
    assert told(lambda: count(works)) == DatabaseProblem.FOREIGN.told
    with pytest.raises(Unusable, match="names is no database"):
        schema.upgrade(works.engine)
    assert file.read_bytes().startswith(b"Dear diary")
    works.close()


def test_a_folder_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/nowhere/crm.db")
    with pytest.raises(Unusable, match="Does its folder exist"):
        schema.upgrade(engine)
    assert told(lambda: count(UnitOfWorkFactory(engine))) == DatabaseProblem.UNOPENED.told


def test_a_database_that_something_else_holds_is_busy(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "STATEMENT", 0.05)
    works = UnitOfWorkFactory(open_engine(f"sqlite:///{file}"))
    with closing(sqlite3.connect(file)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        assert told(lambda: fill(works)) == DatabaseProblem.BUSY.told
        assert count(works) == 0
    fill(works)
    works.close()


@table(
    "url",
    [
        "oracle://x/y",
        "sqlite//crm.db",
        "postgresql://u:p@host:port/x",
        "mysql+pymysql://x/y",
        "nonsense",
    ],
)
def test_a_wrong_url_says_what_a_right_one_looks_like(url: str) -> None:
    with pytest.raises(Unusable, match="Try sqlite:///rapport.db or postgresql://"):
        open_engine(url)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"database": "nowhere"}, "does not let Rapport in. Check .* does not exist"),
        ({"username": "nobody_here"}, "does not let Rapport in. Check the user"),
        (
            {"host": "127.0.0.1", "port": 1, "query": {}},
            "cannot be reached. .* host and the port of DATABASE_URL",
        ),
        ({"host": "no.host.invalid", "query": {}}, "cannot be reached"),
    ],
)
def test_a_server_that_cannot_be_used_stops_the_start(
    server: URL, change: dict[str, object], sentence: str
) -> None:
    engine = open_engine(server.set(**change).render_as_string(hide_password=False))  # type: ignore[arg-type]
    for start in (schema.current, schema.check, schema.upgrade):
        with pytest.raises(Unusable, match=sentence):
            start(engine)


def test_a_database_of_a_newer_version_is_not_started_on_and_who_runs_goes_on(
    works: UnitOfWorkFactory,
) -> None:
    with everywhere(works.engine).begin() as connection:
        schema.stamp(connection, "9999")
    try:
        for start in (schema.check, schema.upgrade):
            with pytest.raises(
                Unusable, match="stands at 9999; this version of Rapport knows the steps up to"
            ):
                start(works.engine)
        given(works, Lead, first_name="Ada")
    finally:
        with everywhere(works.engine).begin() as connection:
            schema.stamp(connection, schema.head())
    schema.check(works.engine)


def test_a_mistake_in_the_program_is_not_taken_for_a_trouble_of_the_database(
    works: UnitOfWorkFactory,
) -> None:
    with pytest.raises(SQLAlchemyError) as raised, works("T1") as work:
        work.session.execute(text("SELECT nothing FROM nowhere"))
    assert trouble_of(raised.value) is None
    with pytest.raises(IntegrityError), works("T1") as work:
        work.session.execute(
            text("INSERT INTO seen (workspace, key, at) VALUES ('T1', NULL, NULL)")
        )
    assert trouble_of(SQLAlchemyError()) is None


def test_a_lost_connection_is_one_whatever_the_driver_calls_it() -> None:
    assert (
        trouble_of(OperationalError("", {}, Exception("server closed the connection unexpectedly")))
        is DatabaseProblem.GONE
    )
    assert (
        trouble_of(OperationalError("", {}, Exception("FATAL: sorry, too many clients")))
        is DatabaseProblem.CROWDED
    )
