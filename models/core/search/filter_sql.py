"""Compile the tree of a filter to an SQL condition for an entity."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import singledispatch
from itertools import chain, product
from typing import Any

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    and_,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.sql import visitors

from models.core.context import Context
from models.core.custom import indexed
from models.core.db.dialects import folded
from models.core.entity.base import ENTITIES, Entity
from models.core.fields import (
    Choice,
    Day,
    Email,
    Flag,
    Link,
    LongText,
    Moment,
    Money,
    Person,
    Reference,
    Tags,
    Text,
)
from models.core.fields.base import Field
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.parsing import values
from models.core.permissions import policy, visibility
from models.core.search import filter_parser, trigrams, visible_words
from models.core.search.filter_parser import And, Node, Not, Or, Term, Word
from models.core.search.filter_periods import read_span
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
ORDER: dict[str, Callable[[Any, Any], Condition]] = {
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
}
RANKS: dict[str, Callable[[int, int], bool]] = {
    "<": int.__lt__,
    "<=": int.__le__,
    ">": int.__gt__,
    ">=": int.__ge__,
}
ALWAYS: dict[str, Field] = {"created_at": Moment("Created"), "updated_at": Moment("Updated")}
"""What can be asked of any record in addition to its fields."""
OTHERS = {"created": "created_at", "updated": "updated_at"}
"""Other words for it."""
SHORTCUTS: dict[str, Callable[[type[Entity], Context], Condition]] = {
    "open": lambda entity, work: entity.open(),  # type: ignore[attr-defined]
    "closed": lambda entity, work: not_(entity.open()),  # type: ignore[attr-defined]
    "overdue": lambda entity, work: entity.overdue(work),  # type: ignore[attr-defined]
    "mine": lambda entity, work: (
        getattr(entity, entity.owned) == (work.actor.id if work.actor else None)
    ),
}


def read(text: str, entity: type[Entity]) -> Node | None:
    """Return the filter that a text is, or None where the text is words to search for.

    Raises:
        ValueError: says what is wrong with the filter.
    """
    try:
        node = filter_parser.parse(text)
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


def shortcuts(entity: type[Entity]) -> list[str]:
    """Return the words that mean a condition for this entity."""
    has = {
        "open": hasattr(entity, "open"),
        "overdue": hasattr(entity, "overdue"),
        "mine": bool(entity.owned),
    }
    return [word for word in SHORTCUTS if has.get(word, has["open"])]


def condition(node: Node, entity: type[Entity], work: Context) -> Condition:
    """Return the condition in SQL.

    Raises:
        ValueError: says which field, sign or value is wrong.
    """
    match node:
        case And(parts):
            return all_of(parts, entity, work)
        case Or(parts):
            return or_(*(condition(part, entity, work) for part in parts))
        case Not(part):
            return negated(condition(part, entity, work))
        case Word() | Term():
            return all_of([node], entity, work)


def all_of(parts: Sequence[Node], entity: type[Entity], work: Context) -> Condition:
    """Return the condition that all of the parts hold.

    The index lists the records that have the words of all of them, if they are few; many are looked
    through. The newest ten of many are soon found by looking, those of a few only by the index.
    """
    indexed = sorted((part for part in parts if is_indexed(part, entity)), key=told, reverse=True)
    asked = indexed[:ASKED]
    fits = [
        term(part, entity, work) if isinstance(part, Term) else condition(part, entity, work)
        for part in parts
        if not isinstance(part, Word)
    ]
    ids = few_with([told(part) for part in asked], entity, work) if asked else None
    if ids is not None:
        fits.append(entity.id.in_(ids))
    found = asked if ids is not None else ()
    words = [part.text for part in parts if isinstance(part, Word) and part not in found]
    return and_(true(), *fits, *(word(text, entity, work) for text in words))


def is_indexed(part: Node, entity: type[Entity]) -> bool:
    """Return whether the index can list the records that fit a part of a filter, and maybe more.

    The search text of a record contains the content of its fields, so it is an index for those that
    have none.
    """
    if isinstance(part, Word):
        typed = part.text.casefold() not in shortcuts(entity)
    elif isinstance(part, Term) and part.field != "is" and part.op in ("=", "~"):
        _, kind = field_of(part.field, entity)
        whole = all(len(word) >= trigrams.TRIGRAM for word in trigrams.words_of(part.value))
        meant = part.op == "~" or part.value.casefold() not in NOTHING
        typed = kind.search and isinstance(kind, Text | LongText | Email | Link) and whole and meant
    else:
        typed = False
    return typed and trigrams.served(trigrams.ways_of(told(part)))


def told(part: Node) -> str:
    """Return the text that a part of a filter looks for."""
    if isinstance(part, Word):
        return part.text
    return part.value if isinstance(part, Term) else ""


def negated(found: Condition) -> Condition:
    """Return the opposite of a condition, true also where it compares something that is empty."""
    return not_(func.coalesce(found, false()))


def word(text: str, entity: type[Entity], work: Context) -> Condition:
    """Return the condition of a shortcut, or of words that the viewers find a record by."""
    if text.casefold() in shortcuts(entity):
        return visible(SHORTCUTS[text.casefold()](entity, work), work)
    ways = trigrams.ways_of(text)
    texts = select(SearchText.id).where(
        SearchText.entity == entity.slug(), SearchText.record_id == entity.id
    )
    hold = exists(texts.where(trigrams.contains(ways)))
    return and_(hold, *visible_words.limits(work, entity, ways, entity))


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


def term(asked: Term, entity: type[Entity], work: Context) -> Condition:
    """Return a field compared with a value, or with being empty where no value is meant."""
    if asked.field == "is":
        return state(asked, entity, work)
    name, kind = field_of(asked.field, entity)
    column = visible(getattr(entity, name), work)
    if asked.value.casefold() in NOTHING and asked.op in ("=", "!="):
        return column.is_(None) if asked.op == "=" else column.is_not(None)
    if not values.clean(asked.value):
        raise ValueError(f"{kind.label} {asked.op} what? A value is missing.")
    if kind.filterable and asked.op != "!=":
        must_fit(kind, asked)
        fits = compare(kind, indexed.column_of(kind), asked.op, asked.value, work)
        return indexed.where(entity, name, fits)
    if asked.op == "!=":
        return or_(
            column.is_(None), not_(visible(compare(kind, column, "=", asked.value, work), work))
        )
    must_fit(kind, asked)
    return visible(compare(kind, column, asked.op, asked.value, work), work)


def must_fit(kind: Field, asked: Term) -> None:
    """Raise ValueError where a kind cannot be compared with the sign that was typed."""
    if asked.op not in signs(kind):
        known = " ".join(signs(kind))
        raise ValueError(
            f"{kind.label} can be compared with {known}, not with {asked.op}. Try {asked.field} = …"
        )


def state(asked: Term, entity: type[Entity], work: Context) -> Condition:
    """Return the condition of `is = open`, spelt out."""
    known = shortcuts(entity)
    if asked.value.casefold() not in known or asked.op not in ("=", "!="):
        raise ValueError(
            f"A {entity.noun()} is never “{asked.value}”. Try is = {' or is = '.join(known)}."
        )
    found = word(asked.value, entity, work)
    return found if asked.op == "=" else negated(found)


def field_of(named: str, entity: type[Entity]) -> tuple[str, Field]:
    """Return the field that a word names.

    Raises:
        ValueError: says which fields there are.
    """
    words = entity.field_names() | OTHERS | {name: name for name in ALWAYS}
    if name := words.get(named):
        return name, entity.fields().get(name) or ALWAYS[name]
    near = nearest(named, words.keys(), limit=3, least=60)
    offered = (
        f"Did you mean {' or '.join(near)}?"
        if near
        else f"Try one of {', '.join(sorted(set(words.values())))}."
    )
    raise ValueError(f"A {entity.noun()} has no field “{named}”. {offered}")


def signs(kind: Field) -> list[str]:
    """Return the signs that mean something for a kind."""
    if kind.ordered or (isinstance(kind, Choice) and kind.ranked):
        return ["=", "!=", "<", "<=", ">", ">="]
    return ["=", "!="] if isinstance(kind, Flag) else ["=", "!=", "~"]


@singledispatch
def compare(kind: Field, column: Column, op: str, text: str, work: Context) -> Condition:
    """Return a column compared with a typed text as its kind reads it."""
    return compare_any(kind, column, op, text, work)


def compare_any(kind: Field, column: Column, op: str, text: str, work: Context) -> Condition:
    if op == "~":
        return folded(column).contains(values.fold(text), autoescape=True)
    value = kind.read(values.clean(text), work)
    return ORDER[op](column, value) if op in ORDER else column == value


@compare.register(Text)
@compare.register(LongText)
def compare_texts(kind: Field, column: Column, op: str, text: str, work: Context) -> Condition:
    """Compare folded texts, because people do not remember capitals and accents."""
    plain = column if indexed.is_folded_text(column) else folded(column)
    if op == "~":
        return plain.contains(values.fold(text), autoescape=True)
    return plain == values.fold(text)


@compare.register
def compare_money(kind: Money, column: Column, op: str, text: str, work: Context) -> Condition:
    """Compare amounts, of one currency only where the text names one and the field has its own."""
    value = kind.parse(text, work)
    amount = ORDER[op](column, value) if op in ORDER else column == value
    currency = kind.currency_typed(text, work) if kind.currency else ""
    if not currency:
        return amount
    if not kind.beside:
        return and_(amount, columns_beside(column)[kind.currency] == currency)
    there: Any = ENTITIES[kind.whose]
    held = getattr(there, kind.currency.rpartition(".")[2])
    beside = columns_beside(column)[kind.beside]
    return and_(amount, beside.in_(select(there.id).where(held == currency)))


def columns_beside(column: Column) -> Any:
    """Return the columns of the table, or the alias of one, that a column belongs to."""
    parts = (part for part in visitors.iterate(select(column)) if isinstance(part, ColumnClause))
    table: Any = next(parts).table
    return table.c


@compare.register
def compare_tags(kind: Tags, column: Column, op: str, text: str, work: Context) -> Condition:
    """Return whether one of the tags is the text, or contains it."""
    tags = kind.read(text, work)
    around = "" if op == "~" else "|"
    held = func.coalesce(column, "")
    return and_(true(), *(held.contains(f"{around}{tag}{around}", autoescape=True) for tag in tags))


@compare.register
def compare_references(
    kind: Reference, column: Column, op: str, text: str, work: Context
) -> Condition:
    """Compare with the record that a reference or a name means, or whose name contains the text."""
    if op == "~":
        return column.in_(visible_words.named(work, ENTITIES[kind.to], values.fold(text)))
    return column == kind.read(text, work)


@compare.register
def compare_people(kind: Person, column: Column, op: str, text: str, work: Context) -> Condition:
    """Compare with people.

    `my-team` is everyone in the actor's team, `team sales` everyone in that one.
    """
    team = team_named(text, work) if op == "=" else None
    if team is not None:
        return column.in_(select(User.id).where(User.team == (team or None)))
    return compare_references(kind, column, op, text, work)


def team_named(text: str, work: Context) -> str | None:
    """Return the team whose people a text means: my team, our team, team sales, sales team.

    Return "" for the people who are in none, as the actor may be, and None where the text means no
    team.
    """
    said = values.fold(text).replace("-", " ")
    if said in ("my team", "our team") and work.actor:
        return work.actor.team or ""
    named = said.removeprefix("team ") if said.startswith("team ") else said.removesuffix(" team")
    if named == said:
        return None
    return work.session.scalar(select(Team.key).where(Team.key == named).limit(1))


@compare.register
def compare_choices(kind: Choice, column: Column, op: str, text: str, work: Context) -> Condition:
    """Compare with the options before or after an option, for choices that have an order."""
    if op not in ORDER:
        return compare_any(kind, column, op, text, work)
    options = [option.value for option in kind.options]
    place = options.index(kind.read(values.clean(text), work))
    return column.in_([option for at, option in enumerate(options) if RANKS[op](at, place)])


@compare.register
def compare_days(kind: Day, column: Column, op: str, text: str, work: Context) -> Condition:
    """Compare days; a period means any of its days."""
    period = read_span(text, work.today)
    if period is None or period[0] == period[1]:
        return compare_any(kind, column, op, text, work)
    first, last = period
    if op == "=":
        return column.between(first, last)
    return ORDER[op](column, first if op in ("<", ">=") else last)


@compare.register
def compare_moments(kind: Moment, column: Column, op: str, text: str, work: Context) -> Condition:
    """Compare moments.

    A day alone is the whole of that day where the reader lives; with a time it is that minute.
    """
    first, after = span(text, work)
    if op == "=":
        return and_(column >= first, column < after)
    return ORDER[op](column, first if op in ("<", ">=") else after - timedelta(microseconds=1))


def span(text: str, work: Context) -> tuple[datetime, datetime]:
    """Return the first instant that a text means, and the first instant after it, in UTC.

    For a period that is the start of its first day and the end of its last.
    """
    period = read_span(text, work.today)
    if period and period[0] != period[1]:
        return midnight(period[0], work), midnight(period[1] + timedelta(days=1), work)
    morning, noon = (values.read_moment(text, work.now, work.zone, at) for at in (time(), time(12)))
    if morning == noon:
        return morning, morning + timedelta(minutes=1)
    day: date = values.read_day(text, work.today)
    return morning, midnight(day + timedelta(days=1), work)


def midnight(day: date, work: Context) -> datetime:
    """Return when a day begins where the reader lives."""
    return values.read_moment(day.isoformat(), work.now, work.zone, time())
