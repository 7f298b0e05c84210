"""Read periods as people write them, in four languages.

Examples: `this week`, `last month`, `q3 2026`, `december`, `last 30 days`.
"""

import re
from datetime import date, timedelta

from models.core.parsing.calendar import MONTHS, add_months, full_year
from models.core.parsing.dates import english, read_day
from models.core.parsing.relative_dates import ISO_WEEK, shifted
from models.core.parsing.texts import wrong

EXAMPLE = "this week, last month or q3 2026"
LENGTH = {"month": 1, "quarter": 3, "year": 12}
PERIOD = re.compile(
    r"(?:in )?(?:(this|next|last) (week|month|quarter|year)|(week|month|quarter|year) (this|next|last))"
)
TO_DATE = re.compile(r"([wmqy])td|(week|month|quarter|year) to date")
ROLLING = re.compile(
    r"(?:in )?(?:the )?(?:(last|next) (\d{1,3})|(\d{1,3}) (last|next)) (day|week|month|quarter|year)s?"
)
MONTH = re.compile(
    rf"(?:in )?(?:(last|next|this) )?({'|'.join(MONTHS)})(?:,? (?:of )?(\d{{4}}|'\d\d))?"
)
QUARTER = re.compile(
    r"(?:in )?(?:(last|next|this) )?q([1-4])(?:[ /]?(?:of )?(\d{4}|'\d\d))?|(\d{4})[- ]?q([1-4])"
)
YEAR = re.compile(r"(?:in )?(20\d\d|19\d\d)")
YEAR_MONTH = re.compile(r"(\d{4})[-/](\d\d)|(\d\d)[/.](\d{4})")


def read_period(text: str, today: date, past: bool = False) -> tuple[date, date]:
    """Return the first and the last day of a period; a day is a period of a single day.

    Args:
        text: the period.
        today: the day of the reader.
        past: a month or a quarter without a year is the latest that has begun, else the next that
            is not over.
    """
    words = english(text)
    for read in (read_relative, read_rolling, read_to_date, read_named_period):
        if (found := read(words, today, past)) is not None:
            return found
    try:
        day = read_day(text, today)
    except ValueError as error:
        if "is not a day" in str(error):
            raise wrong(text, "is no period", EXAMPLE) from None
        raise
    return day, day


def span(period: str, first: date, count: int = 1) -> tuple[date, date]:
    """Return so many weeks, months, quarters or years from a day on."""
    after = (
        first + timedelta(weeks=count)
        if period == "week"
        else add_months(first, LENGTH[period] * count)
    )
    return first, after - timedelta(days=1)


def read_relative(words: str, today: date, past: bool) -> tuple[date, date] | None:
    found = PERIOD.fullmatch(words)
    if found is None:
        return None
    period, which = found[2] or found[3], found[1] or found[4]
    return span(period, shifted(period, today, {"this": 0, "next": 1, "last": -1}[which]))


def read_rolling(words: str, today: date, past: bool) -> tuple[date, date] | None:
    """Read rolling periods: `last 30 days` ends today, `next 2 weeks` begins today."""
    found = ROLLING.fullmatch(words)
    if found is None:
        return None
    count, unit = int(found[2] or found[3]), found[5]
    step = count * (-1 if "last" in (found[1], found[4]) else 1)
    other = (
        today + timedelta(days=step * (7 if unit == "week" else 1))
        if unit in ("day", "week")
        else add_months(today, step * LENGTH[unit])
    )
    return (other + timedelta(days=1), today) if step < 0 else (today, other - timedelta(days=1))


def read_to_date(words: str, today: date, past: bool) -> tuple[date, date] | None:
    found = TO_DATE.fullmatch(words)
    if found is None:
        return None
    periods = {"w": "week", "m": "month", "q": "quarter", "y": "year"}
    return shifted(found[2] or periods[found[1]], today, 0), today


def read_named_period(words: str, today: date, past: bool) -> tuple[date, date] | None:
    """Return a month, a quarter, a year or a week by its name or number."""
    if found := YEAR.fullmatch(words):
        return span("year", date(int(found[1]), 1, 1))
    if found := ISO_WEEK.fullmatch(words):
        return week(found, today, past)
    if (found := YEAR_MONTH.fullmatch(words)) and 1 <= (month := int(found[2] or found[3])) <= 12:
        return span("month", date(int(found[1] or found[4]), month, 1))
    if found := MONTH.fullmatch(words):
        return of_year("month", MONTHS.index(found[2]) + 1, found[3], found[1], today, past)
    if found := QUARTER.fullmatch(words):
        return of_year(
            "quarter",
            int(found[2] or found[5]) * 3 - 2,
            found[3] or found[4],
            found[1],
            today,
            past,
        )
    return None


def of_year(
    period: str, month: int, year: str | None, which: str | None, today: date, past: bool
) -> tuple[date, date]:
    """Return the period that begins with a month: in a year, or before, at or after today."""
    if year:
        return span(period, date(full_year(year.lstrip("'")), month, 1))
    spans = [span(period, date(each, month, 1)) for each in range(today.year - 2, today.year + 3)]
    if which == "last":
        return max(each for each in spans if each[1] < today)
    if which == "next":
        return min(each for each in spans if each[0] > today)
    return (
        max(each for each in spans if each[0] <= today)
        if past
        else min(each for each in spans if each[1] >= today)
    )


def week(found: re.Match[str], today: date, past: bool) -> tuple[date, date] | None:
    year, number = found[1] or found[5], int(found[2] or found[4])
    years = [int(year)] if year else [today.year - 1, today.year, today.year + 1]
    try:
        weeks = [span("week", date.fromisocalendar(each, number, 1)) for each in years]
    except ValueError:
        return None
    if year:
        return weeks[0]
    return (
        max(each for each in weeks if each[0] <= today)
        if past
        else min(each for each in weeks if each[1] >= today)
    )
