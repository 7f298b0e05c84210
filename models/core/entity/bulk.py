"""Insert rows without the ORM: once for each unique key, or many in one statement."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from models.core.context import Context
from models.core.entity.base import Row

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


@cache
def insertion(row: type[Row], dialect: str) -> Any:
    """Return the INSERT of a table, made once.

    The ORM would take longer to prepare it than the database to run it.
    """
    table: Any = row.__table__
    return INSERTS[dialect](table).on_conflict_do_nothing().returning(table.c.id)
