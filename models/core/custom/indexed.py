"""The values of added fields that have an index: filterable ones, and those that are unique.

A record keeps what its added fields hold in one column, in which no index can look. A row here says
the same again for one field of one record, as a text or a number that compares as the value does.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Index,
    Integer,
    Numeric,
    String,
    delete,
    select,
    text,
    type_coerce,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.core.context import Context
from models.core.db.engine import insert_into, insert_rows
from models.core.db.types import SortKey, UTCDateTime
from models.core.entity.base import Changes, Entity, Row
from models.core.entity.custom_values import IN_TEXT, PREFIX, dumped, loaded
from models.core.entity.unique import is_folded
from models.core.errors import Invalid
from models.core.fields.base import Field
from models.core.fields.relations import Relations
from models.core.parsing import values

UNIQUE = "ix_custom_value_unique"
"""The index that keeps unique values apart."""
NOTHING = (None, "", ())
LONGEST = 255
"""The letters of a text that are compared."""


class CustomValue(Row):
    """What one added field of one record holds."""

    entity: Mapped[str] = mapped_column(String(40))
    field: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[int] = mapped_column(Integer)
    text: Mapped[str | None] = mapped_column(SortKey)
    """The folded text, the option, or the day or moment as it is kept."""
    number: Mapped[Decimal | None] = mapped_column(Numeric(20, 4))
    unique_text: Mapped[str | None] = mapped_column(SortKey)
    """What no other record may hold in this field."""

    @classmethod
    def indexes(cls) -> list[Any]:
        single = text("unique_text IS NOT NULL")
        here = ("workspace", "entity", "field")
        return [
            Index("ix_custom_value_text", *here, "text", "record_id"),
            Index("ix_custom_value_number", *here, "number", "record_id"),
            Index("ix_custom_value_record", "workspace", "entity", "record_id"),
            Index(
                UNIQUE,
                *here,
                "unique_text",
                unique=True,
                sqlite_where=single,
                postgresql_where=single,
            ),
        ]


def has_index(kind: Field) -> bool:
    return kind.filterable or kind.unique or isinstance(kind, Relations)


def indexed(entity: type[Entity]) -> dict[str, Field]:
    """Return the added fields of an entity that have an index."""
    kinds = entity.fields().items()
    return {n: kind for n, kind in kinds if n.startswith(PREFIX) and has_index(kind)}


def is_number(kind: Field) -> bool:
    return isinstance(kind, Relations) or isinstance(kind.column(), Integer | Numeric)


def rows_of(kind: Field, value: Any, deleted: bool) -> list[dict[str, Any]]:
    """Return what the rows for a value hold: one for each record that it names, or just one."""
    several = value if isinstance(kind, Relations) else [value]
    return [columns(kind, each, deleted) for each in several]


def columns(kind: Field, value: Any, deleted: bool) -> dict[str, Any]:
    """Return what the row for a value holds."""
    numeric = is_number(kind)
    return {
        "text": None if numeric else only(kind, value),
        "number": Decimal(value) if numeric else None,
        "unique_text": only(kind, value) if kind.unique and not deleted else None,
    }


def only(kind: Field, value: Any) -> str:
    """Return what a value is known by where no two records may share it."""
    text = values.fold(str(value)) if is_folded(kind) else dumped(kind, value)
    return (text or "")[:LONGEST]


def keep(work: Context, written: Iterable[tuple[Entity, str, Changes]]) -> None:
    """Write the rows of records just written, in place of those that they had."""
    rows: list[dict[str, Any]] = []
    for record, action, changes in written:
        kinds = indexed(type(record))
        if not kinds:
            continue
        every = action == "create" or "deleted_at" in changes
        names = [name for name in kinds if every or name in changes]
        if names and action != "create":
            forget(work, record.slug(), [record.id], names)
        about = {"entity": record.slug(), "record_id": record.id}
        for name in names:
            if (value := getattr(record, name)) not in NOTHING:
                for held in rows_of(kinds[name], value, record.deleted_at is not None):
                    rows.append({**about, "field": name, **held})
    store(work, rows)


def store(work: Context, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows."""
    if rows:
        here = [{"workspace": work.workspace.id, **row} for row in rows]
        insert_rows(work.session, insert_into(work.session, CustomValue.__table__), here)


def fill(work: Context, entity: type[Entity], name: str, kind: Field) -> None:
    """Write the rows of one field of all records anew, because it has an index from now on.

    Raises:
        Invalid: Two records hold the same in a field that is to be unique.
    """
    table: Any = CustomValue.__table__
    ours = (table.c.workspace == work.workspace.id, table.c.entity == entity.slug())
    work.session.connection().execute(delete(table).where(*ours, table.c.field == name))
    about, seen = {"entity": entity.slug(), "field": name}, dict[str, int]()
    rows = []
    for number, id, custom, gone in work.session.connection().execute(all_of(work, entity)):
        value = loaded(kind, custom.get(name)) if name in custom else None
        if value in NOTHING:
            continue
        for held in rows_of(kind, value, gone is not None):
            there = seen.setdefault(held["unique_text"] or f"#{number}", number)
            if there != number:
                both = f"{entity.prefix}-{there} and {entity.prefix}-{number}"
                why = f"{both} both have “{custom[name]}”. Change one first."
                raise Invalid({"is_unique": why})
            rows.append({**about, "record_id": id, **held})
    store(work, rows)


def all_of(work: Context, entity: type[Entity]) -> Any:
    """Return the statement for what all records keep in their added fields, also deleted ones."""
    table: Any = entity.__table__
    columns = (table.c.number, table.c.id, table.c.custom, table.c.deleted_at)
    return select(*columns).where(table.c.workspace == work.workspace.id).order_by(table.c.id)


def keep_field(work: Context, name: str, records: Sequence[Entity]) -> None:
    """Write the rows of one field of many records of an entity, in place of those that they had."""
    kind = indexed(type(records[0])).get(name)
    if kind is None:
        return
    slug = records[0].slug()
    forget(work, slug, [record.id for record in records], [name])
    rows = [
        {"entity": slug, "record_id": record.id, "field": name}
        | columns(kind, getattr(record, name), record.deleted_at is not None)
        for record in records
        if getattr(record, name) not in NOTHING
    ]
    store(work, rows)


def forget(work: Context, slug: str, ids: Collection[int], names: Collection[str]) -> None:
    """Delete the rows of some fields of records of an entity."""
    table: Any = CustomValue.__table__
    theirs = (
        table.c.workspace == work.workspace.id,
        table.c.entity == slug,
        table.c.record_id.in_(list(ids)),
        table.c.field.in_(list(names)),
    )
    work.session.connection().execute(delete(table).where(*theirs))


def column_of(kind: Field) -> ColumnElement[Any]:
    """Return the column in which the values of a field are compared."""
    if is_number(kind):
        return type_coerce(CustomValue.number, kind.column())
    if type(kind.column()) in (Date, UTCDateTime):
        return type_coerce(CustomValue.text, IN_TEXT[type(kind.column())])
    found: Any = CustomValue.text
    return found  # type: ignore[no-any-return]


def is_folded_text(column: Any) -> bool:
    """Return whether a column holds texts that are folded already."""
    return column is CustomValue.text


def where(
    rows: Any, entity: type[Entity], name: str, fits: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Return the condition for the records of which the value of a field fits a condition.

    Args:
        rows: The entity, or an alias of it.
        entity: The entity.
        name: The field.
        fits: A condition on `column_of` the field.
    """
    ours = (CustomValue.entity == entity.slug(), CustomValue.field == name)
    found: ColumnElement[bool] = rows.id.in_(select(CustomValue.record_id).where(*ours, fits))
    return found


def naming(rows: Any, entity: type[Entity], name: str, id: int) -> ColumnElement[bool]:
    """Return the condition for the records that name another one in a field."""
    if not name.startswith(PREFIX):
        found: ColumnElement[bool] = getattr(rows, name) == id
        return found
    return where(rows, entity, name, CustomValue.number == id)


def holders(
    work: Context, entity: type[Entity], name: str, wanted: Sequence[str]
) -> Iterator[tuple[int, str]]:
    """Yield the records that hold one of some values in a unique field: their id, and the value."""
    ours = (CustomValue.entity == entity.slug(), CustomValue.field == name)
    asked = select(CustomValue.record_id, CustomValue.unique_text).where(
        *ours, CustomValue.unique_text.in_(wanted)
    )
    yield from ((id, value or "") for id, value in work.session.execute(asked))
