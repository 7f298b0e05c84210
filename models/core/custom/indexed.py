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
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.core.context import Context
from models.core.db.engine import insert_into, insert_rows
from models.core.db.types import SortKey, UTCDateTime
from models.core.entity.base import ENTITIES, Changes, Entity, Row
from models.core.entity.custom_values import IN_TEXT, PREFIX, dumped, loaded
from models.core.entity.unique import is_folded
from models.core.fields.base import Field
from models.core.fields.relations import Relations
from models.core.parsing import values
from models.core.permissions import policy

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
    same_text: Mapped[str | None] = mapped_column(SortKey)
    """The same where another record held it already, in a field that is to become unique."""

    @classmethod
    def indexes(cls) -> list[Any]:
        single, double = text("unique_text IS NOT NULL"), text("same_text IS NOT NULL")
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
            Index("ix_custom_value_same", *here, sqlite_where=double, postgresql_where=double),
        ]


def has_index(kind: Field) -> bool:
    """Return whether the values of a field are kept in the index, also before all of them are."""
    return kind.filterable or kind.unique or kind.filling or isinstance(kind, Relations)


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
        "unique_text": only(kind, value) if apart(kind) and not deleted else None,
        "same_text": None,
    }


def apart(kind: Field) -> bool:
    """Return whether a field is unique, or becomes so."""
    return kind.unique or kind.becoming_unique


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
    claim_new(work, rows)
    store(work, rows)


def claim_new(work: Context, rows: Sequence[dict[str, Any]]) -> None:
    """Mark the doubles among rows that are about to be stored, of fields that become unique."""
    for slug, name in dict.fromkeys((row["entity"], row["field"]) for row in rows):
        kind = ENTITIES[slug].fields()[name]
        if kind.becoming_unique:
            theirs = [row for row in rows if (row["entity"], row["field"]) == (slug, name)]
            claim(work, ENTITIES[slug], name, kind, theirs)


def store(work: Context, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows."""
    if rows:
        here = [{"workspace": work.workspace.id, **row} for row in rows]
        insert_rows(work.session, insert_into(work.session, CustomValue.__table__), here)


# ── the records that are there ────────────────────────────────────────────────────────────────────


def fill(
    work: Context, entity: type[Entity], name: str, kind: Field, after_id: int, limit: int
) -> tuple[int, int]:
    """Write the rows of one field of the next records, also deleted ones, in place of old ones.

    The records are locked first. Of a field that is unique, or becomes so, a value belongs to the
    record that held it first; `doubles` names the others.

    Args:
        work: The unit of work.
        entity: The entity.
        name: The field.
        kind: What it is now.
        after_id: The id of the last record that was done.
        limit: The most records.

    Returns:
        The id of the last record, 0 at the end, and how many records there were.
    """
    next_ones = all_of(entity).where(entity.id > after_id).order_by(entity.id).limit(limit)
    with policy.beyond(work.session):
        found = work.session.execute(next_ones).all()
    about = {"entity": entity.slug(), "field": name}
    rows = []
    for id, custom, gone in found:
        value = loaded(kind, custom.get(name)) if name in custom else None
        if value not in NOTHING:
            rows += [{**about, "record_id": id, **r} for r in rows_of(kind, value, bool(gone))]
    forget(work, entity.slug(), [id for id, _, _ in found], [name])
    if apart(kind):
        claim(work, entity, name, kind, rows)
    store(work, rows)
    return (found[-1][0] if len(found) == limit else 0), len(found)


def all_of(entity: type[Entity]) -> Any:
    """Return the statement for what all records keep in their added fields, also deleted ones."""
    asked = select(entity.id, entity.custom, entity.deleted_at)
    return asked.with_for_update(key_share=True).execution_options(with_deleted=True)


def claim(
    work: Context, entity: type[Entity], name: str, kind: Field, rows: Sequence[dict[str, Any]]
) -> None:
    """Mark those of some rows, before they are stored, whose value another record holds already.

    Nobody else claims values of the field meanwhile, and nobody does once it is unique.
    """
    claiming(work, entity, name)
    wanted = {row["unique_text"] for row in rows if row["unique_text"]}
    owners = owners_of(work, entity, name, kind, wanted)
    for row in rows:
        value = row["unique_text"]
        if value and owners.setdefault(value, row["record_id"]) != row["record_id"]:
            row["unique_text"], row["same_text"] = None, value


def claiming(work: Context, entity: type[Entity], name: str) -> None:
    """Keep others from claiming values of a field until this unit of work ends."""
    work.hold(f"claim:{entity.slug()}:{name}")


def owners_of(
    work: Context, entity: type[Entity], name: str, kind: Field, wanted: Collection[str]
) -> dict[str, int]:
    """Return which records hold unique values: value → id.

    A row that says so of a record that holds something else by now is from an earlier time.
    """
    there = {id: value for id, value in holders(work, entity, name, sorted(wanted))}
    if not there:
        return {}
    asked = select(entity.id, entity.custom).where(entity.id.in_(there))
    with policy.beyond(work.session), work.session.no_autoflush:
        held = {id: custom.get(name) for id, custom in work.session.execute(asked)}
    stale = [id for id, value in there.items() if value_in(kind, held.get(id)) != value]
    if stale:
        table: Any = CustomValue.__table__
        theirs = (*of_field(work, entity, name), table.c.record_id.in_(stale))
        work.session.connection().execute(
            update(table).where(*theirs).values(unique_text=None, same_text=None)
        )
    return {value: id for id, value in there.items() if id not in stale}


def value_in(kind: Field, text: str | None) -> str:
    """Return what the value that a record keeps as this text is known by."""
    value = loaded(kind, text)
    return "" if value in NOTHING else only(kind, value)


def doubles(
    work: Context, entity: type[Entity], name: str, kind: Field, limit: int
) -> list[tuple[str, int, int]]:
    """Return values of a field that several records hold: the value, who has it, and another one.

    A value that is there once by now is given to the record that holds it.

    Args:
        work: The unit of work.
        entity: The entity.
        name: The field.
        kind: What it is now.
        limit: The most values.
    """
    claiming(work, entity, name)
    table: Any = CustomValue.__table__
    marked = select(table.c.id, table.c.record_id, table.c.same_text).where(
        *of_field(work, entity, name), table.c.same_text.is_not(None)
    )
    found: list[tuple[str, int, int]] = []
    while len(found) < limit:
        known = [value for value, _, _ in found]
        some = marked.where(table.c.same_text.not_in(known)).order_by(table.c.id).limit(limit)
        rows = work.session.connection().execute(some).all()
        if not rows:
            return found
        for id, record, value in rows:
            owner = owners_of(work, entity, name, kind, {value}).get(value, record)
            if owner == record:
                free = update(table).where(table.c.id == id)
                work.session.connection().execute(free.values(unique_text=value, same_text=None))
            elif value not in known:
                known.append(value)
                found.append((value, owner, record))
    return found[:limit]


def of_field(work: Context, entity: type[Entity], name: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for the rows of one field."""
    table: Any = CustomValue.__table__
    return (
        table.c.workspace == work.workspace.id,
        table.c.entity == entity.slug(),
        table.c.field == name,
    )


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
    kind, column = entity.fields()[name], getattr(rows, name)
    if name.startswith(PREFIX) and not kind.filling:
        return where(rows, entity, name, CustomValue.number == id)
    named: ColumnElement[bool] = column == id
    return named if not isinstance(kind, Relations) else column.contains(f"|{id}|")


def holders(
    work: Context, entity: type[Entity], name: str, wanted: Sequence[str]
) -> Iterator[tuple[int, str]]:
    """Yield the records that hold one of some values in a unique field: their id, and the value."""
    ours = (CustomValue.entity == entity.slug(), CustomValue.field == name)
    asked = select(CustomValue.record_id, CustomValue.unique_text).where(
        *ours, CustomValue.unique_text.in_(wanted)
    )
    yield from ((id, value or "") for id, value in work.session.execute(asked))
