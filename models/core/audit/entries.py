"""Who changed what: one row per changed field, written together with the change."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, Text, UniqueConstraint, inspect, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm.attributes import instance_state

from models.core.context import Context
from models.core.db.types import UTCDateTime
from models.core.entity import custom_values
from models.core.entity.base import Changes, Entity, Row

REASON = 255
"""The letters of a reason that are kept."""


class AuditEntry(Row):
    """One field of one record, before and after a change.

    `unit` joins what one unit of work changed; `version` is the version after the change. The last
    four columns are the seal, which `models.core.audit.chain` adds after the commit. The database
    refuses every other change (`models.core.audit.append_only`), except that old, new and salt of a
    sealed entry can be emptied: a person can be forgotten, and the chain still holds, because it is
    made over the digest.
    """

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
    reason: Mapped[str | None] = mapped_column(String(REASON))
    place: Mapped[int | None] = mapped_column(Integer)
    salt: Mapped[str | None] = mapped_column(String(32))
    digest: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[str | None] = mapped_column(String(64))

    @classmethod
    def indexes(cls) -> list[Any]:
        sealed, unsealed = text("place IS NOT NULL"), text("hash IS NULL")
        return [
            Index(None, "workspace", "entity", "record_id"),
            Index(None, "workspace", "unit"),
            Index(None, "workspace", "actor", "id"),
            Index(
                "ix_audit_entry_place",
                "workspace",
                "place",
                unique=True,
                sqlite_where=sealed,
                postgresql_where=sealed,
            ),
            Index(
                "ix_audit_entry_unsealed",
                "workspace",
                "id",
                sqlite_where=unsealed,
                postgresql_where=unsealed,
            ),
        ]

    @property
    def erased(self) -> bool:
        """Return whether what the entry said about a person is gone."""
        return self.hash is not None and self.salt is None


class AuditHead(Row):
    """Where a workspace's chain ends: the place and hash of its last entry, and when it was sealed.

    Attributes:
        signature: Made from them with a key from the settings, which no database holds.
        since: The first place under the signature.
    """

    place: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    since: Mapped[int | None] = mapped_column(Integer)
    signature: Mapped[str | None] = mapped_column(String(64))

    @classmethod
    def indexes(cls) -> list[Any]:
        return [UniqueConstraint("workspace")]


Written = tuple[Entity, str, Changes]
"""A record just written, "create" or "update", and what changed."""


NOTHING = (None, "", ())
"""The values that say nothing; no and 0 do say something."""


def changes_of(record: Entity) -> Changes:
    """Return the fields of a record that differ from what the database holds."""
    found: Changes = {}
    state = instance_state(record)
    if state.key is None:  # not stored yet: there is no history to look through
        get = vars(record).get
        said = {name: (None, get(name)) for name in record.fields()}
        said |= custom_values.changed(record.fields(), None, get("custom"))
        return {name: pair for name, pair in said.items() if pair[1] not in NOTHING}
    attributes = inspect(record).attrs
    for name in record.fields():
        if name not in state.committed_state:  # nobody set it
            continue
        history = attributes[name].history
        if history.has_changes():
            old = history.deleted[0] if history.deleted else None
            new = history.added[0] if history.added else None
            if something(old) != something(new):
                found[name] = (old, new)
    if "custom" in state.committed_state:
        history = attributes["custom"].history
        old, new = (next(iter(each or ()), None) for each in (history.deleted, history.added))
        if history.has_changes():
            found |= custom_values.changed(record.fields(), old, new)
    return found


def something(value: Any) -> Any:
    """Return a value, or None where it says nothing."""
    return None if value in NOTHING else value


def entries(work: Context, written: Iterable[Written]) -> list[dict[str, Any]]:
    """Return the audit rows, as column values, for what was written."""
    act = {
        "workspace": work.workspace.id,
        "unit": work.unit,
        "at": work.now,
        "actor": work.actor.id if work.actor else None,
        "door": work.door,
        "reason": work.reason[:REASON] or None,
    }
    rows = []
    for record, action, changes in written:
        kinds = record.fields()
        about = {
            "action": action,
            "entity": record.slug(),
            "record_id": record.id,
            "version": record.version,
            **act,
        }
        for name, (old, new) in changes.items():
            rows.append(
                {**about, "field": name, "old": kinds[name].dump(old), "new": kinds[name].dump(new)}
            )
    return rows
