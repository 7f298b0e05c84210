"""Read points of the past as people write them: `v3`, `friday`, `2026-06-30 14:00`.

A point is a version, a day or a moment.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from models.core.errors import Ambiguous
from models.core.fields.base import Field, Reader
from models.core.parsing.dates import DOTTED, NAMED, NAMED_MONTH_FIRST, POINTED, SLASHED, english
from models.core.parsing.datetimes import read_moment
from models.core.parsing.texts import plain, wrong

EXAMPLE = "2026-06-30, friday, -3d or v3"
LONGEST = 60
END = time(23, 59, 59, 999999)
VERSION = re.compile(r"v(?:ersion)? ?(\d{1,9})(?: from v(\d{1,9}))?")
YEARLESS = (NAMED, NAMED_MONTH_FIRST, DOTTED, SLASHED, POINTED)
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Point:
    """A point of the past.

    Attributes:
        at: A version of the record, or a moment in UTC.
        seen: The version that was current when a person decided.
    """

    at: int | datetime
    seen: int = 0


@dataclass(frozen=True)
class Past(Field):
    """A point of the past."""

    def read(self, text: str, reader: Reader) -> Point:
        return read_point(text, reader.now, reader.zone)


def read_point(text: str, now: datetime, zone: tzinfo) -> Point:
    """Return the point that a text means; `of` and `to` may come before it.

    A day means its end in this zone.
    """
    words = re.sub(r"^(?:of|to|on|from) ", "", plain(text)) if len(text) <= LONGEST else ""
    if found := VERSION.fullmatch(words):
        return Point(int(found[1]), int(found[2] or 0))
    if not words:
        raise wrong(text, "is no point of the past", EXAMPLE)
    return Point(read_past(words, now, zone))


def read_past(text: str, now: datetime, zone: tzinfo) -> datetime:
    """Return the latest past moment that a text can mean.

    `friday` is the last one, and `4 dec` may be in the last year.
    """
    ways = [(f"{word}{text}", now) for word in ("", "last ", "today ", "yesterday ")]
    yearless = any(known.fullmatch(english(text)) for known in YEARLESS)
    ways += [(text, now - YEAR)] if yearless else []
    tonight = datetime.combine(now.astimezone(zone), END, zone)
    try:
        read_moment(text, now, zone)  # what is no moment at all has a sentence of its own
    except Ambiguous:
        read_moment(text, now - YEAR if yearless else now, zone)  # offers moments that have passed
    for words, seen in ways:
        with suppress(ValueError):
            moment = read_moment(words, seen, zone, END)
            if moment <= now or moment == tonight:
                return min(moment, now)
    raise wrong(text, "is still to come", EXAMPLE)
