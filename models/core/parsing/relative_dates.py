"""Read days named by the week, month, quarter or year they are in.

Examples: `eom`, `next quarter`, `the 15th`, `2026-W49`.
"""

import re
from datetime import date, timedelta

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
    start_of_quarter,
    start_of_week,
)

MONTH = rf"({'|'.join(MONTHS)})\.?"
PERIOD = "week|month|quarter|year"
AHEAD = re.compile(rf"(?:(next|overnext) ({PERIOD})|({PERIOD}) next)")
RUNNING = frozenset(f"this {period}" for period in PERIOD.split("|"))
"""A task in one of these is due at its end."""
PART = re.compile(
    rf"(end|start|middle) (?:of )?(?:(?:(next|this|last) )?({PERIOD})( next)?|({'|'.join(MONTHS)})|q([1-4]))"
    r"(?:,? (?:of )?(\d{4}))?"
)
MONTH_ALONE = re.compile(rf"(?:in |on |this )?{MONTH}(?:,? (?:of )?(\d{{4}}|'\d\d))?")
QUARTER = re.compile(r"(?:in )?q([1-4])(?: (?:of )?(\d{4}))?")
NTH = re.compile(
    r"(?:(the|on) )?(\d{1,2})(st|nd|rd|th|er|\.)?(?: (?:of )?(?:(next|this) month|month next))?"
)
COUNT = {
    "1st": 1,
    "2nd": 2,
    "2.": 2,
    "second": 2,
    "3rd": 3,
    "3.": 3,
    "third": 3,
    "4th": 4,
    "fourth": 4,
    "last": -1,
}
NTH_OF = re.compile(
    rf"(?:the |on )*({'|'.join(map(re.escape, COUNT))}) (business day|day|{'|'.join(WEEKDAYS)})"
    rf"(?: (?:of|in|on|del|the))* "
    rf"(?:(?:(next|this) )?(month|quarter|year)|(month) next|{MONTH}(?:,? (?:of )?(\d{{4}}))?)"
)
ISO_WEEK = re.compile(
    r"(\d{4})[- ]?w(?:eek )?(\d{1,2})(?:-(\d))?|(?:w|week) ?(\d{1,2})(?:[/ ](\d{4}))?"
)


def read_ahead(text: str, today: date) -> date | None:
    """Return the first day of a period to come, or its end, its middle or its start."""
    if found := AHEAD.fullmatch(text):
        count = 2 if found[1] == "overnext" else 1
        return shifted(found[2] or found[3], today, count)
    if text in RUNNING:
        return part_of("end", text[5:], shifted(text[5:], today, 0), today)
    found = PART.fullmatch(text)
    if found is None:
        return None
    part, which, period, behind, month, quarter, year = found.groups()
    if month or quarter:
        period = "month" if month else "quarter"
        number = MONTHS.index(month) + 1 if month else int(quarter) * 3 - 2
        first = month_from(number, year, today, 1 if month else 3)
    elif year:
        if period != "year":
            return None
        first = make_day(int(year), 1, 1)
    else:
        first = shifted(
            period, today, 1 if behind or which == "next" else -1 if which == "last" else 0
        )
    day = part_of(part, period, first, today)
    return day if day >= today or which == "last" or year else None


def following(text: str, today: date) -> date | None:
    """Return the last day of a period to come, which is over before what comes after it."""
    if found := AHEAD.fullmatch(text):
        return shifted(found[2] or found[3], today, 3 if found[1] == "overnext" else 2) - timedelta(
            days=1
        )
    if found := MONTH_ALONE.fullmatch(text):
        return end_of_month(month_from(MONTHS.index(found[1]) + 1, found[2], today, 1))
    if found := QUARTER.fullmatch(text):
        return end_of_quarter(month_from(int(found[1]) * 3 - 2, found[2], today, 3))
    return None


def part_of(part: str, period: str, first: date, today: date) -> date:
    """Return the end, the middle or the start of the period that begins on a day."""
    if part == "start":
        return first
    if period == "week":
        return end_of_week(max(first, today)) if part == "end" else first + timedelta(days=2)
    last = end_of_month(first) if period == "month" else end_of_quarter(first)
    last = date(first.year, 12, 31) if period == "year" else last
    if part == "end":
        return last
    return (
        first.replace(day=15)
        if period == "month"
        else first + (last - first + timedelta(days=1)) / 2
    )


def shifted(period: str, today: date, step: int) -> date:
    """Return the first day of this period, or of the one so many later."""
    if period == "week":
        return start_of_week(today) + timedelta(weeks=step)
    if period == "month":
        return add_months(today.replace(day=1), step)
    if period == "quarter":
        return add_months(start_of_quarter(today), 3 * step)
    return make_day(today.year + step, 1, 1)


def read_month(text: str, today: date) -> date | None:
    """Return `december` and `q1` as their first day.

    Of the one that is running the end may be meant, or next year's: it asks.
    """
    if found := MONTH_ALONE.fullmatch(text):
        number, year, length = MONTHS.index(found[1]) + 1, found[2], 1
    elif found := QUARTER.fullmatch(text):
        number, year, length = int(found[1]) * 3 - 2, found[2], 3
    else:
        return None
    first = month_from(number, year, today, length)
    last = add_months(first, length) - timedelta(days=1)
    if first < today <= last:
        raise Unclear(last, first if year else add_months(first, 12))
    return first


def month_from(number: int, year: str | None, today: date, length: int) -> date:
    """Return the first day of the month or quarter with this number that is running or to come."""
    if year:
        return make_day(full_year(year.lstrip("'")), number, 1)
    first = date(today.year, number, 1)
    return first if add_months(first, length) > today else add_months(first, 12)


def read_nth(text: str, today: date) -> date | None:
    """Return the next such day of a month for `the 15th`, today at the earliest."""
    found = NTH.fullmatch(text)
    if found is None or not (found[1] or (found[3] and found[3] != ".")):
        return None
    number = int(found[2])
    if not 1 <= number <= 31:
        raise ImpossibleDay
    first = today.replace(day=1)
    if found[0].endswith(("month", "month next")):
        first = first if found[4] == "this" else add_months(first, 1)
        return make_day(first.year, first.month, number)
    days = (add_months(first, ahead) for ahead in range(4))
    return next(
        day
        for each in days
        if number <= end_of_month(each).day and (day := each.replace(day=number)) >= today
    )


def read_nth_of(text: str, today: date) -> date | None:
    """Return `first monday of december`, `last business day of the month`: the next that comes."""
    found = NTH_OF.fullmatch(text)
    if found is None:
        return None
    count, kind, which, period, behind, month, year = found.groups()
    if month:
        first, step = month_from(MONTHS.index(month) + 1, year, today, 1), 0 if year else 12
    else:
        ahead = 1 if behind or which == "next" else 0
        first, step = shifted(period or "month", today, ahead), 0 if ahead or which else 1
    day = nth_of(COUNT[count], kind, first, period or "month")
    if day >= today or not step:
        return day
    first = add_months(first, 12) if month else shifted(period or "month", today, step)
    return nth_of(COUNT[count], kind, first, period or "month")


def nth_of(count: int, kind: str, first: date, period: str) -> date:
    """Return a day of some kind by its place in a period.

    Args:
        count: Its place among those days: 1 for the first, -1 for the last.
        kind: day, business day, or a weekday.
        first: The first day of the period.
        period: month, quarter or year.
    """
    edge = part_of("end", period, first, first) if count < 0 else first
    step = -1 if count < 0 else 1
    if kind == "day":
        return edge + timedelta(days=count - step)
    if kind == "business day":
        return add_working_days(edge - timedelta(days=step), count)
    away = (WEEKDAYS.index(kind) - edge.weekday()) * step % 7
    return edge + timedelta(days=step * away + 7 * (count - step))


def read_week(text: str, today: date) -> date | None:
    """Return the Monday of a week of ISO 8601, or its numbered day."""
    found = ISO_WEEK.fullmatch(text)
    if found is None:
        return None
    year, week, day = found[1] or found[5], int(found[2] or found[4]), int(found[3] or 1)
    years = [int(year)] if year else [today.year, today.year + 1]
    try:
        days = [date.fromisocalendar(each, week, day) for each in years]
    except ValueError:
        raise ImpossibleDay from None
    return (
        days[0]
        if year
        else next((day for day in days if day + timedelta(days=6) >= today), days[-1])
    )
