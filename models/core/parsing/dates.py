"""Read days as people write them: `fri`, `+3d`, `eom`, `4 dec`, `in two weeks`, `übermorgen`.

Another example is `2026-12-01`. The grammar here reads English, German, French and Spanish;
dateparser reads a day and a month of another language. What can mean two days is not guessed:
Ambiguous offers both. `models.core.parsing.file_dates` reads the days of a file.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from models.core.errors import Ambiguous
from models.core.parsing.calendar import (
    MONTHS,
    WEEKDAYS,
    ImpossibleDay,
    Unclear,
    add_months,
    add_working_days,
    end_of_month,
    end_of_quarter,
    end_of_week,
    full_year,
    make_day,
    name_day,
    start_of_week,
)
from models.core.parsing.date_words import translate
from models.core.parsing.holidays import read_feast
from models.core.parsing.relative_dates import (
    following,
    read_ahead,
    read_month,
    read_nth,
    read_nth_of,
    read_week,
)
from models.core.parsing.texts import enumerated, plain, wrong

EXAMPLE = "fri, +3d or 2026-12-01"
EARLIEST, LATEST = 1900, 2200
LONGEST = 60
LATELY = timedelta(days=31)
"""How long ago a day with its weekday may be and still be meant, where it has no year."""

UNIT = r"(business day|d|day|w|week|m|mo|month|q|quarter|y|year)s?"
DISTANCE = re.compile(rf"(in )?([+-]?) ?(\d{{1,5}}) ?{UNIT}( ago| from now| from today)?")
NAME = "|".join(WEEKDAYS)
WEEKDAY = re.compile(rf"(?:(next|last) |this )?({NAME})(?: (next|last))?")
WEEKDAY_AFTER = re.compile(rf"(?:the )?({NAME}) after next")
WEEKDAY_OF_WEEK = re.compile(
    rf"(?:({NAME})(?: of)? (?:(next|this) week|week next)|(?:(next|this) week|week next)(?: on)? ({NAME}))"
)
WEEKDAY_LATER = re.compile(
    rf"(?:({NAME}) in (\d{{1,2}}) weeks?|(\d )?weeks? from ({NAME}|today|tomorrow)|({NAME}) week)"
)
YEAR = r"(?:,? ?(?:of )?(\d{4})|,? ?'(\d\d)|,? (?:of )?(\d\d))?"
MONTH = rf"({'|'.join(MONTHS)})\.?"
NAMED = re.compile(
    rf"(?:({NAME})\.?,? )?(?:the )?(\d{{1,2}})(?:st|nd|rd|th|er|\.)?[ -]?(?:of )?{MONTH}-?{YEAR}"
)
NAMED_MONTH_FIRST = re.compile(
    rf"(?:({NAME})\.?,? )?{MONTH} (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?{YEAR}"
)
ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[t ]\d{2}:\d{2}.*)?")
CJK = re.compile(r"(\d{4})[年년] ?(\d{1,2})[月월] ?(\d{1,2})[日일]?")
DOTTED = re.compile(
    rf"(?:({NAME}),? )?(?:the |on )?(\d{{1,2}})\. ?(\d{{1,2}})(?:\.|(?=\. ?\d)) ?(\d{{4}}|'?\d\d)?"
)
SLASHED = re.compile(
    rf"(?:({NAME}),? )?(?:the |on )?(\d{{1,2}})([-/])(\d{{1,2}})(?:\3(\d{{4}}|\d\d))?"
)
POINTED = re.compile(r"(\d{1,2})\.(\d{1,2})")
TIMELESS = re.compile(r",? ?\b(?:eod|morning|afternoon|evening|night|noon)\b")
IDIOM = re.compile(r"idiom (\d+)")
"""Eight days, or fifteen, which mean a week, or two, to most people who say so."""
FOREIGN = re.compile(
    r"\d{1,2}\.? ?(?:of )?[^\W\d_]{3,}\.?(?:,? (?:of )?\d{4})?|[^\W\d_]{3,}\.? \d{1,2}(?:,? \d{4})?"
)
BESIDE = re.compile(r"(before|after) (.+)")
LEADING = re.compile(r"^(?:(?:by|on)(?: the)?|due) (?=\D|\d{1,4}[-/.:]\d|\d{1,2}(?:\.? |[a-z]))")


class Impossible(ValueError):
    """A text that is written as a day but is none, such as 30 February."""


def read_day(text: str, today: date, shown: str = "", *, foreign: bool = True) -> date:
    """Return the day that a text means, seen from today.

    Args:
        text: the text.
        today: the day of the reader.
        shown: the text that an error sentence quotes, by default `text`.
        foreign: whether other languages are tried as well.

    Raises:
        Ambiguous: the text can mean several days; it offers each of them.
    """
    regular = text if ISO.fullmatch(text) else english(text)
    shown = shown or text
    for read in (*WAYS, read_foreign) if foreign else WAYS:
        try:
            day = read(regular, today)
        except Unclear as unclear:
            raise offer(shown, [(day.isoformat(), name_day(day)) for day in unclear.days]) from None
        except (OverflowError, ImpossibleDay):
            raise Impossible(str(wrong(shown, "is not in the calendar", EXAMPLE))) from None
        if day is not None:
            return within_calendar(day, shown)
    if regular.isdigit():
        raise wrong(shown, "is a number, not a day", EXAMPLE)
    raise wrong(shown, "is not a day", EXAMPLE)


def english(text: str) -> str:
    """Return a short text as the grammar here reads it, or "" for a long one."""
    regular = translate(plain(text)) if len(text) <= LONGEST else ""
    while regular != (shorter := LEADING.sub("", regular)):
        regular = shorter
    return regular


def show_day(day: date, today: date) -> str:
    """Return today, tomorrow, Fri 4 Dec, or Fri 4 Dec 2027 in another year."""
    if day == today:
        return "today"
    if day - today == timedelta(days=1):
        return "tomorrow"
    return plain_day(day, today)


def plain_day(day: date, today: date) -> str:
    """Return Fri 4 Dec, or Fri 4 Dec 2027 in another year: it stays true when the day is over."""
    return name_day(day) if day.year != today.year else name_day(day).rpartition(" ")[0]


def echo_day(day: date, today: date) -> str:
    """Return the day with its weekday, also where it is near: Thu 26 Nov (tomorrow)."""
    near, named = show_day(day, today), plain_day(day, today)
    return f"{named} ({near})" if near in ("today", "tomorrow") else named


def offer(text: str, offered: list[tuple[str, str]]) -> Ambiguous:
    """Return the error that offers what a text can mean.

    Args:
        text: the text.
        offered: (how to type it, what it is) of each meaning.
    """
    days = enumerated([name for _, name in offered], "or")
    return Ambiguous(
        str(wrong(text, f"could be {days}", " or ".join(ref for ref, _ in offered))),
        text,
        offered,
    )


def within_calendar(day: date, text: str) -> date:
    if not EARLIEST <= day.year <= LATEST:
        raise wrong(text, f"is not between {EARLIEST} and {LATEST}", EXAMPLE)
    return day


def read_word(text: str, today: date) -> date | None:
    if found := IDIOM.fullmatch(text):
        raise Unclear(*(today + timedelta(days=int(found[1]) + more) for more in (0, 1)))
    if text == "next weekend":  # half of the people who say so mean the coming one
        saturday = WORDS["weekend"](today)
        raise Unclear(saturday, saturday + timedelta(days=7))
    day = WORDS.get(TIMELESS.sub("", text) or text)
    return day(today) if day else None


def read_weekday(text: str, today: date) -> date | None:
    """Return the next day with this weekday, never today.

    `last fri` is the one before today; `mon next week` is in that week.
    """
    text = TIMELESS.sub("", text)
    if found := WEEKDAY_AFTER.fullmatch(text):
        return today + timedelta(days=((weekday_of(found[1]) - today.weekday()) % 7 or 7) + 7)
    if found := WEEKDAY.fullmatch(text):
        ahead = (weekday_of(found[2]) - today.weekday()) % 7
        if "last" in (found[1], found[3]):
            return today - timedelta(days=7 - ahead)
        return today + timedelta(days=ahead or 7)
    if found := WEEKDAY_OF_WEEK.fullmatch(text):
        name, when = found[1] or found[4], found[2] or found[3] or "next"
        day = start_of_week(today) + timedelta(days=weekday_of(name) + 7 * (when == "next"))
        return day if day >= today else None
    return None


def read_weekday_later(text: str, today: date) -> date | None:
    """Return the day of `fri in 2 weeks` or `a week from fri`.

    It is counted from the next such day, or by whole weeks, if both give one day.
    """
    found = WEEKDAY_LATER.fullmatch(text)
    if found is None:
        return None
    start: str = found[4] or found[5] or found[1]
    first: date = read_word(start, today) or read_weekday(start, today) or today
    later = first + timedelta(weeks=int(found[2] or found[3] or 1))
    if found[1]:
        by_week = start_of_week(today) + timedelta(days=weekday_of(start), weeks=int(found[2]))
        if later != by_week:
            raise Unclear(later, by_week)
    return later


def read_distance(text: str, today: date) -> date | None:
    found = DISTANCE.fullmatch(text)
    if found is None:
        return None
    number = int(found[3]) * (-1 if found[2] == "-" or found[5] == " ago" else 1)
    unit = found[4]
    if unit in ("m", "mo", "q") and not (found[1] or found[2]):
        return None  # 5m can also be five metres, or five million
    if unit == "business day":
        return add_working_days(today, number)
    if unit[0] in "dw":
        return today + timedelta(days=number * (7 if unit[0] == "w" else 1))
    return add_months(today, number * {"y": 12, "q": 3}.get(unit[0], 1))


def read_beside(text: str, today: date) -> date | None:
    """Return the working day before or after a day: before christmas, after easter.

    A day in the future does not become one in the past.
    """
    found = BESIDE.fullmatch(text)
    if found is None:
        return None
    step = 1 if found[1] == "after" else -1
    try:
        day = (following(found[2], today) if step > 0 else None) or first_read(found[2], today)
    except Unclear as unclear:
        raise Unclear(*(add_working_days(each, step) for each in unclear.days)) from None
    if day is None or (step < 0 and found[2].startswith(("end ", "eod"))):
        return day
    return (
        add_working_days(day, step)
        if step > 0
        else max(add_working_days(day, step), min(day, today))
    )


def first_read(text: str, today: date) -> date | None:
    """Return what the first way that can read the text reads."""
    return next(filter(None, (read(text, today) for read in WAYS)), None)


def read_named(text: str, today: date) -> date | None:
    """Read `4 dec`, `dec 4 2027` or `fri 4 dec`.

    Without a year it is the next one, if it has that weekday.
    """
    if found := NAMED.fullmatch(text):
        name, day, month, *years = found.groups()
    elif found := NAMED_MONTH_FIRST.fullmatch(text):
        name, month, day, *years = found.groups()
    else:
        return None
    year = next(filter(None, years), None)
    return such_day(year, MONTHS.index(month) + 1, int(day), name, today)


def read_numbers(text: str, today: date) -> date | None:
    if found := ISO.fullmatch(text):
        return make_day(int(found[1]), int(found[3]), int(found[4]))
    if found := CJK.fullmatch(text):
        return make_day(int(found[1]), int(found[2]), int(found[3]))
    if found := DOTTED.fullmatch(text):
        return such_day((found[4] or "").lstrip("'"), int(found[3]), int(found[2]), found[1], today)
    if found := SLASHED.fullmatch(text):
        return day_or_month_first(int(found[2]), int(found[4]), found[5], found[1], today)
    if (found := POINTED.fullmatch(text)) and int(
        found[2]
    ) <= 12:  # people who write 30.10. mean a time by 10.30
        return day_or_month_first(int(found[1]), int(found[2]), None, None, today)
    return None


def day_or_month_first(
    first: int, second: int, year: str | None, name: str | None, today: date
) -> date:
    """Return the day of 12/05, which half the world reads as May and half as December."""
    if first > 12 or first == second:
        return such_day(year, second, first, name, today)
    if second > 12:
        return such_day(year, first, second, name, today)
    days = [such_day(year, second, first, None, today), such_day(year, first, second, None, today)]
    fitting = [day for day in days if name and weekday_of(name) == day.weekday()]
    if len(fitting) == 1:
        return fitting[0]
    raise Unclear(*days)


def such_day(year: str | None, month: int, day: int, name: str | None, today: date) -> date:
    """Return the day of this year, or of the next one.

    Raises:
        Unclear: the weekday differs; it has the days that may be meant.
    """
    if year:
        return fitting(make_day(full_year(year), month, day), name)
    if not 1 <= month <= 12:
        raise ImpossibleDay
    years = [
        each
        for each in range(today.year - 8, today.year + 9)
        if 1 <= day <= monthrange(each, month)[1]
    ]
    days = [date(each, month, day) for each in years]
    coming = next((each for each in days if each >= today), None)
    if coming is None:
        raise ImpossibleDay
    gone = max(each for each in days if each < today)
    if name and gone.weekday() == weekday_of(name) != coming.weekday():
        if today - gone <= LATELY:
            return gone
        raise Unclear(*beside(coming, name))
    return fitting(coming, name)


def fitting(day: date, name: str | None) -> date:
    if name and weekday_of(name) != day.weekday():
        raise Unclear(*beside(day, name))
    return day


def beside(day: date, name: str) -> tuple[date, date]:
    """Return a day and the nearest day with another weekday."""
    ahead = (weekday_of(name) - day.weekday()) % 7
    return day, day + timedelta(days=ahead if ahead <= 3 else ahead - 7)


def weekday_of(name: str) -> int:
    return [full.startswith(name[:3]) for full in WEEKDAYS].index(True)


def read_foreign(text: str, today: date) -> date | None:
    """Read a day and a month in a language that the grammar here does not know."""
    if not FOREIGN.fullmatch(text):
        return None
    from models.core.parsing.foreign_dates import read_elsewhere

    days = read_elsewhere(text, today)
    if len(days) > 1:
        raise Unclear(*days)
    return days[0] if days else None


WORDS: dict[str, Callable[[date], date]] = {
    "today": lambda day: day,
    "tonight": lambda day: day,
    "eod": lambda day: day,
    "today eod": lambda day: day,
    "tomorrow": lambda day: day + timedelta(days=1),
    "overmorrow": lambda day: day + timedelta(days=2),
    "yesterday": lambda day: day - timedelta(days=1),
    "ereyesterday": lambda day: day - timedelta(days=2),
    "weekend": lambda day: day + timedelta(days=(5 - day.weekday()) % 7),
    "this weekend": lambda day: day + timedelta(days=(5 - day.weekday()) % 7),
    "end of week": end_of_week,
    "end of month": end_of_month,
    "end of quarter": end_of_quarter,
    "end of year": lambda day: date(day.year, 12, 31),
}
WAYS: tuple[Callable[[str, date], date | None], ...] = (
    read_word,
    read_weekday,
    read_weekday_later,
    read_distance,
    read_named,
    read_numbers,
    read_week,
    read_ahead,
    read_month,
    read_nth,
    read_nth_of,
    read_feast,
    read_beside,
)
