"""A database of its own with the people of `ground`, for tests that change its tables or want to lose it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, text

from models.core import schema
from models.core.database import open_engine
from tests import ground
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


@pytest.fixture(scope="session")
def template(make_database: Callable[[str], URL]) -> URL:
    """What databases are copied from on the server: quicker than to make every step again for each."""
    url = make_database("template")
    engine = open_engine(url.render_as_string(hide_password=False))
    schema.upgrade(engine)
    ground.settle(engine)
    engine.dispose()
    return url


@pytest.fixture
def settled_postgres(server: URL, template: URL) -> Iterator[Engine]:
    name = f"{template.database}_copy"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} OWNER {template.username} TEMPLATE {template.database}"))
    admin.dispose()
    engine = open_engine(template.set(database=name).render_as_string(hide_password=False))
    yield engine
    engine.dispose()
