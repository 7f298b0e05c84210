"""Work out computed fields again for the records that are there, because what they say has changed.

A change of a formula is one change: the audit trail has it with the field, not with each record.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm.attributes import set_committed_value

from models.core import rollups
from models.core.context import Context
from models.core.custom import indexed
from models.core.entity.base import Entity
from models.core.entity.custom_values import PREFIX, dumped
from models.core.fields.computed import fitted
from models.core.outbox import delivery as outbox
from models.core.search.index import index


def recompute(
    work: Context, entity: type[Entity], name: str, after_id: int, limit: int
) -> tuple[int, int, int]:
    """Work out one computed field of the next records, also deleted ones.

    The records are locked first. What holds another value now is written without an entry in the
    audit trail, with its indexes and its cards.

    Args:
        work: The unit of work.
        entity: The entity.
        name: The computed field.
        after_id: The id of the last record that was worked out.
        limit: The most records.

    Returns:
        The id of the last record, 0 at the end; how many records there were; how many of them held
        something else.
    """
    chosen = select(entity.id).where(entity.id > after_id).order_by(entity.id).limit(limit)
    with work.session.no_autoflush:
        ids = work.session.scalars(chosen.execution_options(with_deleted=True)).all()
        if not ids:
            return 0, 0, 0
        found = rollups.locked(work, entity, ids)
        values = worked_out(work, entity, name, found)
    changed = [
        each for each in found if getattr(each, name) != values.get(each, getattr(each, name))
    ]
    write(work, entity, name, [(each, values[each]) for each in changed])
    return (ids[-1] if len(ids) == limit else 0), len(ids), len(changed)


def worked_out(
    work: Context, entity: type[Entity], name: str, found: Sequence[Entity]
) -> dict[Entity, Any]:
    """Return what a computed field of records amounts to now; a deleted whole keeps its totals."""
    if name in entity.rollups():
        here = [each for each in found if each.deleted_at is None]
        amounts = rollups.worked_out(work, entity, [name], [each.id for each in here])[name]
        empty = entity.rollups()[name].empty
        return {each: rollups.kept(each, name, amounts.get(each.id, empty)) for each in here}
    formula = entity.formulas().get(name)
    return {each: fits(entity, name, formula.value(each)) for each in found} if formula else {}


def fits(entity: type[Entity], name: str, value: Any) -> Any:
    """Return what the column of a formula keeps, nothing where it cannot."""
    kind = entity.fields()[name]
    try:
        return fitted(kind, value)
    except OverflowError:
        return fitted(kind, None)


def write(
    work: Context, entity: type[Entity], name: str, values: Sequence[tuple[Entity, Any]]
) -> None:
    """Write the values of one field into records, and what follows from them."""
    if not values:
        return
    kind = entity.fields()[name]
    column = "custom" if name.startswith(PREFIX) else name
    rows = [
        {"row": record.id, "held": held_with(record, name, value), "next": record.version + 1}
        for record, value in values
    ]
    work.session.connection().execute(update_of(work, entity, column), rows)
    for (record, _), row in zip(values, rows, strict=True):
        set_committed_value(record, column, row["held"])
        set_committed_value(record, "version", row["next"])
    indexed.keep_field(work, name, [record for record, _ in values])
    if kind.search:
        index(work, [record for record, _ in values])
    shown = outbox.shown(work, [(record.slug(), record.id) for record, _ in values])
    for record, _ in values:
        if (record.slug(), record.id) in shown:
            outbox.redraw(work, record, background=True)


def held_with(record: Entity, name: str, value: Any) -> Any:
    """Return what the column of a computed field holds with a value: all that were added, or it."""
    if not name.startswith(PREFIX):
        return value
    text = dumped(type(record).fields()[name], value)
    others = {other: each for other, each in (record.custom or {}).items() if other != name}
    return others if text is None else {**others, name: text}


def update_of(work: Context, entity: type[Entity], column: str) -> Any:
    """Return the statement that writes one column and the version of each of many records."""
    table: Any = entity.__table__
    ours = (table.c.workspace == work.workspace.id, table.c.id == bindparam("row"))
    held = bindparam("held", type_=table.c[column].type)
    return update(table).where(*ours).values({column: held, "version": bindparam("next")})
