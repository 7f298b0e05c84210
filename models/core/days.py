"""Days as people write them: `fri`, `+3d`, `eom`, `4 dec`, `2026-12-01`."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from models.core.texts import plain, wrong

EXAMPLE = "fri, +3d or 2026-12-01"
EARLIEST, LATEST = 1900, 2200
LONGEST = 60

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip

WEEKDAY = re.compile(
    r"(?:(next|last) |(?:this|on) )?(mon|tue(?:s)?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?"
)
DISTANCE = re.compile(r"(in )?([+-]?) ?(\d{1,5}) ?(d|days?|w|weeks?|m|mo|months?|y|years?)( ago)?")
MONTH = "(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|" + "|".join(MONTHS) + r")\.?"
NAMED = re.compile(rf"(?:([a-z]{{3,9}})\.?,? )?(\d{{1,2}})(?:st|nd|rd|th|\.)?[ -]?(?:of )?{MONTH}(?:,?[ -](\d{{4}}))?")
NAMED_MONTH_FIRST = re.compile(rf"(?:([a-z]{{3,9}})\.?,? )?{MONTH} (\d{{1,2}})(?:st|nd|rd|th)?(?:,? (\d{{4}}))?")
ISO = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[t ]\d{2}:\d{2}.*)?")
DOTTED = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})?")
SLASHED = re.compile(r"(\d{1,2})([-/])(\d{1,2})\2(\d{4})")


def read_day(text: str, today: date) -> date:
    """The day a text means, seen from today."""
    regular = plain(text) if len(text) <= LONGEST else ""
    for read in (read_word, read_weekday, read_distance, read_named, read_numbers):
        try:
            day = read(regular, today)
        except (OverflowError, ImpossibleDay):
            raise wrong(text, "is not in the calendar", EXAMPLE) from None
        except ValueError as error:
            raise wrong(text, str(error), EXAMPLE) from None
        if day is not None:
            return within_calendar(day, text)
    if regular.isdigit():
        raise wrong(text, "is a number, not a day", EXAMPLE)
    raise wrong(text, "is not a day", EXAMPLE)


def show_day(day: date, today: date) -> str:
    """today, tomorrow, Fri 4 Dec, or Fri 4 Dec 2027 in another year."""
    if day == today:
        return "today"
    if day - today == timedelta(days=1):
        return "tomorrow"
    year = "" if day.year == today.year else f" {day.year}"
    return f"{WEEKDAYS[day.weekday()][:3].title()} {day.day} {MONTHS[day.month - 1][:3].title()}{year}"


class ImpossibleDay(ValueError):
    """A day such as 30 February."""


def within_calendar(day: date, text: str) -> date:
    if not EARLIEST <= day.year <= LATEST:
        raise wrong(text, f"is not between {EARLIEST} and {LATEST}", EXAMPLE)
    return day


def read_word(text: str, today: date) -> date | None:
    day = WORDS.get(text)
    return day(today) if day else None


def read_weekday(text: str, today: date) -> date | None:
    """The next such day, never today; `last fri` is the one before today."""
    found = WEEKDAY.fullmatch(text)
    if found is None:
        return None
    ahead = (weekday_of(found[2]) - today.weekday()) % 7
    if found[1] == "last":
        return today - timedelta(days=7 - ahead)
    return today + timedelta(days=ahead or 7)


def read_distance(text: str, today: date) -> date | None:
    found = DISTANCE.fullmatch(text)
    if found is None or not (found[1] or found[2] or found[5]):
        return None
    number = int(found[3]) * (-1 if found[2] == "-" or found[5] else 1)
    unit = found[4][0]
    if unit in "dw":
        return today + timedelta(days=number * (7 if unit == "w" else 1))
    return add_months(today, number * (12 if unit == "y" else 1))


def read_named(text: str, today: date) -> date | None:
    """`4 dec`, `dec 4 2027`, `fri 4 dec`: without a year the next one, or the one nearest with that weekday."""
    if found := NAMED.fullmatch(text):
        name, day, month, year = found.groups()
    elif found := NAMED_MONTH_FIRST.fullmatch(text):
        name, month, day, year = found.groups()
    else:
        return None
    if name and not WEEKDAY.fullmatch(name):
        return None
    number = [MONTHS.index(full) + 1 for full in MONTHS if full.startswith(month[:3])][0]
    if year:
        return right_weekday(make_day(int(year), number, int(day)), name)
    return next_such_day(number, int(day), name, today)


def read_numbers(text: str, today: date) -> date | None:
    if found := ISO.fullmatch(text):
        return make_day(int(found[1]), int(found[3]), int(found[4]))
    if found := DOTTED.fullmatch(text):
        day, month = int(found[1]), int(found[2])
        return make_day(int(found[3]), month, day) if found[3] else next_such_day(month, day, None, today)
    if found := SLASHED.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if first <= 12 and second <= 12 and first != second:
            raise ValueError("could be read as day or month first")
        return make_day(year, second, first) if first > 12 else make_day(year, first, second)
    return None


def make_day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ImpossibleDay from None


def next_such_day(month: int, day: int, name: str | None, today: date) -> date:
    """The first such day from today on; with a weekday, the first year near today in which it falls on that one."""
    years = [today.year, *range(today.year + 1, today.year + 9)]
    if name:
        years = [today.year, today.year + 1, today.year - 1]
    for year in years:
        if month in range(1, 13) and 1 <= day <= monthrange(year, month)[1]:
            found = date(year, month, day)
            if (name and found.weekday() == weekday_of(name)) or (not name and found >= today):
                return found
    if name:
        raise ValueError("has a weekday that does not fall on that date")
    raise ImpossibleDay


def right_weekday(day: date, name: str | None) -> date:
    if name and weekday_of(name) != day.weekday():
        raise ValueError(f"is a {WEEKDAYS[day.weekday()].title()}")
    return day


def weekday_of(name: str) -> int:
    return [full.startswith(name[:3]) for full in WEEKDAYS].index(True)


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last day of that month if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def end_of_quarter(day: date) -> date:
    return end_of_month(day.replace(day=1, month=(day.month + 2) // 3 * 3))


def end_of_week(day: date) -> date:
    """Friday, when offices close the week; on a weekend the coming one."""
    return day + timedelta(days=(4 - day.weekday()) % 7)


WORDS: dict[str, Callable[[date], date]] = {
    "today": lambda day: day,
    "tomorrow": lambda day: day + timedelta(days=1),
    "tmrw": lambda day: day + timedelta(days=1),
    "yesterday": lambda day: day - timedelta(days=1),
    "next week": lambda day: day + timedelta(days=7 - day.weekday()),
    "next month": lambda day: end_of_month(day) + timedelta(days=1),
    "eow": end_of_week,
    "end of week": end_of_week,
    "eom": end_of_month,
    "end of month": end_of_month,
    "eoq": end_of_quarter,
    "end of quarter": end_of_quarter,
    "eoy": lambda day: date(day.year, 12, 31),
    "end of year": lambda day: date(day.year, 12, 31),
}
