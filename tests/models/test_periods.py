"""Periods as people write them."""

from datetime import date

import pytest

from models.operations.periods import read_period

TODAY = date(2026, 11, 25)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", "2026-11-25", "2026-11-25"),
        ("yesterday", "2026-11-24", "2026-11-24"),
        ("4 dec", "2026-12-04", "2026-12-04"),
        ("2026-12-01", "2026-12-01", "2026-12-01"),
        ("this week", "2026-11-23", "2026-11-29"),
        ("This  Week", "2026-11-23", "2026-11-29"),
        ("last week", "2026-11-16", "2026-11-22"),
        ("next week", "2026-11-30", "2026-12-06"),
        ("this month", "2026-11-01", "2026-11-30"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("next month", "2026-12-01", "2026-12-31"),
        ("this quarter", "2026-10-01", "2026-12-31"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("next quarter", "2027-01-01", "2027-03-31"),
        ("this year", "2026-01-01", "2026-12-31"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("last 7 days", "2026-11-18", "2026-11-25"),
        ("next 2 weeks", "2026-11-25", "2026-12-09"),
        ("past 3 months", "2026-08-25", "2026-11-25"),
        ("november", "2026-11-01", "2026-11-30"),
        ("nov 2025", "2025-11-01", "2025-11-30"),
        ("sept", "2026-09-01", "2026-09-30"),
        ("last march", "2026-03-01", "2026-03-31"),
        ("last december", "2025-12-01", "2025-12-31"),
        ("next march", "2027-03-01", "2027-03-31"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("q3", "2026-07-01", "2026-09-30"),
        ("Q1 2025", "2025-01-01", "2025-03-31"),
        ("2025-Q4", "2025-10-01", "2025-12-31"),
        ("2026-W49", "2026-11-30", "2026-12-06"),
        ("week 49", "2026-11-30", "2026-12-06"),
        ("2025", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_period_is_its_first_and_last_day(text: str, first: str, last: str) -> None:
    assert read_period(text, TODAY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("text", ["", "acme", "new", "week", "last", "12", "week 60", "2026-13", "ma", "x" * 500])
def test_what_is_no_period_is_none(text: str) -> None:
    assert read_period(text, TODAY) is None


@pytest.mark.parametrize("text", ["last 9999 years", "next 9999 months", "last 9999 weeks"])
def test_a_period_beyond_the_calendar_is_no_error(text: str) -> None:
    read_period(text, TODAY)
