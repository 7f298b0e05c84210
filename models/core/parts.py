"""Wholes and their parts: the parts are deleted with the whole, and come back with it."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import select

from models.core.audit.entries import AuditEntry, changes_of
from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Conflict
from models.core.permissions import policy


@cache
def is_child(entity: type[Entity]) -> bool:
    """Return whether records of an entity are deleted and restored with what they are a part of."""
    return bool(entity.part_of) and entity.slug() in policy.whole(entity).children


def whole_of(work: Context, record: Entity) -> Entity | None:
    """Return the record that a part goes with; None where it goes with none."""
    id = getattr(record, record.part_of) if is_child(type(record)) else None
    return None if id is None else work.get(policy.whole(type(record)), id)


def parts_of(
    work: Context, of: Sequence[Entity], part: type[Entity], deleted: bool = False
) -> list[Any]:
    """Return the parts of records, the oldest first, no matter who may see them.

    Args:
        work: The unit of work.
        of: The records.
        part: The entity of the parts.
        deleted: Return also those that are deleted.
    """
    ids = [record.id for record in of]
    theirs = select(part).where(getattr(part, part.part_of).in_(ids)).order_by(part.id)
    with policy.beyond(work.session), work.session.no_autoflush:
        found = work.session.scalars(theirs.execution_options(with_deleted=True)).all()
    return [each for each in found if deleted or each.deleted_at is None]


def go_along(work: Context, records: Iterable[Entity]) -> None:
    """Delete and restore parts with their wholes; it runs before every flush.

    Raises:
        Conflict: A part is restored whose whole stays deleted.
    """
    waiting = [record for record in records if record.children or is_child(type(record))]
    while waiting:
        record = waiting.pop()
        before, after = changes_of(record).get("deleted_at", (None, None))
        if before == after or record.id is None:
            continue
        if before and not after:
            must_have_its_whole(work, record)
        for slug in record.children:
            going = parts_of(work, [record], ENTITIES[slug], deleted=bool(before))
            for part in going if after else gone_with(work, record, going):
                if (part.deleted_at is None) == (after is not None):
                    part.deleted_at = after
                    waiting.append(part)


def must_have_its_whole(work: Context, record: Entity) -> None:
    whole = whole_of(work, record)
    if whole is not None and whole.deleted_at:
        raise Conflict(
            f"{record} is a part of {whole}, which is deleted. "
            f"Bring it back as a whole: restore {whole.ref}"
        )


def gone_with(work: Context, whole: Entity, parts: Sequence[Entity]) -> list[Entity]:
    """Return the deleted parts that went with their whole, and not before it.

    They were last deleted in the unit of work in which the whole was.
    """
    deleted = [part for part in parts if part.deleted_at]
    unit = last_deleted(work, type(whole), [whole.id]).get(whole.id)
    units = last_deleted(work, type(deleted[0]), [part.id for part in deleted]) if deleted else {}
    return [part for part in deleted if units.get(part.id) == unit]


def last_deleted(work: Context, entity: type[Entity], ids: Sequence[int]) -> dict[int, str]:
    """Return by the ids of records the unit of work in which each was last deleted."""
    theirs = select(AuditEntry.record_id, AuditEntry.unit).where(
        AuditEntry.entity == entity.slug(),
        AuditEntry.record_id.in_(ids),
        AuditEntry.field == "deleted_at",
        AuditEntry.new.is_not(None),
    )
    with work.session.no_autoflush:
        return {id: unit for id, unit in work.session.execute(theirs.order_by(AuditEntry.id))}


def wholes(work: Context, written: Iterable[Entity]) -> list[Entity]:
    """Return the wholes of the parts among these records, each once."""
    found = {
        (whole.slug(), whole.id): whole
        for record in written
        if is_child(type(record)) and (whole := whole_of(work, record))
    }
    return list(found.values())


def apart(work: Context, records: Sequence[Entity]) -> list[Entity]:
    """Return the records without parts of others among them, which people name with the whole."""
    return [record for record in records if whole_of(work, record) not in records]
