"""Read days and moments as files write them, each with its year.

They are never words whose day moves, such as today. The reader of a file asks `orders` of the cells
of a column: what all of them allow is how the column is written, `dmy` or `mdy`; a column that
allows both has to be asked about. Then each cell is read by it:

    read_written_day("05/06/2026", order="dmy")            5 June 2026
    read_written_day("45992", serials=True)                a spreadsheet's 1 December 2025
    read_written_moment("16 Apr, 2021 00:03:00", zone)     that moment in the zone, as UTC
    read_written_moment("2026-03-01 22:00:00 PST", zone)   at its own offset, in any zone

Without an order a day that could be read as day or month first raises Ambiguous, which is a
ValueError.
"""

import re
from datetime import date, datetime, time, timedelta, tzinfo

from models.core.parsing.calendar import (
    MONTHS,
    ImpossibleDay,
    Unclear,
    full_year,
    make_day,
    name_day,
)
from models.core.parsing.dates import english, fitting, offer, read_foreign, within_calendar
from models.core.parsing.datetimes import on_clock, to_utc
from models.core.parsing.texts import plain, wrong
from models.core.parsing.utc_offsets import ANY, read_offset

EXAMPLE = "2026-12-01 or 1 Dec 2026"
LONGEST = 80
EPOCH = date(1899, 12, 30)
"""The day from which spreadsheets count."""
LAST_SERIAL = 110_000

YEAR_FIRST = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d\d)(\d\d)|(\d{4})年 ?(\d{1,2})月 ?(\d{1,2})日"
)
NUMBERS = re.compile(r"(\d{1,2})[-/. ] ?(\d{1,2})[-/. ] ?(\d{4}|\d\d)\.?")
DAYNAME = r"(?:([a-z]+day)\.?,? )?"
MONTH = rf"({'|'.join(MONTHS)})\.?"
IN_WORDS = re.compile(
    rf"{DAYNAME}(?:the )?(\d{{1,2}})(?:st|nd|rd|th|er|\.)?[- ]?(?:of )?{MONTH}(?:,? |,|-|(?='))(?:of )?'?(\d{{4}}|\d\d)"
)
MONTH_FIRST = re.compile(
    rf"{DAYNAME}{MONTH}[- ](\d{{1,2}})(?:st|nd|rd|th)?(?:, ?| |-)'?(\d{{4}}|\d\d)"
)
SLASHED = re.compile(r"(?<=\d)/(?=[a-z])|(?<=[a-z])/(?=\d)")
"""As Jira writes days: 12/Mar/26."""
UNIX = re.compile(
    rf"{DAYNAME}{MONTH} (\d{{1,2}}) (\d\d:\d\d:\d\d) ([a-z]{{2,5}}|[+-]\d{{4}}) (\d{{4}})"
)
COMPACT = re.compile(r"(\d{8})t(\d\d)(\d\d)(\d\d)")
REGION = re.compile(r"(?<=[\dz])\[[a-z_/]+\]$")
CLOCK = re.compile(
    r"(?P<day>.+?)(?:[t ]|, |,| at | um | à )(?P<hour>\d{1,2})[:.h](?P<minute>\d\d)(?:[:.](?P<second>\d\d))?"
    rf"(?:[.,](?P<fraction>\d{{1,9}}))? ?(?P<half>[ap]\.?m\.?)?(?: ?uhr)? ?\(?(?P<zone>{ANY})?\)?(?: \([a-z ]+\)| utc)?"
)


def read_written_day(text: str, order: str = "", *, serials: bool = False) -> date:
    """Return the day that a cell means; a time behind it is ignored.

    Args:
        text: the cell.
        order: `dmy` or `mdy`, where the column shows which.
        serials: whether a number can be a spreadsheet's day.
    """
    words = plain(text) if len(text) <= LONGEST else ""
    found = CLOCK.fullmatch(words)
    return day_in(found["day"] if found else words, text, order, serials)


def read_written_moment(
    text: str, zone: tzinfo, order: str = "", *, serials: bool = False, at: time = time()
) -> datetime:
    """Return the moment that a cell means, in UTC.

    Without an offset of its own it is on a clock of the zone. A day alone means `at`.
    """
    words = usual(plain(text)) if len(text) <= LONGEST else ""
    if serials and re.fullmatch(r"\d{5,6}[.,]\d+", words):
        return serial_moment(words, zone)
    found = CLOCK.fullmatch(words)
    if found is None:
        return to_utc(day_in(words, text, order, serials), at, zone)
    day = day_in(found["day"], text, order, serials)
    hour, half = int(found["hour"]), (found["half"] or "")[:1]
    if (
        (half and not 1 <= hour <= 12)
        or hour > 23
        or int(found["minute"]) > 59
        or int(found["second"] or 0) > 59
    ):
        raise wrong(text, "is not a time on the clock", "2026-12-01 14:30")
    hour = hour % 12 + 12 * (half == "p") if half else hour
    micro = int((found["fraction"] or "0")[:6].ljust(6, "0"))
    local = datetime.combine(
        day, time(hour, int(found["minute"]), int(found["second"] or 0), micro)
    )
    return on_clock(local, offset(found["zone"], local, zone, text), zone)


def orders(text: str) -> frozenset[str]:
    """Return the orders in which a cell can be a day: one or both of `dmy` and `mdy`.

    Return none where the cell says nothing about them.
    """
    words = plain(text)
    clock = CLOCK.fullmatch(words)
    found = NUMBERS.fullmatch(clock["day"] if clock else words)
    if found is None:
        return frozenset()
    first, second, year = int(found[1]), int(found[2]), full_year(found[3])
    return frozenset(
        order
        for order, day, month in (("dmy", first, second), ("mdy", second, first))
        if is_day(year, month, day)
    )


def is_day(year: int, month: int, day: int) -> bool:
    try:
        return bool(make_day(year, month, day))
    except ImpossibleDay:
        return False


def day_in(words: str, text: str, order: str, serials: bool) -> date:
    try:
        day = numbers(words, text, order) or in_words(words) or (serial(words) if serials else None)
    except ImpossibleDay:
        raise wrong(text, "is not in the calendar", EXAMPLE) from None
    except Unclear as unclear:
        raise offer(text, [(each.isoformat(), name_day(each)) for each in unclear.days]) from None
    if day is None:
        raise wrong(text, "is not a day with its year", EXAMPLE)
    return within_calendar(day, text)


def numbers(words: str, text: str, order: str) -> date | None:
    if found := YEAR_FIRST.fullmatch(words):
        year, month, day = (int(part) for part in found.groups() if part and part.isdecimal())
        return make_day(year, month, day)
    found = NUMBERS.fullmatch(words)
    if found is None:
        return None
    possible = orders(words)
    if order and order not in possible:
        raise wrong(text, f"is no day written as {' '.join(order)}, as the others are", EXAMPLE)
    if "." in words and not order and "dmy" in possible:
        order = "dmy"  # points are written where the day comes first
    if not possible:
        raise ImpossibleDay
    first, second, year = int(found[1]), int(found[2]), full_year(found[3])
    days = {
        "dmy": lambda: make_day(year, second, first),
        "mdy": lambda: make_day(year, first, second),
    }
    meant = {days[each]() for each in ([order] if order else possible)}
    if len(meant) > 1:
        raise Unclear(*meant)
    return meant.pop()


def in_words(words: str) -> date | None:
    """Read `16 Apr, 2021`, `April 16, 2021`, `4. Dezember 2026`, also in another language."""
    text = re.sub(r"^(?:the|on) ", "", english(SLASHED.sub("-", words)))
    if found := IN_WORDS.fullmatch(text):
        name, day, month, year = found.groups()
    elif found := MONTH_FIRST.fullmatch(text):
        name, month, day, year = found.groups()
    else:
        return (
            read_foreign(text, date(2000, 1, 1))
            if re.search(r"\d{4}$", text) and not text.isdigit()
            else None
        )
    return fitting(make_day(full_year(year), MONTHS.index(month) + 1, int(day)), name)


def serial(words: str) -> date | None:
    found = re.fullmatch(r"(\d{1,6})(?:[.,]\d+)?", words)
    return (
        EPOCH + timedelta(days=int(found[1]))
        if found and 1 <= int(found[1]) <= LAST_SERIAL
        else None
    )


def serial_moment(words: str, zone: tzinfo) -> datetime:
    """Return the moment of a spreadsheet's day whose time is a part of the day, to the second."""
    days, share = words.replace(",", ".").split(".")
    second = round(float(f"0.{share}") * 86400)
    local = datetime.combine(EPOCH + timedelta(days=int(days)), time()) + timedelta(seconds=second)
    return to_utc(local.date(), local.time(), zone)


def offset(written: str | None, local: datetime, zone: tzinfo, text: str) -> tzinfo:
    if not written:
        return zone
    try:
        return read_offset(written, local, zone)
    except ValueError as error:
        raise wrong(text, str(error), "2026-12-01 14:30 UTC") from None


def usual(words: str) -> str:
    """Return the parts of a moment in the usual order.

    Examples: `Sun Mar 01 22:00:00 UTC 2026`, `20260301T220000Z`.
    """
    words = COMPACT.sub(r"\1 \2:\3:\4", REGION.sub("", words))
    found = UNIX.fullmatch(english(words))
    return f"{found[3]} {found[2]} {found[6]} {found[4]} {found[5]}" if found else words
