"""When people work and may be told something: their own days, and whenever they allow it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.core.identity.notices import WORKDAYS
from models.core.identity.working_hours import (
    Hours,
    at_work,
    day_before,
    is_reachable,
    numbers,
    reachable_from,
    shift,
)
from tests.tables import table

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
USUAL = Hours(1, "Europe/Berlin", "09:00", "17:30")
WEEKEND = USUAL._replace(works_on=("sat", "sun"))


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


FRIDAY_EVENING = "2026-12-04T18:00"


@table(
    ("hours", "now", "then"),
    [
        (USUAL, "2026-12-04T10:00", "2026-12-04T10:00"),
        (USUAL, "2026-12-04T07:00", "2026-12-04T09:00"),
        (USUAL, FRIDAY_EVENING, "2026-12-07T09:00"),
        (WEEKEND, FRIDAY_EVENING, "2026-12-05T09:00"),
        (WEEKEND, "2026-12-06T20:00", "2026-12-12T09:00"),
        (USUAL._replace(works_on=("fri",)), FRIDAY_EVENING, "2026-12-11T09:00"),
        (USUAL._replace(anytime=True), FRIDAY_EVENING, FRIDAY_EVENING),
        (USUAL._replace(works_on=()), FRIDAY_EVENING, "2026-12-07T09:00"),
    ],
)
def test_a_message_waits_for_the_first_moment_of_ones_own_days(
    hours: Hours, now: str, then: str
) -> None:
    assert reachable_from(hours, berlin(now)) == berlin(then)


def test_the_days_are_ones_own() -> None:
    saturday = berlin("2026-12-05T10:00")
    assert at_work(WEEKEND, saturday)
    assert not at_work(USUAL, saturday)
    assert shift(WEEKEND, saturday) == date(2026, 12, 5)
    assert day_before(WEEKEND, saturday) == berlin("2026-11-29T09:00")
    assert day_before(USUAL, berlin("2026-12-07T10:00")) == berlin("2026-12-04T09:00")
    assert numbers(("sat", "mon")) == {0, 5}
    assert numbers(WORKDAYS) == numbers(()) == {0, 1, 2, 3, 4}


@pytest.mark.parametrize("hour", range(0, 24, 5))
def test_who_may_be_told_at_any_time_is_not_at_work_all_the_time(hour: int) -> None:
    always = USUAL._replace(anytime=True)
    now = berlin("2026-12-05T00:00") + hour * HOUR
    assert is_reachable(always, now)
    assert not at_work(always, now)
