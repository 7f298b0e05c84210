"""Find one record with statements that are made once, and what records refer to."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state

from models.core.entity.base import Entity
from models.core.fields import Reference

KEPT = "kept"
"""The execution option of a statement that is made once and executed often."""
ONCE: dict[str, Any] = {KEPT: True, "with_deleted": True}


@cache
def by_number(entity: type[Entity]) -> Select[Any]:
    """Return the statement for the record with this `number`, even if it is deleted."""
    return select(entity).where(entity.number == bindparam("number")).execution_options(**ONCE)


@cache
def by_id(entity: type[Entity]) -> Select[Any]:
    """Return the statement for the record with this `id`, even if it is deleted."""
    found = select(entity).where(entity.id == bindparam("id"))
    return found.execution_options(**ONCE, autoflush=False)


def held(session: Session, entity: type[Entity], id: int) -> Any:
    """Return the record with this key where the session holds it, as it is there; else None."""
    found = session.identity_map.get((entity, (id,), None))
    return None if found is None or instance_state(found).expired else found


def referred(
    records: Iterable[Entity], names: Iterable[str] | None = None
) -> Iterator[tuple[str, int]]:
    """Yield what records refer to: (entity, id), each as often as it is referred to.

    Args:
        records: The records.
        names: The fields that count; all, where none are named.
    """
    for record in records:
        kinds = record.fields()
        for name in kinds if names is None else names:
            kind = kinds.get(name)
            if isinstance(kind, Reference) and (id := getattr(record, name)) is not None:
                yield kind.to, id
