"""What periods mean in filters."""

from datetime import date

from models.core.search.filter_periods import read_span
from tests.tables import table

MARCH = date(2026, 3, 10)


@table(
    ("text", "first", "last"),
    [
        ("february", "2026-02-01", "2026-02-28"),
        ("march", "2026-03-01", "2026-03-31"),
        ("june", "2026-06-01", "2026-06-30"),
        ("december", "2025-12-01", "2025-12-31"),
        ("q1", "2026-01-01", "2026-03-31"),
        ("this week", "2026-03-09", "2026-03-15"),
        ("today", "2026-03-10", "2026-03-10"),
    ],
)
def test_without_a_year_the_nearest_is_meant(text: str, first: str, last: str) -> None:
    assert read_span(text, MARCH) == (date.fromisoformat(first), date.fromisoformat(last))


def test_of_what_was_the_last_is_meant() -> None:
    assert read_span("april", MARCH, past=True) == (date(2025, 4, 1), date(2025, 4, 30))
    assert read_span("monday", MARCH, past=True) == (date(2026, 3, 9), date(2026, 3, 9))
    assert read_span("4 dec", MARCH, past=True) == (date(2025, 12, 4), date(2025, 12, 4))
    assert read_span("today", MARCH, past=True) == (MARCH, MARCH)


@table("text", ["", "acme", "new", "12", "12/05", "week", "last 9999 years"])
def test_what_is_none_or_could_be_two_is_no_period(text: str) -> None:
    assert read_span(text, MARCH) is None
