"""Read Excel and LibreOffice workbooks as rows of texts."""

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import IO, Any, BinaryIO

from models.core.errors import CRMError
from models.core.parsing import values

STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of Excel and LibreOffice begin."""
LARGEST = 1 << 30
"""The bytes to which a workbook may unpack, which are some twenty million cells."""
MOST_CELLS = 50_000_000
SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
PLACE = re.compile(rb' r="([A-Z]{1,3})(\d{1,7})"')
"""Where a cell of a sheet is."""


@dataclass(frozen=True)
class Workbook:
    """One sheet of a workbook.

    Attributes:
        others: The other sheets that hold anything, and how many rows they have.
    """

    cells: list[list[Any]]
    sheet: str
    others: Mapping[str, int] = field(default_factory=dict)
    fits: bool = False
    """Whether it was taken because its headers fit best."""

    @property
    def note(self) -> str:
        if not self.others:
            return ""
        left = ", ".join(
            f"“{name}” ({rows:,} {'row' if rows == 1 else 'rows'})"
            for name, rows in self.others.items()
        )
        why = ", whose headers fit best" if self.fits else ""
        return (
            f"The workbook has several sheets. “{self.sheet}” was read{why}; not read: {left}. "
            f'Another one: --sheet "{next(iter(self.others))}"'
        )

    def rows(self) -> Iterator[list[str]]:
        for cells in self.cells:
            texts = [written(cell) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            yield texts


def is_workbook(file: BinaryIO) -> bool:
    file.seek(0)
    return file.read(4) in STARTS


def open_workbook(file: BinaryIO, sheet: str, known: Callable[[Workbook], int]) -> Workbook:
    """Return the rows of a sheet of a workbook.

    Args:
        file: The file.
        sheet: The name of the sheet that is meant, "" for the one whose headers mean most.
        known: How many headers of a sheet mean something.

    Raises:
        CRMError: Why the workbook cannot be read.
    """
    there = sheets_of(file)
    rows = {
        name: sum(any(cell != "" for cell in row) for row in cells) for name, cells in there.items()
    }
    rows = {name: count for name, count in rows.items() if count}
    if not rows:
        raise CRMError("The workbook is empty: its first row must name the columns.")
    meant = (
        {}
        if sheet or len(rows) == 1
        else {name: known(Workbook(there[name], name)) for name in rows}
    )
    taken = named(sheet, rows) if sheet else max(rows, key=lambda name: meant.get(name, 0))
    others = {name: count for name, count in rows.items() if name != taken}
    return Workbook(there[taken], taken, others, len(set(meant.values())) > 1)


def named(sheet: str, rows: Mapping[str, int]) -> str:
    """Return the name of the sheet that has this name, regardless of case."""
    for name in rows:
        if values.fold(name) == values.fold(sheet):
            return name
    there = ", ".join(f"“{name}” ({count:,} rows)" for name, count in rows.items())
    raise CRMError(
        f"The workbook has no sheet “{sheet[:60]}” with anything in it. It has: {there}."
    )


def sheets_of(file: BinaryIO) -> dict[str, list[list[Any]]]:
    """Return the cells of all sheets, by name."""
    import python_calamine

    check_size(file)
    file.seek(0)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(file)
        return {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in book.sheet_names
        }
    except python_calamine.PasswordError:
        raise CRMError(
            "The workbook is protected by a password. Save it without one, or as CSV UTF-8."
        ) from None
    except (python_calamine.CalamineError, ValueError, OSError) as error:
        raise CRMError(
            f"The workbook cannot be read ({error}). Save it again as XLSX, or as CSV UTF-8."
        ) from None


def check_size(file: BinaryIO) -> None:
    """Raise CRMError where a small file unpacks to more than a machine can hold.

    For calamine, all cells between the first and the last exist, also where somebody touched one
    far to the right, and it ends the process when memory runs out.
    """
    if not zipfile.is_zipfile(file):
        return  # an old workbook, which cannot be so large, or a broken one
    with zipfile.ZipFile(file) as packed:
        parts = packed.infolist()
        if sum(part.file_size for part in parts) > LARGEST:
            raise CRMError(
                "The workbook is too large to be read. Save its sheet as CSV UTF-8: that is read in pieces."
            )
        for part in parts:
            if SHEET.fullmatch(part.filename):
                with packed.open(part) as sheet:
                    check_reach(sheet)


def check_reach(sheet: IO[bytes]) -> None:
    """Raise CRMError where a sheet has a cell too far away."""
    right, down, rest = (0, b""), 0, b""
    while chunk := sheet.read(1 << 20):
        for column, row in PLACE.findall(rest + chunk):
            right, down = max(right, (len(column), column)), max(down, int(row))
        rest = chunk[-20:]
    width = sum((letter - 64) * 26**power for power, letter in enumerate(reversed(right[1])))
    if width * down > MOST_CELLS:
        raise CRMError(
            f"The workbook has a sheet that reaches to column {right[1].decode()} and row {down:,}. Delete what stands "
            "so far from the table, or save the sheet as CSV UTF-8."
        )


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
            return (
                cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
            )
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
    return str(cell)
