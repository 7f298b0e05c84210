"""Every file that Rapport writes is for its owner alone, whatever the umask is and whoever made the
file before.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from models.core.db.engine import open_engine
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import backup, schema
from tests.bot.conftest import Crm
from tests.models.maintenance.test_backup import tools as tools

CSV = "first_name,email\nAda,ada@example.org\nGrace,nonsense\n"


@pytest.fixture(params=[0o000, 0o022])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """The files in a folder that others may read or write."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    assert found
    return sorted(
        f"{path.name} {path.stat().st_mode & 0o777:o}"
        for path in found
        if path.stat().st_mode & 0o077
    )


def test_what_the_commands_write_is_for_their_owner(crm: Crm, tmp_path: Path, umask: int) -> None:
    rows = tmp_path / "leads.csv"
    rows.write_text(CSV)
    rows.chmod(0o600)
    crm("import", "leads", "leads.csv", "--strict")
    crm("export", "leads", "out.csv")
    crm("backup", "first.backup")
    crm("say", "lead new Barbara")
    assert crm("restore", "first.backup").exit_code == 0
    crm("say", "lead new Barbara")
    there = {path.name for path in tmp_path.iterdir()}
    assert there >= {
        "rapport.db",
        "rapport.db-turn",
        "out.csv",
        "leads.rejected.csv",
        "first.backup",
    }
    assert [name for name in there if ".before-" in name]
    assert open_to_others(tmp_path) == []


def test_what_is_written_without_the_command_line_is_for_its_owner(
    tmp_path: Path, umask: int
) -> None:
    """Also what stands beside a database while it is open."""
    engine = open_engine(f"sqlite:///{tmp_path / 'crm.db'}")
    schema.upgrade(engine)
    works = UnitOfWorkFactory(engine)
    works.settle("T1", name="Acme")
    with works("T1") as work, engine.connect():
        work.session.execute(text("SELECT 1"))
        backup.back_up(engine, tmp_path / "kept.backup")
        assert {path.name for path in tmp_path.iterdir()} >= {
            "crm.db",
            "crm.db-wal",
            "crm.db-shm",
            "crm.db-next",
        }
        assert open_to_others(tmp_path) == []
    works.close()


def test_what_an_earlier_release_left_open_is_taken_from_the_others(
    crm: Crm, tmp_path: Path, umask: int
) -> None:
    crm("say", "lead new Ada")
    with closing(sqlite3.connect(tmp_path / "rapport.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        (tmp_path / "out.csv").write_text("")
        for path in tmp_path.iterdir():
            path.chmod(0o666)
        crm("say", "lead new Grace")
        crm("export", "leads", "out.csv")
        assert open_to_others(tmp_path) == []


def test_a_dump_of_postgresql_is_for_its_owner(
    clean_postgres: Engine, tmp_path: Path, umask: int, tools: None
) -> None:
    backup.back_up(clean_postgres, tmp_path / "kept.backup")
    assert open_to_others(tmp_path) == []


INTRUDER = """
import sqlite3, sys
sqlite3.connect(sys.argv[1], timeout=0).execute("BEGIN IMMEDIATE")
"""


def test_the_locks_of_a_database_are_kept_when_its_files_are_looked_at(tmp_path: Path) -> None:
    """To open and close a file of SQLite would let go of all locks that this process holds on
    it.
    """
    url = f"sqlite:///{tmp_path / 'crm.db'}"
    engine = open_engine(url)
    schema.upgrade(engine)
    works = UnitOfWorkFactory(engine)
    works.settle("T1", name="Acme")
    with works("T1"):
        for path in tmp_path.iterdir():
            path.chmod(0o644)
        with open_engine(url).connect():
            assert open_to_others(tmp_path) == ["crm.db-next 644", "crm.db-turn 644"]
        intruder = [sys.executable, "-c", INTRUDER, str(tmp_path / "crm.db")]
        done = subprocess.run(intruder, capture_output=True, text=True, check=False)
        assert "database is locked" in done.stderr
    works.close()
