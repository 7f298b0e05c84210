"""What the parts of a formula are: numbers, texts, days, moments, yes or no."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Values = Mapping[str, Any]
"""What the fields of a record hold, as a formula works with it; numbers are decimals."""
Run = Callable[[Values], Any]
"""Works out a part of a formula; None is empty."""


class Basic(StrEnum):
    NUMBER = "a number"
    TEXT = "a text"
    DAY = "a day"
    MOMENT = "a date and time"
    YES_NO = "yes or no"
    CHOICE = "a choice"
    RECORD = "a record"
    EMPTY = "empty"


class Figure(StrEnum):
    """What a number counts."""

    WHOLE = "number"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"


@dataclass(frozen=True)
class Type:
    """What a part of a formula is.

    Attributes:
        basic: What can be done with it.
        figure: What a number counts.
        currency: The field that says in which currency an amount is; "" for that of the workspace.
        choice: The kind of field of a choice.
    """

    basic: Basic
    figure: Figure = Figure.WHOLE
    currency: str = ""
    choice: Any = field(default=None, compare=False, repr=False)

    @property
    def is_money(self) -> bool:
        return self.basic == Basic.NUMBER and self.figure == Figure.MONEY


WHOLE = Type(Basic.NUMBER)
DECIMAL = Type(Basic.NUMBER, Figure.DECIMAL)
TEXT, DAY, MOMENT = Type(Basic.TEXT), Type(Basic.DAY), Type(Basic.MOMENT)
YES_NO, EMPTY = Type(Basic.YES_NO), Type(Basic.EMPTY)


@dataclass(frozen=True)
class Scope:
    """The fields that a formula can name.

    Attributes:
        noun: Whose fields they are: a deal.
        words: Word → field.
        types: Field → what it holds.
    """

    noun: str
    words: Mapping[str, str]
    types: Mapping[str, Type]
