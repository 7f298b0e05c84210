"""Column types that behave the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator

SortKey = String(255).with_variant(String(255, collation="C"), "postgresql")
"""A folded text that both databases compare letter by letter.

So an index serves its beginnings.
"""


class UTCDateTime(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, no matter what the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class TagList(TypeDecorator[tuple[str, ...]]):
    """Several words in one text, each between bars.

    So LIKE '%|vip|%' finds exactly one of them.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if isinstance(value, str) or value is None:
            return value
        return "|" + "|".join(value) + "|" if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        return tuple(value.strip("|").split("|")) if value else ()


class IdList(TagList):
    """The ids of several records in one text, each between bars."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return (
            value
            if isinstance(value, str)
            else super().process_bind_param(list(map(str, value or ())), dialect)
        )

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return tuple(map(int, super().process_result_value(value, dialect)))
