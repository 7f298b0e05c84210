"""Insert rows without the ORM: once for each unique key, many in one statement, or with a flush."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from models.core.context import Context
from models.core.db.engine import insert_into, insert_rows
from models.core.entity.base import Row

LATER = "later"
"""Where a session keeps the rows that go in with what is being written."""
INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_once(work: Context, row: type[Row], **columns: Any) -> int | None:
    """Insert a row unless its unique key exists already, and return the new id or None.

    The id comes from RETURNING and never from rowcount.
    """
    connection = work.session.connection()
    values = {"workspace": work.workspace.id, **columns}
    return connection.execute(insertion(row, connection.dialect.name), values).scalar()


def insert_all(work: Context, row: type[Row], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows with the same columns in one statement, unless their unique keys exist."""
    connection, here = work.session.connection(), work.workspace.id
    connection.execute(
        insertion(row, connection.dialect.name),
        [{"workspace": here, **columns} for columns in rows],
    )


def insert_later(work: Context, row: type[Row], **columns: Any) -> None:
    """Insert a row that follows from a record, with all others of its table in one statement.

    Only `Entity.follow` may ask for it. A row that is added to the session instead needs a second
    flush. All rows of a table must have the same columns.
    """
    held = {"workspace": work.workspace.id, **columns}
    names = row.__mapper__.columns
    rows = work.session.info.setdefault(LATER, {}).setdefault(row, [])
    rows.append({names[name].name: value for name, value in held.items()})


def insert_now(work: Context) -> None:
    """Insert the rows that `insert_later` was asked for."""
    for row, rows in work.session.info.pop(LATER, {}).items():
        insert_rows(work.session, insert_into(work.session, row.__table__), rows)


@cache
def insertion(row: type[Row], dialect: str) -> Any:
    """Return the INSERT of a table, made once.

    The ORM would take longer to prepare it than the database to run it.
    """
    table: Any = row.__table__
    return INSERTS[dialect](table).on_conflict_do_nothing().returning(table.c.id)
