"""The databases of a short scenario: a SQLite file of its own, or a new database on the tests'
PostgreSQL server.
"""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import URL

from models.core.db.engine import open_engine
from models.maintenance import schema
from tests.chaos.databases import Away, Database, Sqlite
from tests.chaos.floor import Floor, floor
from tests.chaos.weekday import is_weekend, offset_at


class Copied(Sqlite):
    """Files that begin with their tables, copied from one."""

    def __init__(self, folder: Path, tables: Path) -> None:
        super().__init__(folder)
        self.tables = tables

    def fresh(self) -> str:
        url = super().fresh()
        shutil.copyfile(self.tables, self.path)
        return url


class Borrowed:
    """Databases on the server that all tests share, which therefore never goes away."""

    name = "PostgreSQL"

    def __init__(self, make: Callable[[str], URL]) -> None:
        self.make, self.numbers = make, count(1)

    def fresh(self) -> str:
        return self.make(f"chaos{next(self.numbers)}").render_as_string(hide_password=False)

    def gone(self) -> list[tuple[str, Away]]:
        return []


@pytest.fixture(autouse=True)
def _a_working_day() -> None:
    """For the last hours of Saturday, UTC, it is the weekend even in the furthest zone: nobody is
    reminded then.
    """
    now = datetime.now(UTC)
    if is_weekend(now + offset_at(now)):
        pytest.skip("it is the weekend everywhere")


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that is up to date and empty."""
    path = tmp_path_factory.mktemp("tables") / "crm.db"
    engine = open_engine(f"sqlite:///{path}")
    schema.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite(tmp_path: Path, tables: Path) -> Database:
    return Copied(tmp_path, tables)


@pytest.fixture
def postgres(make_database: Callable[[str], URL]) -> Database:
    return Borrowed(make_database)


@pytest.fixture
def empty(sqlite: Database) -> Iterator[Floor]:
    """A floor without a bot, on which a test itself does what a bot should not do."""
    with floor(sqlite, people=4, online=False) as made:
        yield made
