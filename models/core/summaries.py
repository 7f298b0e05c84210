"""Sums over many records, kept by what each change of one adds to them and takes from them.

A figure over all deals that were ever won takes as long as there are deals. A summary holds the
sums of those that are alike, and is brought up to date in the transaction of the change.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import Select, Subquery, func, inspect, or_, select, union_all

from models.core.audit import entries
from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity, Row
from models.core.entity.bulk import INSERTS
from models.core.permissions import policy

Key = tuple[Any, ...]
Sums = Mapping[str, int]
"""A whole number for each of the sums of a row."""
Share = tuple[Key, Sums]
"""What one record adds, and to the row with which key."""
Held = Mapping[str, Any]
"""What a record holds in the columns that a summary is about."""


class Summary(Row):
    """The base of every summary: a row for each key, with sums over the records that have it.

    Attributes:
        about: The columns of a record that decide what it adds.
        keyed: The columns of the key; none of them is ever empty.
        sums: The columns with whole numbers.
    """

    __abstract__ = True

    about: ClassVar[tuple[str, ...]]
    keyed: ClassVar[tuple[str, ...]]
    sums: ClassVar[tuple[str, ...]]

    @classmethod
    def share(cls, held: Held) -> Share | None:
        """Return what a record that holds this adds, None where it does not count."""
        raise NotImplementedError

    @classmethod
    def live(cls) -> Select[Any]:
        """Return the statement for the same from the records: keys and sums, grouped by key."""
        raise NotImplementedError


def follow(work: Context, written: Sequence[entries.Written]) -> None:
    """Add what records just written add now, and take away what they added before."""
    deltas: dict[type[Summary], dict[Key, Counter[str]]] = {}
    for record, did, changes in written:
        for summary in record.summaries:
            if did == "create" or changes.keys() & set(summary.about):
                rows = deltas.setdefault(summary, defaultdict(Counter))
                now = {name: getattr(record, name) for name in summary.about}
                if share := summary.share(now):
                    rows[share[0]].update(share[1])
                if did != "create" and (share := summary.share(before(record, now))):
                    rows[share[0]].subtract(share[1])
    for summary, rows in deltas.items():
        add(work, summary, rows)


def before(record: Entity, now: Held) -> Held:
    """Return what a record held before it was written."""
    attributes = inspect(record).attrs
    histories = {name: attributes[name].history for name in now}
    return {**now, **{name: each.deleted[0] for name, each in histories.items() if each.deleted}}


def add(work: Context, summary: type[Summary], rows: Mapping[Key, Sums]) -> None:
    """Add to the sums of these keys, always in the same order: two who do wait for each other."""
    connection = work.session.connection()
    here = {"workspace": work.workspace.id}
    values = [
        {**here, **dict(zip(summary.keyed, key, strict=True)), **rows[key]}
        for key in sorted(rows)
        if any(rows[key].values())
    ]
    if values:
        connection.execute(addition(summary, connection.dialect.name), values)


@cache
def addition(summary: type[Summary], dialect: str) -> Any:
    """Return the statement that makes a row, or adds to the one that is there."""
    table: Any = summary.__table__
    made = INSERTS[dialect](table)
    more = {name: table.c[name] + made.excluded[name] for name in summary.sums}
    return made.on_conflict_do_update(index_elements=["workspace", *summary.keyed], set_=more)


# ── compared with the records ─────────────────────────────────────────────────────────────────────


def all_summaries() -> list[type[Summary]]:
    return [summary for entity in ENTITIES.values() for summary in entity.summaries]


def differences(work: Context, summary: type[Summary]) -> dict[Key, Sums]:
    """Return what is to be added to the sums of each key, so that they are those of the records.

    One statement reads both, so that what others write meanwhile is in both or in neither.
    """
    table: Any = summary
    keys = [getattr(table, name) for name in summary.keyed]
    stored = select(*keys, *(-getattr(table, name) for name in summary.sums))
    both: Subquery = union_all(summary.live(), stored).subquery()
    width = len(keys)
    columns = list(both.c)
    totals = [func.sum(column) for column in columns[width:]]
    found = select(*columns[:width], *totals).group_by(*columns[:width])
    with policy.beyond(work.session):
        rows = work.session.execute(found.having(or_(*(total != 0 for total in totals)))).all()
    return {
        tuple(row[:width]): dict(zip(summary.sums, map(int, row[width:]), strict=True))
        for row in rows
    }


def mend(work: Context) -> int:
    """Bring the sums to what the records say, and return how many rows were wrong."""
    wrong = 0
    for summary in all_summaries():
        rows = differences(work, summary)
        add(work, summary, rows)
        wrong += len(rows)
    return wrong
