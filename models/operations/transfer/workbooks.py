"""Workbooks of Excel and LibreOffice as rows of texts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from models.core.errors import CRMError

STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of Excel and LibreOffice begin."""


@dataclass(frozen=True)
class Workbook:
    """The first sheet of a workbook with anything in it. others: the names of further ones, which are not read."""

    cells: list[list[Any]]
    sheet: str
    others: tuple[str, ...]

    @property
    def note(self) -> str:
        if not self.others:
            return ""
        return f"The workbook has several sheets. “{self.sheet}” was read; {', '.join(self.others)} was not."

    def rows(self) -> Iterator[list[str]]:
        for cells in self.cells:
            texts = [written(cell) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            yield texts


def is_workbook(file: BinaryIO) -> bool:
    file.seek(0)
    return file.read(4) in STARTS


def open_workbook(file: BinaryIO) -> Workbook:
    """Return the rows of a workbook; CRMError says why it cannot be read."""
    import python_calamine

    file.seek(0)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(file)
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except python_calamine.PasswordError:
        raise CRMError("The workbook is protected by a password. Save it without one, or as CSV UTF-8.") from None
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise CRMError(f"The workbook cannot be read ({error}). Save it again as XLSX, or as CSV UTF-8.") from None
    filled = [name for name, cells in sheets.items() if any(any(cell != "" for cell in row) for row in cells)]
    if not filled:
        raise CRMError("The workbook is empty: its first row must name the columns.")
    return Workbook(sheets[filled[0]], filled[0], tuple(filled[1:]))


def written(cell: Any) -> str:
    """Return a cell as a CSV file would have it: 6.0 as 6, a day as 2026-01-13."""
    match cell:
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
    return str(cell)
