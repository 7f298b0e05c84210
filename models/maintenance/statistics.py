"""What a database knows about its tables when it plans a query.

PostgreSQL counts for itself, and is asked to after everything that brings many rows at once. For
SQLite we write the figures as if every table held the million records of one big company. Its own
counts would come too late, since a running bot does not notice them, and they are averages, by
which a column that is mostly empty is never looked up in its index.
"""

from itertools import pairwise

from sqlalchemy import Connection, Engine, text

import models.registry  # noqa: F401  brings every table
from models.core.db.engine import unhurried
from models.core.entity.base import ENTITIES, Base
from models.core.fields import Choice, Flag, Person

ROWS = 1_000_000
PART = 100_000
"""Rows of a partial index."""
FEW, PEOPLE, MANY = 5, 50, 200_000
"""How many different values there are: of a choice, of who works here, and of anything else."""
CHOSEN = {
    "entity",
    "state",
    "job",
    "kind",
    "door",
    "action",
    "left",
    "guest",
    "done_at",
    "deleted_at",
}
"""Other columns that have few values, or are empty in most rows."""
WHO = {"actor", "by"}
Told = set[tuple[str, str, str]]
"""Table, index, and the number of rows that are alike.

These are the rows with the same value in its first column, its first two, and so on.
"""


def renew(engine: Engine) -> None:
    """Let the database plan by what is true now.

    This takes some seconds on PostgreSQL, and no time on SQLite. PostgreSQL also clears up, after
    which an index that has all the columns of a report is read without its table.
    """
    with unhurried(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                text("VACUUM (ANALYZE)")
            )
            return
        connection.execution_options(writes=False)
        with connection.begin():
            wanted = assumed(connection)
            if wanted == known(connection):
                return
        connection.execution_options(writes=True)
        with connection.begin():
            tell(connection, wanted)


def tell(connection: Connection, wanted: Told) -> None:
    """Write the figures of every index where SQLite keeps its counts.

    Every connection then reads them again.
    """
    for name in ("sqlite_stat1", "sqlite_stat4"):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    connection.exec_driver_sql("ANALYZE sqlite_master")  # makes the table, counts nothing
    connection.exec_driver_sql(
        "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", sorted(wanted)
    )
    connection.exec_driver_sql("ANALYZE sqlite_master")  # reads it


def known(connection: Connection) -> Told:
    """Return the figures by which SQLite plans now."""
    there = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'"
    if not connection.exec_driver_sql(there).all():
        return set()
    return {
        (row[0], row[1], row[2])
        for row in connection.exec_driver_sql("SELECT tbl, idx, stat FROM sqlite_stat1")
    }


def assumed(connection: Connection) -> Told:
    """Return the figures by which it should plan, for each existing index of our tables."""
    found = set()
    for table in Base.metadata.sorted_tables:
        for _, index, unique, _, partial in connection.exec_driver_sql(
            f'PRAGMA index_list("{table.name}")'
        ):
            columns = [
                row[2] for row in connection.exec_driver_sql(f'PRAGMA index_info("{index}")')
            ]
            counts = shares(table.name, columns, PART if partial else ROWS, bool(unique))
            found.add((table.name, index, " ".join(map(str, counts))))
    return found


def shares(table: str, columns: list[str], rows: int, unique: bool) -> list[int]:
    """Return the rows of an index.

    Then follow the rows that are alike in its first column, its first two, and so on.
    """
    counts = [rows]
    for column in columns:
        counts.append(max(1, counts[-1] // values_in(table, column)))
    if unique:
        counts[-1] = 1
    assert all(fewer <= more for more, fewer in pairwise(counts))
    return counts


def values_in(table: str, column: str) -> int:
    """Return about how many different values a column holds."""
    kind = ENTITIES[table].fields().get(column) if table in ENTITIES else None
    if column == "workspace":
        return 1
    if column in CHOSEN or isinstance(kind, Choice | Flag):
        return FEW
    return PEOPLE if column in WHO or isinstance(kind, Person) else MANY
