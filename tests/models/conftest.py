"""A database of its own with the people of `ground`, for tests that change its tables or want to
lose it.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine

from models.core.db.engine import open_engine
from tests.conftest import DATABASES


@pytest.fixture(params=DATABASES)
def settled(request: pytest.FixtureRequest) -> Engine:
    made: Engine = request.getfixturevalue(f"settled_{request.param}")
    return made


@pytest.fixture
def settled_file(sqlite_ground: tuple[Engine, Path], tmp_path: Path) -> Path:
    """The file of such a database, which nobody has open."""
    return Path(shutil.copyfile(sqlite_ground[1], tmp_path / "crm.db"))


@pytest.fixture
def settled_sqlite(settled_file: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{settled_file}")
    yield engine
    engine.dispose()


@pytest.fixture
def settled_postgres(make_database: Callable[..., URL], template: str) -> Iterator[Engine]:
    engine = open_engine(make_database("copy", like=template).render_as_string(hide_password=False))
    yield engine
    engine.dispose()
