"""Values that the program works out: from other fields of a record, or from its parts."""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from sqlalchemy import Integer, Numeric

Values = Mapping[str, Decimal]
"""What the operands of a formula hold."""
Works = Callable[[Values], Decimal | None]
"""A part of a formula: it returns None where there is nothing to work out."""

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
"""Enough digits to multiply any two columns; only the result is rounded."""
SIGNS: Mapping[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: EXACT.add,
    ast.Sub: EXACT.subtract,
    ast.Mult: EXACT.multiply,
}
CALLS: Mapping[str, Callable[..., Decimal]] = {"min": min, "max": max}
WORDS = ("round", *CALLS)
"""The functions that a formula may call."""
INTEGERS = 2**31
"""What the numbers of an integer column stay below."""


@dataclass(frozen=True)
class Formula:
    """A value worked out from other fields of the same record: `quantity * price`.

    It may have the names of fields that hold numbers, numbers, + - * /, parentheses, `min`, `max`
    and `round(x, digits)`. Where one of the fields is empty there is no value, and none where
    something is divided by zero. The result is rounded half up to the decimals of its column.

    Raises:
        TypeError: The text has something else in it; the error names that.
    """

    text: str
    names: tuple[str, ...] = field(init=False, compare=False)
    """The fields that it is worked out from."""
    run: Works = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        try:
            body = ast.parse(self.text.strip(), mode="eval").body
        except SyntaxError as error:
            raise TypeError(f"The formula “{self.text}” cannot be read: {error.msg}") from error
        names: dict[str, None] = {}
        object.__setattr__(self, "run", Reader(self.text, names).read(body))
        object.__setattr__(self, "names", tuple(names))
        if not names:
            raise TypeError(f"The formula “{self.text}” names no field.")

    def value(self, record: Any) -> Decimal | None:
        """Return what the formula amounts to for a record, before it is rounded."""
        held = {name: getattr(record, name) for name in self.names}
        if None in held.values():
            return None
        return self.run({name: Decimal(str(value)) for name, value in held.items()})


@dataclass(frozen=True)
class Rollup:
    """A value worked out from the parts of a record: the sum of what their field holds.

    Only parts count that are not deleted. Without any, a sum and a count are 0, and there is no
    least and no greatest value.
    """

    of: str
    """The entity of the parts."""
    by: str
    """The field of the parts that names this record."""
    sum: str = ""
    """The field of the parts that is added up."""
    min: str = ""
    """The field of the parts of which the least value counts."""
    max: str = ""
    """The field of the parts of which the greatest value counts."""
    count: bool = False
    """How many parts there are."""

    def __post_init__(self) -> None:
        if sum(map(bool, (self.sum, self.min, self.max, self.count))) != 1:
            raise TypeError(f"A rollup of {self.of} takes one of: sum, min, max, count.")

    @property
    def field(self) -> str:
        """The field of the parts that it looks at; "" where it only counts them."""
        return self.sum or self.min or self.max

    @property
    def empty(self) -> int | None:
        """What it amounts to without any part."""
        return 0 if self.sum or self.count else None

    def together(self, values: Sequence[Any]) -> Any:
        """Return what values of parts, and of many parts together, amount to as a whole."""
        held = [value for value in values if value is not None]
        if self.sum or self.count:
            return sum(held)
        return (min if self.min else max)(held, default=None)


@dataclass(frozen=True)
class Reader:
    """Reads the parts of a formula, and refuses what it does not know.

    Attributes:
        names: The fields that were named so far.
    """

    text: str
    names: dict[str, None]

    def read(self, node: ast.expr) -> Works:
        """Return the function that works a part out."""
        match node:
            case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
                number = Decimal(ast.get_source_segment(self.text.strip(), node) or "")
                return lambda values: number
            case ast.Name(id=name) if name not in WORDS:
                self.names[name] = None
                return operator.itemgetter(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                inner = self.read(operand)
                return lambda values: None if (x := inner(values)) is None else EXACT.minus(x)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return joined(quotient, [self.read(left), self.read(right)])
            case ast.BinOp(left=left, op=op, right=right) if type(op) in SIGNS:
                return joined(SIGNS[type(op)], [self.read(left), self.read(right)])
            case ast.Call(func=ast.Name(id=word), args=[_, *_], keywords=[]) if word in WORDS:
                return self.called(node, word)
        raise self.unknown(node)

    def called(self, node: ast.Call, word: str) -> Works:
        """Return the function that calls one of `WORDS`."""
        if word in CALLS:
            return joined(CALLS[word], [self.read(each) for each in node.args])
        match node.args:
            case [what]:
                return rounded(self.read(what), 0)
            case [what, ast.Constant(value=int(digits))]:
                return rounded(self.read(what), digits)
        raise self.unknown(node)

    def unknown(self, node: ast.expr) -> TypeError:
        said = ast.get_source_segment(self.text.strip(), node) or self.text
        return TypeError(
            f"The formula “{self.text}” has “{said}” in it. It may have the names of fields, numbers, "
            f"+ - * /, parentheses, {', '.join(WORDS)}."
        )


def joined(act: Callable[..., Decimal | None], parts: Sequence[Works]) -> Works:
    """Return a function that does something with all parts, or nothing where one has no value."""

    def run(values: Values) -> Decimal | None:
        held = [part(values) for part in parts]
        return None if None in held else act(*held)

    return run


def quotient(left: Decimal, right: Decimal) -> Decimal | None:
    return EXACT.divide(left, right) if right else None


def rounded(part: Works, digits: int) -> Works:
    step = Decimal(1).scaleb(-digits)
    return lambda values: None if (x := part(values)) is None else half_up(x, step)


def half_up(value: Decimal, step: Decimal) -> Decimal:
    return value.quantize(step, context=EXACT)


# ── columns ───────────────────────────────────────────────────────────────────────────────────────


def digits_of(kind: Any) -> int | None:
    """Return how many decimals a kind of field keeps, None where it holds no number."""
    column = kind.column()
    if hasattr(kind, "to") or not isinstance(column, Integer | Numeric):
        return None
    return 0 if isinstance(column, Integer) else column.scale or 0


def fitted(kind: Any, value: Any) -> Any:
    """Return a number as the column of a field keeps it, rounded half up; the rest as it is.

    Raises:
        OverflowError: The column cannot hold it.
    """
    digits = digits_of(kind)
    if value is None or digits is None:
        return value
    column, number = kind.column(), half_up(Decimal(value), Decimal(1).scaleb(-digits))
    whole = isinstance(column, Integer)
    if abs(number) >= (INTEGERS if whole else Decimal(10) ** (column.precision - digits)):
        raise OverflowError
    return int(number) if whole else number


# ── what an entity declares ───────────────────────────────────────────────────────────────────────


def in_order(entity: str, kinds: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields of an entity with a formula, each after those it is worked out from.

    Args:
        entity: What the entity is called in errors.
        kinds: Its fields.

    Raises:
        TypeError: A formula names something that is no number of the entity, or itself; the error
            names both.
    """
    found: dict[str, None] = {}

    def visit(name: str, way: tuple[str, ...]) -> None:
        formula = kinds[name].computed
        if not isinstance(formula, Formula) or name in found:
            return
        if name in way:
            raise TypeError(
                f"{entity}.{name} is worked out from itself: {' → '.join(way)} → {name}"
            )
        for other in formula.names:
            if other not in kinds or digits_of(kinds[other]) is None:
                raise TypeError(
                    f"The formula “{formula.text}” of {entity}.{name} names {other}, which is no "
                    f"field of {entity} that holds a number."
                )
            visit(other, (*way, name))
        found[name] = None

    for name in kinds:
        visit(name, ())
    return tuple(found)
