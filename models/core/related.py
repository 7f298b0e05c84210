"""The records around a record: its tasks, the deals of a customer, the people of an account."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, select

from models.core.context import Context
from models.core.custom import indexed
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.custom_values import PREFIX
from models.core.entity.facts import TIMELINES, Facts, Told
from models.core.fields import Person, Reference
from models.core.fields.relations import Relations
from models.core.fields.shape import by_shape
from models.core.permissions import visibility

Found = tuple[list[Any], bool]
"""Records of one page, and whether there are more."""


@dataclass(frozen=True)
class Related:
    """A list of records around a record.

    Attributes:
        name: The name of the list in lines and buttons.
        label: Its name for people: Deals.
        entity: The entity of the records.
        field: The field that names the record; "" where no field of theirs does.
        look: Returns a page of them, where they are not just those that name the record in a field.
            It takes the unit of work, the record, the length of a page and its number from 0.
    """

    name: str
    label: str
    entity: type[Any]
    field: str = ""
    look: Callable[[Context, Any, int, int], Found] | None = None


BESIDES: dict[str, list[Related]] = {}
"""Lists that no field makes, by the entity whose records have them; other packages know them."""


ON_CARD = 3
"""The records of a list that a card names."""


@by_shape
def lists_of(slug: str) -> tuple[Related, ...]:
    """Return the lists of records that there may be around a record of this entity."""
    named = (found for entity in ENTITIES.values() for found in naming(entity, slug))
    return (*BESIDES.get(slug, ()), *named)


def naming(entity: type[Entity], slug: str) -> Iterator[Related]:
    lines = ENTITIES[slug].line_fields().values()
    told = entity.in_timeline and slug in TIMELINES
    if told or any(kind.of == entity.slug() for kind in lines):
        return
    first = True
    for name, kind in entity.fields().items():
        if isinstance(kind, Person) or not isinstance(kind, Reference | Relations):
            continue
        if kind.to != slug:
            continue
        label = kind.back or entity.plural().capitalize()
        yield Related(entity.slug() if first else f"{entity.slug()}-{name}", label, entity, name)
        first = False


def related_to(work: Context, record: Entity) -> list[Related]:
    """Return the lists in which there is something that the readers may see."""
    return [each for each in lists_of(record.slug()) if page_of(work, record, each, 1)[0]]


def page_of(
    work: Context,
    record: Entity,
    related: Related,
    length: int,
    page: int = 0,
    open_first: bool = False,
) -> Found:
    """Return one page of related records, the newest first, and whether there are more.

    It is empty where the field that names the record is hidden from a reader.

    Args:
        work: Who reads, and the session.
        record: The record.
        related: The list.
        length: The records of a page.
        page: Its number, from 0.
        open_first: Whether those that are open lead, as far as the readers may know.
    """
    if related.look:
        return related.look(work, record, length, page)
    theirs = indexed.naming(related.entity, related.entity, related.field, record.id)
    if visibility.hidden(work, getattr(related.entity, related.field)):
        return [], False
    entity = related.entity
    state = entity.open() if open_first and hasattr(entity, "open") else None
    leads = [] if state is None or visibility.hidden(work, state) else [case((state, 0), else_=1)]
    newest = select(entity).where(theirs).order_by(*leads, entity.id.desc())
    return page_at(work, newest, length, page)


def page_at(
    work: Context, wanted: Select[Any], length: int, page: int, about: Entity | None = None
) -> Found:
    """Return one page of what a statement finds, in which `about` is the id of the record."""
    some = wanted.offset(page * length).limit(length + 1)
    found = work.session.scalars(some, {"about": about.id} if about else {}).all()
    return list(found[:length]), len(found) > length


def added_facts(work: Context, record: Entity) -> Facts:
    """Return the first few records that name this one in fields that admins added, for its card."""
    found: Facts = []
    for related in lists_of(record.slug()):
        if related.field.startswith(PREFIX):
            some, more = page_of(work, record, related, ON_CARD)
            if some:
                found.append((related.label, listed(some, more)))
    return found


def listed(records: Sequence[Any], more: bool) -> Told:
    """Return records as parts of a line: each with its name and number."""
    parts: list[Any] = []
    for each in records:
        parts += [", " if parts else "", f"{each.spoken} (", each, ")"]
    return (*parts, " and more") if more else tuple(parts)
