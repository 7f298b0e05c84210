"""Moments as people write them, right across daylight saving."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.core.errors import Ambiguous
from models.core.parsing.datetimes import read_moment, read_time, show_moment
from tests.tables import table

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)  # a Monday, 13:00 in Berlin
ZONES = st.sampled_from(
    [
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "UTC",
        "Africa/Cairo",
    ]
).map(ZoneInfo)
MOMENTS = st.integers(0, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@table(
    ("typed", "moment"),
    [
        ("now", "2026-11-30 12:00"),
        ("fri 9:00", "2026-12-04 08:00"),
        ("fri, 9:00", "2026-12-04 08:00"),
        ("fri at 9am", "2026-12-04 08:00"),
        ("tomorrow 3pm", "2026-12-01 14:00"),
        ("3:15 pm tomorrow", "2026-12-01 14:15"),
        ("4 dec 2027 15:00", "2027-12-04 14:00"),
        ("13/04/2027 9:00", "2027-04-13 07:00"),
        ("in 3 days 10:00", "2026-12-03 09:00"),
        ("tomorrow noon", "2026-12-01 11:00"),
        ("12am tomorrow", "2026-11-30 23:00"),
        ("12pm tomorrow", "2026-12-01 11:00"),
        ("2026-12-01 14:30", "2026-12-01 13:30"),
        ("2026-12-01T14:30:05", "2026-12-01 13:30:05"),
        ("2026-12-01T14:30:00+05:30", "2026-12-01 09:00"),
        ("2026-12-01 14:30Z", "2026-12-01 14:30"),
        ("2005-11-09T00:00:00.000Z", "2005-11-09 00:00"),
        ("+2h", "2026-11-30 14:00"),
        ("-2h", "2026-11-30 10:00"),
        ("+30m", "2026-11-30 12:30"),
        ("+1h30m", "2026-11-30 13:30"),
        ("in 90 minutes", "2026-11-30 13:30"),
        ("15:00", "2026-11-30 14:00"),
        ("9:00", "2026-12-01 08:00"),
        ("13:00", "2026-12-01 12:00"),
        ("at 3pm", "2026-11-30 14:00"),
        ("fri", "2026-12-04 08:00"),
        ("+3d", "2026-12-03 08:00"),
        ("2027-07-01", "2027-07-01 07:00"),
    ],
)
def test_a_moment_is_read_as_people_write_it(typed, moment):
    assert read_moment(typed, NOW, BERLIN) == utc(moment)


def test_a_day_without_a_time_means_the_hour_asked_for():
    assert read_moment("fri", NOW, BERLIN, at=time(17)) == utc("2026-12-04 16:00")


@table(
    ("typed", "moment"),
    [
        ("2027-03-28 02:00", "2027-03-28 01:00"),
        ("2027-03-28 02:30", "2027-03-28 01:00"),
        ("2027-03-28 03:00", "2027-03-28 01:00"),
        ("2026-10-25 02:30", "2026-10-25 00:30"),
        ("2026-10-25 03:00", "2026-10-25 02:00"),
    ],
)
def test_a_skipped_time_is_the_end_of_the_gap_and_a_repeated_one_its_first(typed, moment):
    assert read_moment(typed, NOW, BERLIN) == utc(moment)


def test_a_skipped_day_ends_with_the_gap():
    assert read_moment("2011-12-30 10:00", NOW, ZoneInfo("Pacific/Apia")) == utc("2011-12-30 10:00")


@given(MOMENTS, ZONES)
def test_every_local_time_becomes_a_moment_that_shows_it_or_the_end_of_a_gap(clock, zone):
    local = clock.replace(second=0, tzinfo=None)
    moment = read_moment(f"{local:%Y-%m-%d %H:%M}", NOW, zone)
    shown = moment.astimezone(zone).replace(tzinfo=None)
    just_before = (moment - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
    assert shown == local or just_before < local < shown
    assert moment.tzinfo is UTC


@given(MOMENTS, MOMENTS, ZONES)
def test_what_is_shown_is_read_back_to_the_minute_or_asked_about(moment, now, zone):
    moment = moment.replace(second=0)
    try:
        read = read_moment(show_moment(moment, now, zone), now, zone)
    except Ambiguous:  # a day long past, of which the next one has another weekday
        assert now - moment > timedelta(days=30)
        return
    assert show_moment(read, now, zone) == show_moment(moment, now, zone)
    assert abs(read - moment) <= timedelta(
        hours=1
    )  # the second showing of a repeated hour reads as the first


@given(MOMENTS)
def test_the_canonical_text_is_read_back_exactly(moment):
    assert read_moment(moment.isoformat(), NOW, BERLIN) == moment


@table(
    ("typed", "sentence"),
    [
        ("25:00", "“25:00” is not a time on the clock. Try fri 9:00, tomorrow 3pm or +2h."),
        ("13pm", "“13pm” is not a time on the clock. Try fri 9:00, tomorrow 3pm or +2h."),
        ("fri 9:75", "“fri 9:75” is not a time on the clock. Try fri 9:00, tomorrow 3pm or +2h."),
        (
            "2026-13-01 10:00",
            "“2026-13-01 10:00” is not in the calendar. Try fri 9:00, tomorrow 3pm or +2h.",
        ),
        (
            "0001-01-01T00:00+14",
            "“0001-01-01T00:00+14” is not in the calendar. Try fri 9:00, tomorrow 3pm or +2h.",
        ),
        (
            "0001-01-01T00:00+1400",
            "“0001-01-01T00:00+1400” is not in the calendar. Try fri 9:00, tomorrow 3pm or +2h.",
        ),
        (
            "1800-01-01 10:00",
            "“1800-01-01 10:00” is not between 1900 and 2200. Try fri 9:00, tomorrow 3pm or +2h.",
        ),
        ("soon", "“soon” is not a day. Try fri, +3d or 2026-12-01."),
        ("soon 9:00", "“soon” is not a day. Try fri, +3d or 2026-12-01."),
        ("42", "“42” is a number, not a day. Try fri, +3d or 2026-12-01."),
        ("", "“” is not a day. Try fri, +3d or 2026-12-01."),
    ],
)
def test_what_is_no_moment_is_refused_in_a_sentence(typed, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        read_moment(typed, NOW, BERLIN)


CLOSE_TO_MOMENTS = st.from_regex(
    r"[+-]?\d{0,4}[-:hm ]{0,2}\d{0,3}[-: tz]\d{0,2}:?\d{0,2} ?(am|pm|d|fri)?", fullmatch=True
)


@given(st.text() | CLOSE_TO_MOMENTS)
def test_any_text_is_a_moment_or_refused_with_a_sentence(text):
    try:
        assert read_moment(text, NOW, BERLIN).tzinfo is UTC
    except ValueError as error:
        assert re.fullmatch(r"“.*” .+\. Try .+\.", str(error))  # noqa: PT017


@table(
    ("typed", "read"),
    [
        ("8", "08:00"),
        ("8am", "08:00"),
        ("17:30", "17:30"),
        ("9.30 Uhr", "09:30"),
        ("9.30", "09:30"),
        ("14h", "14:00"),
        ("6:00", "06:00"),
        ("1730", "17:30"),
        ("8:30 pm", "20:30"),
        ("noon", "12:00"),
        ("0", "00:00"),
        ("14h30", "14:30"),
    ],
)
def test_a_time_of_day_is_read_as_people_write_it(typed, read):
    assert read_time(typed) == time.fromisoformat(read)


@table("typed", ["24:00", "25", "x", "", "8 to 9", "fri", "tomorrow 9:00", "13pm"])
def test_what_is_no_time_of_day_is_refused(typed):
    with pytest.raises(ValueError, match=r"^“.*” is not a time .+\. Try 9:00, 17:30 or 8am\.$"):
        read_time(typed)


@table(
    ("moment", "shown"),
    [
        ("2026-11-30 13:30", "today 14:30"),
        ("2026-11-30 23:30", "tomorrow 00:30"),
        ("2026-12-04 08:00", "Fri 4 Dec 09:00"),
        ("2027-07-01 07:00", "Thu 1 Jul 2027 09:00"),
    ],
)
def test_a_moment_is_shown_on_the_readers_clock(moment, shown):
    assert show_moment(utc(moment), NOW, BERLIN) == shown
