"""Copy a whole database into another of either kind, row by row; a stopped copy can go on."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    Row,
    String,
    Table,
    Text,
    bindparam,
    func,
    insert,
    inspect,
    select,
    text,
    tuple_,
    update,
)

import models.registry  # noqa: F401  brings every table
from models.core.db.engine import unhurried
from models.core.entity.base import Base
from models.core.errors import Conflict
from models.maintenance import schema, statistics

BATCH = 2000
STATE = Table(
    "copy_state", MetaData(), Column("name", String(80), primary_key=True), Column("done", Text)
)
"""In the target during the copy: the last key of each table there, and under SOURCE the source."""
SOURCE = "copy of"
"""The name under which the source is kept; no table has it."""

Progress = Callable[[str, int, int], None]
"""Called with the table, the number of its rows in the target, and how many it will have."""


@dataclass(frozen=True)
class Copied:
    """How many rows of each table were copied and found equal."""

    rows: dict[str, int]

    def __str__(self) -> str:
        return f"{sum(self.rows.values())} rows in {len(self.rows)} tables, counted and compared."


def copy(source: Engine, target: Engine, progress: Progress) -> Copied:
    """Copy everything; nothing is written into a database with other data.

    Raises:
        Conflict: What prevents the copy.
    """
    schema.check(source)
    with unhurried(source) as ours, unhurried(target) as theirs:
        begin(source, target, theirs)
        for table in tables():
            copy_table(table, ours, theirs, progress)
        for table in tables():
            for column in later(table):
                point(table, column, ours, theirs)
        copied = Copied({table.name: compare(table, ours, theirs) for table in tables()})
        finish(theirs)
    statistics.renew(target)
    return copied


def tables() -> list[Table]:
    """Return all tables, in the order in which they refer to each other."""
    return Base.metadata.sorted_tables


def begin(source: Engine, target: Engine, theirs: Connection) -> None:
    """Create the tables, or find the copy that was begun.

    Until it is finished, nothing else can start on that database.
    """
    name = source.url.render_as_string(hide_password=True)
    if STATE.name in inspect(target).get_table_names():
        with theirs.begin():
            begun = theirs.scalar(select(STATE.c.done).where(STATE.c.name == SOURCE))
        if begun != name:
            raise Conflict(
                f"The target holds a copy of {begun} that was begun. Copy that, or take an empty database."
            )
        return
    schema.upgrade(target)
    with theirs.begin():
        for table in tables():
            if theirs.scalar(select(func.count()).select_from(table)):
                raise Conflict(
                    f"The target is not empty: there are rows in {table.name}. Take an empty database."
                )
        STATE.create(theirs)
        theirs.execute(
            insert(STATE),
            [
                {"name": SOURCE, "done": name},
                *({"name": table.name, "done": None} for table in tables()),
            ],
        )
        schema.stamp(theirs, schema.COPYING)


def copy_table(table: Table, ours: Connection, theirs: Connection, progress: Progress) -> None:
    """Copy a table batch by batch in the order of its key.

    Each batch is stored together with how far the copy is.
    """
    with ours.begin():
        total = ours.scalar(select(func.count()).select_from(table)) or 0
    with theirs.begin():
        done = theirs.scalar(select(STATE.c.done).where(STATE.c.name == table.name))
        count = theirs.scalar(select(func.count()).select_from(table)) or 0
    blank = {column.name: None for column in later(table)}
    for batch in batches(table, ours, json.loads(done) if done else None):
        with theirs.begin():
            theirs.execute(insert(table), [{**row._mapping, **blank} for row in batch])
            last = json.dumps([batch[-1]._mapping[column.name] for column in table.primary_key])
            theirs.execute(update(STATE).where(STATE.c.name == table.name).values(done=last))
        count += len(batch)
        progress(table.name, count, total)


def batches(
    table: Table, connection: Connection, after: Sequence[Any] | None = None
) -> Iterator[Sequence[Row[Any]]]:
    """Yield all rows after a key, in the order of the key."""
    key = tuple_(*table.primary_key)
    while True:
        rows = select(*table.c).order_by(*table.primary_key).limit(BATCH)
        with connection.begin():
            batch = connection.execute(rows.where(key > tuple(after)) if after else rows).all()
        if not batch:
            return
        yield batch
        after = [batch[-1]._mapping[column.name] for column in table.primary_key]


def later(table: Table) -> list[Column[Any]]:
    """Return the columns that may refer to rows which come later; they are filled at the end."""
    known = {each.name for each in tables()[: tables().index(table)]}
    return [
        column
        for column in table.c
        if any(key.column.table.name not in known for key in column.foreign_keys)
    ]


def point(table: Table, column: Column[Any], ours: Connection, theirs: Connection) -> None:
    """Fill such a column; doing it twice has the same effect as doing it once."""
    change = (
        update(table).where(table.c.id == bindparam("row")).values({column.name: bindparam("to")})
    )
    for batch in batches(table, ours):
        pairs = [
            {"row": row.id, "to": to}
            for row in batch
            if (to := row._mapping[column.name]) is not None
        ]
        if pairs:
            with theirs.begin():
                theirs.execute(change, pairs)


def compare(table: Table, ours: Connection, theirs: Connection) -> int:
    """Read both tables again, compare them, and return how many rows there are.

    The order does not matter: databases sort texts in their own ways.
    """
    (here, sum_here), (there, sum_there) = digest(table, ours), digest(table, theirs)
    if here != there or sum_here != sum_there:
        raise Conflict(
            f"{table.name} differs: {here} rows in the source, {there} in the target. The source must not change while"
            " it is copied: stop the bot, take an empty target and copy again. The source is as it was."
        )
    return here


def digest(table: Table, connection: Connection) -> tuple[int, int]:
    """Return how many rows there are, and the sum of their fingerprints."""
    count = total = 0
    for batch in batches(table, connection):
        for row in batch:
            line = "\x1f".join([plain(value) for value in row])
            total += int.from_bytes(blake2b(line.encode(), digest_size=16).digest())
        count += len(batch)
    return count, total % 2**128


def plain(value: Any) -> str:
    """Return a value as both databases give it back: 1.50 is 1.5, a moment is one in any zone."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True)
    return repr(value)


SEQUENCE = """
SELECT setval(pg_get_serial_sequence('"{0}"', 'id'), coalesce(max(id), 1), max(id) IS NOT NULL) FROM "{0}"
"""


def finish(theirs: Connection) -> None:
    """Number new rows after the copied ones, and let a bot start."""
    with theirs.begin():
        if theirs.dialect.name == "postgresql":
            for table in tables():
                if table.autoincrement_column is not None:
                    theirs.execute(text(SEQUENCE.format(table.name)))
        STATE.drop(theirs)
        schema.stamp(theirs, schema.head())
