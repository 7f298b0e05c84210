"""The records that name a record: the deals of a customer, the people of an account."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.fields import Person, Reference
from models.core.fields.shape import by_shape
from models.core.permissions import visibility


@dataclass(frozen=True)
class Related:
    """The records of one entity that name a record in one field.

    Attributes:
        name: The name of the list in lines and buttons.
        label: Its name for people: Deals.
        entity: The entity of the records.
        field: The field that names the record.
    """

    name: str
    label: str
    entity: type[Any]
    field: str


@by_shape
def lists_of(slug: str) -> tuple[Related, ...]:
    """Return the lists of records that may name a record of this entity."""
    return tuple(found for entity in ENTITIES.values() for found in naming(entity, slug))


def naming(entity: type[Entity], slug: str) -> Iterator[Related]:
    lines = ENTITIES[slug].line_fields().values()
    if entity.in_timeline or any(kind.of == entity.slug() for kind in lines):
        return
    first = True
    for name, kind in entity.fields().items():
        if isinstance(kind, Person) or not isinstance(kind, Reference) or kind.to != slug:
            continue
        label = kind.back or entity.plural().capitalize()
        yield Related(entity.slug() if first else f"{entity.slug()}-{name}", label, entity, name)
        first = False


def related_to(work: Context, record: Entity) -> list[Related]:
    """Return the lists in which there is something that the readers may see."""
    return [each for each in lists_of(record.slug()) if page_of(work, record, each, 1)[0]]


def page_of(
    work: Context, record: Entity, related: Related, length: int, page: int = 0
) -> tuple[list[Any], bool]:
    """Return one page of related records, the newest first, and whether there are older ones.

    It is empty where the field that names the record is hidden from a reader.
    """
    theirs = getattr(related.entity, related.field) == record.id
    if visibility.hidden(work, theirs):
        return [], False
    newest = select(related.entity).where(theirs).order_by(related.entity.id.desc())
    found = work.session.scalars(newest.offset(page * length).limit(length + 1)).all()
    return list(found[:length]), len(found) > length
