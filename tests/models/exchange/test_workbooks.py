"""Workbooks that are more than they look."""

import io
import zipfile

import pytest

from models.core.errors import CRMError
from models.exchange import workbooks
from tests.files import nasty


def with_cell(place: str) -> io.BytesIO:
    """A small workbook in whose sheet somebody has touched one further cell."""
    small = nasty.workbook("small.xlsx", "account", {"Accounts": [["Name"], ["Acme"]]})
    far, row = io.BytesIO(), place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    cell = f'<row r="{row}"><c r="{place}"><v>1</v></c></row></sheetData>'
    with zipfile.ZipFile(io.BytesIO(small.content)) as source, zipfile.ZipFile(far, "w") as target:
        for part in source.infolist():
            target.writestr(
                part.filename, source.read(part).replace(b"</sheetData>", cell.encode())
            )
    return far


def test_a_cell_far_from_the_table_is_a_sentence_and_ends_no_process() -> None:
    with pytest.raises(
        CRMError, match="reaches to column XFD and row 1,048,576. Delete what stands so far"
    ):
        workbooks.sheets_of(with_cell("XFD1048576"))


def test_a_cell_a_little_further_away_is_read() -> None:
    assert [len(rows) for rows in workbooks.sheets_of(with_cell("A70000")).values()] == [70_000]


def test_what_unpacks_to_more_than_a_machine_holds_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workbooks, "LARGEST", 1000)
    with pytest.raises(CRMError, match="too large to be read. Save its sheet as CSV"):
        workbooks.sheets_of(with_cell("B2"))
