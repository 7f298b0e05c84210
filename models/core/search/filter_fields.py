"""What a filter can ask of an entity: its fields, its states, and the fields of other records."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, not_

from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.fields import Choice, Flag, Moment, Reference
from models.core.fields.base import Field
from models.core.parsing.texts import with_article
from models.core.search.filter_nodes import Count, OneOf, Term
from models.core.search.filter_parser import Vocabulary
from models.core.search.similarity import nearest

MOST_STEPS = 2
"""The most records on the way to a field that is asked: customer.account.country."""
ALWAYS: dict[str, Field] = {"created_at": Moment("Created"), "updated_at": Moment("Updated")}
"""What can be asked of any record in addition to its fields."""
OTHERS = {"created": "created_at", "updated": "updated_at"}
"""Other words for it."""
SHORTCUTS: dict[str, Callable[[Any, Context], ColumnElement[bool]]] = {
    "open": lambda rows, work: rows.open(),
    "closed": lambda rows, work: not_(rows.open()),
    "overdue": lambda rows, work: rows.overdue(work),
    "mine": lambda rows, work: getattr(rows, rows.owned) == (work.actor.id if work.actor else None),
}


def shortcuts(entity: type[Entity]) -> list[str]:
    """Return the words that mean a condition for this entity."""
    has = {
        "open": hasattr(entity, "open"),
        "overdue": hasattr(entity, "overdue"),
        "mine": bool(entity.owned),
    }
    return [word for word in SHORTCUTS if has.get(word, has["open"])]


def signs(kind: Field) -> list[str]:
    """Return the signs that mean something for a kind."""
    if kind.ordered or (isinstance(kind, Choice) and kind.ranked):
        return ["=", "!=", "<", "<=", ">", ">="]
    return ["=", "!="] if isinstance(kind, Flag) else ["=", "!=", "~"]


def one(entity: type[Entity]) -> str:
    """Return the noun with its article: a deal, an account."""
    return with_article(entity.noun())


def words(entity: type[Entity]) -> dict[str, str]:
    """Return every word that names a field of an entity → the field."""
    return entity.field_names() | OTHERS | {name: name for name in ALWAYS}


# ── fields of other records ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Step:
    """The way from a record to another one.

    Attributes:
        to: The entity of the other one.
        field: The field with it, of the record or of the one between the two.
        between: The entity of the records between the two, None where there is none.
        back: The field of those that holds the record.
    """

    to: type[Entity]
    field: str
    between: type[Entity] | None = None
    back: str = ""


def steps(entity: type[Entity]) -> dict[str, Step]:
    """Return the ways from a record of an entity to others, by the words for them."""
    found: dict[str, Step] = {}
    for name, kind in entity.joining().items():
        slug, through = entity.joins[name]
        between = ENTITIES[through]
        held, back = pointing(between, slug), pointing(between, entity.slug())
        if held and back:
            step = Step(ENTITIES[slug], held[0], between, back[0])
            found |= dict.fromkeys((*kind.also, name), step)
    kinds = entity.fields()
    for word, name in entity.field_names().items():
        kind = kinds[name]
        if isinstance(kind, Reference):
            found[word] = Step(ENTITIES[kind.to], name)
    return found


def pointing(entity: type[Entity], slug: str) -> list[str]:
    """Return the fields of an entity that hold records of another one."""
    kinds = entity.fields().items()
    return [name for name, kind in kinds if isinstance(kind, Reference) and kind.to == slug]


def step_of(word: str, entity: type[Entity], place: int = 0) -> Step:
    """Return the way that the word before a dot means.

    Raises:
        ValueError: It leads to no other record.
    """
    there = steps(entity)
    if word in there:
        return there[word]
    said = f"“{word}”{at(place)}"
    if word in words(entity):
        raise ValueError(
            f"{said} of {one(entity)} is no other record, so nothing can follow its dot. "
            f"These are: {', '.join(first_words(entity))}."
        )
    near = nearest(word, there.keys(), limit=3, least=60)
    meant = dict.fromkeys(map(legible, near))
    offered = (
        f"Did you mean {' or '.join(meant)}?"
        if meant
        else f"Try one of {', '.join(first_words(entity))}."
    )
    raise ValueError(f"{one(entity).capitalize()} leads to no “{word}”{at(place)}. {offered}")


def first_words(entity: type[Entity]) -> list[str]:
    """Return one word for each way to other records."""
    there = steps(entity).items()
    return sorted({legible(word) for word, step in there if word in (step.field, *entity.joins)})


def at(place: int) -> str:
    """Return the place of a word, for a sentence; "" where it is the only one."""
    return f" (word {place})" if place else ""


def field_of(named: str, entity: type[Entity], place: int = 0) -> tuple[str, Field]:
    """Return the field that a word names, also one of another record: account.industry.

    Raises:
        ValueError: says which fields there are.
    """
    *path, last = named.split(".")
    if len(path) > MOST_STEPS:
        raise ValueError(
            f"“{named[:60]}”{at(place)} goes over more than {MOST_STEPS} records. Try fewer dots."
        )
    for word in path:
        entity = step_of(word, entity, place).to
    known = words(entity)
    if name := known.get(last):
        return name, entity.fields().get(name) or ALWAYS[name]
    near = nearest(last, known.keys(), limit=3, least=60)
    meant = list(dict.fromkeys(spoken_word(entity, word) for word in near))
    offered = (
        f"Did you mean {' or '.join(meant)}?"
        if meant
        else f"Try one of {', '.join(sorted(spoken_words(entity).values()))}."
    )
    raise ValueError(
        f"{one(entity).capitalize()} has no field “{legible(last)}”{at(place)}. {offered}"
    )


def spoken_words(entity: type[Entity]) -> dict[str, str]:
    """Return for each field that a filter may ask what people read, and may type."""
    return {**{name: kind.label.lower() for name, kind in ALWAYS.items()}, **entity.spoken_names()}


def spoken_word(entity: type[Entity], word: str) -> str:
    """Return what people read for the field that a word names; the word where it names none."""
    return spoken_words(entity).get(words(entity).get(word, ""), legible(word))


def legible(word: str) -> str:
    """Return the word for a field as people write it: close date for close_date."""
    return word.replace("_", " ")


# ── what refers to a record ───────────────────────────────────────────────────────────────────────


def counted(asked: Count, entity: type[Entity]) -> tuple[type[Entity], Step]:
    """Return the entity that a count is about, and the way from it to the record.

    Raises:
        ValueError: Nothing of that name refers to the record, or several of its fields do.
    """
    there = referring(entity)
    child = next((each for each in there if asked.noun in each.words()), None)
    if child is None:
        known = {word: each for each in there for word in each.words()}
        near = nearest(asked.noun, known.keys(), limit=1, least=60)
        example = near[0] if near else next((each.plural() for each in there), "")
        offered = f" Try count({example}) > 2." if example else ""
        raise ValueError(f"No “{asked.noun}”{at(asked.place)} refer to {one(entity)}.{offered}")
    ways = there[child]
    if asked.by:
        ways = {
            name: way for name, way in ways.items() if name == child.field_names().get(asked.by)
        }
    if len(ways) != 1:
        names = " or ".join(
            f"count({child.plural()} by {spoken_word(child, name)})" for name in there[child]
        )
        raise ValueError(
            f"{one(child).capitalize()} can refer to {one(entity)} in several ways"
            f"{at(asked.place)}. Try {names}."
            if not asked.by
            else f"{one(child).capitalize()} does not refer to {one(entity)} by “{legible(asked.by)}”. Try {names}."
        )
    return child, next(iter(ways.values()))


def referring(entity: type[Entity]) -> dict[type[Entity], dict[str, Step]]:
    """Return the entities that refer to one, each with its ways to it by their names.

    They are those that an index serves.
    """
    found: dict[type[Entity], dict[str, Step]] = {}
    for child in ENTITIES.values():
        names = [name for name in pointing(child, entity.slug()) if is_served(child, name)]
        own = {name: Step(entity, name) for name in names}
        joined = {
            name: step
            for name, step in steps(child).items()
            if step.between and step.to is entity and name not in own
        }
        if own or joined:
            found[child] = own or joined
    return found


def is_served(child: type[Entity], name: str) -> bool:
    """Return whether an index finds the records that hold a record in this field.

    Without one each count would look through all of them. Those that say how people work together
    are few.
    """
    indexes = (list(index.columns) for index in child.__table__.indexes)  # type: ignore[attr-defined]
    after = {columns[1].name for columns in indexes if len(columns) > 1}
    return bool(child.governing) or name in after


def vocabulary(entity: type[Entity]) -> Vocabulary:
    """Return what the parser of filters knows of an entity."""

    def other(noun: str) -> Vocabulary:
        found = next((each for each in ENTITIES.values() if noun in each.words()), None)
        return vocabulary(found) if found else Vocabulary()

    return Vocabulary(frozenset({*words(entity), *steps(entity)}), other)


def said(asked: Term | OneOf) -> str:
    """Return a condition as it was typed, in short."""
    if isinstance(asked, OneOf):
        return f"{legible(asked.field)} in ({', '.join(asked.values)})"[:80]
    return f"{legible(asked.field)} {asked.op} {asked.value}"[:80]
