"""Databases for tests: whatever takes `works` runs on SQLite and on PostgreSQL, each time on clean
ground.
"""

import fcntl
import gc
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pytest_socket import socket_allow_hosts
from sqlalchemy import URL, Engine, create_engine, event, text

from models.core.db import engine as database
from models.core.db.engine import everywhere, open_engine
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import schema
from tests import ground, servers
from tests.compiled import sharing
from tests.models.marks import THOROUGH
from tests.remembered import GROUNDS, Ground
from tests.servers import server_at
from tests.written import Written

policy.STRICT = True
DATABASES = ("sqlite", "postgres")
BY_TURNS = os.environ.get("DATABASES") != "both"
"""Whether of the tests of a module that run on either database one runs on the one, the next on the
other, and rows of a table as well. DATABASES=both runs all on both; and so does `dialect`, for
modules whose code is not the same for both, and whoever asks for a test by its id.
"""
database.create_engine = sharing(database.create_engine)  # type: ignore[assignment]
PATIENT: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
"""On a busy machine an example may take seconds."""
settings.register_profile("many", **PATIENT)
settings.register_profile("few", max_examples=25, **PATIENT)
settings.load_profile("many" if THOROUGH else "few")
OUTSIDE = {"crm", "make_database", "server", "tmp_path"}
"""Whoever asks for one of these may write to the database in other ways than through an engine of
this process.
"""
MEMORY, ROOM = Path("/dev/shm"), 2**31
"""A folder that is kept in memory, and what must be free there for the files of all tests."""
LONG = (
    "tests/docs/test_contributing.py",
    "tests/chaos/",
    "tests/bot/test_moved.py",
    "tests/bench/",
)
"""Begun first, so that no worker is alone with one of these at the end."""


def keep_in_memory() -> None:
    """Let all temporary files be where none waits for a disk, as long as nobody says where: a
    database of PostgreSQL has hundreds.
    """
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        runs = not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
        if runs and shutil.disk_usage(MEMORY).free > ROOM:
            os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


keep_in_memory()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Three for two cores: a third of the time goes by in waiting, and each learns all there is
    anew, for seconds.
    """
    return 3 * (os.cpu_count() or 1) // 2


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What needs Chromium and will not run anyway is not even read."""
    unwanted = config.option.markexpr == "not browser"
    return True if unwanted and collection_path == config.rootpath / "tests" / "browser" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, None, None]:
    """Leave each test to one of the databases; let long tests begin first in an order made by
    chance.
    """
    if BY_TURNS and not any("::" in arg for arg in config.args):
        leave_to_one(config, items)
    yield
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def leave_to_one(config: pytest.Config, items: list[pytest.Item]) -> None:
    modules: dict[str, dict[str, list[tuple[str, pytest.Item]]]] = {}
    for item in items:
        database, other = of_database(item)
        if database and not item.get_closest_marker("dialect"):
            module, _, test = item.nodeid.partition("[")[0].partition("::")
            modules.setdefault(module, {}).setdefault(f"{test}[{other}]", []).append(
                (database, item)
            )
    spared: set[pytest.Item] = set()
    for module, tests in modules.items():
        on_both = sorted(name for name, found in tests.items() if len(found) == 2)
        for place, name in enumerate(on_both, len(module)):
            spared |= {item for database, item in tests[name] if database != DATABASES[place % 2]}
    config.hook.pytest_deselected(items=list(spared))
    items[:] = [item for item in items if item not in spared]


def of_database(item: pytest.Item) -> tuple[str, str]:
    """The database that a test runs on for its own sake, and its name without that; nothing where
    it has no choice.
    """
    params = getattr(getattr(item, "callspec", None), "params", {})
    found = [params[name] for name in ("engine", "blank", "settled") if name in params]
    if len(found) != 1:
        return "", ""
    rest = item.nodeid.partition("[")[2].rstrip("]").split("-")
    return str(found[0]), "-".join(part for part in rest if part not in DATABASES)


def pytest_collection() -> None:
    """Thousands of tests stay to the end: looking through them for garbage takes a tenth of the
    time.
    """
    gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(50_000, 1_000, 1_000)  # what is young when it is looked at stays to the end
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Look through what is left once; pytest is about to do it five times."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup() -> None:
    """Nothing in a test talks to the network."""
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture
def clock() -> ground.StoppedClock:
    return ground.StoppedClock()


@pytest.fixture
def works(engine: Engine, clock: ground.StoppedClock) -> UnitOfWorkFactory:
    return UnitOfWorkFactory(engine, clock)


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """The database with the people of `ground` and nothing else."""
    clean: Engine = request.getfixturevalue(f"clean_{request.param}")
    return clean


@pytest.fixture(params=DATABASES)
def blank(request: pytest.FixtureRequest) -> Engine:
    """A database without a table."""
    made: Engine = request.getfixturevalue(f"blank_{request.param}")
    return made


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[], str]], str]:
    """Makes what all workers of this run use, and returns what the first of them called it."""
    alone = "PYTEST_XDIST_TESTRUNUID" not in os.environ
    shared = tmp_path_factory.getbasetemp() if alone else tmp_path_factory.getbasetemp().parent

    def made(what: str, make: Callable[[], str]) -> str:
        with (shared / f"made-{what}").open("a+") as named:
            fcntl.flock(named, fcntl.LOCK_EX)
            named.seek(0)
            name = named.read()
            if not name:
                name = make()
                named.write(name)
            return name

    return made


@pytest.fixture(scope="session")
def sqlite_ground(
    tmp_path_factory: pytest.TempPathFactory, made_once: Callable[[str, Callable[[], str]], str]
) -> tuple[Engine, Path]:
    """One engine for all tests, because it keeps its compiled statements, and the file they all
    begin with.
    """
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('ground') / 'crm.db'}")
    event.listen(engine, "connect", carelessly)

    def made() -> str:
        schema.upgrade(engine)
        ground.settle(engine)
        engine.dispose()
        path = Path(engine.url.database or "")
        return str(shutil.copyfile(path, path.with_name("kept.db")))

    kept = Path(made_once("sqlite", made))
    GROUNDS[engine] = Ground(engine, kept)
    return engine, kept


def carelessly(connection: sqlite3.Connection, record: object) -> None:
    """Wait for no disk: nobody will miss this database after a power failure."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def clean_sqlite(
    sqlite_ground: tuple[Engine, Path], request: pytest.FixtureRequest
) -> Iterator[Engine]:
    engine, _ = sqlite_ground
    GROUNDS[engine].begin(remembers="monkeypatch" not in request.fixturenames)
    yield engine
    engine.dispose()


@pytest.fixture
def blank_sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'blank.db'}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def server() -> URL:
    """A PostgreSQL server: the one of TEST_DATABASE_URL, or a throw-away one that all workers of
    this run share.
    """
    # Not among pytest's own folders: for root the server runs as another user, whom pytest shuts
    # out of those.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"rapport-postgres-{run}"
    return server_at(folder, cleanup_mode="delete")


@pytest.fixture(scope="session")
def plain(server: URL) -> str:
    """A role there that row-level security holds for."""
    return servers.plain(server)


@pytest.fixture(scope="session")
def make_database(server: URL, plain: str) -> Iterator[Callable[..., URL]]:
    """Makes a database on the server, in place of one of the same name; each worker has its own.
    like: copy this.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    admin = create_engine(server, isolation_level="AUTOCOMMIT")

    def make(name: str, like: str = "template1") -> URL:
        name = f"rapport_test_{worker}_{name}"
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {name} OWNER {plain} TEMPLATE {like}"))
        return server.set(database=name, username=plain)

    if "TEST_DATABASE_URL" not in os.environ:
        with admin.connect() as connection:  # nobody will miss it after a crash
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
    yield make
    admin.dispose()


@pytest.fixture(scope="session")
def template(
    make_database: Callable[..., URL], made_once: Callable[[str, Callable[[], str]], str]
) -> str:
    """What databases are copied from on the server: quicker than to make every step again for
    each.
    """

    def made() -> str:
        url = make_database("template")
        engine = open_engine(url.render_as_string(hide_password=False))
        schema.upgrade(engine)
        ground.settle(engine)
        engine.dispose()
        return url.database or ""

    return made_once("postgres", made)


@pytest.fixture(scope="session")
def postgres_ground(
    make_database: Callable[..., URL], template: str
) -> Iterator[tuple[Engine, Written]]:
    engine = open_engine(
        make_database("ground", like=template).render_as_string(hide_password=False)
    )
    with everywhere(engine).begin() as connection:
        again = ground.keep(connection)
    written = Written(engine, again)
    yield engine, written
    written.close()
    engine.dispose()


@pytest.fixture
def clean_postgres(
    postgres_ground: tuple[Engine, Written], request: pytest.FixtureRequest
) -> Engine:
    engine, written = postgres_ground
    with everywhere(engine).begin() as connection:
        written.restore(connection)
    written.tables.clear()
    if not OUTSIDE.isdisjoint(request.fixturenames):
        written.everything()
    return engine


@pytest.fixture
def blank_postgres(make_database: Callable[[str], URL]) -> Iterator[Engine]:
    engine = open_engine(make_database("blank").render_as_string(hide_password=False))
    yield engine
    engine.dispose()
