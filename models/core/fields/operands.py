"""What the kinds of fields are to a formula, and how their values are read."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal as Exact
from typing import Any

from sqlalchemy import Integer, Numeric

from models.core.db.types import TagList
from models.core.fields.base import Field
from models.core.fields.choices import Choice
from models.core.fields.computed import Load, Operands, digits_of
from models.core.fields.kinds import Day, Flag, Moment, Money, Percent, Reference, Tags
from models.core.formula.types import (
    DAY,
    MOMENT,
    TEXT,
    WHOLE,
    YES_NO,
    Basic,
    Figure,
    Scope,
    Type,
)
from models.core.parsing import values
from models.core.parsing.texts import with_article

CREATED = "created_at"
"""The moment at which a record was made, which is no field."""


def type_of(kind: Field) -> Type:
    """Return what a field is to a formula."""
    if isinstance(kind, Choice):
        return Type(Basic.CHOICE, choice=kind)
    if isinstance(kind, Reference):
        return Type(Basic.RECORD)
    if isinstance(kind, Money):
        return Type(Basic.NUMBER, Figure.MONEY, kind.currency)
    if isinstance(kind, Percent):
        return Type(Basic.NUMBER, Figure.PERCENT)
    if isinstance(kind.column(), Integer | Numeric):
        return Type(Basic.NUMBER, Figure.DECIMAL) if digits_of(kind) else WHOLE
    others: tuple[tuple[type[Field], Type], ...] = ((Flag, YES_NO), (Day, DAY), (Moment, MOMENT))
    return next((found for each, found in others if isinstance(kind, each)), TEXT)


def load_of(kind: Field) -> Load:
    """Return what turns a value of a field into what a formula works with."""
    if isinstance(kind, Tags) or isinstance(kind.column(), TagList):
        reader: Any = None
        return lambda value: kind.show(value, reader) if value else None
    basic = type_of(kind).basic
    if basic == Basic.NUMBER:
        return lambda value: None if value is None else Exact(str(value))
    if basic == Basic.YES_NO:
        return bool
    return lambda value: None if value == "" else value


def same(value: datetime | None) -> datetime | None:
    return value


def words_of(kinds: Mapping[str, Field]) -> dict[str, str]:
    """Return every word that names a field: its column, label and other words → the column."""
    words: dict[str, str] = {}
    for name, kind in kinds.items():
        label = values.fold(kind.label).replace(" ", "_")
        for word in (*kind.also, label.replace("-", "_"), label, name):
            words[word] = name
    return words


def operands_of(noun: str, kinds: Mapping[str, Field]) -> Operands:
    """Return the fields of an entity, as formulas see them."""
    words = {"created": CREATED, CREATED: CREATED, **words_of(kinds)}
    types = {CREATED: MOMENT, **{name: type_of(kind) for name, kind in kinds.items()}}
    loads = {CREATED: same, **{name: load_of(kind) for name, kind in kinds.items()}}
    return Operands(Scope(with_article(noun), words, types), loads)
