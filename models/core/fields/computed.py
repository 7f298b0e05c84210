"""Values that the program works out: from other fields of a record, or from its parts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Integer, Numeric

from models.core.formula.checker import Checked, check
from models.core.formula.exact import EXACT, half_up
from models.core.formula.syntax import Node, parse
from models.core.formula.tokens import FormulaError
from models.core.formula.types import Scope, Type

INTEGERS = 2**31
"""What the numbers of an integer column stay below."""


@dataclass(frozen=True)
class Formula:
    """A value worked out from other fields of the same record: `quantity * price`.

    The language is in `models/core/formula/`. Where one of the fields is empty there is no value,
    and none where something is divided by zero. The result is rounded half up to the decimals of
    its column.

    Raises:
        TypeError: The text cannot be read; the error names the word.
    """

    text: str
    must_fit: bool = True
    """Whether what is too large for its column is refused; else it is empty."""
    node: Node = field(init=False, compare=False, repr=False)
    """The formula as a tree."""

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "node", parse(self.text))
        except FormulaError as error:
            raise TypeError(f"The formula “{self.text}” cannot be read: {error}") from error


@dataclass(frozen=True)
class Rollup:
    """A value worked out from the parts of a record: the sum of what their field holds.

    Only parts count that are not deleted. Without any, a sum and a count are 0, and there is no
    least, no greatest and no average value.
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
    average: str = ""
    """The field of the parts of which the average counts."""
    count: bool = False
    """How many parts there are."""
    where: str = ""
    """Which parts count, as a formula over their fields that is yes or no."""
    must_fit: bool = True
    """Whether what is too large for its column is refused; else it is empty."""

    def __post_init__(self) -> None:
        ways = (self.sum, self.min, self.max, self.average, self.count)
        if sum(map(bool, ways)) != 1:
            raise TypeError(f"A rollup of {self.of} takes one of: sum, min, max, average, count.")

    @property
    def field(self) -> str:
        """The field of the parts that it looks at; "" where it only counts them."""
        return self.sum or self.min or self.max or self.average

    @property
    def adds(self) -> str:
        """The field of the parts that is added up, for a sum or an average."""
        return self.sum or self.average

    @property
    def empty(self) -> int | None:
        """What it amounts to without any part."""
        return 0 if self.sum or self.count else None

    def together(self, shares: Sequence[tuple[Any, int]]) -> Any:
        """Return what parts, and many parts together, amount to as a whole.

        Args:
            shares: What each amounts to, and the number of parts behind it.
        """
        held = [value for value, _ in shares if value is not None]
        number = sum(number for _, number in shares)
        if self.count:
            return number
        if self.sum:
            return sum(held)
        if self.average:
            return EXACT.divide(Decimal(sum(held)), Decimal(number)) if number else None
        return (min if self.min else max)(held, default=None)


# ── columns ───────────────────────────────────────────────────────────────────────────────────────


def digits_of(kind: Any) -> int | None:
    """Return how many decimals a kind of field keeps, None where it holds no number."""
    column = kind.column()
    if hasattr(kind, "to") or not isinstance(column, Integer | Numeric):
        return None
    return 0 if isinstance(column, Integer) else column.scale or 0


def fitted(kind: Any, value: Any) -> Any:
    """Return a value as the column of a field keeps it.

    A number is rounded half up, a text is one line and cut off, an empty condition is no.

    Raises:
        OverflowError: The column cannot hold it.
    """
    digits, column = digits_of(kind), kind.column()
    if isinstance(column, Boolean):
        return bool(value)
    if value is None:
        return None
    if isinstance(value, str):
        return " ".join(value.split())[: kind.length].rstrip() or None
    if digits is None:
        return value
    number = half_up(Decimal(value), Decimal(1).scaleb(-digits))
    whole = isinstance(column, Integer)
    if abs(number) >= (INTEGERS if whole else Decimal(10) ** (column.precision - digits)):
        raise OverflowError
    return int(number) if whole else number


# ── among the fields of an entity ─────────────────────────────────────────────────────────────────

Load = Callable[[Any], Any]
"""Turns what a field holds into what a formula works with."""


@dataclass(frozen=True)
class Operands:
    """The fields of an entity, as formulas see them.

    Attributes:
        scope: Their words and what they hold.
        loads: Field → how its value is read.
    """

    scope: Scope
    loads: Mapping[str, Load]


@dataclass(frozen=True)
class Bound:
    """A formula, or a condition, among the fields of an entity.

    Attributes:
        names: The fields that it is worked out from.
        type: What it amounts to.
    """

    names: tuple[str, ...]
    type: Type | None
    checked: Checked | None
    loads: Mapping[str, Load] = field(default_factory=dict, compare=False, repr=False)

    def value(self, record: Any) -> Any:
        """Return what it amounts to for a record, before it is rounded."""
        return self.of([getattr(record, name) for name in self.names])

    def of(self, held: Sequence[Any]) -> Any:
        """Return what it amounts to where the fields of `names` hold this."""
        if self.checked is None:
            return None
        pairs = zip(self.names, held, strict=True)
        return self.checked.run({name: self.loads[name](value) for name, value in pairs})


NOTHING = Bound((), None, None)
"""A formula that is not understood any more: its value is empty."""


def bound(node: Node, operands: Operands, is_condition: bool = False) -> Bound:
    """Return a formula among the fields of an entity.

    Raises:
        FormulaError: says what is wrong and at which word.
    """
    checked = check(node, operands.scope, is_condition)
    names = tuple(dict.fromkeys(checked.fields.values()))
    return Bound(names, checked.type, checked, operands.loads)


def in_order(entity: str, kinds: Mapping[str, Any], operands: Operands) -> dict[str, Bound]:
    """Return the formulas of an entity by their field, each after those it is worked out from.

    Args:
        entity: What the entity is called in errors.
        kinds: Its fields.
        operands: The same, as formulas see them.

    Raises:
        TypeError: A formula that was declared cannot be, or is worked out from itself; the error
            names its field. One that was added is empty then.
    """
    found: dict[str, Bound] = {}

    def visit(name: str, way: tuple[str, ...]) -> None:
        formula = kinds[name].computed if name in kinds else None
        if not isinstance(formula, Formula) or name in found:
            return
        try:
            if name in way:
                raise FormulaError(f"It is worked out from itself: {' → '.join(way)} → {name}")
            mine = bound(formula.node, operands)
            for other in mine.names:
                visit(other, (*way, name))
        except FormulaError as error:
            if formula.must_fit:
                raise TypeError(
                    f"The formula “{formula.text}” of {entity}.{name}: {error}"
                ) from error
            mine = NOTHING
        found.setdefault(name, mine)

    for name in kinds:
        visit(name, ())
    return found
