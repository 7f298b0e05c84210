"""Days and moments as files write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from models.core.errors import Ambiguous
from models.core.parsing.file_dates import orders, read_written_day, read_written_moment
from tests.tables import table

ANGELES = ZoneInfo("America/Los_Angeles")


@table(
    ("cell", "day"),
    [
        ("2026-12-01", "2026-12-01"),
        ("2026/3/1", "2026-03-01"),
        ("20261116", "2026-11-16"),
        ("13/01/2026", "2026-01-13"),
        ("12.31.2026", "2026-12-31"),
        ("05.06.26", "2026-06-05"),
        ("13.06.49", "2049-06-13"),
        ("13.06.50", "1950-06-13"),
        ("15-Nov-85", "1985-11-15"),
        ("16 Apr, 2021", "2021-04-16"),
        ("16 Apr 2021 00:03:00", "2021-04-16"),
        ("Apr 16, 2021, 10:00 PM", "2021-04-16"),
        ("15-Nov-26", "2026-11-15"),
        ("15-Nov-2026", "2026-11-15"),
        ("4. Dezember 2026", "2026-12-04"),
        ("4 décembre 2026", "2026-12-04"),
        ("4 de diciembre de 2026", "2026-12-04"),
        ("4 dicembre 2026", "2026-12-04"),
        ("Wednesday, 25 November 2026", "2026-11-25"),
        ("2021-04-16T00:03:00Z", "2021-04-16"),
        ("2026年12月4日", "2026-12-04"),
    ],
)
def test_a_cell_with_a_year_is_a_day(cell: str, day: str) -> None:
    assert read_written_day(cell) == date.fromisoformat(day)


@table("cell", ["05/06/2026", "5-6-2026", "05/06/26", "05.06.2026", "05 06 2026"])
def test_a_cell_is_read_in_the_order_of_its_column(cell: str) -> None:
    assert read_written_day(cell, "dmy") == date(2026, 6, 5)
    assert read_written_day(cell, "mdy") == date(2026, 5, 6)


@table("cell", ["05/06/2026", "05/06/26", "5-6-2026 10:00"])
def test_without_an_order_a_cell_that_could_be_two_days_is_asked_about(cell: str) -> None:
    with pytest.raises(Ambiguous, match="could be Wed 6 May 2026 or Fri 5 Jun 2026"):
        read_written_day(cell)


@table(
    ("cell", "problem"),
    [
        ("15-Nov", "is not a day with its year"),
        ("Nov 2026", "is not a day with its year"),
        ("5 Dec", "is not a day with its year"),
        ("today", "is not a day with its year"),
        ("eom", "is not a day with its year"),
        ("+3d", "is not a day with its year"),
        ("fri", "is not a day with its year"),
        ("tomorrow 9:00", "is not a day with its year"),
        ("now", "is not a day with its year"),
        ("+2h", "is not a day with its year"),
        ("45992", "is not a day with its year"),
        ("", "is not a day with its year"),
        ("31/02/2026", "is not in the calendar"),
        ("0000-00-00", "is not in the calendar"),
        ("1776-07-04", "is not between 1900 and 2200"),
        ("Fri 5 Dec 2026", "could be Fri 4 Dec 2026 or Sat 5 Dec 2026"),
    ],
)
def test_a_cell_that_says_no_day_or_one_that_moves_is_refused(cell: str, problem: str) -> None:
    for read in (lambda: read_written_day(cell), lambda: read_written_moment(cell, ANGELES)):
        with pytest.raises(ValueError, match=problem):
            read()


def test_a_cell_in_another_order_than_its_column_is_refused() -> None:
    with pytest.raises(ValueError, match="is no day written as m d y, as the others are"):
        read_written_day("13/01/2026", "mdy")


@table(
    ("cell", "possible"),
    [
        ("05/06/2026", {"dmy", "mdy"}),
        ("13/01/2026", {"dmy"}),
        ("01/13/26 10:00 PM", {"mdy"}),
        ("2026-01-01", set()),
        ("5.6.2026", {"dmy", "mdy"}),
        ("31/31/2026", set()),
        ("30/02/2026", set()),
        ("soon", set()),
    ],
)
def test_the_order_of_a_column_is_what_all_its_cells_allow(cell: str, possible: set[str]) -> None:
    assert orders(cell) == possible


def test_a_day_of_a_spreadsheet_is_one_where_the_column_holds_such() -> None:
    assert read_written_day("45992", serials=True) == date(2025, 12, 1)
    assert read_written_moment("45992.75", ANGELES, serials=True) == datetime(
        2025, 12, 2, 2, tzinfo=UTC
    )


@table(
    ("cell", "moment"),
    [
        ("2026-03-01 22:00:00 UTC", "2026-03-01T22:00"),
        ("2026-03-01T22:00:00.1234567Z", "2026-03-01T22:00:00.123456"),
        ("2026-03-01 22:00:00 PST", "2026-03-02T06:00"),
        ("2026-03-01 22:00:00-08", "2026-03-02T06:00"),
        ("2026-03-01 22:00:00 GMT+2", "2026-03-01T20:00"),
        ("2026-03-01T22:00:00.000+0000", "2026-03-01T22:00"),
        ("2026-03-01 22:00:00 +0000 UTC", "2026-03-01T22:00"),
        ("2026-03-01 22:00 Europe/Berlin", "2026-03-01T21:00"),
        ("2026-03-01T22:00:00+01:00[Europe/Berlin]", "2026-03-01T21:00"),
        ("20260301T220000Z", "2026-03-01T22:00"),
        ("2026-03-01 22:00:00", "2026-03-02T06:00"),
        ("2026-03-01 22:00:00 CST", "2026-03-02T04:00"),
        ("16 Apr, 2021 00:03:00", "2021-04-16T07:03"),
        ("01.03.2026 22:00", "2026-03-02T06:00"),
        ("3/13/2026 10:00 PM", "2026-03-14T05:00"),
        ("Sun Mar 01 22:00:00 UTC 2026", "2026-03-01T22:00"),
        ("Sun, 01 Mar 2026 22:00:00 +0000", "2026-03-01T22:00"),
        ("Sun Mar 01 2026 22:00:00 GMT+0100 (Central European Standard Time)", "2026-03-01T21:00"),
        ("2026-03-01", "2026-03-01T08:00"),
    ],
)
def test_a_moment_is_read_as_written_and_without_an_offset_in_the_zone(
    cell: str, moment: str
) -> None:
    assert read_written_moment(cell, ANGELES) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@table("cell", ["2026-03-01 22:00:00 IST", "2026-03-01 22:00 BST", "2026-03-01 22:00+25:00"])
def test_a_zone_that_is_not_clear_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="time zone that is not clear|offset that no zone has"):
        read_written_moment(cell, ANGELES)


def test_an_abbreviation_of_several_zones_is_the_readers_own() -> None:
    june = "2026-06-01 12:00 "
    assert read_written_moment(june + "BST", ZoneInfo("Europe/London")) == datetime(
        2026, 6, 1, 11, tzinfo=UTC
    )
    assert read_written_moment(june + "IST", ZoneInfo("Asia/Kolkata")) == datetime(
        2026, 6, 1, 6, 30, tzinfo=UTC
    )


def test_a_day_alone_is_the_hour_asked_for() -> None:
    from datetime import time

    assert read_written_moment("2026-03-01", ANGELES, at=time(9)) == datetime(
        2026, 3, 1, 17, tzinfo=UTC
    )
