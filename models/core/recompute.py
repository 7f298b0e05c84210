"""Work out computed fields again for the records that are there, because what they say has changed.

A change of a formula is one change: the audit trail has it with the field, not with each record.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm.attributes import set_committed_value

from models.core import rollups
from models.core.audit.entries import Written
from models.core.context import Context
from models.core.custom import indexed
from models.core.custom.custom_field import CustomField
from models.core.custom.kinds import COMPUTED as COMPUTED_KINDS
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.computed import Key, following
from models.core.entity.custom_values import PREFIX, dumped
from models.core.fields.computed import fitted
from models.core.outbox import delivery as outbox
from models.core.outbox.delivery import COMPUTED, Delivery, deliver
from models.core.permissions import policy
from models.core.search.index import index

AT_ONCE = 2000
"""The records that are worked out in the act that changes a formula; more follow after it."""
SPENT = "worked out"
"""Where a session keeps how many records were worked out in its act, by all its changes."""
PART = 500
"""The records that are worked out in one step after it."""
SEARCHED = 4
"""How much longer it takes to write the words by which a record is found as well."""
DECIDING = frozenset({"formula", "options", "deleted_at", "kind"})
"""The fields of an added field from which the values of others follow."""


def follow(work: Context, written: Iterable[Written]) -> None:
    """Work out again what follows from added fields that were just written, or ask for it."""
    changed = frozenset(
        (record.about, record.slot)
        for record, _, changes in written
        if isinstance(record, CustomField) and is_followed(record, changes.keys())
    )
    if not changed:
        return
    with policy.beyond(work.session):
        due, spent = following(changed), work.session.info.get(SPENT, 0)
        takes = sum(effort(work, slug, name) for slug, name in due)
        if spent + takes <= AT_ONCE:
            work.session.info[SPENT] = spent + takes
            for slug, name in due:
                recompute(work, ENTITIES[slug], name, 0, AT_ONCE)
        elif due:
            ask(work, due, f"{work.unit}:{'.'.join(due[0])}:{len(changed)}")


def is_followed(field: CustomField, changed: Iterable[str]) -> bool:
    """Return whether values follow from what changed of an added field."""
    names = DECIDING & set(changed)
    return bool(names and field.deleted_at is None) and (
        field.kind in COMPUTED_KINDS or "options" in names
    )


def effort(work: Context, slug: str, name: str) -> int:
    """Return how many records a field is worked out for; those that are found by it count more."""
    entity = ENTITIES[slug]
    asked = select(func.count(entity.id)).execution_options(with_deleted=True)
    there = work.session.scalar(asked) or 0
    return there * SEARCHED if entity.fields()[name].search else there


# ── after the act ─────────────────────────────────────────────────────────────────────────────────


def ask(work: Context, due: Sequence[Key], key: str = "", after: int = 0) -> None:
    """Ask that computed fields be worked out again, a part of the records at a time."""
    about = {"fields": [list(each) for each in due], "after": after}
    deliver(work, COMPUTED, COMPUTED, f"{COMPUTED}:{key or work.unit}", about=about)


def go_on(work: Context, delivery: Delivery) -> None:
    """Work out the next part of what was asked for, and ask for what is left."""
    due: Sequence[Key] = [(slug, name) for slug, name in delivery.about["fields"]]
    (slug, name), last = due[0], 0
    if slug in ENTITIES and name in ENTITIES[slug].fields():
        with policy.beyond(work.session):
            last = recompute(work, ENTITIES[slug], name, delivery.about["after"], PART)
    if not last:
        due = [key for key in following(frozenset(due)) if key != (slug, name)]
    if due:
        ask(work, due, str(delivery.id), last)


# ── some records ──────────────────────────────────────────────────────────────────────────────────


def recompute(work: Context, entity: type[Entity], name: str, after_id: int, limit: int) -> int:
    """Work out one computed field of the next records, and return the id of the last; 0 at the end.

    The records are locked first. What holds another value now is written without an entry in the
    audit trail, with its indexes and its cards.

    Args:
        work: The unit of work.
        entity: The entity.
        name: The computed field.
        after_id: The id of the last record that was worked out.
        limit: The most records.
    """
    chosen = select(entity.id).where(entity.id > after_id).order_by(entity.id).limit(limit)
    with work.session.no_autoflush:
        ids = work.session.scalars(chosen.execution_options(with_deleted=True)).all()
        if not ids:
            return 0
        found = rollups.locked(work, entity, ids)
        values = worked_out(work, entity, name, found)
    changed = [
        each for each in found if getattr(each, name) != values.get(each, getattr(each, name))
    ]
    write(work, entity, name, [(each, values[each]) for each in changed])
    return ids[-1] if len(ids) == limit else 0


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
