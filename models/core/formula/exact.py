"""Numbers, days and texts as formulas work with them; what cannot be is None, and no error."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import Any

from models.core.parsing import values

EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
"""Enough digits to multiply any two columns; only the result is rounded."""
LARGEST = Decimal(10) ** 30
"""What every number of a formula stays below."""
TEXT = 4000
"""The letters of a text; the rest is cut off."""
DAYS = 4_000_000
"""More days than there are between any two."""


def half_up(value: Decimal, step: Decimal) -> Decimal:
    """Return a number rounded to a multiple of a power of ten.

    Raises:
        OverflowError: It is far too large.
    """
    if abs(value) >= LARGEST:
        raise OverflowError
    return value.quantize(step, context=EXACT)


def bounded(value: Decimal | None) -> Decimal | None:
    return None if value is None or abs(value) >= LARGEST else value


def plus(left: Decimal, right: Decimal) -> Decimal | None:
    return bounded(EXACT.add(left, right))


def minus(left: Decimal, right: Decimal) -> Decimal | None:
    return bounded(EXACT.subtract(left, right))


def times(left: Decimal, right: Decimal) -> Decimal | None:
    return bounded(EXACT.multiply(left, right))


def divided(left: Decimal, right: Decimal) -> Decimal | None:
    return bounded(EXACT.divide(left, right)) if right else None


def rounded(value: Decimal, digits: int) -> Decimal:
    return half_up(value, Decimal(1).scaleb(-digits))


def truncated(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1), rounding=ROUND_DOWN, context=EXACT)


# ── days ──────────────────────────────────────────────────────────────────────────────────────────


def day_of(value: datetime) -> date:
    """Return the day of a moment, in UTC: the same for everybody who reads."""
    return value.astimezone(UTC).date()


def days_between(left: date, right: date) -> Decimal:
    return Decimal((left - right).days)


def span(left: datetime, right: datetime) -> Decimal:
    """Return the days from the right moment to the left one, with decimals."""
    found = left - right
    return EXACT.add(Decimal(found.days), EXACT.divide(Decimal(found.seconds), Decimal(86_400)))


def later(day: Any, days: Decimal) -> Any:
    """Return a day or a moment so many whole days later, None where the calendar ends."""
    if abs(days) > DAYS:
        return None
    try:
        return day + timedelta(days=int(truncated(days)))
    except OverflowError:
        return None


def months_between(begin: date, end: date) -> Decimal:
    """Return the whole months from one day to another; negative where it is the other way."""
    if end < begin:
        return -months_between(end, begin)
    months = (end.year - begin.year) * 12 + end.month - begin.month
    last = end.day == monthrange(end.year, end.month)[1]
    return Decimal(months - (end.day < begin.day and not last))


def years_between(begin: date, end: date) -> Decimal:
    return truncated(EXACT.divide(months_between(begin, end), Decimal(12)))


def months_later(day: date, months: Decimal) -> date | None:
    """Return the same day of another month, or its last one."""
    if abs(months) > DAYS:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + int(truncated(months)), 12)
    if not date.min.year <= year <= date.max.year:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


# ── texts ─────────────────────────────────────────────────────────────────────────────────────────


def cut(text: str) -> str | None:
    """Return a text that is not longer than others; an empty one says nothing."""
    return text[:TEXT] or None


def left(text: str, length: Decimal) -> str | None:
    return cut(text[: letters(length)])


def right(text: str, length: Decimal) -> str | None:
    count = letters(length)
    return cut(text[-count:]) if count else None


def letters(length: Decimal) -> int:
    return int(min(max(truncated(length), Decimal(0)), Decimal(TEXT)))


def as_text(value: Any) -> str:
    """Return a value as a part of a text: 1234.5, 2026-11-30, yes."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return values.plain_decimal(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)


def joined(parts: Sequence[Any]) -> str | None:
    return cut("".join(as_text(each) for each in parts if each is not None))


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
