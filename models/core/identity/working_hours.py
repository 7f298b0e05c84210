"""When a person works, by the clock of their town, and when they may be told something."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from models.core.identity.notices import WORKDAYS, Weekday
from models.core.identity.user import User
from models.core.schedule import DAY, strikes

WEEK = 8
"""Days among which there is a working day: whoever works at all works once a week."""


class Hours(NamedTuple):
    """When a person works, by the clock of their town: all that is needed from most people."""

    id: int
    zone: str
    starts_at: str
    ends_at: str
    works_on: tuple[str, ...] = WORKDAYS
    anytime: bool = False


def is_workday(days: Collection[str], day: date) -> bool:
    """Return whether a day is one of the days of the week on which somebody works."""
    return tuple(Weekday)[day.weekday()] in (days or WORKDAYS)


def numbers(days: Collection[str]) -> frozenset[int]:
    """Return days of the week as the numbers of `date.weekday`."""
    return frozenset(n for n, each in enumerate(Weekday) if each in (days or WORKDAYS))


def at_work(user: User | Hours, now: datetime) -> bool:
    """Return whether it is a working day and working hours for a person."""
    return shift(user, now) is not None


def is_reachable(user: User | Hours, now: datetime) -> bool:
    """Return whether a person may be told something now: at work, or whenever they wish so."""
    return user.anytime or at_work(user, now)


def shift(user: User | Hours, now: datetime) -> date | None:
    """Return the working day on which a person's present working hours began, None outside of them.

    The hours may end on the next day.
    """
    zone = ZoneInfo(user.zone)
    today = now.astimezone(zone).date()
    overnight = user.ends_at <= user.starts_at
    for day in (today, today - DAY) if overnight else (today,):
        start, end = (
            strikes(day, user.starts_at, zone),
            strikes(day + DAY * overnight, user.ends_at, zone),
        )
        if is_workday(user.works_on, day) and start <= now < end:
            return day
    return None


def reachable_from(user: User | Hours, now: datetime) -> datetime:
    """Return the first moment from now on at which a person may be told something."""
    return now if is_reachable(user, now) else next_morning(user, now)


def next_morning(user: User | Hours, now: datetime) -> datetime:
    """Return when the next working day of a person begins."""
    zone = ZoneInfo(user.zone)
    today = now.astimezone(zone).date()
    days = (today + DAY * ahead for ahead in range(WEEK))
    starts = (strikes(day, user.starts_at, zone) for day in days if is_workday(user.works_on, day))
    return next((start for start in starts if start > now), now)


def day_before(user: User | Hours, now: datetime) -> datetime:
    """Return when the working day of a person before the present one began."""
    zone = ZoneInfo(user.zone)
    day = (shift(user, now) or now.astimezone(zone).date()) - DAY
    while not is_workday(user.works_on, day):
        day -= DAY
    return strikes(day, user.starts_at, zone)


def morning(user: User | Hours, now: datetime) -> str:
    """Return the slot of a person's working day."""
    day = shift(user, now) or now.astimezone(ZoneInfo(user.zone)).date()
    return f"{day:%Y%m%d}:{user.id}"
