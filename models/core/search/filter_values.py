"""Compare a column with a text as its kind reads it, in SQL."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import singledispatch
from typing import Any

from sqlalchemy import ColumnClause, ColumnElement, and_, func, select, true
from sqlalchemy.orm import aliased
from sqlalchemy.sql import visitors

from models.core.context import Context
from models.core.custom import indexed
from models.core.db.dialects import folded
from models.core.entity.base import ENTITIES
from models.core.fields import (
    Choice,
    Day,
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
from models.core.search import visible_words
from models.core.search.filter_periods import read_span

Condition = ColumnElement[bool]
Column = ColumnElement[Any]

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
    there: Any = aliased(ENTITIES[kind.whose])
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
        people: Any = aliased(User)
        return column.in_(select(people.id).where(people.team == (team or None)))
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
    """Compare with the options of a name, or those before or after it where they have an order."""
    if op not in ORDER:
        several = kind.every(values.clean(text), work) if op == "=" and kind.alike else ()
        return column.in_(several) if several else compare_any(kind, column, op, text, work)
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
