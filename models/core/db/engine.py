"""The engine: SQLite that many threads can write to, or PostgreSQL without endless waits.

PostgreSQL never keeps a person waiting.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from time import monotonic
from typing import Any, cast

from sqlalchemy import (
    URL,
    Connection,
    Dialect,
    Engine,
    bindparam,
    column,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from sqlalchemy.types import JSON, Text, TypeEngine

from models.core.db.deadline import STATEMENT, at_leisure, left
from models.core.db.sqlite_file import DatabaseFile
from models.core.errors import Unusable
from models.core.parsing.texts import fold

THREADS = 32
"""Threads that handle requests.

No thread shares a connection, because SQLAlchemy's queue for them is not fair.
"""
CONNECTIONS, OVERFLOW = THREADS + 14, 4
"""The sizes of the connection pool and its overflow.

They include the connections of the dispatcher, the scheduler, those who take numbers, and those who
ask how things are. Each is opened when it is first needed.
"""
LONG = 60.0
"""Seconds that a migration waits for a process that holds a SQLite file."""
EVERYWHERE = "*"
"""The value that PostgreSQL gets instead of a workspace from code that serves all of them."""
OFTEN = 50_000
"""Steps of SQLite between two looks at the clock, some milliseconds.

For each look it waits for Python's lock.
"""
ENDS = "ends"
"""The name under which a connection to SQLite keeps the moment when its statement ends.

At that moment the statement ends, done or not.
"""
FILES = "files"
"""The name under which a connection to SQLite keeps the files that it uses."""
WRITES = "writes"
IN_MEMORY = (None, "", ":memory:")
"""Names in a URL of SQLite that are not files: each connection would get its own database."""
Binders = list[tuple[str, Callable[[Any], Any] | None]]
"""The columns of a statement, and the function that prepares a value of each for the driver."""


def normal(url: str) -> str:
    """Return a URL in which `postgresql://` and `postgres://` mean psycopg."""
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def open_engine(url: str) -> Engine:
    """Return an engine with the modes that were measured to lose nothing (docs/decisions.md).

    What people typed stays out of its errors, which end in the log.

    Args:
        url: the URL of SQLite or PostgreSQL.

    Raises:
        Unusable: the URL is wrong, or the driver for PostgreSQL is missing.
    """
    try:
        parsed = make_url(normal(url))
        if parsed.get_backend_name() == "sqlite" and parsed.database not in IN_MEMORY:
            return open_sqlite(parsed)
        if parsed.get_backend_name() == "postgresql":
            return open_postgresql(parsed)
    except ImportError:
        raise Unusable(
            'The driver for PostgreSQL is missing. Run: pip install "rapport-crm[postgres]"'
        ) from None
    except (ArgumentError, ValueError):
        pass
    raise Unusable(
        "The database URL is wrong. Try sqlite:///rapport.db or postgresql://user:password@host:5432/name"
    )


def everywhere(engine: Engine) -> Engine:
    """Return the same database with the rows of every workspace, for what belongs to none.

    An engine alone sees none of them.
    """
    return engine.execution_options(workspace=EVERYWHERE)


@contextmanager
def unhurried(engine: Engine) -> Iterator[Connection]:
    """Open a connection that sees every workspace, without the time-outs that serve people.

    It does not return to their pool.
    """
    with at_leisure(), everywhere(engine).connect() as connection:
        if engine.dialect.name == "postgresql":
            with connection.begin():
                for setting in ("statement_timeout", "lock_timeout"):
                    connection.execute(text(f"SELECT set_config('{setting}', '0', false)"))
        try:
            yield connection
        finally:
            connection.invalidate()


def open_postgresql(url: URL) -> Engine:
    """Return an engine in which every wait ends.

    It ends also when the server hangs or the network loses what is sent.
    """
    from models.core.db.postgres import CONNECT, check_options

    check_options(url.query)
    modes = {
        "statement_timeout": milliseconds(STATEMENT),
        "lock_timeout": milliseconds(STATEMENT),
        "timezone": "UTC",
        "plan_cache_mode": "force_custom_plan",  # a plan for any value uses neither trigrams nor partial indexes
    }
    about: dict[str, Any] = {
        "options": " ".join(f"-c {name}={value}" for name, value in modes.items())
    }
    about |= {"connect_timeout": int(CONNECT) + 1}
    about |= {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
    engine = create_engine(
        url,
        pool_size=CONNECTIONS,
        max_overflow=OVERFLOW,
        pool_timeout=STATEMENT,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=about,
    )
    dialect = cast(Any, engine.dialect)
    ping = dialect.do_ping
    dialect.do_ping = lambda raw: raw.is_fresh() or ping(raw)
    end_every_wait(engine)
    return engine


def end_every_wait(engine: Engine) -> None:
    """Make the connections of an engine give up when the server no longer answers."""
    from models.core.db.postgres import CircuitBreaker, TimeoutConnection, connect

    breaker = CircuitBreaker()

    @event.listens_for(engine, "do_connect")
    def do_connect(
        _: Dialect, __: Any, words: Sequence[Any], names: Mapping[str, Any]
    ) -> TimeoutConnection:
        return connect(breaker, lambda: TimeoutConnection.connect(*words, **names))

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        raw = cast(TimeoutConnection, connection.connection.driver_connection)
        raw.intend(options.get("workspace", ""), options.get("writes", True))

    @event.listens_for(engine, "checkin")
    def checkin(connection: TimeoutConnection | None, _: Any) -> None:
        if connection is not None:
            connection.rest()


def open_sqlite(url: URL) -> Engine:
    """Return an engine for one file, which it never creates again.

    It creates neither a file that takes its place nor an empty one.
    """
    file = DatabaseFile(Path(url.database or ""))
    engine = create_engine(
        url,
        pool_size=CONNECTIONS,
        max_overflow=OVERFLOW,
        pool_timeout=STATEMENT,
        hide_parameters=True,
        connect_args={"timeout": STATEMENT, "uri": True},
    )
    stay_with(engine, file)
    return engine


def stay_with(engine: Engine, file: DatabaseFile) -> None:
    """Make an engine notice when another file takes the place of the one that it opened."""
    event.listen(engine, "engine_disposed", lambda _: file.forget())
    dialect = cast(Any, engine.dialect)
    keep = dialect.do_commit

    @event.listens_for(engine, "do_connect")
    def do_connect(_: Dialect, __: Any, words: list[Any], ___: Any) -> None:
        words[0] = file.address()

    def do_commit(connection: Any) -> None:
        keep(connection)
        if connection.info.get(WRITES):
            file.check([])  # what went into another file was not kept

    dialect.do_commit = do_commit

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        prepare(connection, file)
        record.info[FILES] = file.recognise()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.info[WRITES] = connection.get_execution_options().get(WRITES, True)
        file.check(connection.info[FILES] if writes else [])
        raw: Any = connection.connection.driver_connection
        raw.execute(
            f"PRAGMA busy_timeout={milliseconds(min(left(), LONG))}"
        )  # what is left after the wait for a turn
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    end_in_time(engine)


def prepare(connection: Any, file: DatabaseFile) -> None:
    """Set up a new connection to a SQLite file.

    It sets how the connection keeps what is written, for whom, and what it can compute.
    """
    file.take_from_others()
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("fold", 1, folded, deterministic=True)


def end_in_time(engine: Engine) -> None:
    """Make SQLite give up a statement when nobody waits for it any more.

    Others could not write as long as it runs.
    """

    @event.listens_for(engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        connection.set_progress_handler(
            lambda: monotonic() > record.info.get(ENDS, math.inf), OFTEN
        )

    @event.listens_for(engine, "before_cursor_execute")
    def before_cursor_execute(connection: Connection, *_: Any) -> None:
        connection.info[ENDS] = monotonic() + left()

    @event.listens_for(engine, "commit")
    def commit(connection: Connection) -> None:
        connection.info[ENDS] = math.inf  # what has come so far is kept


@lru_cache(maxsize=10_000)
def folded(text: str | None) -> str | None:
    """Return a text folded, for SQLite's `fold`.

    A filter runs it for every record that it looks through: the same few cities, again and again.
    """
    return text and fold(text)


def milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


def insert_rows(session: Session, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run an INSERT that was made once, for rows with the same columns."""
    connection = session.connection()
    if len(rows) == 1:
        connection.execute(statement, rows[0])
    elif connection.dialect.name == "postgresql":
        insert_listed(connection, statement, rows)
    else:
        insert_bound(connection, statement, rows)


def insert_listed(
    connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows in PostgreSQL with one statement that gets all of them as JSON.

    Given rows, PostgreSQL would run one statement each, at twice the price.
    """
    sql, bind = listed(statement, connection.dialect, tuple(rows[0]))
    listing = [{name: to(row[name]) if to else row[name] for name, to in bind} for row in rows]
    connection.execute(sql, {"listing": json.dumps(listing, default=bare)})


@lru_cache(maxsize=64)
def listed(statement: Any, dialect: Dialect, names: tuple[str, ...]) -> tuple[Any, Binders]:
    """Return an INSERT that takes its rows as JSON, and the functions that prepare the values."""
    columns = [column(name, statement.table.c[name].type) for name in names]
    listing = bindparam("listing", type_=Text).cast(JSON)
    rows = func.json_to_recordset(listing).table_valued(*columns).render_derived(with_types=True)
    return statement.from_select(names, select(rows)), binders(statement.table, dialect, names)


def bare(value: Any) -> Any:
    """Return what JSON holds instead of a value that it does not know.

    It is the object itself where psycopg has wrapped it, else its text.
    """
    return value.obj if hasattr(value, "obj") else str(value)


def insert_bound(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows in SQLite, and work out how to bind a column once and not once for each value.

    Doing it for each value costs more than storing it.
    """
    sql, bind = bound(statement, connection.dialect, tuple(rows[0]))
    columns = [
        [to(row[name]) for row in rows] if to else [row[name] for row in rows] for name, to in bind
    ]
    connection.exec_driver_sql(sql, list(zip(*columns, strict=True)))


@lru_cache(maxsize=64)
def bound(statement: Any, dialect: Dialect, names: tuple[str, ...]) -> tuple[str, Binders]:
    """Return an INSERT as SQL, and the functions that prepare a row's values, in its order."""
    compiled = statement.compile(dialect=dialect, column_keys=names)
    return str(compiled), binders(statement.table, dialect, compiled.positiontup)


def binders(table: Any, dialect: Dialect, names: Sequence[str]) -> Binders:
    return [(name, binder(table.c[name].type, dialect)) for name in names]


def binder(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Return the function that turns a value into what the driver takes, with a cache.

    The cache holds the last values. Return None where the driver takes the value as it is.
    """
    bind = kind.dialect_impl(dialect).bind_processor(dialect)
    return lru_cache(maxsize=64)(bind) if bind and kind.hashable else bind


INSERTS: dict[str, Callable[[Any], Any]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}
"""The INSERT with ON CONFLICT by dialect.

Both databases spell it alike but SQLAlchemy keeps it with each dialect.
"""


def insert_into(session: Session, table: Any) -> Any:
    """Return an INSERT that knows ON CONFLICT, for the database of the session."""
    return inserting(table, session.get_bind().dialect.name)


@cache
def inserting(table: Any, dialect: str) -> Any:
    """Return an INSERT for a table, made once.

    It is inline: nobody waits for the ids unless RETURNING asks for them.
    """
    return INSERTS[dialect](table).inline()
