"""Join a record to another one by its name: the company where a person works.

What an entity says in `joins` is no column: a record between the two holds it, with a role and
since when. Whoever names the other record finds the one that is meant or makes it; the record that
was joined before is left.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Ambiguous, Invalid
from models.core.parsing import values
from models.core.permissions import policy
from models.core.search.duplicates import stem
from models.core.search.lookup import REFERENCE, begins, lookup

ADDED = "new: "
"""What stands before the name of a record that is to be made, whoever is here already."""
LOOKED_AT = 20
"""The most names with the same beginning that are compared."""


@dataclass(frozen=True)
class Wanted:
    """What a record is to be joined to.

    Attributes:
        name: The name of the join: account.
        text: What was typed, "" where the record is to leave what it is joined to.
        there: The id of the other record, None where it is to be made.
    """

    name: str
    text: str
    there: int | None


def read(work: Context, entity: type[Entity], texts: Mapping[str, str]) -> list[Wanted]:
    """Return what texts say of the joins of an entity.

    Raises:
        Ambiguous: A text names several records.
        Invalid: A text is a reference to a record that there is not.
    """
    said = {name: texts[name].strip() for name in entity.joins if name in texts}
    return [
        Wanted(name, text.removeprefix(ADDED).strip(), joinable(work, entity, text, name))
        for name, text in said.items()
    ]


def there_of(entity: type[Entity], name: str) -> type[Entity]:
    """Return the entity of what a join leads to."""
    return ENTITIES[entity.joins[name][0]]


def joinable(work: Context, joining: type[Entity], text: str, name: str) -> int | None:
    """Return the id of the record that a text names as a whole, None where it is to be made.

    A company is also named without its legal form, or by the first words of its name, where only
    one can be meant. Of two people who name it at the same moment, the second finds what the first
    made.

    Args:
        work: The unit of work.
        joining: The entity of what is joined.
        text: The text.
        name: The name of the join.
    """
    entity = there_of(joining, name)
    if not text or text.startswith(ADDED):
        return None
    work.hold(f"{entity.slug()} {values.fold(text)[:255]}")
    try:
        return lookup(work, entity, text, whole=True)
    except Ambiguous:
        raise
    except ValueError as error:
        reference = REFERENCE.fullmatch(text)
        if reference and reference[1].upper() == entity.prefix:
            raise Invalid({name: str(error)}) from None
    return called_alike(work, entity, text)


def called_alike(work: Context, entity: type[Entity], text: str) -> int | None:
    """Return the id of the one record that is called so, but for the end of its name.

    The end is the legal form of a company, or else its last words: Blue Fjord for Blue Fjord
    Shipping.
    """
    words = stem(text)
    if not words:
        return None
    like = select(entity.id, entity.title).where(begins(entity.key, " ".join(words)))
    known = {int(id): stem(title) for id, title in work.session.execute(like.limit(LOOKED_AT))}
    same = [id for id, name in known.items() if name == words]
    longer = [id for id, name in known.items() if name[: len(words)] == words]
    found = same or (longer if len(known) < LOOKED_AT else [])
    return found[0] if len(found) == 1 else None


def store(
    work: Context, record: Entity, wanted: Sequence[Wanted], create: Callable[..., Entity]
) -> None:
    """Join a record to what is wanted, and let it leave what it was joined to.

    Args:
        work: The unit of work.
        record: The record.
        wanted: What it is to be joined to.
        create: A function that makes a record from texts, which is `records.create`.
    """
    for each in wanted:
        whole = joining(work, record, each.name)
        now = current(work, record, each.name)
        slug, by = record.joins[each.name]
        there = each.there if each.there or not each.text else made(work, slug, each.text, create)
        if now is not None and getattr(now, slug) == there:
            continue
        between: Any = ENTITIES[by]
        if now is not None:
            policy.check(work, "edit", now)
            now.leave(work)
            work.session.flush()
        if there is not None:
            policy.check(work, "new", between)
            work.add(between(**{whole.slug(): whole.id, slug: there}, **whole.joined()))


def made(work: Context, slug: str, text: str, create: Callable[..., Entity]) -> int:
    """Return the id of a new record with this name; Forbidden where the actor may make none."""
    entity = ENTITIES[slug]
    policy.check(work, "new", entity)
    return create(work, entity, entity.texts_of(text, work)).id


def joining(work: Context, record: Entity, name: str) -> Entity:
    """Return the record that is joined: itself, or of a part the whole that it belongs to."""
    between = ENTITIES[record.joins[name][1]]
    if record.slug() in between.fields():
        return record
    whole: Entity = work.get(policy.whole(type(record)), getattr(record, record.part_of))
    return whole


def current(work: Context, record: Entity, name: str) -> Any:
    """Return the record between this one and what it is joined to now, None where there is none."""
    between: Any = ENTITIES[record.joins[name][1]]
    return between.current(work, joining(work, record, name))


def is_legible(work: Context, record: Entity, name: str) -> bool:
    """Return whether the reader may see what a record is joined to."""
    now = current(work, record, name)
    return now is None or policy.legible(work, now, record.joins[name][0])


def write(work: Context, record: Entity, name: str) -> str:
    """Return the reference of what a record is joined to, "" where it is joined to nothing."""
    now, slug = current(work, record, name), record.joins[name][0]
    return work.ref(slug, getattr(now, slug)) if now is not None else ""
