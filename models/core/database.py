"""The engine: SQLite that many threads can write to, or PostgreSQL that never keeps a person waiting."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Connection, Dialect, Engine, bindparam, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from models.core.errors import Busy
from models.core.texts import fold

THREADS = 32
"""Threads that handle requests; the pool has as many connections, because SQLAlchemy's queue is not fair."""
MANY = 50
"""Rows from which on it pays to insert them in a way that takes longer to prepare."""
TIMEOUT_MS = 2000
"""Well under Slack's three seconds: a stuck database gets a sentence, not silence."""


class FairLock:
    """Mutual exclusion, first come, first served. SQLite lets one writer in and wakes the waiting by chance."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.waiting: deque[threading.Lock] = deque()
        self.held = False

    def acquire(self, timeout: float) -> bool:
        with self.guard:
            if not self.held:
                self.held = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self.waiting.append(turn)
        if turn.acquire(timeout=timeout):
            return True
        with self.guard:
            if turn in self.waiting:
                self.waiting.remove(turn)
                return False
        return True  # our turn came between the time-out and the guard

    def release(self) -> None:
        with self.guard:
            if self.waiting:
                self.waiting.popleft().release()
            else:
                self.held = False

    @contextmanager
    def __call__(self) -> Iterator[None]:
        if not self.acquire(TIMEOUT_MS / 1000):
            raise Busy
        try:
            yield
        finally:
            self.release()


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
    parsed = make_url(normal(url))
    if parsed.get_backend_name() == "sqlite":
        return open_sqlite(parsed.render_as_string(hide_password=False))
    modes = {
        "statement_timeout": TIMEOUT_MS,
        "lock_timeout": TIMEOUT_MS,
        "timezone": "UTC",
        "plan_cache_mode": "force_custom_plan",  # a plan for any value uses neither trigrams nor partial indexes
    }
    options = " ".join(f"-c {name}={value}" for name, value in modes.items())
    return create_engine(
        parsed, pool_size=THREADS, max_overflow=4, pool_pre_ping=True, hide_parameters=True,
        connect_args={"options": options},
    )  # fmt: skip


def open_sqlite(url: str) -> Engine:
    waits = {"timeout": TIMEOUT_MS / 1000}
    engine = create_engine(url, pool_size=THREADS, max_overflow=4, hide_parameters=True, connect_args=waits)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={TIMEOUT_MS}"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("fold", 1, lambda text: text and fold(text), deterministic=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


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


def insert_into(session: Session, table: Any) -> Any:
    """An INSERT that knows ON CONFLICT, which both databases spell alike but SQLAlchemy keeps with each dialect."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
