"""Remarks about a record: rows of their own, none of its fields, but part of its audit trail."""

from datetime import datetime
from typing import Any, ClassVar, TypeVar

from sqlalchemy.orm import Mapped, mapped_column

from models.core.audit import entries
from models.core.context import Context
from models.core.db.engine import insert_into, insert_rows
from models.core.db.types import UTCDateTime
from models.core.entity.base import Entity, Row
from models.core.notifications.changes import tell
from models.core.outbox import delivery

COMMENTS: dict[str, type["Comment"]] = {}
"""The kinds of remarks, by the entity they are about."""
R = TypeVar("R", bound="Comment")


class Comment(Row):
    """A remark about a record: never changed, only taken back when its unit of work is undone."""

    __abstract__ = True

    about: ClassVar[str]
    """The entity of the record."""
    text: Mapped[str]
    taken_back_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        COMMENTS[cls.about] = cls

    @property
    def standing(self) -> str | None:
        """Return the text that a reader sees now."""
        return None if self.taken_back_at else self.text

    @property
    def verb(self) -> str:
        """Return the verb by which it was said; those who may use that verb may take it back."""
        raise NotImplementedError


def say(work: Context, record: Entity, remark: R) -> R:
    """Store a new remark about a record, together with what else this unit of work changes."""
    work.session.add(remark)
    work.session.flush()
    write_down(work, record, remark, None, remark.standing)
    return remark


def turn(work: Context, record: Entity, remark: Comment) -> None:
    """Take a remark back, so that nobody sees it any more, or restore one that was taken back."""
    before = remark.standing
    remark.taken_back_at = None if remark.taken_back_at else work.now
    write_down(work, record, remark, before, remark.standing)


def write_down(
    work: Context, record: Entity, remark: Comment, old: str | None, new: str | None
) -> None:
    """Write the audit entry, in which `note:17` is the field, and re-render the cards."""
    touched = any(
        (row["entity"], row["record_id"]) == (record.slug(), record.id) for row in work.changes
    )
    entry = {
        "workspace": work.workspace.id,
        "unit": work.unit,
        "at": work.now,
        "door": work.door,
        "actor": work.actor.id if work.actor else None,
        "reason": work.reason[: entries.REASON] or None,
        "action": "update",
        "entity": record.slug(),
        "record_id": record.id,
        "version": record.version,
        "field": f"{remark.verb}:{remark.id}",
        "old": old,
        "new": new,
    }
    insert_rows(work.session, insert_into(work.session, entries.AuditEntry.__table__), [entry])
    work.changes.append(entry)
    if not touched:
        delivery.redraw(work, record)
    if work.actor and not work.repeats:
        tell(work, [record], said=new or "")


def find(work: Context, record: Entity, field: str) -> Comment | None:
    """Return the remark that a field of a record's audit trail names, None where it names none.

    Nobody else can take it back until a unit of work that writes has ended.
    """
    kind, id = COMMENTS.get(record.slug()), field.partition(":")[2]
    lock = work.session.connection().get_execution_options().get("writes", True)
    return (
        work.session.get(kind, int(id), with_for_update=lock) if kind and id.isdecimal() else None
    )
