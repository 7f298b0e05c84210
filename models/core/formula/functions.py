"""The functions that a formula may call. One that is added here is known at once everywhere."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models.core.formula import exact
from models.core.formula.parts import Part, as_kind, joined, runs_of, same
from models.core.formula.tokens import Token, wrong
from models.core.formula.types import (
    DAY,
    DECIMAL,
    TEXT,
    WHOLE,
    YES_NO,
    Basic,
    Figure,
    Run,
    Type,
    Values,
)

NEEDS_TODAY = frozenset({"today", "now", "yesterday", "tomorrow"})
"""Words that mean another day tomorrow."""
MANY = 20
"""The most parts of one call."""
DIGITS = 6
"""The most decimals that something is rounded to."""


@dataclass(frozen=True)
class Function:
    """A function of formulas.

    Attributes:
        example: How it is used.
        counts: The least and the most parts between its parentheses.
        build: Checks the parts and returns the whole.
    """

    example: str
    counts: tuple[int, int]
    build: Callable[[Token, Sequence[Part]], Part]


def fixed(example: str, wanted: Sequence[Type], type: Type, act: Callable[..., Any]) -> Function:
    """Return a function that always takes the same."""

    def build(token: Token, parts: Sequence[Part]) -> Part:
        runs = [as_kind(part, want).run for part, want in zip(parts, wanted, strict=True)]
        return Part(type, joined(act, runs), token)

    return Function(example, (len(wanted), len(wanted)), build)


# ── which of several ──────────────────────────────────────────────────────────────────────────────


def texts_alike(parts: Sequence[Part]) -> Sequence[Part]:
    """Return parts with choices as texts, and moments as days if there are days among them."""
    kinds = {part.type.basic for part in parts}
    parts = [as_kind(each, TEXT) if each.type.basic == Basic.CHOICE else each for each in parts]
    days = {Basic.DAY, Basic.MOMENT} <= kinds
    return [
        as_kind(each, DAY) if each.type.basic == Basic.MOMENT and days else each for each in parts
    ]


def nothing(held: Values) -> None:
    """Return what is empty."""


def build_if(token: Token, parts: Sequence[Part]) -> Part:
    """Return one of two, or nothing where the condition is empty."""
    condition = as_kind(parts[0], YES_NO).run
    branches = texts_alike(parts[1:])
    found = same(branches)
    runs: list[Run] = [*runs_of(branches, found), nothing]

    def run(held: Values) -> Any:
        decided = condition(held)
        return None if decided is None else runs[0](held) if decided else runs[1](held)

    return Part(found, run, token)


def build_coalesce(token: Token, parts: Sequence[Part]) -> Part:
    """Return the first that is not empty."""
    parts = texts_alike(parts)
    found = same(parts)
    runs = runs_of(parts, found)
    return Part(
        found, lambda held: next((x for run in runs if (x := run(held)) is not None), None), token
    )


def build_empty(token: Token, parts: Sequence[Part]) -> Part:
    run = parts[0].run
    return Part(YES_NO, lambda held: run(held) is None, token)


def picking(act: Callable[..., Any]) -> Callable[[Token, Sequence[Part]], Part]:
    """Return what builds min or max: of numbers, or of days."""

    def build(token: Token, parts: Sequence[Part]) -> Part:
        parts = texts_alike(parts)
        found = same(parts)
        if found.basic not in (Basic.NUMBER, Basic.DAY, Basic.MOMENT):
            raise wrong(parts[0].token, f"is {found.basic}; numbers or days are needed here.")
        return Part(found, joined(lambda *each: act(each), runs_of(parts, found)), token)

    return build


# ── numbers and texts ─────────────────────────────────────────────────────────────────────────────


def build_round(token: Token, parts: Sequence[Part]) -> Part:
    inner, digits = as_kind(parts[0], WHOLE), 0
    if len(parts) > 1:
        said = parts[1].token
        if said.kind != "number" or not said.value.isdecimal() or int(said.value) > DIGITS:
            raise wrong(
                said, f"should be a number of decimals from 0 to {DIGITS}: round(amount, 2)."
            )
        digits = int(said.value)
    stays = inner.type.figure in (Figure.MONEY, Figure.PERCENT)
    found = inner.type if stays else WHOLE if not digits else DECIMAL
    return Part(found, joined(lambda number: exact.rounded(number, digits), [inner.run]), token)


def build_abs(token: Token, parts: Sequence[Part]) -> Part:
    inner = as_kind(parts[0], WHOLE)
    return Part(inner.type, joined(abs, [inner.run]), token)


def build_number(token: Token, parts: Sequence[Part]) -> Part:
    """Return an amount without its currency, or a percentage without its sign."""
    inner = as_kind(parts[0], WHOLE)
    found = inner.type if inner.type.figure == Figure.WHOLE else DECIMAL
    return Part(found, inner.run, token)


def build_concat(token: Token, parts: Sequence[Part]) -> Part:
    """Return everything as one text; what is empty is left out."""
    for part in parts:
        if part.type.basic == Basic.RECORD:
            raise wrong(part.token, "is a record, and no text.")
    parts = [as_kind(each, TEXT) if each.type.basic == Basic.CHOICE else each for each in parts]
    runs = [part.run for part in parts]
    return Part(TEXT, lambda held: exact.joined([run(held) for run in runs]), token)


def build_days(token: Token, parts: Sequence[Part]) -> Part:
    """Return the whole days of a difference, or from one day to another."""
    if len(parts) == 1:
        if parts[0].type.basic != Basic.NUMBER:
            raise wrong(token, "counts the days between two: days(close_date - created_at).")
        return Part(WHOLE, joined(exact.truncated, [parts[0].run]), token)
    begin, end = runs_of(parts, DAY)
    return Part(WHOLE, joined(exact.days_between, [end, begin]), token)


def number(value: int) -> Decimal:
    return Decimal(value)


FUNCTIONS: dict[str, Function] = {
    "if": Function("if(amount > 50000, 'big', 'small')", (2, 3), build_if),
    "coalesce": Function("coalesce(amount, 0)", (1, MANY), build_coalesce),
    "empty": Function("empty(close_date)", (1, 1), build_empty),
    "min": Function("min(amount, 1000)", (1, MANY), picking(min)),
    "max": Function("max(amount, 1000)", (1, MANY), picking(max)),
    "round": Function("round(amount, 2)", (1, 2), build_round),
    "abs": Function("abs(amount)", (1, 1), build_abs),
    "number": Function("number(amount)", (1, 1), build_number),
    "concat": Function("concat(name, ' / ', amount)", (1, MANY), build_concat),
    "upper": fixed("upper(name)", [TEXT], TEXT, lambda text: exact.cut(text.upper())),
    "lower": fixed("lower(name)", [TEXT], TEXT, lambda text: exact.cut(text.lower())),
    "trim": fixed("trim(name)", [TEXT], TEXT, lambda text: exact.cut(" ".join(text.split()))),
    "len": fixed("len(name)", [TEXT], WHOLE, lambda text: number(len(text))),
    "left": fixed("left(name, 3)", [TEXT, WHOLE], TEXT, exact.left),
    "right": fixed("right(name, 3)", [TEXT, WHOLE], TEXT, exact.right),
    "days": Function("days(close_date - created_at)", (1, 2), build_days),
    "months": fixed("months(start, end)", [DAY, DAY], WHOLE, exact.months_between),
    "years": fixed("years(start, end)", [DAY, DAY], WHOLE, exact.years_between),
    "add_months": fixed("add_months(start, 12)", [DAY, WHOLE], DAY, exact.months_later),
    "year": fixed("year(close_date)", [DAY], WHOLE, lambda day: number(day.year)),
    "month": fixed("month(close_date)", [DAY], WHOLE, lambda day: number(day.month)),
}
"""The functions by their names."""
