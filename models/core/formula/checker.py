"""Check what the parts of a formula are, and make of each the function that works it out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from models.core.formula import exact
from models.core.formula.functions import FUNCTIONS, NEEDS_TODAY
from models.core.formula.parts import Part, as_kind, joined, same
from models.core.formula.syntax import COMPARISONS, Call, Literal, Name, Node, Sign
from models.core.formula.tokens import FormulaError, Token, meant, wrong
from models.core.formula.types import (
    DAY,
    DECIMAL,
    EMPTY,
    TEXT,
    WHOLE,
    YES_NO,
    Basic,
    Run,
    Scope,
    Type,
)
from models.core.parsing import values

FLAGS = {"yes": True, "true": True, "no": False, "false": False}
TODAY = (
    "depends on the day on which somebody looks, so what is kept would be wrong tomorrow. "
    "Compare two fields, or ask for it in a list: close date < today."
)
DATES = (Basic.DAY, Basic.MOMENT)
REACTIONS: Mapping[str, Callable[[Decimal, Decimal], Decimal | None]] = {
    "+": exact.plus,
    "-": exact.minus,
    "*": exact.times,
    "/": exact.divided,
}


@dataclass(frozen=True)
class Checked:
    """A formula that was understood.

    Attributes:
        type: What it amounts to.
        run: Works it out.
        fields: The fields that it names: word → field.
    """

    type: Type
    run: Run
    fields: Mapping[Token, str]


def check(node: Node, scope: Scope, is_condition: bool = False) -> Checked:
    """Return what a formula, or a condition, is among some fields.

    Raises:
        FormulaError: says what is wrong and at which word.
    """
    checker = Checker(scope)
    part = checker.part(node)
    if not checker.fields:
        raise FormulaError("The formula names no field, so it would say the same of every record.")
    if is_condition and part.type.basic != Basic.YES_NO:
        raise wrong(part.token, f"is {part.type.basic}, not a condition such as stage = won.")
    if part.type.basic == Basic.CHOICE:
        part = as_kind(part, TEXT)
    if part.type.basic in (Basic.RECORD, Basic.EMPTY):
        raise wrong(part.token, f"is {part.type.basic}, and a field cannot hold that.")
    return Checked(part.type, part.run, checker.fields)


class Checker:
    """Goes through the tree from the leaves to the root.

    Attributes:
        fields: The fields that were named so far.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.fields: dict[Token, str] = {}

    def part(self, node: Node) -> Part:
        match node:
            case Literal(token):
                return literal(token)
            case Name(token):
                return self.named(token)
            case Call(token, parts):
                return self.called(token, parts)
            case Sign(token, parts) if token.value in COMPARISONS:
                return self.compared(token, *parts)
            case Sign(token, parts) if token.kind == "name":
                return logical(token, [as_kind(self.part(each), YES_NO) for each in parts])
            case Sign(token, parts):
                return arithmetic(token, [self.part(each) for each in parts])
        raise wrong(node.token, "is not expected here.")

    def field_of(self, token: Token) -> str:
        """Return the field that a word names, "" for none."""
        word = "_".join(values.fold(token.value).split())
        return self.scope.words.get(word, "")

    def named(self, token: Token) -> Part:
        name = self.field_of(token)
        if not name:
            if token.word in NEEDS_TODAY:
                raise wrong(token, TODAY)
            noun = self.scope.noun
            raise wrong(token, f"is no field of {noun}.{meant(token.value, self.scope.words)}")
        if name not in self.scope.types:
            raise wrong(token, "is a field that no formula can work with.")
        self.fields[token] = name
        return Part(self.scope.types[name], lambda held: held[name], token)

    def called(self, token: Token, nodes: Sequence[Node]) -> Part:
        if token.word in NEEDS_TODAY:
            raise wrong(token, TODAY)
        function = FUNCTIONS.get(token.word)
        if function is None:
            known = meant(token.value, FUNCTIONS) or f" There are {', '.join(sorted(FUNCTIONS))}."
            raise wrong(token, f"is no function.{known}")
        least, most = function.counts
        if not least <= len(nodes) <= most:
            raise wrong(token, f"is used with {function.example}.")
        return function.build(token, [self.part(each) for each in nodes])

    def compared(self, token: Token, left: Node, right: Node) -> Part:
        first = self.part(left)
        option = self.option(first, right)
        second = option or self.part(right)
        if Basic.EMPTY in (first.type.basic, second.type.basic):
            return empty_or_not(token, first, second)
        if token.value not in ("=", "!="):
            must_have_order(token, first, second)
        if option is None:
            first, second = alike(token, first, second)
        act = exact.COMPARE[token.value]
        return Part(YES_NO, joined(act, [folded(first), folded(second)]), token)

    def option(self, first: Part, node: Node) -> Part | None:
        """Return the option of a choice that a word on the other side of a sign names."""
        choice = first.type.choice
        said = isinstance(node, Literal) and node.token.kind == "text"
        if first.type.basic != Basic.CHOICE or not (said or isinstance(node, Name)):
            return None
        try:
            found = choice.read(node.token.value, None)
        except ValueError as error:
            if isinstance(node, Name) and self.field_of(node.token):
                return None
            known = {option.value: None for option in choice.options}
            near = meant(node.token.value, list(known))
            raise wrong(node.token, f"is no {choice.label}.{near} {error}") from None
        return Part(first.type, lambda held: found, node.token)


def literal(token: Token) -> Part:
    """Return a value that is written in the formula itself."""
    if token.kind == "number":
        number = Decimal(token.value)
        if number >= exact.LARGEST:
            raise wrong(token, "is too large.")
        return Part(WHOLE if "." not in token.value else DECIMAL, lambda held: number, token)
    if token.kind == "text":
        text = exact.cut(token.value)
        return Part(TEXT, lambda held: text, token)
    if token.kind == "day":
        try:
            day = date.fromisoformat(token.value)
        except ValueError:
            raise wrong(token, "is no day.") from None
        return Part(DAY, lambda held: day, token)
    if token.word in FLAGS:
        flag = FLAGS[token.word]
        return Part(YES_NO, lambda held: flag, token)
    return Part(EMPTY, lambda held: None, token)


# ── yes or no ─────────────────────────────────────────────────────────────────────────────────────


def logical(token: Token, parts: Sequence[Part]) -> Part:
    """Return `and`, `or` or `not`. What is empty may be either: yes or empty is yes."""
    runs = [part.run for part in parts]
    if token.word == "not":
        return Part(YES_NO, lambda held: None if (x := runs[0](held)) is None else not x, token)
    decides = token.word == "or"

    def run(held: Any) -> Any:
        found = [each(held) for each in runs]
        if decides in found:
            return decides
        return None if None in found else not decides

    return Part(YES_NO, run, token)


def empty_or_not(token: Token, first: Part, second: Part) -> Part:
    """Return whether something is empty: `close_date = empty`."""
    if token.value not in ("=", "!="):
        raise wrong(token, "compares with nothing. Use = empty or != empty.")
    run = first.run if second.type.basic == Basic.EMPTY else second.run
    wanted = token.value == "="
    return Part(YES_NO, lambda held: (run(held) is None) is wanted, token)


def must_have_order(token: Token, *parts: Part) -> None:
    for part in parts:
        if part.type.basic in (Basic.CHOICE, Basic.YES_NO, Basic.RECORD):
            raise wrong(
                token, f"compares sizes, and “{part.token.said}” is {part.type.basic}. Use =."
            )


def alike(token: Token, first: Part, second: Part) -> tuple[Part, Part]:
    """Return two parts that are compared, as the same kind of thing."""
    kinds = {first.type.basic, second.type.basic}
    if kinds == {Basic.DAY, Basic.MOMENT}:
        return as_kind(first, DAY), as_kind(second, DAY)
    if kinds <= {Basic.TEXT, Basic.CHOICE}:
        return as_kind(first, TEXT), as_kind(second, TEXT)
    if len(kinds) > 1 or Basic.RECORD in kinds:
        what = f"{first.type.basic} with {second.type.basic}"
        hint = " Write a day as 2026-12-31, without quotes." if kinds & set(DATES) else ""
        raise wrong(token, f"compares {what}.{hint}")
    same([first, second])
    return first, second


def folded(part: Part) -> Run:
    """Return what works out a part as it is compared: texts without case and accents."""
    if part.type.basic != Basic.TEXT:
        return part.run
    run = part.run
    return lambda held: None if (text := run(held)) is None else values.fold(text)


# ── + - * / ───────────────────────────────────────────────────────────────────────────────────────


def arithmetic(token: Token, parts: Sequence[Part]) -> Part:
    """Return what a sign makes of the parts on both sides."""
    if len(parts) == 1:
        inner = as_kind(parts[0], WHOLE)
        return Part(inner.type, joined(lambda number: -number, [inner.run]), token)
    if any(part.type.basic in DATES for part in parts):
        return with_days(token, *parts)
    for part in parts:
        if part.type.basic not in (Basic.NUMBER, Basic.EMPTY):
            hint = (
                " Join texts with concat(…)."
                if part.type.basic in (Basic.TEXT, Basic.CHOICE)
                else ""
            )
            why = f"works with numbers, and “{part.token.said}” is {part.type.basic}.{hint}"
            raise wrong(token, why)
    found = figures(token, *(as_kind(part, WHOLE) for part in parts))
    return Part(found, joined(REACTIONS[token.value], [part.run for part in parts]), token)


def figures(token: Token, left: Part, right: Part) -> Type:
    """Return what kind of number comes of two numbers."""
    amounts = [part for part in (left, right) if part.type.is_money]
    if token.value in "+-":
        return same([left, right])
    if len(amounts) == 2:  # noqa: PLR2004 — both
        same(amounts)
        return DECIMAL
    if amounts and not (token.value == "/" and right.type.is_money):
        return amounts[0].type
    wholes = left.type == right.type == WHOLE
    return WHOLE if wholes and token.value == "*" else DECIMAL


def with_days(token: Token, left: Part, right: Part) -> Part:
    """Return a day plus or minus a number of days, or the days between two."""
    both = left.type.basic in DATES and right.type.basic in DATES
    if both and token.value == "-":
        if left.type == right.type and left.type.basic == Basic.MOMENT:
            return Part(DECIMAL, joined(exact.span, [left.run, right.run]), token)
        runs = [as_kind(left, DAY).run, as_kind(right, DAY).run]
        return Part(WHOLE, joined(exact.days_between, runs), token)
    if right.type.basic == Basic.NUMBER and token.value in "+-":
        sign = 1 if token.value == "+" else -1
        run = joined(lambda day, days: exact.later(day, sign * days), [left.run, right.run])
        return Part(left.type, run, token)
    what = f"{left.type.basic} and {right.type.basic}"
    raise wrong(
        token, f"does not go with {what}. Days: close_date - created_at, or close_date + 30."
    )
