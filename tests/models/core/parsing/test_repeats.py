"""How often something repeats, as people write it, and when it comes again."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.core.parsing.repeats import read_repeat, take_repeat

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("every 2 weeks", "every 2 weeks"),
        ("every other week", "every 2 weeks"),
        ("fortnightly", "every 2 weeks"),
        ("Every Monday", "every week on Monday"),
        ("weekly on friday", "every week on Friday"),
        ("every two weeks on tuesday", "every 2 weeks on Tuesday"),
        ("each day", "every day"),
        ("every 3 days", "every 3 days"),
        ("every weekday", "every working day"),
        ("monthly", "every month"),
        ("every quarter", "every 3 months"),
        ("every month on the 31st", "every month on the 31st"),
        ("every 15th of the month", "every month on the 15th"),
        ("every 2nd", "every month on the 2nd"),
        ("annually", "every year"),
        ("jeden Montag", "every week on Monday"),
        ("alle 2 Wochen", "every 2 weeks"),
        ("täglich", "every day"),
        ("jeden Monat am 3.", "every month on the 3rd"),
    ],
)
def test_it_is_read_as_people_write_it(typed: str, read: str) -> None:
    assert str(read_repeat(typed)) == read
    assert read_repeat(read) == read_repeat(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "every",
        "sometimes",
        "every invoice",
        "every 0 days",
        "every day on monday",
        "in 2 weeks",
    ],
)
def test_what_says_nothing_of_the_kind_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(ValueError, match="every monday"):
        read_repeat(typed)


@pytest.mark.parametrize(
    ("typed", "said"),
    [("every 500 weeks", "The longest is every 104 weeks"), ("every 32nd", "No month has a 32nd")],
)
def test_what_no_calendar_has_is_refused(typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_repeat(typed)


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ("Check in every 2 weeks", ("Check in", "every 2 weeks", "")),
        ("Check in, every monday", ("Check in", "every monday", "")),
        ("Check in every 2 weeks from friday", ("Check in", "every 2 weeks", "friday")),
        ("Check in every monday starting 7 dec", ("Check in", "every monday", "7 dec")),
        ("Call Ada every monday 9:30", ("Call Ada", "every monday", "9:30")),
        ("Call Ada every day at 9", ("Call Ada", "every day", "at 9")),
        ("Review every invoice", ("Review every invoice", "", "")),
        ("Make every day count", ("Make every day count", "", "")),
        ("every monday", ("every monday", "", "")),
    ],
)
def test_it_is_taken_from_the_end_of_a_text(words: str, taken: tuple[str, str, str]) -> None:
    assert take_repeat(words) == taken


def coming(text: str, first: date, times: int) -> list[str]:
    """The days on which something comes that is done at once each time."""
    due = datetime(first.year, first.month, first.day, 9, tzinfo=BERLIN).astimezone(UTC)
    often, found = read_repeat(text).anchored(first), []
    for _ in range(times):
        due = often.after(due, due, BERLIN)
        assert due.astimezone(BERLIN).hour == 9
        found.append(f"{due.astimezone(BERLIN):%d.%m.}")
    return found


def test_the_last_of_a_month_stays_the_last() -> None:
    assert coming("monthly", date(2026, 1, 31), 4) == ["28.02.", "31.03.", "30.04.", "31.05."]


def test_the_29th_of_february_comes_back_in_a_leap_year() -> None:
    assert coming("yearly", date(2028, 2, 29), 4) == ["28.02.", "28.02.", "28.02.", "29.02."]


def test_the_clock_shows_the_same_time_when_summer_time_begins_and_ends() -> None:
    assert coming("weekly", date(2026, 3, 23), 2) == ["30.03.", "06.04."]
    assert coming("daily", date(2026, 10, 24), 2) == ["25.10.", "26.10."]


def test_working_days_leave_out_the_weekend() -> None:
    assert coming("every working day", date(2026, 3, 27), 2) == ["30.03.", "31.03."]


def test_what_was_put_off_does_not_move_the_row() -> None:
    monday = read_repeat("every monday")
    put_off = datetime(2026, 3, 25, 8, tzinfo=UTC)
    assert monday.after(put_off, put_off, BERLIN).date() == date(2026, 3, 30)


REPEATS = st.sampled_from(
    [
        "every day",
        "every 3 days",
        "every working day",
        "every 2 working days",
        "every monday",
        "every 2 weeks on friday",
        "every month on the 31st",
        "every 3 months on the 1st",
        "every year",
    ]
)


@given(
    REPEATS,
    st.integers(0, 2200 * 24 * 60),
    st.integers(0, 3000),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_the_next_one_is_the_first_after_now(
    text: str, minutes: int, later: int, zone: str
) -> None:
    there = ZoneInfo(zone)
    due = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    often = read_repeat(text).anchored(due.astimezone(there).date())
    now = due + timedelta(days=later)
    found = often.after(due, now, there)
    assert found > now
    steps = 1
    while True:  # one after the other: slow and plain
        one = often.step(due.astimezone(there).date(), steps)
        if one >= found.astimezone(there).date():
            break
        assert datetime.combine(one, due.astimezone(there).time(), there) <= now + timedelta(
            hours=2
        )
        steps += 1
    assert one == found.astimezone(there).date()
