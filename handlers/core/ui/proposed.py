"""Say what a proposal would change, from what it did when it was tried, for who reads it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from handlers.core.ui import blocks
from handlers.core.ui.receipts import before, difference, grouped
from models.core.approval import Approval
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import NotFound
from models.core.fields import Reference
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork

LINES, FIELDS, LONG = 8, 8, 200
"""Lines of what would change, fields of a new record in one of them, and letters of a value.

What was typed comes first, so that nobody approves what they were not shown.
"""

Row = Mapping[str, Any]


def lines_of(work: UnitOfWork, approval: Approval) -> list[str]:
    """Return what would change, a line for each, as far as all readers may see it."""
    typed = approval.texts.keys()
    found = grouped(sorted(approval.changes, key=lambda row: row["field"] not in typed))
    new = {key for key, rows in found.items() if rows[0]["action"] == "create"}
    lines = [
        line
        for key, rows in found.items()
        if key[0] in ENTITIES
        for line in (
            made(work, rows, new, typed_by(work, approval))
            if key in new
            else changed(work, key, rows)
        )
    ]
    more = len(lines) - LINES
    return lines[:LINES] + ([f"and {more} more"] if more > 0 else [])


def typed_by(work: UnitOfWork, approval: Approval) -> Collection[str] | None:
    """Return the fields of which a reader sees no more than they typed; None for all.

    It was tried with the rights of somebody else, so who asked may not see all that came of it.
    """
    asks = any(viewer.id == approval.asker for viewer in work.viewers)
    return approval.texts.keys() if asks else None


def made(
    work: UnitOfWork,
    rows: Sequence[Row],
    new: set[tuple[str, int]],
    typed: Collection[str] | None,
) -> Iterator[str]:
    """Yield the line about a record that would be made."""
    entity = ENTITIES[rows[0]["entity"]]
    viewers = work.viewers
    if not viewers or not all(policy.can(viewer, "show", entity) for viewer in viewers):
        return
    kinds = entity.fields()
    held = {
        row["field"]: kinds[row["field"]].load(row["new"]) for row in rows if row["field"] in kinds
    }
    record, told = SimpleNamespace(**{**dict.fromkeys(kinds), **held}), []
    for name, value in held.items():
        kind = kinds[name]
        if policy.hides(work, entity, name) or not kind.card:
            continue
        if typed is not None and name not in typed:
            continue
        if isinstance(kind, Reference) and (kind.to, value) in new:
            continue
        try:
            text = blocks.cut(kind.show(value, work, record), LONG)
        except NotFound:
            continue
        told += [f"{kind.label}: {text}"] if text else []
    more = [f"and {len(told) - FIELDS} more"] if len(told) > FIELDS else []
    yield f"New {entity.noun()}: {' · '.join([*told[:FIELDS], *more])}".removesuffix(": ")


def changed(work: UnitOfWork, key: tuple[str, int], rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines about a record that would be changed, deleted or restored."""
    record: Entity = work.get(ENTITIES[key[0]], key[1])
    if not policy.shows(work, record):
        return
    seen, fields = policy.fields(work, record), [dict(row) for row in rows]
    was = before(record, fields)
    for row in fields:
        if row["field"] == "deleted_at":
            yield f"{'Deletes' if row['new'] else 'Restores'} {record}"
        elif row["field"] in seen:
            yield f"{record.ref} {difference(work, record, was, row)}"
