"""Find who is here already and looks like a new record: the same address, or a name like its own.

What is the same is found by the index of each field with `same=True`, a name by the index of
trigrams. Every statement sees only what the viewers may see, so nothing is said of the rest.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    literal,
    or_,
    select,
    union_all,
)

from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.finding import KEPT
from models.core.fields import Domain, Email, Phone, Text
from models.core.fields.base import Field
from models.core.fields.shape import by_shape
from models.core.parsing import values
from models.core.parsing.names import IS_COMPANY
from models.core.permissions import policy, visibility
from models.core.search import trigrams
from models.core.search.full_text import LONG
from models.core.search.similarity import slips_between

OFFERED = 3
"""The most records that are named as duplicates of one new record."""
LOOKED_AT = 20
"""The most records of an entity that are compared: a switchboard's number has many."""
SHUFFLED = 3
"""Words of a name up to which their order does not matter."""
SURE = 5
"""Letters of a word from which a slip may have made another one of it."""
NAME = "name"
SIMILAR = "similar name"
Names = Mapping[str, str]
"""Names as they are compared → as they are written."""


@dataclass(frozen=True)
class Duplicate:
    """A record that may be the same as a new one.

    Attributes:
        record: The record; where it is a part, the whole that people know it by.
        of: The new record.
        reasons: What both have, as the end of “has the same …”; SIMILAR is a name like the other.
        place: The company where the one who is here is, "" where none is known.
    """

    record: Entity
    of: Entity
    reasons: tuple[str, ...]
    place: str = ""


def is_met(entity: type[Entity]) -> bool:
    """Return whether a new record of an entity is compared with those that are here."""
    return entity.told_apart is not None or any(kind.same for kind in entity.fields().values())


def duplicates(work: Context, record: Entity, besides: Collection[Entity] = ()) -> list[Duplicate]:
    """Return who looks like a record that was just stored, the surest first.

    Args:
        work: The unit of work.
        record: The new record.
        besides: Others that came with it, and are no duplicates.
    """
    places = companies(work, [record])
    found: dict[Entity, Duplicate] = {}
    others = alike(work, record, bool(places[record]) or not record.told_apart, besides)
    places |= companies(work, others)
    for other in others:
        reasons = [*shared(work, record, other), *named(record, other, places)]
        shown = whole(work, other)
        if reasons and shown and shown is not record and shown not in besides:
            reasons += found[shown].reasons if shown in found else ()
            place = next(iter(places[other].values()), "")
            found[shown] = Duplicate(shown, record, tuple(dict.fromkeys(reasons)), place)
    return sorted(found.values(), key=lambda each: (unsure(each), each.record.id))[:OFFERED]


def unsure(found: Duplicate) -> tuple[bool, int]:
    """Return how unsure a duplicate is: a name alone is less than an address."""
    return not set(found.reasons) - {NAME, SIMILAR}, -len(found.reasons)


def compared(entity: type[Entity]) -> list[type[Entity]]:
    """Return the entities as which somebody may be here already, and the ways to reach them."""
    slugs = (entity.slug(), *entity.also_as)
    ways = (ENTITIES[slug].reached_by for slug in slugs)
    return [ENTITIES[slug] for slug in dict.fromkeys((*slugs, *filter(None, ways)))]


def alike(work: Context, record: Entity, slips: bool, besides: Collection[Entity]) -> list[Entity]:
    """Return the records that hold the same as a new one, or may be named like it.

    One statement finds them by the indexes; in most cases there are none, and nothing is loaded.

    Args:
        work: The unit of work.
        record: The new record.
        slips: Find also names with a slip in one of the words.
        besides: Others that came with it.
    """
    known = {(each.slug(), each.id) for each in (record, *besides)}
    found: dict[str, list[int]] = {}
    for slug, id in candidates(work, record, slips):
        if (slug, id) not in known:
            found.setdefault(slug, []).append(id)
    return [
        other
        for entity, ids in ((ENTITIES[slug], ids) for slug, ids in found.items())
        for other in work.session.scalars(these(entity, may_be_known(work, entity)), {"ids": ids})
    ]


def meant(work: Context, entity: type[Entity]) -> list[ColumnElement[bool]]:
    """Return the condition for records that are still meant by their names, if it may be known."""
    return [condition_of(entity)] if may_be_known(work, entity) else []


def may_be_known(work: Context, entity: type[Entity]) -> bool:
    """Return whether the viewers may know which records are still meant by their names."""
    return not (visibility.hides_some(work) and visibility.hidden(work, condition_of(entity)))


@by_shape
def condition_of(entity: type[Entity]) -> ColumnElement[bool]:
    return entity.meant()


@by_shape
def these(entity: type[Entity], some: bool) -> Any:
    """Return the statement for the records `ids`, or for `some`: those that are still meant."""
    listed = entity.id.in_(bindparam("ids", type_=Integer, expanding=True))
    still = [condition_of(entity)] if some else []
    return select(entity).where(listed, *still).execution_options(**{KEPT: True})


def candidates(work: Context, record: Entity, slips: bool) -> Iterable[tuple[str, int]]:
    """Return the (table name, id) of all records that may be a new one: some twice, some in vain.

    The words of a name are found by the index, in any order.
    """
    others = compared(type(record))
    named = tuple(each.slug() for each in others if each.told_apart is not None)
    questions = tuple(filter(Question.asks, (question(work, record, each) for each in others)))
    given: dict[str, Any] = {name: value for name, _, value in told(record)}
    given |= {"here": work.workspace.id, NAME: record.key, "most": LOOKED_AT * len(named)}
    names = None
    if ways := ways_to_write(record, slips):
        names, pieces = trigrams.roughly_found(work.session, ways, named)
        given |= pieces
    statement = looking(questions, names, visibility.of(work.session))
    return () if statement is None else work.session.execute(statement, given)


@dataclass(frozen=True)
class Question:
    """What makes a record of an entity a candidate.

    Attributes:
        entity: The entity.
        same: Pairs of its column and the field of the new record that it is compared with.
        key: Compare the names.
    """

    entity: type[Entity]
    same: tuple[tuple[str, str], ...]
    key: bool

    def asks(self) -> bool:
        """Return whether there is anything to compare."""
        return self.key or bool(self.same)


def question(work: Context, record: Entity, entity: type[Entity]) -> Question:
    """Return what makes a record of an entity a candidate for being a new record."""
    pairs = tuple((theirs, mine) for theirs, mine, *_ in same(work, record, entity))
    return Question(entity, pairs, entity.told_apart is not None and has_name(record))


@lru_cache(maxsize=512)
def looking(
    questions: Sequence[Question], names: "Select[str, int, str] | None", sight: visibility.Sight
) -> Any:
    """Return the statement for the (table name, id) of all candidates; None where there is none.

    It is made once for each set of viewers and of filled fields. Its parameters are the values of
    the new record by the names of its fields, and those of the query for names.

    Args:
        questions: The questions.
        names: The query for records with a name like that of the new one. PostgreSQL plans it as if
            all of it was wanted: because of the limit it would read everything.
        sight: What the viewers may see. The rest is left out here, so that it does not use up the
            limit.
    """
    parts = [ids_of(each, sight) for each in questions]
    if names is not None:
        near = names.cte("near").prefix_with("MATERIALIZED", dialect="postgresql")
        some = select(near.c.entity, near.c.record_id).limit(bindparam("most", type_=Integer))
        parts.append(select(*some.subquery().c))
    return union_all(*parts).execution_options(**{KEPT: True}) if parts else None


def ids_of(asked: Question, sight: visibility.Sight) -> "Select[str, int]":
    """Return the query for (table name, id) of the records that a question is about."""
    entity, rows = asked.entity, asked.entity.__table__
    ways = [
        rows.c[theirs] == bindparam(mine, type_=rows.c[theirs].type) for theirs, mine in asked.same
    ]
    ways += [rows.c.key == bindparam(NAME, type_=String)] if asked.key else []
    here = rows.c.workspace == bindparam("here", type_=String)
    limits = visibility.conditions(entity, sight, rows.c)
    fitting = or_(*(and_(here, way) for way in ways))
    found = select(rows.c.id).where(fitting, rows.c.deleted_at.is_(None), *limits)
    ids = found.limit(LOOKED_AT).subquery()
    return select(literal(entity.slug()), ids.c.id)


def same(
    work: Context, record: Entity, entity: type[Entity]
) -> Iterator[tuple[str, str, Any, str]]:
    """Yield what records of an entity may share with a record.

    That is their field, its own, the value, and what it is in words. What is hidden from a viewer
    is not compared.
    """
    for name, mine, value in told(record):
        for theirs, kind in entity.fields().items():
            if kind.same and comparable(mine, kind) and not policy.hides(work, entity, theirs):
                yield theirs, name, value, called(mine, kind, value)


def told(record: Entity) -> Iterator[tuple[str, Field, Any]]:
    """Yield the fields of a record that hint at a duplicate, with what they hold."""
    for name, kind in record.fields().items():
        if kind.same and (value := getattr(record, name)):
            yield name, kind, value


def comparable(one: Field, other: Field) -> bool:
    """Return whether equal values of two fields mean the same; a text may hold an address."""
    return type(one) is type(other) or Text in (type(one), type(other))


def called(one: Field, other: Field, value: Any) -> str:
    """Return what two fields have in common, in words."""
    kinds = (type(one), type(other))
    if Email in kinds or "@" in str(value):
        return "e-mail address"
    if Phone in kinds or str(value).isdigit():
        return "phone number"
    return "web domain" if Domain in kinds else one.label[:1].lower() + one.label[1:]


def shared(work: Context, record: Entity, other: Entity) -> list[str]:
    """Return what two records have in common, but for the name."""
    found = same(work, record, type(other))
    return [what for theirs, _, value, what in found if getattr(other, theirs) == value]


def whole(work: Context, record: Entity) -> Entity | None:
    """Return the record that people know a duplicate by; None where a viewer may not see it."""
    if record.owned or not record.part_of:
        return record
    at = policy.whole(type(record))
    found = work.get(at, getattr(record, record.part_of))
    return found if work.shows(found) and not found.deleted_at else None


# ── names ─────────────────────────────────────────────────────────────────────────────────────────


def has_name(record: Entity) -> bool:
    """Return whether a record has a name of its own that says something about who it is."""
    named = any(getattr(record, name) for name in record.named)
    return record.told_apart is not None and named and bool(record.key)


def ways_to_write(record: Entity, slips: bool) -> trigrams.Ways:
    """Return what a name like that of a record contains, as alternatives.

    Return none where the name tells too little.

    Args:
        record: The record.
        slips: Return also the ways with a slip in one of the words.
    """
    words = stem(record.title) if has_name(record) else ()
    pieces = [trigrams.piece(word) for word in words]
    if not trigrams.trigrams(pieces) or len(words) > trigrams.MOST_WORDS:
        return []
    return [pieces, *(way for way in slipped(words if slips else ()) if trigrams.trigrams(way))]


def slipped(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield the pieces of a name that are left where one of its words has a slip."""
    for at, word in enumerate(words):
        others = [trigrams.piece(other) for place, other in enumerate(words) if place != at]
        if len(word) >= SURE:
            yield from ([*others, *left] for left in trigrams.slips(word))


def stem(name: str) -> tuple[str, ...]:
    """Return the folded words of a name, without the legal form of a company."""
    words = [word.strip(trigrams.AROUND + ".&-") for word in values.fold(name).split()]
    words = [word for word in words if word and word != "and"]
    while len(words) > 1 and IS_COMPANY.fullmatch(words[-1]):
        words.pop()
    return tuple(words)


def named(record: Entity, other: Entity, places: Mapping[Entity, Names]) -> list[str]:
    """Return what the names of two records have in common, as a reason; nothing in most cases.

    People of the same name at different companies are different people. A slip counts only where
    both are at the same company, or are companies; so do the first words of a company's name.
    """
    if not (has_name(record) and has_name(other)):
        return []
    mine, theirs = places[record].keys(), places[other].keys()
    together = any(is_same_company(one, two) for one in mine for two in theirs)
    if mine and theirs and not together:
        return []
    one, two = stem(record.title), stem(other.title)
    if one == two:
        return [NAME]
    if sorted(one) == sorted(two):
        return [SIMILAR]
    close = together or not record.told_apart
    begun = not record.told_apart and two[: len(one)] == one
    return [SIMILAR] if begun or (close and is_slip(one, two)) else []


def is_same_company(one: str, other: str) -> bool:
    """Return whether two names mean one company, as Blue Fjord and Blue Fjord Shipping do."""
    short, long = sorted((one, other), key=len)
    return f"{long} ".startswith(f"{short} ")


def is_slip(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two names are the same but for a slip in one of their words."""
    if len(one) != len(other):
        return False
    orders = permutations(other) if len(other) <= SHUFFLED else [tuple(other)]
    return any(differ_by_a_slip(one, order) for order in orders)


def differ_by_a_slip(one: Sequence[str], other: Sequence[str]) -> bool:
    apart = [(mine, theirs) for mine, theirs in zip(one, other, strict=True) if mine != theirs]
    if len(apart) != 1:
        return not apart
    ((mine, theirs),) = apart
    if not (mine.isalpha() and theirs.isalpha()) or min(len(mine), len(theirs)) < SURE:
        return False
    return slips_between(mine, theirs) <= (2 if len(mine) > LONG else 1)


def companies(work: Context, records: Iterable[Entity]) -> dict[Entity, Names]:
    """Return the companies that records are at, as far as the viewers may know."""
    found: dict[Entity, Names] = {}
    joined: dict[type[Entity], list[Entity]] = {}
    for record in records:
        found[record] = {}
        name = record.told_apart or ""
        if name in record.joins:
            joined.setdefault(type(record), []).append(record)
        elif name and not policy.hides(work, type(record), name):
            text = record.fields()[name].show(getattr(record, name), work, record)
            found[record] = {" ".join(stem(text)): text} if text else {}
    for entity, those in joined.items():
        found |= joined_to(work, entity, those)
    return found


def joined_to(
    work: Context, entity: type[Entity], records: Sequence[Entity]
) -> dict[Entity, Names]:
    """Return the names of the records to which these are joined, by which they are told apart."""
    slug, by = entity.joins[entity.told_apart or ""]
    there: Any = ENTITIES[slug]
    between: Any = ENTITIES[by]
    known = {record.id: record for record in records}
    found: dict[int, dict[str, str]] = {id: {} for id in known}
    whose, at = getattr(between, entity.slug()), getattr(between, slug)
    pairs = select(whose, there.title).join(there, there.id == at).where(whose.in_(known))
    for id, title in work.session.execute(pairs):
        found[id][" ".join(stem(title))] = title
    return {known[id]: names for id, names in found.items()}
