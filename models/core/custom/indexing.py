"""When the index of an added field has to be filled from the records that are there.

`CustomField.filling` says what goes on, and in which unit of work it was asked for: `index` while
not all records are in the index, `unique` while all are but nobody knows yet whether two of them
hold the same. Until it is empty, the field is filtered without its index and is not unique.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import func, select

from models.core.context import Context
from models.core.custom.kinds import INCOMPLETE, RELATED
from models.core.entity.base import ENTITIES, Changes, Entity
from models.core.permissions import policy

AT_ONCE = 2000
"""The records that are looked through in the act that changes a field; more follow after it."""


class Filling(StrEnum):
    """What is done to the index of a field."""

    INDEX = INCOMPLETE
    UNIQUE = "unique"


def due(field: Any, changes: Changes) -> Filling | None:
    """Return what a change of a field asks for. No record holds anything in a new one."""
    if (
        "about" in changes
        or field.deleted_at
        or not wants(field.filterable, field.is_unique, field)
    ):
        return None
    filterable, unique = (
        changes[name][0] if name in changes else getattr(field, name)
        for name in ("filterable", "is_unique")
    )
    is_whole = wants(filterable, unique, field) and is_done(field) and "deleted_at" not in changes
    becomes_unique = field.is_unique and not unique
    if is_whole:
        return Filling.UNIQUE if becomes_unique else None
    gains = becomes_unique or (field.filterable and not filterable) or "deleted_at" in changes
    return Filling.INDEX if gains else None


def wants(filterable: Any, unique: Any, field: Any) -> bool:
    """Return whether a field has an index."""
    return bool(filterable or unique or field.kind in RELATED)


def is_done(field: Any) -> bool:
    """Return whether the index of a field holds all records."""
    return not (field.filling or "").startswith(Filling.INDEX)


def begin(work: Context, field: Any, changes: Changes) -> None:
    """Mark a field whose index is filled later, and one that needs none any more."""
    asked = due(field, changes)
    if asked:
        many = is_many(work, ENTITIES[field.about])
        field.filling = f"{asked}:{work.unit}" if many else None
    elif field.deleted_at or not is_waited_for(field):
        field.filling = None


def is_waited_for(field: Any) -> bool:
    """Return whether what is done to the index of a field is still wanted."""
    whole = is_done(field)
    return field.is_unique if whole else wants(field.filterable, field.is_unique, field)


def is_many(work: Context, entity: type[Entity]) -> bool:
    """Return whether an entity has so many records that nobody waits for all of them."""
    some = select(entity.id).limit(AT_ONCE + 1).subquery()
    asked = select(func.count()).select_from(some).execution_options(with_deleted=True)
    with policy.beyond(work.session), work.session.no_autoflush:
        return (work.session.scalar(asked) or 0) > AT_ONCE
