"""Who changed what: one row a changed field, written with the change."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, Integer, String, Text, inspect
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Changes, Entity, Row
from models.core.types import UTCDateTime

if TYPE_CHECKING:
    from models.core.work import Work


class AuditEntry(Row):
    """One field of one record, before and after. `unit` joins what one act changed; `version` is that after it."""

    unit: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor: Mapped[int | None] = mapped_column(Integer)
    door: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(10))
    entity: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    field: Mapped[str] = mapped_column(String(60))
    old: Mapped[str | None] = mapped_column(Text)
    new: Mapped[str | None] = mapped_column(Text)

    @classmethod
    def indexes(cls) -> list[Any]:
        return [Index(None, "workspace", "entity", "record_id"), Index(None, "workspace", "unit")]


Written = tuple[Entity, str, Changes]
"""A record just written, "create" or "update", and what changed."""


def changes_of(record: Entity) -> Changes:
    """The fields of a record that differ from what the database holds."""
    found: Changes = {}
    if inspect(record).key is None:  # not stored yet: there is no history to look through
        values = vars(record)
        return {name: (None, values[name]) for name in record.fields() if values.get(name) or values.get(name) is False}
    attributes = inspect(record).attrs
    for name in record.fields():
        history = attributes[name].history
        if history.has_changes():
            old = history.deleted[0] if history.deleted else None
            new = history.added[0] if history.added else None
            if (old or None) != (new or None) or old is False or new is False:
                found[name] = (old, new)
    return found


def entries(work: "Work", written: Iterable[Written]) -> list[dict[str, Any]]:
    """The audit rows, as column values, for what was written."""
    act = {
        "workspace": work.workspace.id,
        "unit": work.unit,
        "at": work.now,
        "actor": work.actor.id if work.actor else None,
        "door": work.door,
    }
    rows = []
    for record, action, changes in written:
        kinds = record.fields()
        what = {"action": action, "entity": record.slug(), "record_id": record.id, "version": record.version}
        for name, (old, new) in changes.items():
            rows.append({**act, **what, "field": name, "old": kinds[name].dump(old), "new": kinds[name].dump(new)})
    return rows
