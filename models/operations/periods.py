"""Periods as people write them, as their first and last day: `this week`, `last month`, `november`, `next 30 days`."""

import re
from datetime import date, timedelta

from models.core.days import MONTHS, add_months, end_of_month, read_day
from models.core.texts import plain

Period = tuple[date, date]

DAY = timedelta(days=1)
LONGEST = 60
UNIT = "(day|week|month|quarter|year)"
NEAR = re.compile(rf"(this|last|next|previous|coming|current|past) {UNIT}")
SPAN = re.compile(rf"(?:the )?(last|past|next|coming) (\d{{1,4}}) {UNIT}s?")
MONTH = re.compile(r"(?:(this|last|next) )?([a-z]{3,9})\.?(?: (\d{4}))?")
QUARTER = re.compile(r"q([1-4])(?:[ /-]?(\d{4}))?|(\d{4})[ /-]?q([1-4])")
WEEK = re.compile(r"(?:(\d{4})[ -]?w|(?:calendar )?week |[ck]w ?)(\d{1,2})")
ISO_MONTH = re.compile(r"((?:19|20)\d\d)-(\d\d)")
YEAR = re.compile(r"(?:19|20)\d\d")
STEPS = {"this": 0, "current": 0, "last": -1, "previous": -1, "past": -1, "next": 1, "coming": 1}
MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}


def read_period(text: str, today: date) -> Period | None:
    """The first and the last day that a text means, seen from today; None where it is neither a period nor a day."""
    words = plain(text) if len(text) <= LONGEST else ""
    for read in (read_near, read_span, read_quarter, read_week, read_month, read_year):
        if period := read(words, today):
            return period
    return read_one(text, today)


def read_one(text: str, today: date) -> Period | None:
    """A single day."""
    try:
        day = read_day(text, today)
    except ValueError:
        return None
    return day, day


def read_near(words: str, today: date) -> Period | None:
    """The week, month, quarter or year of today, the one before or the one after; weeks begin on Monday."""
    found = NEAR.fullmatch(words)
    return unit_of(found[2], today, STEPS[found[1]]) if found else None


def unit_of(unit: str, day: date, steps: int) -> Period:
    """The unit in which a day lies, or the one so many further on."""
    if unit == "day":
        return day + steps * DAY, day + steps * DAY
    if unit == "week":
        monday = day + (7 * steps - day.weekday()) * DAY
        return monday, monday + 6 * DAY
    months = MONTHS_IN[unit]
    first = add_months(day.replace(day=1, month=(day.month - 1) // months * months + 1), steps * months)
    return first, end_of_month(add_months(first, months - 1))


def read_span(words: str, today: date) -> Period | None:
    """So many days, weeks or months back or ahead, with today."""
    found = SPAN.fullmatch(words)
    if found is None:
        return None
    back = found[1] in ("last", "past")
    number, unit = int(found[2]), found[3]
    try:
        if unit in MONTHS_IN:
            far = add_months(today, number * MONTHS_IN[unit] * (-1 if back else 1))
        else:
            far = today + number * (7 if unit == "week" else 1) * (-DAY if back else DAY)
    except OverflowError:
        return None
    return (far, today) if back else (today, far)


def read_quarter(words: str, today: date) -> Period | None:
    """q3, of this year or of the one that is named."""
    found = QUARTER.fullmatch(words)
    if found is None:
        return None
    quarter, year = int(found[1] or found[4]), int(found[2] or found[3] or today.year)
    return unit_of("quarter", date(year, 3 * quarter, 1), 0)


def read_week(words: str, today: date) -> Period | None:
    """A week by its number, as ISO 8601 counts: 2026-W49, week 49."""
    found = WEEK.fullmatch(words)
    if found is None:
        return None
    try:
        monday = date.fromisocalendar(int(found[1] or today.year), int(found[2]), 1)
    except ValueError:
        return None
    return monday, monday + 6 * DAY


def read_month(words: str, today: date) -> Period | None:
    """A month by its name, of the year that is named, else of this one; 2026-11."""
    if (iso := ISO_MONTH.fullmatch(words)) and 1 <= int(iso[2]) <= 12:
        return unit_of("month", date(int(iso[1]), int(iso[2]), 1), 0)
    found = MONTH.fullmatch(words)
    full = [month for month in MONTHS if found and found[2] in (month, month[:3], month[:4] if month[0] == "s" else "")]
    if not found or not full or (found[1] and found[3]):
        return None
    number = MONTHS.index(full[0]) + 1
    year = int(found[3] or today.year)
    if found[1] == "last" and number >= today.month:
        year -= 1
    if found[1] == "next" and number <= today.month:
        year += 1
    return (date(year, number, 1), end_of_month(date(year, number, 1))) if 1900 <= year <= 2200 else None


def read_year(words: str, today: date) -> Period | None:
    return (date(int(words), 1, 1), date(int(words), 12, 31)) if YEAR.fullmatch(words) else None
