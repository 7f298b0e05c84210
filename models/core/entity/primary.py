"""The primary one of the ways to reach a customer, or of the accounts they belong to.

There is one, no matter who makes it primary, and when.
"""

from typing import Any

from sqlalchemy import Index, select, text, update

from models.core.context import Context
from models.core.entity.base import Changes, Entity

STANDS = '"primary" AND deleted_at IS NULL'
"""The condition in SQL for a record that is primary now."""


def one_primary(table: str, *same: str) -> Index:
    """Return the index that lets no second one be primary.

    Args:
        table: the name of the table.
        *same: the fields that the records share of which one is primary.
    """
    there = text(STANDS)
    name = f"ix_{table}_primary"
    return Index(name, "workspace", *same, unique=True, sqlite_where=there, postgresql_where=there)


def keep_one_primary(work: Context, record: Any, changes: Changes, *same: str) -> None:
    """Make a record that becomes primary the only one.

    A record that is restored does not take that from another.

    Args:
        work: the unit of work.
        record: the record.
        changes: its changes.
        *same: the fields that the records share of which one is primary.
    """
    if not is_primary(record) or not changes.keys() & {"primary", "deleted_at", *same}:
        return
    entity = type(record)
    alike = {name: getattr(record, name) for name in same}
    work.hold(f"primary {entity.slug()} {alike}")
    others = [other for other in rivals(work, record, alike) if other is not record]
    if "deleted_at" in changes and "primary" not in changes and any(map(is_primary, others)):
        record.primary = False
        return
    for other in others:
        if is_primary(other) and agrees(other, alike):
            other.primary = False
        write_ahead(work, other, *same)


def is_primary(record: Any) -> bool:
    return bool(record.primary) and record.deleted_at is None


def rivals(work: Context, record: Any, alike: dict[str, Any]) -> list[Any]:
    """Return the others that are primary in the database now, or will be with this unit of work.

    They are changed, new, or coming in a file.
    """
    entity, session = type(record), work.session
    stored = select(entity).where(
        *(getattr(entity, name) == value for name, value in alike.items()), entity.primary
    )
    found = [other for other in session.scalars(stored) if other is not record]
    for other in found:
        if not session.is_modified(other):
            session.refresh(
                other
            )  # it may have been read before the change that made it primary was committed
    coming = session.info.get("coming", ())
    ours = [
        each
        for each in (*session.new, *session.dirty, *coming)
        if type(each) is entity and each not in found
    ]
    return [*found, *(each for each in ours if is_primary(each) and agrees(each, alike))]


def agrees(record: Any, alike: dict[str, Any]) -> bool:
    return all(getattr(record, name) == value for name, value in alike.items())


def write_ahead(work: Context, other: Entity, *same: str) -> None:
    """Store the change of a record that gives way before the one that takes its place.

    The session stores them by their ids, and for a moment two would be primary.
    """
    if other.id is not None:
        table: Any = type(other).__table__
        row = {name: getattr(other, name) for name in ("primary", "deleted_at", *same)}
        work.session.connection().execute(update(table).where(table.c.id == other.id).values(row))
