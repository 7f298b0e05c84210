"""Every zone there is, day by day: does a daily time strike once each local date, at the moment it
should?

The moments are worked out a second time here, from nothing but the offsets of a zone.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from models.core.schedule import Slot, struck

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
STRIDE = 4 * DAY
"""No zone changes its clocks and back within so few; one that did would be reported as a problem.
"""
TIMES = ("00:00", "02:30", "08:30", "23:45")
Stretch = tuple[datetime, datetime, timedelta]
"""From, until (both UTC, without a zone), and how far the local clock is ahead."""


def every_zone(
    first_year: int, last_year: int, around: timedelta | None = None
) -> tuple[int, list[str]]:
    """Try every zone, date and time of the day; returns how many of them were tried, and a sentence
    a problem.

    around: only the dates this near to a change of the clocks, and the first of each month.
    """
    trials, problems = 0, []
    start, end = date(first_year, 1, 1), date(last_year, 12, 31)
    alike: dict[tuple[Stretch, ...], list[str]] = {}
    for name in sorted(available_timezones()):
        alike.setdefault(tuple(stretches(ZoneInfo(name), start, end)), []).append(name)
    for clock, names in alike.items():
        days = local_dates(clock, start, end)
        if around is not None:
            wanted = near(clock, around)
            days = [day for day in days if day.day == 1 or day in wanted]
        for at in TIMES:
            trials += len(days) * len(names)
            problems += [
                f"{', '.join(names)}: {said}" for said in tried(ZoneInfo(names[0]), clock, days, at)
            ]
    return trials, problems


def tried(zone: ZoneInfo, clock: Sequence[Stretch], days: Sequence[date], at: str) -> Iterator[str]:
    """What is wrong with one time of the day: it must fire at its moment, and neither before nor
    again.
    """
    taken: set[date] = set()
    for day in days:
        moment = first_moment(clock, datetime.fromisoformat(f"{day} {at}"))
        before, then = (
            struck(look, zone, at, working_days=False) for look in (moment - SECOND, moment)
        )
        if before.day >= day:
            yield f"{at} of {day} has struck before {moment}"
        if then != Slot(day, moment):
            yield f"{at} of {day} should strike at {moment}, but then it is {then}"
        if then.day in taken:
            yield f"{at} of {day} strikes again"
        taken |= {before.day, then.day}


def stretches(zone: ZoneInfo, first: date, last: date) -> Iterator[Stretch]:
    """The time between two changes of the clocks, one after the other."""
    begin, end = (datetime.combine(day, time()) for day in (first - 3 * DAY, last + 4 * DAY))
    looks = [begin + number * STRIDE for number in range((end - begin) // STRIDE + 2)]
    since, offset = begin, ahead(zone, begin)
    for before, after in pairwise(looks):
        while ahead(zone, after) != offset:
            change = change_between(zone, before, after)
            yield since, change, offset
            since, offset, before = change, ahead(zone, change), change
    yield since, end, offset


def ahead(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.replace(tzinfo=UTC).astimezone(zone).utcoffset() or timedelta()


def change_between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second at which the clock is not what it was before."""
    offset = ahead(zone, before)
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        before, after = (middle, after) if ahead(zone, middle) == offset else (before, middle)
    return after


def first_moment(clock: Sequence[Stretch], local: datetime) -> datetime:
    """When the clock on the wall first shows a time or one after it."""
    begin, _, offset = next(each for each in clock if each[1] + each[2] > local)
    return max(begin, local - offset).replace(tzinfo=UTC)


def local_dates(clock: Sequence[Stretch], first: date, last: date) -> list[date]:
    """The dates that exist there."""
    seen = {
        (begin + offset).date() + number * DAY
        for begin, end, offset in clock
        for number in range(((end - SECOND + offset).date() - (begin + offset).date()).days + 1)
    }
    return sorted(day for day in seen if first <= day <= last)


def near(clock: Sequence[Stretch], around: timedelta) -> set[date]:
    """The dates around each change."""
    changes = [(begin + offset).date() for begin, _, offset in clock[1:]]
    return {
        change + number * DAY
        for change in changes
        for number in range(-around.days, around.days + 1)
    }
