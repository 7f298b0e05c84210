"""What computed and readonly fields must hold, for every entity that declares some."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from models.core.entity.base import ENTITIES, Entity
from models.core.fields.computed import Formula, Rollup, digits_of, fitted
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory


def wholes() -> list[tuple[type[Entity], type[Entity], str]]:
    """The entities with rollups, each with the entity of its parts and the field that names it."""
    found = {
        (entity, ENTITIES[rollup.of], rollup.by): None
        for entity in ENTITIES.values()
        for rollup in entity.rollups().values()
    }
    return list(found)


def numbers(entity: type[Entity]) -> list[str]:
    """The fields that hold a number that people type."""
    kinds = entity.fields().items()
    return [name for name, kind in kinds if kind.form and digits_of(kind) is not None]


def readonly(entity: type[Entity]) -> list[str]:
    return [name for name, kind in entity.fields().items() if kind.readonly]


def must_agree(works: UnitOfWorkFactory, workspace: str = "T1") -> None:
    """Fail where a computed field of any record is not what it says of itself."""
    with works(workspace, writes=False) as work:
        wrong = [
            f"{record.ref}.{name} is {held}, not {should}"
            for entity in ENTITIES.values()
            if entity.is_computed()
            for record, name, held, should in defined(work, entity)
            if held != should
        ]
    assert not wrong, str(wrong)


def defined(work: UnitOfWork, entity: type[Entity]) -> Iterator[tuple[Entity, str, Any, Any]]:
    """Every computed value of an entity, and what its definition says: worked out in Python.

    A deleted record keeps what its parts came to, because they went with it.
    """
    every = select(entity).execution_options(with_deleted=True)
    for record in work.session.scalars(every):
        for name, kind in entity.fields().items():
            if isinstance(kind.computed, Formula):
                value = entity.formulas()[name].value(record)
                yield record, name, getattr(record, name), fitted(kind, value)
            elif isinstance(kind.computed, Rollup) and not record.deleted_at:
                yield record, name, getattr(record, name), amount(work, record, kind)


def amount(work: UnitOfWork, record: Entity, kind: Any) -> Any:
    rollup: Rollup = kind.computed
    part: Any = ENTITIES[rollup.of]
    every = select(part).where(getattr(part, rollup.by) == record.id)
    held = [each for each in work.session.scalars(every) if each.deleted_at is None]
    if rollup.count:
        return len(held)
    values = [value for each in held if (value := getattr(each, rollup.field)) is not None]
    if rollup.sum:
        return fitted(kind, sum(values, Decimal()))
    return (min if rollup.min else max)(values, default=None)
