"""Points of the past as people write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.core.history.point_in_time import Point, read_point
from tests.tables import table

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
"""A Tuesday, eleven o'clock in Berlin."""
BERLIN = ZoneInfo("Europe/Berlin")


def read(text: str, now: datetime = NOW) -> str:
    """The moment a text means, on a clock in Berlin."""
    at = read_point(text, now, BERLIN).at
    assert isinstance(at, datetime)
    assert at.tzinfo is UTC
    return f"{at.astimezone(BERLIN):%Y-%m-%d %H:%M}"


@table(
    ("text", "moment"),
    [
        ("2026-01-31", "2026-01-31 23:59"),
        ("of 2026-01-31", "2026-01-31 23:59"),
        ("to 2026-01-31", "2026-01-31 23:59"),
        ("OF 2026-01-31 14:00", "2026-01-31 14:00"),
        ("2026-01-31T14:00:00Z", "2026-01-31 15:00"),
        ("friday", "2026-03-06 23:59"),
        ("last friday", "2026-03-06 23:59"),
        ("fri 9:00", "2026-03-06 09:00"),
        ("tuesday", "2026-03-03 23:59"),
        ("yesterday", "2026-03-09 23:59"),
        ("yesterday 3pm", "2026-03-09 15:00"),
        ("-3d", "2026-03-07 23:59"),
        ("2 weeks ago", "2026-02-24 23:59"),
        ("-2h", "2026-03-10 09:00"),
        ("9:00", "2026-03-10 09:00"),
        ("4 dec", "2025-12-04 23:59"),
        ("1 mar", "2026-03-01 23:59"),
        ("dec 4 2024", "2024-12-04 23:59"),
        ("24.12.", "2025-12-24 23:59"),
        ("today", "2026-03-10 11:00"),
        ("now", "2026-03-10 11:00"),
        ("2026-03-10", "2026-03-10 11:00"),
        ("23:00", "2026-03-09 23:00"),
    ],
)
def test_a_day_is_one_that_is_over_and_means_its_end(text: str, moment: str) -> None:
    assert read(text) == moment


def test_a_day_ends_when_it_ends_where_the_reader_is() -> None:
    point = read_point("2026-03-28", datetime(2026, 5, 1, tzinfo=UTC), ZoneInfo("America/New_York"))
    assert point.at == datetime(2026, 3, 29, 3, 59, 59, 999999, tzinfo=UTC)


@table(
    ("text", "point"),
    [
        ("v3", Point(3)),
        ("to v3", Point(3)),
        ("V12", Point(12)),
        ("version 3", Point(3)),
        ("to v3 from v7", Point(3, 7)),
    ],
)
def test_a_version_is_a_point_too_and_may_say_what_was_seen(text: str, point: Point) -> None:
    assert read_point(text, NOW, BERLIN) == point


@table(
    "text",
    [
        "tomorrow",
        "+3d",
        "2027-01-01",
        "4 dec 2027",
        "next week",
        "eoy",
        "in 2 hours",
        "today 23:00",
    ],
)
def test_what_is_still_to_come_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is still to come. Try"):
        read(text)


@table(
    ("text", "sentence"),
    [
        ("someday", "is not a day"),
        ("of", "is not a day"),
        ("v", "is not a day"),
        ("x" * 99, "is no point"),
        ("30 feb", "is not in the calendar"),
        ("2026-13-01", "is not in the calendar"),
        ("25:00", "is not a time"),
    ],
)
def test_what_is_no_moment_says_why(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read(text)


@given(st.text("0123456789 vdwmy:.-/+ofriatueccn", max_size=20))
def test_whatever_is_read_is_not_to_come(text: str) -> None:
    try:
        point = read_point(text, NOW, BERLIN)
    except ValueError:
        return
    assert isinstance(point.at, int) or point.at <= NOW
