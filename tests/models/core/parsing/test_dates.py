"""Days as people write them."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.core.errors import Ambiguous
from models.core.parsing.calendar import MONTHS, WEEKDAYS, add_months
from models.core.parsing.dates import WORDS, echo_day, read_day, show_day
from tests.tables import table

TODAY = date(2026, 11, 30)  # a Monday
DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))


@table(
    ("typed", "day"),
    [
        ("today", "2026-11-30"),
        ("Tomorrow", "2026-12-01"),
        ("yesterday", "2026-11-29"),
        ("fri", "2026-12-04"),
        ("Friday", "2026-12-04"),
        ("next fri", "2026-12-04"),
        ("this thurs", "2026-12-03"),
        ("mon", "2026-12-07"),
        ("last fri", "2026-11-27"),
        ("last mon", "2026-11-23"),
        ("next week", "2026-12-07"),
        ("next month", "2026-12-01"),
        ("+3d", "2026-12-03"),
        ("+ 3 days", "2026-12-03"),
        ("+2w", "2026-12-14"),
        ("+1m", "2026-12-30"),
        ("+3m", "2027-02-28"),
        ("+1y", "2027-11-30"),
        ("-1d", "2026-11-29"),
        ("−1d", "2026-11-29"),
        ("in 3 days", "2026-12-03"),
        ("in 1 week", "2026-12-07"),
        ("2 months ago", "2026-09-30"),
        ("eow", "2026-12-04"),
        ("eom", "2026-11-30"),
        ("eoq", "2026-12-31"),
        ("eoy", "2026-12-31"),
        ("end of year", "2026-12-31"),
        ("4 dec", "2026-12-04"),
        ("4th of December", "2026-12-04"),
        ("dec 4 2027", "2027-12-04"),
        ("December 4th, 2027", "2027-12-04"),
        ("4-dec-2027", "2027-12-04"),
        ("29 nov", "2027-11-29"),
        ("29 feb", "2028-02-29"),
        ("Fri 4 Dec", "2026-12-04"),
        ("Sun 29 Nov", "2026-11-29"),
        ("Sat 4 Dec 2027", "2027-12-04"),
        ("04.12.2026", "2026-12-04"),
        ("4.12.", "2026-12-04"),
        ("13/04/2026", "2026-04-13"),
        ("04/13/2026", "2026-04-13"),
        ("5/5/2026", "2026-05-05"),
        ("2026-12-01", "2026-12-01"),
        ("2026/12/1", "2026-12-01"),
        ("2005-11-09T00:00:00.000Z", "2005-11-09"),
        ("２０２６-１２-０１", "2026-12-01"),
    ],
)
def test_a_day_is_read_as_people_write_it(typed, day):
    assert read_day(typed, TODAY) == date.fromisoformat(day)


@table(
    ("typed", "problem"),
    [
        ("", "is not a day"),
        ("soon", "is not a day"),
        ("42", "is a number, not a day"),
        ("20261201", "is a number, not a day"),
        ("30 feb", "is not in the calendar"),
        ("2026-02-30", "is not in the calendar"),
        ("31.04.2026", "is not in the calendar"),
        ("13/13/2026", "is not in the calendar"),
        ("+99999y", "is not in the calendar"),
        ("+99999w", "is not between 1900 and 2200"),
        ("1899-12-31", "is not between 1900 and 2200"),
        ("2201-01-01", "is not between 1900 and 2200"),
        ("+3", "is not a day"),
        ("x" * 4000, "is not a day"),
    ],
)
def test_what_is_no_day_is_refused_in_a_sentence(typed, problem):
    with pytest.raises(ValueError, match=rf"^“.*” {problem}\. Try fri, \+3d or 2026-12-01\.$"):
        read_day(typed, TODAY)


@table("typed", ["fri", "+3d", "2026-12-01"])
def test_the_examples_in_the_sentences_work(typed):
    assert read_day(typed, TODAY) > TODAY


@given(DAYS, DAYS)
def test_what_is_shown_is_read_back_or_asked_about_where_it_is_long_past(day, today):
    try:
        assert read_day(show_day(day, today), today) == day
    except Ambiguous:
        assert (today - day).days > 31


@given(DAYS, st.sampled_from([*WEEKDAYS, *(name[:3] for name in WEEKDAYS)]))
def test_a_weekday_is_the_next_one_and_never_today(today, name):
    if today <= date(2200, 12, 20):
        found = read_day(name, today)
        assert WEEKDAYS[found.weekday()].startswith(name)
        assert 1 <= (found - today).days <= 7


@given(st.dates(date(1901, 1, 1), date(2190, 12, 31)), st.sampled_from(sorted(WORDS)))
def test_a_word_means_a_day_near_today(today, word):
    assert abs(read_day(word, today) - today) <= timedelta(days=365)


@given(st.dates(date(1910, 1, 1), date(2190, 1, 1)), st.integers(-100, 100))
def test_months_on_is_the_same_day_or_the_end_of_a_shorter_month(day, months):
    found = add_months(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(days=1)).day == 1)


@given(
    st.text()
    | st.from_regex(
        r"[+-]?\d{0,5} ?(d|w|m|y|jan|/|\.|-)?\d{0,4}[./-]?\d{0,5}( ago)?", fullmatch=True
    )
)
def test_any_text_is_a_day_or_refused_with_a_sentence(text):
    try:
        assert 1900 <= read_day(text, TODAY).year <= 2200
    except ValueError as error:
        assert re.fullmatch(r"“.*” .+\. Try .+\.", str(error))  # noqa: PT017


@table(
    ("day", "shown"),
    [
        ("2026-11-30", "today"),
        ("2026-12-01", "tomorrow"),
        ("2026-12-04", "Fri 4 Dec"),
        ("2026-11-29", "Sun 29 Nov"),
        ("2027-12-04", "Sat 4 Dec 2027"),
    ],
)
def test_a_day_is_shown_as_near_as_it_is(day, shown):
    assert show_day(date.fromisoformat(day), TODAY) == shown


def test_there_are_twelve_months_and_seven_days():
    assert [name[:3] for name in MONTHS] == [
        date(2026, month, 1).strftime("%b").lower() for month in range(1, 13)
    ]
    assert [date(2026, 11, 30 - ahead).weekday() for ahead in range(7)] == [0, 6, 5, 4, 3, 2, 1]
    assert len(WEEKDAYS) == 7


@table(
    ("typed", "days"),
    [
        ("12/05", "2026-12-05 2027-05-12"),
        ("12-05", "2026-12-05 2027-05-12"),
        ("4.12", "2026-12-04 2027-04-12"),
        ("12/04/2026", "2026-04-12 2026-12-04"),
        ("12/04/26", "2026-04-12 2026-12-04"),
        ("Mon 4 Dec", "2026-12-04 2026-12-07"),
        ("Thu 4 Dec 2026", "2026-12-03 2026-12-04"),
        ("Mon 5 Jan", "2027-01-04 2027-01-05"),
        ("Mo 4.12.", "2026-12-04 2026-12-07"),
        ("lundi 4 décembre", "2026-12-04 2026-12-07"),
        ("november", "2026-11-30 2027-11-01"),
        ("q4", "2026-12-31 2027-10-01"),
        ("in acht Tagen", "2026-12-07 2026-12-08"),
        ("dans quinze jours", "2026-12-14 2026-12-15"),
        ("mon in 2 weeks", "2026-12-14 2026-12-21"),
        ("4 listopada", "2027-10-04 2027-11-04"),
    ],
)
def test_what_can_be_two_days_is_asked_about(typed, days):
    with pytest.raises(Ambiguous, match=r"^“.*” could be .+ or .+\. Try 20.+ or 20.+\.$") as raised:
        read_day(typed, TODAY)
    assert " ".join(ref for ref, _ in raised.value.candidates) == days
    assert raised.value.text == typed


@table(
    ("day", "echoed"),
    [
        ("2026-11-30", "Mon 30 Nov (today)"),
        ("2026-12-01", "Tue 1 Dec (tomorrow)"),
        ("2026-12-04", "Fri 4 Dec"),
        ("2027-12-04", "Sat 4 Dec 2027"),
    ],
)
def test_a_day_is_echoed_with_its_weekday(day, echoed):
    assert echo_day(date.fromisoformat(day), TODAY) == echoed
