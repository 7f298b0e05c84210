"""The engine: SQLite that many threads can write to, or PostgreSQL that never keeps a person waiting."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, URL, Connection, Dialect, Engine, bindparam, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from models.core.errors import Unusable
from models.core.patience import STATEMENT, left
from models.core.texts import fold

THREADS = 32
"""Threads that handle requests. No thread shares a connection, because SQLAlchemy's queue for them is not fair."""
CONNECTIONS = THREADS + 14
"""With those of the courier, the scheduler and whoever asks how things are. Each is opened when it is first needed."""
LONG = 60.0
"""Seconds that a migration waits for whoever has a SQLite file in hand."""
MANY = 50
"""Rows from which on it pays to insert them in a way that takes longer to prepare."""


def normal(url: str) -> str:
    """`postgresql://` and `postgres://` mean psycopg here."""
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def open_engine(url: str) -> Engine:
    """An engine with the modes that were measured to lose nothing (docs/decisions.md). url: SQLite or PostgreSQL.

    What people typed stays out of its errors, which end in the log.
    """
    try:
        parsed = make_url(normal(url))
        if parsed.get_backend_name() == "sqlite":
            return open_sqlite(parsed.render_as_string(hide_password=False))
        if parsed.get_backend_name() == "postgresql":
            return open_postgresql(parsed)
    except ImportError:
        raise Unusable('The driver for PostgreSQL is missing. Run: pip install "rapport-crm[postgres]"') from None
    except (ArgumentError, ValueError):
        pass
    raise Unusable("The database URL is wrong. Try sqlite:///rapport.db or postgresql://user:password@host:5432/name")


def open_postgresql(url: URL) -> Engine:
    """An engine whose every wait ends, also when the server hangs or the network swallows what is sent."""
    from models.core.postgres import CONNECT, Gate, Patient, connect

    modes = {
        "statement_timeout": milliseconds(STATEMENT),
        "lock_timeout": milliseconds(STATEMENT),
        "timezone": "UTC",
        "plan_cache_mode": "force_custom_plan",  # a plan for any value uses neither trigrams nor partial indexes
    }
    about: dict[str, Any] = {"options": " ".join(f"-c {name}={value}" for name, value in modes.items())}
    about |= {
        "connect_timeout": int(CONNECT) + 1,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }
    engine = create_engine(
        url, pool_size=CONNECTIONS, max_overflow=4, pool_timeout=STATEMENT, pool_pre_ping=True, hide_parameters=True,
        connect_args=about,
    )  # fmt: skip
    gate = Gate()

    @event.listens_for(engine, "do_connect")
    def do_connect(_: Dialect, __: Any, words: Sequence[Any], names: Mapping[str, Any]) -> Patient:
        return connect(gate, lambda: Patient.connect(*words, **names))

    @event.listens_for(engine, "checkin")
    def checkin(connection: Patient | None, _: Any) -> None:
        if connection is not None:
            connection.rested = True

    return engine


def open_sqlite(url: str) -> Engine:
    engine = create_engine(
        url, pool_size=CONNECTIONS, max_overflow=4, pool_timeout=STATEMENT, hide_parameters=True,
        connect_args={"timeout": STATEMENT},
    )  # fmt: skip

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("fold", 1, lambda text: text and fold(text), deterministic=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", True)
        raw: Any = connection.connection.driver_connection
        raw.execute(f"PRAGMA busy_timeout={milliseconds(min(left(), LONG))}")  # what is left after the wait for a turn
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


def insert_rows(session: Session, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run an INSERT for rows with the same columns, of which there may be many."""
    if len(rows) < MANY:
        session.execute(statement, rows)
    elif session.get_bind().dialect.name == "postgresql":
        insert_columns(session, statement, rows)
    else:
        insert_bound(session, statement, rows)


def insert_columns(session: Session, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """One statement with a list a column; given rows, PostgreSQL would run one statement each. A third of the time."""
    lists = {name: [row[name] for row in rows] for name in rows[0]}
    kinds = {name: ARRAY(statement.table.c[name].type, dimensions=1) for name in lists}
    unnested = [func.unnest(bindparam(name, values, kinds[name])) for name, values in lists.items()]
    session.execute(statement.from_select(list(lists), select(*unnested)))


def insert_bound(session: Session, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """For SQLite: work out once a column how it is bound, not once a value, which costs more than storing it."""
    connection = session.connection()
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    kinds = [(name, statement.table.c[name].type) for name in compiled.positiontup]
    bind = [(name, binder(kind, connection.dialect)) for name, kind in kinds]
    bound = [tuple([to(row[name]) if to else row[name] for name, to in bind]) for row in rows]
    connection.exec_driver_sql(str(compiled), bound)


def binder(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What turns a value into what the driver takes, remembering the last ones; None where it takes it as it is."""
    bind = kind.dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(maxsize=64)(bind) if bind and kind.hashable else bind


INSERTS: dict[str, Callable[[Any], Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
"""An INSERT that knows ON CONFLICT, which both databases spell alike but SQLAlchemy keeps with each dialect."""


def insert_into(session: Session, table: Any) -> Any:
    """An INSERT that knows ON CONFLICT, for the database of the session."""
    return INSERTS[session.get_bind().dialect.name](table)
