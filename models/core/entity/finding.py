"""Find one record by its number or its id, with statements that are made once."""

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state

from models.core.entity.base import Entity

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
