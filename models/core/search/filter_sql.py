"""Compile the tree of a filter to an SQL condition for an entity."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, product
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, select, true
from sqlalchemy.orm import aliased

from models.core.context import Context
from models.core.custom import indexed
from models.core.entity.base import Entity
from models.core.errors import Ambiguous
from models.core.fields import Choice, Email, Link, LongText, Tags, Text
from models.core.fields.base import Field
from models.core.parsing import values
from models.core.parsing.texts import with_article
from models.core.permissions import policy, visibility
from models.core.search import filter_parser, trigrams, visible_words
from models.core.search.filter_fields import (
    SHORTCUTS,
    Step,
    at,
    counted,
    field_of,
    said,
    shortcuts,
    signs,
    step_of,
    vocabulary,
)
from models.core.search.filter_nodes import And, Count, Node, Not, OneOf, Or, Term, Word
from models.core.search.filter_values import compare
from models.core.search.index import SearchText
from models.core.search.similarity import nearest

Condition = ColumnElement[bool]
Column = ColumnElement[Any]

NOTHING = ("empty", "none", "nothing", "unset", "")
MANY = 500
"""Number of records with a word from which it is quicker to look through the newest records.

Below it, fetching all of them from the index is quicker.
"""
ASKED = 3
"""Parts of a filter whose words the index is asked for together: the longest ones tell most."""
SIGNS = re.compile("[=<>~≠≥≤]")
NUMBERS: dict[str, str] = {
    "=": "__eq__",
    "!=": "__ne__",
    "<": "__lt__",
    "<=": "__le__",
    ">": "__gt__",
    ">=": "__ge__",
}
"""The signs that a count can be compared with → the operation."""
LARGEST = 1_000_000_000


def read(text: str, entity: type[Entity]) -> Node | None:
    """Return the filter that a text is, or None where the text is words to search for.

    Raises:
        ValueError: says what is wrong with the filter.
    """
    try:
        node = filter_parser.parse(text, vocabulary(entity))
    except ValueError:
        if SIGNS.search(text):
            raise
        return None  # somebody's (odd) name
    return None if is_words(node, entity) else node


def is_words(node: Node, entity: type[Entity]) -> bool:
    """Return whether a filter is nothing but words to search for."""
    words = node.parts if isinstance(node, And) else (node,)
    known = shortcuts(entity)
    return bool(words) and all(
        isinstance(word, Word) and word.text.casefold() not in known for word in words
    )


def condition(node: Node, entity: type[Entity], work: Context, rows: Any = None) -> Condition:
    """Return the condition in SQL.

    Args:
        node: the tree of the filter.
        entity: the kind of record.
        work: who reads, and the session.
        rows: the columns to ask, by default the entity's own.

    Raises:
        ValueError: says which field, sign or value is wrong.
    """
    rows = entity if rows is None else rows
    match node:
        case And(parts):
            return all_of(parts, entity, work, rows)
        case Or(parts):
            return or_(*(condition(part, entity, work, rows) for part in parts))
        case Not(part):
            return negated(condition(part, entity, work, rows))
        case OneOf(name, texts, place):
            each = [Term(name, "=", text, place=place) for text in texts]
            return or_(*(term(part, entity, work, rows) for part in each))
        case Count():
            return counting(node, entity, work, rows)
        case Word() | Term():
            return all_of([node], entity, work, rows)


def all_of(parts: Sequence[Node], entity: type[Entity], work: Context, rows: Any) -> Condition:
    """Return the condition that all of the parts hold.

    The index lists the records that have the words of all of them, if they are few; many are looked
    through. The newest ten of many are soon found by looking, those of a few only by the index.
    """
    indexed = sorted((part for part in parts if is_indexed(part, entity)), key=told, reverse=True)
    asked = indexed[:ASKED]
    fits = [
        term(part, entity, work, rows)
        if isinstance(part, Term)
        else condition(part, entity, work, rows)
        for part in parts
        if not isinstance(part, Word)
    ]
    ids = few_with([told(part) for part in asked], entity, work) if asked else None
    if ids is not None:
        fits.append(rows.id.in_(ids))
    found = asked if ids is not None else ()
    words = [part.text for part in parts if isinstance(part, Word) and part not in found]
    return and_(true(), *fits, *(word(text, entity, work, rows) for text in words))


def is_indexed(part: Node, entity: type[Entity]) -> bool:
    """Return whether the index can list the records that fit a part of a filter, and maybe more.

    The search text of a record contains the content of its fields, so it is an index for those that
    have none.
    """
    if isinstance(part, Word):
        typed = part.text.casefold() not in shortcuts(entity)
    elif isinstance(part, Term) and is_own(part.field) and part.op in ("=", "~"):
        _, kind = field_of(part.field, entity, part.place)
        whole = all(len(word) >= trigrams.TRIGRAM for word in trigrams.words_of(part.value))
        meant = part.op == "~" or part.value.casefold() not in NOTHING
        typed = kind.search and isinstance(kind, Text | LongText | Email | Link) and whole and meant
    else:
        typed = False
    return typed and trigrams.served(trigrams.ways_of(told(part)))


def is_own(name: str) -> bool:
    """Return whether a condition is about a field of the record itself."""
    return name != "is" and "." not in name


def told(part: Node) -> str:
    """Return the text that a part of a filter looks for."""
    if isinstance(part, Word):
        return part.text
    return part.value if isinstance(part, Term) else ""


def negated(found: Condition) -> Condition:
    """Return the opposite of a condition, true also where it compares something that is empty."""
    return not_(func.coalesce(found, false()))


def word(text: str, entity: type[Entity], work: Context, rows: Any) -> Condition:
    """Return the condition of a shortcut, or of words that the viewers find a record by."""
    if text.casefold() in shortcuts(entity):
        return visible(SHORTCUTS[text.casefold()](rows, work), work)
    ways = trigrams.ways_of(text)
    texts = select(SearchText.id).where(
        SearchText.entity == entity.slug(), SearchText.record_id == rows.id
    )
    hold = exists(texts.where(trigrams.contains(ways)).correlate(rows))
    return and_(hold, *visible_words.limits(work, entity, ways, rows))


def visible(asked: Condition | Column, work: Context) -> Condition | Column:
    """Return what is asked, if it asks no field that is hidden from a viewer.

    Raises:
        ValueError: names the hidden field.
    """
    if labels := visibility.hidden(work, asked):
        who = policy.helpers(work, "let you see it" if len(labels) == 1 else "let you see them")
        raise ValueError(
            f"Your role does not show you {' and '.join(labels)}, so you cannot look by it. {who}"
        )
    return asked


def few_with(texts: Sequence[str], entity: type[Entity], work: Context) -> Sequence[int] | None:
    """Return the ids of the records that the viewers find by the words of all of the texts.

    Return None where they are many.

    Args:
        texts: each with a word that the index knows.
        entity: the kind of record.
        work: who reads, and the session.
    """
    ways = [list(chain(*pieces)) for pieces in product(*(trigrams.ways_of(text) for text in texts))]
    found = trigrams.ids(work.session, ways, entity.slug(), MANY + 1)
    return found if len(found) <= MANY else None


def term(
    asked: Term, entity: type[Entity], work: Context, rows: Any, by_index: bool = True
) -> Condition:
    """Return a field compared with a value, or with being empty where no value is meant.

    Args:
        asked: What is asked.
        entity: The kind of record.
        work: Who reads, and the session.
        rows: The entity, or an alias of it.
        by_index: Whether the index of an added field may answer, which knows what is stored now.
    """
    if asked.field == "is":
        return state(asked, entity, work, rows)
    name, kind = field_of(asked.field, entity, asked.place)
    if "." in asked.field:
        return related(asked, entity, work, rows)
    column = visible(getattr(rows, name), work)
    if asks_nothing(asked):
        return column.is_(None) if asked.op == "=" else column.is_not(None)
    try:
        if by_index and kind.filterable and asked.op != "!=":
            fits = compared(asked, kind, indexed.column_of(kind), work)
            return indexed.where(rows, entity, name, fits)
        return compared(asked, kind, column, work)
    except Ambiguous:
        raise
    except ValueError as error:
        raise ValueError(pointed(asked, kind, str(error))) from None


def asks_nothing(asked: Term) -> bool:
    """Return whether a condition is about a field that is empty, or not."""
    return asked.value.casefold() in NOTHING and asked.op in ("=", "!=")


def compared(asked: Term, kind: Field, column: Column, work: Context) -> Condition:
    """Return a column compared with a value."""
    if not values.clean(asked.value):
        raise ValueError(f"{kind.label} {asked.op} what? A value is missing.")
    if asked.op == "!=":
        return or_(
            column.is_(None), not_(visible(compare(kind, column, "=", asked.value, work), work))
        )
    op: str = asked.op
    if op == "has" and "~" in signs(kind):
        op = "=" if isinstance(kind, Tags) else "~"
    if op not in signs(kind):
        known = " ".join(signs(kind))
        raise ValueError(
            f"{kind.label} can be compared with {known}, not with {asked.op}. "
            f"Try {filter_parser.spoken(asked.field)} = …"
        )
    return visible(compare(kind, column, op, asked.value, work), work)


def pointed(asked: Term, kind: Field, sentence: str) -> str:
    """Return what is wrong with a condition, and where, with the option that may be meant."""
    if isinstance(kind, Choice):
        value, own = asked.value.casefold(), [option.value for option in kind.options]
        near = nearest(value, own, limit=1, least=60) or nearest(
            value, list(kind.others), limit=1, least=60
        )
        sentence += f" Did you mean {near[0]}?" if near else ""
    return (
        f"{sentence} This is about “{said(asked)}”{at(asked.place)}." if asked.place else sentence
    )


# ── other records ─────────────────────────────────────────────────────────────────────────────────


def related(asked: Term, entity: type[Entity], work: Context, rows: Any) -> Condition:
    """Return a field of another record compared with a value: account.industry = retail.

    Only a record that all who read may see counts; where there is none, the field is empty.
    """
    first, _, rest = asked.field.partition(".")
    step = step_of(first, entity, asked.place)
    empty = asks_nothing(asked)
    opposite = asked.op in ("=", "!=") and (asked.op == "!=") is not empty
    if opposite:
        asked = replace(asked, op="=" if asked.op == "!=" else "!=")
    there: Any = aliased(step.to)
    inner = condition(replace(asked, field=rest), step.to, work, there)
    found = reached(step, rows, there, work, inner)
    return negated(found) if opposite else found


def reached(step: Step, rows: Any, there: Any, work: Context, inner: Condition) -> Condition:
    """Return the condition that a way leads from a record to one that fulfils another condition."""
    if step.between is None:
        link = visible(getattr(rows, step.field), work)
        return select(there.id).where(there.id == link, inner).correlate(rows).exists()
    between: Any = aliased(step.between)
    held = (getattr(between, step.back) == rows.id, between.lasting(work))
    link = getattr(between, step.field) == there.id
    visible(and_(link, *held), work)
    beyond = select(there.id).where(link, inner).correlate(between).exists()
    return select(between.id).where(*held, beyond).correlate(rows).exists()


def counting(asked: Count, entity: type[Entity], work: Context, rows: Any) -> Condition:
    """Return how many records refer to this one compared with a number.

    Those that somebody who reads does not see are not counted.
    """
    child, step = counted(asked, entity)
    there: Any = aliased(child)
    number = number_of(asked)
    inner = condition(asked.where, child, work, there)
    if step.between is None:
        link = visible(getattr(there, step.field) == rows.id, work)
    else:
        between: Any = aliased(step.between)
        both = (getattr(between, step.back) == there.id, getattr(between, step.field) == rows.id)
        theirs = visible(and_(*both, between.lasting(work)), work)
        link = select(between.id).where(theirs).correlate(there, rows).exists()
    total = select(func.count(there.id)).where(link, inner).correlate(rows).scalar_subquery()
    return getattr(total, NUMBERS[asked.op])(number)  # type: ignore[no-any-return]


def number_of(asked: Count) -> int:
    """Return the number that a count is compared with.

    Raises:
        ValueError: It is no whole number, or the sign is not one that compares numbers.
    """
    if asked.op in NUMBERS and asked.value.isdecimal() and int(asked.value) < LARGEST:
        return int(asked.value)
    raise ValueError(
        f"A count{at(asked.place)} is compared with a whole number, not “{asked.op} {asked.value}”. "
        f"Try {filter_parser.COUNTED}."
    )


def state(asked: Term, entity: type[Entity], work: Context, rows: Any) -> Condition:
    """Return the condition of `is = open`, spelt out."""
    known = shortcuts(entity)
    if asked.value.casefold() not in known or asked.op not in ("=", "!="):
        raise ValueError(
            f"{with_article(entity.noun()).capitalize()} is never “{asked.value}”{at(asked.place)}. "
            f"Try is = {' or is = '.join(known)}."
        )
    found = word(asked.value, entity, work, rows)
    return found if asked.op == "=" else negated(found)
