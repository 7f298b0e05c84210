"""The columns and indexes behind `unique=True`: no two records of a workspace hold the same.

A text is compared folded, so that AB-1 and ab-1 are the same everywhere. Databases fold in ways of
their own, so the folded text has a column: SKU in `sku`, what it is known by in `sku_key`. The
index leaves deleted records out, whose texts are free again.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.orm import MappedColumn, mapped_column

from models.core.db.types import SortKey
from models.core.fields import Text
from models.core.fields.base import Field


def is_folded(kind: Field) -> bool:
    """Return whether a unique field of this kind has a column with its folded text."""
    return isinstance(kind, Text)


def column_of(name: str, kind: Field) -> str:
    """Return the column that tells two records apart."""
    return f"{name}_key" if is_folded(kind) else name


def declared(entity: Any, option: str = "unique") -> Iterator[tuple[str, Field]]:
    """Yield the unique fields that a class declares, or what it inherits from, while it is made.

    Args:
        entity: The class.
        option: The option of the fields that are meant.
    """
    for base in reversed(entity.__mro__):
        for name, column in list(vars(base).items()):
            kind = column.column.info.get("field") if isinstance(column, MappedColumn) else None
            if kind is not None and getattr(kind, option):
                yield name, kind


def add_columns(entity: type) -> None:
    """Give a class, before it is mapped, a column for each unique text that it declares.

    Raises:
        TypeError: A field of `keys` is not unique, so it does not say which record is meant.
    """
    found: dict[str, Any] = dict(declared(entity))
    for name, kind in found.items():
        if is_folded(kind):
            setattr(entity, column_of(name, kind), mapped_column(SortKey, nullable=True))
    for name in getattr(entity, "keys", ()):
        if name not in found:
            raise TypeError(f"{entity.__name__}.keys names {name}, which is not unique=True.")


def field_indexes(entity: Any) -> list[Index]:
    """Return an index for each field whose equal values matter.

    The index of a unique field is over the records that are not deleted; the one of a field that
    hints at a duplicate (`same=True`) finds those that hold the same.
    """
    there = text("deleted_at IS NULL")
    unique = [
        Index(
            None,
            "workspace",
            column_of(name, kind),
            unique=True,
            sqlite_where=there,
            postgresql_where=there,
        )
        for name, kind in declared(entity)
    ]
    return unique + [Index(None, "workspace", name) for name, _ in declared(entity, "same")]
