"""A company of some size in four databases that are alike, so that what one is asked can be asked
of its twins.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, text

from models.core import records
from models.core.db.engine import open_engine
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.maintenance import schema, statistics
from models.sales.opportunity import Opportunity
from tests.ground import settle
from tests.servers import plain, server_at

SIZE = 240
"""Accounts, and as many customers and deals: one deal for each round in which a deal is edited."""
TWINS = ("ours", "recorded", "floor", "spare")


def fill(engine: Engine) -> None:
    """Accounts, every sixth an Acme, customers, and Rita's deals, which differ in nothing but their
    numbers.
    """
    schema.upgrade(engine)
    settle(engine)
    with UnitOfWorkFactory(engine)("T1", "U_RITA") as work:
        for number in range(SIZE):
            name = f"{'Acme' if number % 6 == 0 else 'Birch'} Works {number}"
            records.create(work, Account, {"name": name, "industry": "Machines"})
            records.create(work, Customer, {"first_name": "Ada", "last_name": f"Person {number}"})
            about = {
                "customer": "CU-1",
                "account": "AC-1",
                "amount": "12k EUR",
                "close_date": "+30d",
            }
            records.create(work, Opportunity, {"name": "Renewal", **about})


@contextmanager
def on_sqlite(folder: Path) -> Iterator[list[Engine]]:
    first = open_engine(f"sqlite:///{folder / 'first.db'}")
    fill(first)
    first.dispose()
    paths = [folder / f"{name}.db" for name in TWINS]
    for path in paths:
        shutil.copyfile(folder / "first.db", path)
    yield from opened([f"sqlite:///{path}" for path in paths])


@contextmanager
def on_postgresql(folder: Path) -> Iterator[list[Engine]]:
    """On the server of TEST_DATABASE_URL, else on one of its own with its usual settings; guarded
    as for a bot.
    """
    server = server_at(folder / "postgres")
    admin, role = create_engine(server, isolation_level="AUTOCOMMIT"), plain(server)

    def at(name: str) -> URL:
        return server.set(database=f"rapport_bench_{name}", username=role)

    with admin.connect() as connection:
        for name in ("first", *TWINS):
            connection.execute(text(f"DROP DATABASE IF EXISTS rapport_bench_{name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE rapport_bench_first OWNER {role}"))
        first = open_engine(at("first").render_as_string(hide_password=False))
        fill(first)
        first.dispose()
        for name in TWINS:
            connection.execute(
                text(
                    f"CREATE DATABASE rapport_bench_{name} OWNER {role} TEMPLATE rapport_bench_first"
                )
            )
    admin.dispose()
    yield from opened([at(name).render_as_string(hide_password=False) for name in TWINS])


@contextmanager
def blank(folder: Path, dialect: str, name: str) -> Iterator[Engine]:
    """A database of this kind without a table; taken away at the end, because it may be big."""
    if dialect == "sqlite":
        engine = open_engine(f"sqlite:///{folder / name}.db")
        yield engine
        engine.dispose()
        for rest in ("", "-wal", "-shm"):
            Path(f"{folder / name}.db{rest}").unlink(missing_ok=True)
        return
    server = server_at(folder / "postgres")
    admin, role = create_engine(server, isolation_level="AUTOCOMMIT"), plain(server)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS rapport_bench_{name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE rapport_bench_{name} OWNER {role}"))
        url = server.set(database=f"rapport_bench_{name}", username=role)
        engine = open_engine(url.render_as_string(hide_password=False))
        yield engine
        engine.dispose()
        connection.execute(text(f"DROP DATABASE rapport_bench_{name} WITH (FORCE)"))
    admin.dispose()


def named(engine: Engine) -> str:
    """The database, as figures call it."""
    return engine.dialect.name.replace("postgresql", "PostgreSQL").replace("sqlite", "SQLite")


def opened(urls: list[str]) -> Iterator[list[Engine]]:
    engines = [open_engine(url) for url in urls]
    for engine in engines:
        statistics.renew(engine)
    yield engines
    for engine in engines:
        engine.dispose()
