"""What the errors of a database mean.

Each has a sentence for the person who waits and advice for the people who run Rapport.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
    TimeoutError,
)

from models.core.db.sqlite_file import MOVED
from models.core.errors import Busy, Outrun

AGAIN = ("40P01", "40001")
"""The codes that PostgreSQL gives one of two transactions that block each other.

The same once more works.
"""
SAME = re.compile(r"UNIQUE constraint failed: ((\w+)\..*)")
"""What SQLite says of a row that holds the same as another one, with table and columns."""
ASK = "Nothing was saved; please tell whoever runs Rapport."
UNSURE = "The database was gone before it said whether this was saved. Please look, before you try again."


@dataclass(frozen=True)
class Words:
    told: str
    advice: str


class DatabaseProblem(Enum):
    """Why a database cannot be used, as far as it matters for what to do."""

    BUSY = Words(
        "The database is busy right now. Nothing was saved; please try again.",
        "The database is busy: something else holds it. Try again, or find out what that is.",
    )
    SLOW = Words(
        "The database did not finish this in time. Nothing was saved; please ask for less: fewer words or conditions.",
        "The database did not finish a statement in time. Is it busy with something else, or its disk slow?",
    )
    GONE = Words(
        "The database cannot be reached right now. Nothing was saved; please try again in a minute.",
        "The database cannot be reached. Does it run, and are the host and the port of DATABASE_URL right?",
    )
    SHUT = Words(
        f"The database does not let me in. {ASK}",
        "The database does not let Rapport in. Check the user, the password and the name in DATABASE_URL.",
    )
    CROWDED = Words(
        "The database has too many connections right now. Nothing was saved; please try again.",
        "The database takes no more connections. Raise max_connections: a process of Rapport may need 50.",
    )
    UNOPENED = Words(
        f"The database cannot be opened. {ASK}",
        "The file of the database cannot be opened or made. Does its folder exist, and may Rapport write there?",
    )
    READ_ONLY = Words(
        f"The database can only be read at the moment. {ASK}",
        "The database can only be read. May Rapport write to its file and its folder? Is the disk or server read-only?",
    )
    FULL = Words(
        f"There is no room left where the database is kept. {ASK}",
        "The disk of the database is full. Make room there and start again; what was saved is safe.",
    )
    DISK = Words(
        f"The disk of the database does not work. {ASK}",
        "The disk of the database cannot be read or written. Is it full? If not, look into the system's log first.",
    )
    MOVED = Words(
        f"The file of the database was moved, deleted or replaced. {ASK}",
        "The file of the database is not the one that was opened any more: it was moved, deleted, replaced or cut off."
        " Nothing is read or written until it is back. Put it back, or bring back a backup: crm restore FILE",
    )
    FOREIGN = Words(
        f"The file of the database is no database any more. {ASK}",
        "The file DATABASE_URL names is no database. Name another, or bring back a backup: crm restore FILE",
    )
    DAMAGED = Words(
        f"The database is damaged. {ASK}",
        "The database is damaged. Keep a copy of it, then bring back the last backup: crm restore FILE",
    )

    @property
    def told(self) -> str:
        return self.value.told

    @property
    def advice(self) -> str:
        return self.value.advice


SQLITE = {
    MOVED: DatabaseProblem.MOVED,
    3: DatabaseProblem.UNOPENED,
    5: DatabaseProblem.BUSY,
    6: DatabaseProblem.BUSY,
    8: DatabaseProblem.READ_ONLY,
    9: DatabaseProblem.SLOW,
    10: DatabaseProblem.DISK,
    11: DatabaseProblem.DAMAGED,
    13: DatabaseProblem.FULL,
    14: DatabaseProblem.UNOPENED,
    26: DatabaseProblem.FOREIGN,
}
"""By primary result code, except one that says more."""
POSTGRESQL = {
    "40P01": DatabaseProblem.BUSY,
    "40001": DatabaseProblem.BUSY,
    "55P03": DatabaseProblem.BUSY,
    "57014": DatabaseProblem.SLOW,
    "53": DatabaseProblem.BUSY,
    "53100": DatabaseProblem.FULL,
    "53300": DatabaseProblem.CROWDED,
    "25006": DatabaseProblem.READ_ONLY,
    "25P03": DatabaseProblem.GONE,
    "57": DatabaseProblem.GONE,
    "08": DatabaseProblem.GONE,
    "28": DatabaseProblem.SHUT,
    "3D000": DatabaseProblem.SHUT,
    "58": DatabaseProblem.DISK,
    "XX001": DatabaseProblem.DAMAGED,
    "XX002": DatabaseProblem.DAMAGED,
}
"""By SQLSTATE, or by its first two characters for the rest of a class."""
SAID = {
    "too many": DatabaseProblem.CROWDED,
    "connection slots": DatabaseProblem.CROWDED,
    "authentication": DatabaseProblem.SHUT,
    "password": DatabaseProblem.SHUT,
    "pg_hba": DatabaseProblem.SHUT,
    "role ": DatabaseProblem.SHUT,
    'database "': DatabaseProblem.SHUT,
}
"""By the words of a server that lets nobody in: such a refusal has no SQLSTATE."""


def trouble_of(error: SQLAlchemyError) -> DatabaseProblem | None:
    """Return what is wrong with the database; None where the error is a mistake in the program."""
    if isinstance(error, TimeoutError):
        return DatabaseProblem.BUSY
    if not isinstance(error, DBAPIError):
        return None
    original: Any = error.orig
    if (code := getattr(original, "sqlite_errorcode", None)) is not None:
        return SQLITE.get(code) or SQLITE.get(code & 0xFF)
    if state := sqlstate(error):
        return POSTGRESQL.get(state) or POSTGRESQL.get(state[:2])
    if (
        not isinstance(error, OperationalError | InterfaceError)
        and not error.connection_invalidated
    ):
        return None
    return next(
        (trouble for words, trouble in SAID.items() if words in str(original)), DatabaseProblem.GONE
    )


def sqlstate(error: BaseException | None) -> str:
    """Return PostgreSQL's code, empty where there is none."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def index_of(error: IntegrityError) -> str:
    """Return the name of the unique index that a row would break, "" for another error.

    SQLite names its columns instead, from which the name follows as in all our tables.
    """
    original: Any = error.orig
    if getattr(original, "sqlstate", "") == "23505":
        return original.diag.constraint_name or ""
    if not (found := SAME.search(str(original))):
        return ""
    columns = [each.rpartition(".")[2] for each in found[1].split(", ")]
    return f"ix_{found[2]}_{'_'.join(columns)}"


def advice(error: SQLAlchemyError) -> str:
    """Return what to do, and the first line of what the database said.

    Return "" where the error is a mistake in the program.
    """
    trouble = trouble_of(error)
    said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    return f"{trouble.advice} ({said})" if trouble else ""


def told(error: SQLAlchemyError, writes: bool, saving: bool) -> str:
    """Return what a person reads about the database's own troubles.

    Return "" where the error is one of the program.
    """
    trouble = trouble_of(error)
    if trouble is None or (trouble is DatabaseProblem.READ_ONLY and not writes):
        return ""
    unsure = trouble is DatabaseProblem.MOVED or getattr(error, "connection_invalidated", False)
    return UNSURE if saving and unsure else trouble.told


def worth_another(busy: Busy) -> bool:
    """Return whether the same may succeed in a moment.

    It may after a deadlock, when a connection has become free, or when it is asked again what one
    may do.
    """
    if isinstance(busy, Outrun):
        return True
    cause = busy.__cause__
    crowded = isinstance(cause, SQLAlchemyError) and trouble_of(cause) is DatabaseProblem.CROWDED
    return crowded or sqlstate(cause) in AGAIN
