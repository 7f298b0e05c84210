"""Find out from the audit trail what changed about records between two moments."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from sqlalchemy import select

from models.core.audit.entries import AuditEntry
from models.core.context import Context
from models.core.entity.base import Entity
from models.core.entity.custom_values import with_values

E = TypeVar("E", bound=Entity)


@dataclass(frozen=True)
class Difference(Generic[E]):
    """A record that changed between two moments.

    Attributes:
        record: The record as it is now; it may be deleted.
        before: The record as it was at the first moment, None where it was not there.
        after: The record as it was at the second moment, None where it was not there.
    """

    record: E
    before: SimpleNamespace | None
    after: SimpleNamespace | None

    @property
    def now(self) -> E | None:
        """Return the record, None where it is not there now."""
        return None if self.record.deleted_at else self.record


def differences(
    work: Context, entity: type[E], start: datetime, end: datetime
) -> list[Difference[E]]:
    """Return the records of an entity that changed in [start, end), UTC, the oldest first.

    They are records that the viewers may see now. All fields are in it, also those that are hidden
    from the viewers.

    Args:
        work: The unit of work.
        entity: The entity; an index over its `updated_at` finds what changed.
        start: The first moment.
        end: The second moment.
    """
    changed = select(entity).where(entity.updated_at >= start).order_by(entity.id)
    records = list(work.session.scalars(changed.execution_options(with_deleted=True)))
    told = (
        select(
            AuditEntry.record_id, AuditEntry.at, AuditEntry.action, AuditEntry.field, AuditEntry.old
        )
        .join(entity, entity.id == AuditEntry.record_id)
        .where(entity.updated_at >= start, AuditEntry.entity == entity.slug())
        .where(AuditEntry.at >= start)
        .order_by(AuditEntry.id)
    )
    entries: dict[int, list[Any]] = {}
    for row in work.session.execute(told.execution_options(with_deleted=True)):
        entries.setdefault(row.record_id, []).append(row)
    both = [(record, entries.get(record.id, [])) for record in records]
    return [
        Difference(record, state(record, rows), state(record, (r for r in rows if r.at >= end)))
        for record, rows in both
        if any(row.at < end for row in rows)
    ]


def state(record: Entity, since: Iterable[Any]) -> SimpleNamespace | None:
    """Return a record as it was before some changes, None where it was not there.

    Args:
        record: The record as it is now.
        since: All entries about it from a moment on, the oldest first.
    """
    kinds, values = record.fields(), dict[str, Any]()
    for entry in since:
        if entry.action == "create":
            return None
        if entry.field in kinds and entry.field not in values:
            values[entry.field] = kinds[entry.field].load(entry.old)
    was = SimpleNamespace(**with_values(record) | values)
    return None if was.deleted_at else was
