"""The values of the fields that admins added, which a record keeps as texts in one column.

A field that was added is an attribute of the entity like any other: it is read and set on records,
and compared in statements. The texts sort as the values do.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Date, Integer, Numeric, Text, cast, func, type_coerce
from sqlalchemy.types import TypeDecorator

from models.core.db.types import IdList, TagList, UTCDateTime
from models.core.fields.base import Field

PREFIX = "x_"
"""What the names of such fields begin with, so that none ever meets a built-in one."""
Texts = Mapping[str, str]
"""What a record holds: field → text."""


class DayText(TypeDecorator[date]):
    """A day as a text: 2026-11-30."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return value.isoformat() if isinstance(value, date) else value

    def process_result_value(self, value: str | None, dialect: Any) -> date | None:
        return None if value is None else date.fromisoformat(value)


class MomentText(TypeDecorator[datetime]):
    """A moment in UTC as a text of one length: 2026-11-30T09:00:00.000000+00:00."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        return value  # type: ignore[no-any-return]

    def process_result_value(self, value: str | None, dialect: Any) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


IN_TEXT: Mapping[type, TypeDecorator[Any]] = {
    Date: DayText(),
    UTCDateTime: MomentText(),
    TagList: TagList(),
    IdList: IdList(),
}
"""How the values of a column are texts that compare as the values do."""


class CustomAttribute:
    """An attribute for a field that was added: its value on a record, an expression on the entity.

    Args:
        name: The field.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, record: Any, entity: Any) -> Any:
        kind = entity.fields().get(self.name)
        if record is None:
            return adaptable(entity, self.name, kind)
        return kind and loaded(kind, (record.custom or {}).get(self.name))

    def __set__(self, record: Any, value: Any) -> None:
        text, held = dumped(type(record).fields()[self.name], value), record.custom or {}
        if held.get(self.name) != text:
            others = {name: each for name, each in held.items() if name != self.name}
            record.custom = others if text is None else {**others, self.name: text}


def adaptable(entity: Any, name: str, kind: Field | None) -> Any:
    """Return what a field holds, in a statement; an alias of the entity adapts it to itself."""
    found: Any = expression(entity, name, kind)
    found.adapt_to_entity = lambda alias: expression(alias.entity, name, kind)
    return found


def attach(entity: type, name: str) -> None:
    """Give an entity the attribute for a field that was added."""
    if name not in vars(entity):
        setattr(entity, name, CustomAttribute(name))


def dumped(kind: Field, value: Any) -> str | None:
    """Return the text that a record keeps for a value."""
    form = IN_TEXT.get(type(kind.column()))
    found: str | None = form.process_bind_param(value, None) if form else kind.dump(value)  # type: ignore[arg-type]
    return found


def loaded(kind: Field, text: str | None) -> Any:
    """Return the value that a record keeps as this text."""
    column = kind.column()
    if text is None and isinstance(column, Boolean):
        return False
    form = IN_TEXT.get(type(column))
    return form.process_result_value(text, None) if form else kind.load(text)  # type: ignore[arg-type]


def expression(entity: Any, name: str, kind: Field | None) -> ColumnElement[Any]:
    """Return what a field that was added holds, in a statement."""
    text: ColumnElement[Any] = entity.custom[name].as_string()
    column = kind.column() if kind else Text()
    if isinstance(column, Integer | Numeric):
        return cast(text, column)
    if isinstance(column, Boolean):
        return func.coalesce(text, "no") == "yes"
    return type_coerce(text, IN_TEXT.get(type(column), Text()))


def changed(kinds: Mapping[str, Field], old: Texts | None, new: Texts | None) -> dict[str, Any]:
    """Return the fields that differ between two states of a record: field → (old, new).

    Args:
        kinds: The fields of the entity; what is held for others was deleted.
        old: What it held.
        new: What it holds.
    """
    before, after = old or {}, new or {}
    if before == after:
        return {}
    return {
        name: (loaded(kinds[name], before.get(name)), loaded(kinds[name], after.get(name)))
        for name in {**before, **after}
        if name in kinds and before.get(name) != after.get(name)
    }


def named(record: Any, texts: Texts | None) -> Iterator[tuple[str, int]]:
    """Yield the records that added fields name, people left out: entity and id.

    Args:
        record: The record.
        texts: What it holds, or held.
    """
    for name, kind in record.fields().items():
        to: str = getattr(kind, "to", "")
        if not name.startswith(PREFIX) or to in ("", "user"):
            continue
        value = loaded(kind, (texts or {}).get(name))
        for id in value if isinstance(value, tuple) else [value] if value else []:
            yield to, id


def packed(entity: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a new record with those of fields that were added in `custom`."""
    kinds = entity.fields()
    texts = {n: dumped(kinds[n], each) for n, each in values.items() if n.startswith(PREFIX)}
    if not texts:
        return dict(values)
    own = {name: each for name, each in values.items() if name not in texts}
    return own | {"custom": {name: text for name, text in texts.items() if text is not None}}


def with_values(record: Any) -> dict[str, Any]:
    """Return the attributes of a record as it is, the fields that were added among them."""
    kinds, held = record.fields(), vars(record)
    return {**held, **{name: getattr(record, name) for name in kinds if name.startswith(PREFIX)}}
