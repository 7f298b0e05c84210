"""The engine: SQLite that many threads can write to, or PostgreSQL that never keeps a person waiting."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from models.core.errors import CRMError
from models.core.texts import fold

THREADS = 32
"""Threads that handle requests; the pool has as many connections, because SQLAlchemy's queue is not fair."""
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
            raise CRMError("The database is busy right now. Nothing was saved; please try again.")
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
    """An engine with the modes that were measured to lose nothing (docs/decisions.md). url: SQLite or PostgreSQL."""
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
        parsed, pool_size=THREADS, max_overflow=4, pool_pre_ping=True, connect_args={"options": options}
    )


def open_sqlite(url: str) -> Engine:
    engine = create_engine(url, pool_size=THREADS, max_overflow=4, connect_args={"timeout": TIMEOUT_MS / 1000})

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


def insert_into(session: Session, table: Any) -> Any:
    """An INSERT that knows ON CONFLICT, which both databases spell alike but SQLAlchemy keeps with each dialect."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
