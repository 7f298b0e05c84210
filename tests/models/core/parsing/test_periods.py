"""Periods as people write them."""

from datetime import date

import pytest

from models.core.errors import Ambiguous
from models.core.parsing.periods import read_period
from tests.tables import table

TODAY = date(2026, 11, 25)  # a Wednesday


@table(
    ("typed", "first", "last"),
    [
        ("today", "2026-11-25", "2026-11-25"),
        ("this week", "2026-11-23", "2026-11-29"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("next quarter", "2027-01-01", "2027-03-31"),
        ("this year", "2026-01-01", "2026-12-31"),
        ("q3 2026", "2026-07-01", "2026-09-30"),
        ("2026-Q3", "2026-07-01", "2026-09-30"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-11", "2026-11-01", "2026-11-30"),
        ("11/2026", "2026-11-01", "2026-11-30"),
        ("nov '25", "2025-11-01", "2025-11-30"),
        ("last december", "2025-12-01", "2025-12-31"),
        ("november", "2026-11-01", "2026-11-30"),
        ("2026-W49", "2026-11-30", "2026-12-06"),
        ("last 30 days", "2026-10-27", "2026-11-25"),
        ("next 2 weeks", "2026-11-25", "2026-12-08"),
        ("ytd", "2026-01-01", "2026-11-25"),
        ("month to date", "2026-11-01", "2026-11-25"),
        ("letzten Monat", "2026-10-01", "2026-10-31"),
        ("diese Woche", "2026-11-23", "2026-11-29"),
        ("letzte 7 Tage", "2026-11-19", "2026-11-25"),
        ("la semaine dernière", "2026-11-16", "2026-11-22"),
        ("les 7 derniers jours", "2026-11-19", "2026-11-25"),
        ("el mes pasado", "2026-10-01", "2026-10-31"),
        ("friday", "2026-11-27", "2026-11-27"),
    ],
)
def test_a_period_is_read_as_people_write_it(typed: str, first: str, last: str) -> None:
    assert read_period(typed, TODAY) == (date.fromisoformat(first), date.fromisoformat(last))


@table(
    ("typed", "coming", "gone"),
    [
        ("december", "2026-12-01", "2025-12-01"),
        ("q3", "2027-07-01", "2026-07-01"),
        ("kw 49", "2026-11-30", "2025-12-01"),
    ],
)
def test_without_a_year_it_is_the_next_one_or_where_the_past_is_asked_for_the_last(
    typed: str, coming: str, gone: str
) -> None:
    assert read_period(typed, TODAY)[0].isoformat() == coming
    assert read_period(typed, TODAY, past=True)[0].isoformat() == gone


def test_what_is_no_period_is_refused_and_what_could_be_two_is_asked_about() -> None:
    with pytest.raises(
        ValueError, match="“banana” is no period. Try this week, last month or q3 2026."
    ):
        read_period("banana", TODAY)
    with pytest.raises(Ambiguous):
        read_period("12/05", TODAY)
