"""Daily times strike once each local date, at the right moment, wherever people are and however
their clocks change.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from models.core.schedule import PUNCTUAL, Slot, strikes, struck
from tests.models.core.every_zone import every_zone
from tests.tables import table

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BERLIN, NEW_YORK, KOLKATA, APIA = map(
    ZoneInfo, ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia")
)


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def there(zone: ZoneInfo, moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=zone).astimezone(UTC)


def looks(begin: datetime, end: datetime, every: timedelta = 5 * MINUTE) -> Iterator[datetime]:
    while begin < end:
        yield begin
        begin += every


def test_it_strikes_from_its_time_until_the_next_day_has_it_too() -> None:
    friday, slot = date(2026, 3, 13), Slot(date(2026, 3, 13), utc("2026-03-13 07:30"))
    assert struck(there(BERLIN, "2026-03-13 08:29"), BERLIN, "08:30").day == friday - DAY
    assert struck(there(BERLIN, "2026-03-13 08:30"), BERLIN, "08:30") == slot
    assert struck(there(BERLIN, "2026-03-13 23:59"), BERLIN, "08:30") == slot
    assert struck(there(BERLIN, "2026-03-14 08:29"), BERLIN, "08:30", working_days=False) == slot
    assert (
        struck(there(BERLIN, "2026-03-14 08:30"), BERLIN, "08:30", working_days=False).day
        == friday + DAY
    )


def test_on_a_weekend_it_is_still_the_one_of_friday() -> None:
    friday = struck(there(BERLIN, "2026-03-13 08:30"), BERLIN, "08:30")
    for moment in ("2026-03-14 12:00", "2026-03-15 23:59", "2026-03-16 08:29"):
        assert struck(there(BERLIN, moment), BERLIN, "08:30") == friday
    assert struck(there(BERLIN, "2026-03-16 08:30"), BERLIN, "08:30").day == date(2026, 3, 16)


@table(
    ("zone", "day", "at", "moment"),
    [
        (BERLIN, "2026-03-29", "02:30", "2026-03-29 01:00"),  # missing: at three, when it is over
        (BERLIN, "2026-10-25", "02:30", "2026-10-25 00:30"),  # twice: the first time
        (NEW_YORK, "2026-03-08", "02:30", "2026-03-08 07:00"),
        (NEW_YORK, "2026-11-01", "01:30", "2026-11-01 05:30"),
        (KOLKATA, "2026-03-29", "02:30", "2026-03-28 21:00"),
        (APIA, "2026-03-29", "08:30", "2026-03-28 19:30"),
        (
            ZoneInfo("Africa/Cairo"),
            "2026-04-24",
            "00:15",
            "2026-04-23 22:00",
        ),  # the day begins at one
        (
            ZoneInfo("Africa/Cairo"),
            "2026-10-29",
            "23:30",
            "2026-10-29 20:30",
        ),  # midnight comes twice
        (
            ZoneInfo("America/Nuuk"),
            "2026-03-28",
            "23:45",
            "2026-03-29 01:00",
        ),  # the rest of the day is missing
        (
            ZoneInfo("Australia/Lord_Howe"),
            "2026-10-04",
            "02:15",
            "2026-10-03 15:30",
        ),  # half an hour is missing
    ],
)
def test_a_missing_hour_strikes_when_it_is_over_and_a_repeated_one_at_first(
    zone: ZoneInfo, day: str, at: str, moment: str
) -> None:
    assert strikes(date.fromisoformat(day), at, zone) == utc(moment)
    slot = Slot(date.fromisoformat(day), utc(moment))
    assert struck(utc(moment), zone, at, working_days=False) == slot
    assert struck(utc(moment) - MINUTE, zone, at, working_days=False).day == slot.day - DAY
    assert struck(utc(moment) + 2 * HOUR, zone, at, working_days=False) == slot


@table("at", ["00:00", "00:15", "02:30", "23:30"])
@table("start", ["2026-03-06", "2026-03-27", "2026-04-22", "2026-10-23"])
@table(
    "zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Africa/Cairo"]
)
def test_however_clocks_change_each_date_comes_once_and_in_order(
    zone: str, start: str, at: str
) -> None:
    town = ZoneInfo(zone)
    begin = there(town, f"{start} 12:00")
    found = [
        struck(look, town, at, working_days=False)
        for look in looks(begin, begin + 12 * DAY, 15 * MINUTE)
    ]
    seen = list(dict.fromkeys(found))
    assert [slot.day for slot in seen] == [
        seen[0].day + number * DAY for number in range(len(seen))
    ]
    assert found == sorted(found, key=lambda slot: slot.day)
    assert len(seen) == 13


def test_the_day_that_samoa_left_out_has_none() -> None:
    nights = looks(utc("2011-12-29 00:00"), utc("2011-12-31 18:00"))
    days = {struck(look, APIA, "08:30", working_days=False).day.day for look in nights}
    assert days == {28, 29, 31}


def test_every_zone_there_is_has_each_date_once_and_at_its_moment() -> None:
    """Around the changes of a year, and of the one with Samoa's day; `make chaos` tries sixteen
    years day by day.
    """
    for year in (2026, 2011):
        trials, problems = every_zone(year, year, around=DAY)
        assert trials > 30_000
        assert problems == []


def test_who_moves_east_or_west_has_no_date_twice() -> None:
    """Berlin, then New York in the same morning; then across the date line, there and back."""
    journey = [
        (BERLIN, "2026-03-11 06:00"),
        (NEW_YORK, "2026-03-11 09:00"),
        (APIA, "2026-03-12 20:00"),
        (NEW_YORK, "2026-03-14 01:00"),
        (KOLKATA, "2026-03-16 01:00"),
        (BERLIN, "2026-03-17 12:00"),
    ]
    ends = [*(moment for _, moment in journey[1:]), "2026-03-18 00:00"]
    fired: list[date] = []
    for (zone, begin), end in zip(journey, ends, strict=True):
        for look in looks(utc(begin), utc(end)):
            if (slot := struck(look, zone, "08:30")).day not in fired:
                fired.append(slot.day)
    assert fired[1:] == [date(2026, 3, day) for day in (11, 12, 13, 16, 17)]


@table(
    ("moment", "worth", "is_worth"),
    [
        ("2026-03-11 07:30", 0, True),
        ("2026-03-11 10:30", 3, True),
        ("2026-03-11 10:31", 3, False),
        ("2026-03-11 22:59", 24, True),
        ("2026-03-11 23:00", 24, False),  # midnight in Berlin
    ],
)
def test_it_is_worth_running_for_as_long_as_is_said_and_on_its_own_day(
    moment: str, worth: int, is_worth: bool
) -> None:
    slot = Slot(date(2026, 3, 11), utc("2026-03-11 07:30"))
    assert slot.is_worth(utc(moment), BERLIN, worth * HOUR) is is_worth


def test_one_that_strikes_just_before_midnight_is_worth_it_just_after() -> None:
    slot = struck(there(BERLIN, "2026-03-12 00:05"), BERLIN, "23:55")
    assert slot.is_worth(slot.at + PUNCTUAL, BERLIN, DAY)
    assert not slot.is_worth(slot.at + PUNCTUAL + MINUTE, BERLIN, DAY)


def test_one_whose_day_was_cut_short_is_worth_it_on_the_next() -> None:
    nuuk = ZoneInfo("America/Nuuk")
    slot = struck(utc("2026-03-29 01:01"), nuuk, "23:45", working_days=False)
    assert (slot.day, slot.is_worth(utc("2026-03-29 01:01"), nuuk, DAY)) == (
        date(2026, 3, 28),
        True,
    )
