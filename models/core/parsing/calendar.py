"""Calculate days: months, quarters, weeks, working days."""

from calendar import monthrange
from datetime import date, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
SATURDAY = 5
LAST_CENTURY_FROM = 50
"""Years of two digits from here on are in the last century.

A birthday in 1955 is likelier than a deal in 2055.
"""


class ImpossibleDay(ValueError):
    """A day such as 30 February."""


class Unclear(Exception):
    """A text can mean each of these days."""

    def __init__(self, *days: date) -> None:
        self.days = sorted(set(days))
        super().__init__()


def make_day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ImpossibleDay from None


def full_year(digits: str) -> int:
    """Return the year that four digits or two mean: 26 is 2026, 85 is 1985."""
    year = int(digits)
    return year if len(digits) > 2 else year + (1900 if year >= LAST_CENTURY_FROM else 2000)


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of that month if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_working_days(day: date, count: int) -> date:
    """Return the day so many working days later, Monday to Friday; holidays are not known."""
    step = timedelta(days=1 if count > 0 else -1)
    if abs(count) > 5:
        day += timedelta(weeks=int(count / 5))
        count -= int(count / 5) * 5
    while count:
        day += step
        count -= step.days if day.weekday() < SATURDAY else 0
    while day.weekday() >= SATURDAY:
        day += step
    return day


def start_of_week(day: date) -> date:
    return day - timedelta(days=day.weekday())


def end_of_week(day: date) -> date:
    """Return the Friday of the week, when offices close it; on a weekend the coming Friday."""
    return day + timedelta(days=(4 - day.weekday()) % 7)


def end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def start_of_quarter(day: date) -> date:
    return day.replace(day=1, month=(day.month + 2) // 3 * 3 - 2)


def end_of_quarter(day: date) -> date:
    return end_of_month(day.replace(day=1, month=(day.month + 2) // 3 * 3))


def name_day(day: date) -> str:
    """Return the name of a day: Fri 4 Dec 2026."""
    return f"{WEEKDAYS[day.weekday()][:3].title()} {day.day} {MONTHS[day.month - 1][:3].title()} {day.year}"
