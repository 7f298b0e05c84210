"""Say which record has already what a field marked `unique=True` may hold only once.

`clashes` looks before anything is written. Where somebody was faster in between, the index of the
database objects, and `taken` says so; the next attempt finds their record.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.core.audit import entries
from models.core.context import Context
from models.core.custom import indexed
from models.core.db.errors import index_of
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Invalid, Taken
from models.core.permissions import policy


def check(work: Context, records: Iterable[Entity]) -> None:
    """Raise Invalid where one of the records is to hold what another one holds."""
    due = [record for record in records if names_of(type(record)) and is_new_to(record)]
    for error in clashes(work, due).values() if due else ():
        raise error


def names_of(entity: type[Entity]) -> list[str]:
    """Return the fields of which no two records hold the same."""
    return [*entity.unique(), *entity.unique_added()]


def value_of(record: Entity, name: str) -> Any:
    """Return what a record holds in a unique field as it is compared, None where it is empty."""
    if column := record.unique().get(name):
        return getattr(record, column)
    value = getattr(record, name)
    return None if value in (None, "") else indexed.only(record.fields()[name], value)


def is_new_to(record: Entity) -> bool:
    """Return whether a record did not hold its unique values before, or was deleted."""
    if record.id is None:
        return True
    changed = entries.changes_of(record).keys()
    return not changed.isdisjoint({*names_of(type(record)), "deleted_at"})


def clashes(work: Context, records: Iterable[Entity]) -> dict[Entity, Invalid]:
    """Return for each record that cannot be stored beside another one the sentence that says so.

    One statement looks for each unique field. Of two of the records, the second cannot be stored.
    """
    found: dict[Entity, dict[str, str]] = {}
    of: dict[type[Entity], list[Entity]] = {}
    for record in records:
        if not record.deleted_at:
            of.setdefault(type(record), []).append(record)
    for entity, mine in of.items():
        for name in names_of(entity):
            for record, sentence in clashing(work, entity, name, mine):
                found.setdefault(record, {}).setdefault(name, sentence)
    return {record: Invalid(sentences) for record, sentences in found.items()}


def clashing(
    work: Context, entity: type[Entity], name: str, records: Collection[Entity]
) -> list[tuple[Entity, str]]:
    """Return the records that cannot have their value of one field, each with why."""
    kind = entity.fields()[name]
    found: list[tuple[Entity, str]] = []
    held: dict[Any, Entity] = {}
    for record in records:
        value = value_of(record, name)
        shown = kind.show(getattr(record, name), work, record)
        if value is not None and held.setdefault(value, record) is not record:
            found.append((record, f"{kind.label} “{shown}” is there twice."))
    mine = {record.id for record in records}
    for other in standing(work, entity, name, held):
        value = value_of(other, name)
        if other.id not in mine and value in held:
            record = held[value]
            shown = kind.show(getattr(record, name), work, record)
            found.append((record, sentence(work, other, f"{kind.label} “{shown}”")))
    return found


def standing(work: Context, entity: type[Entity], name: str, wanted: Iterable[Any]) -> list[Entity]:
    """Return the records that hold these values now, also those that nobody here sees.

    One that is about to be deleted does not count.
    """
    if not (values := list(wanted)):
        return []
    with policy.beyond(work.session):
        if column := entity.unique().get(name):
            there = select(entity).where(getattr(entity, column).in_(values))
        else:
            ids = [id for id, _ in indexed.holders(work, entity, name, values)]
            there = select(entity).where(entity.id.in_(ids))
        return [other for other in work.session.scalars(there) if not other.deleted_at]


def sentence(work: Context, other: Entity, what: str) -> str:
    """Return why a value cannot be had, with the other record for those who may see it."""
    if work.shows(other):
        return f"There is already {other} with {what}."
    return f"{what} is taken by a record that you may not see."


def taken(error: IntegrityError) -> Taken | None:
    """Return what a person reads where the database found a value twice, None for other errors."""
    name = index_of(error)
    if name == indexed.UNIQUE:
        return Taken({"": "Another record was given the same at this moment, which is unique."})
    for entity in ENTITIES.values() if name else ():
        for field, column in entity.unique().items():
            if name == f"ix_{entity.slug()}_workspace_{column}":
                label = entity.fields()[field].label
                return Taken({field: f"There is already a {entity.noun()} with this {label}."})
    return None
