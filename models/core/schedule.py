"""Daily times: when a time of day strikes in a zone, once each local date however clocks change."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from models.core.parsing.datetimes import to_utc

WORKING = range(5)
"""Monday to Friday, as `date.weekday` counts."""
DAY = timedelta(days=1)
PUNCTUAL = timedelta(minutes=15)
"""Nobody calls it late if it comes within this long after its time."""


@dataclass(frozen=True)
class Slot:
    """A local date whose time has come, and the moment (UTC) at which it came.

    The date is the slot's name: a job that takes each date once fires once a day, no matter in
    which zone it is by then.
    """

    day: date
    at: datetime

    def is_worth(self, now: datetime, zone: tzinfo, worth: timedelta) -> bool:
        """Return whether it should still run.

        That is no later than `worth`, and on its own day or only just after it.
        """
        late = now - self.at
        return late <= worth and (late <= PUNCTUAL or now.astimezone(zone).date() <= self.day)


@lru_cache(maxsize=4096)
def strikes(day: date, at: str, zone: tzinfo) -> datetime:
    """Return the moment at which it is `at` ("08:30") on a day there.

    A missing hour strikes at the first moment after it, even if that is on the next day; a repeated
    hour strikes when it comes first.
    """
    return to_utc(day, time.fromisoformat(at), zone)


def counts(day: date, zone: tzinfo, working_days: bool, days: Collection[int] = WORKING) -> bool:
    """Return whether a day exists there and is wanted.

    A place that moves across the date line leaves a day out (Samoa, 2011).
    """
    exists = strikes(day, "00:00", zone).astimezone(zone).date() == day
    return exists and (day.weekday() in days or not working_days)


def struck(
    now: datetime,
    zone: tzinfo,
    at: str,
    working_days: bool = True,
    days: Collection[int] = WORKING,
) -> Slot:
    """Return the latest date on which `at` has struck there.

    Args:
        now: The present moment.
        zone: The time zone.
        at: The time of day, such as "08:30".
        working_days: Leave out the days on which nobody works.
        days: The days on which somebody works, as `date.weekday` counts.
    """
    day = (
        now.astimezone(zone).date() + DAY
    )  # a clock that goes back past midnight has been in tomorrow already
    while strikes(day, at, zone) > now or not counts(day, zone, working_days, days):
        day -= DAY
    return Slot(day, strikes(day, at, zone))
