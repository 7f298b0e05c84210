"""CSV files: read as other programs write them, written so that spreadsheets open them safely."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, TextIO

from models.core.errors import CRMError
from models.exchange.csv_dialects import Dialect, dialect_of
from models.exchange.encodings import CHUNK, Encoding, encoding_of
from models.exchange.table_bounds import Known, Tail, place_of_headers
from models.exchange.workbooks import Workbook, is_workbook, open_workbook

LARGEST_CELL = 2**31 - 1
FORMULA = re.compile(r"'*[=+\-@\t\r]")
SHEATHED = ("=", "'")
"""The first sign of a cell that says something else than its plain text."""
NO_TABLES = (
    (b"%PDF", "a PDF"),
    (b"<", "a web page or XML"),
    (b"{", "JSON"),
    (b"[{", "JSON"),
    (b"BEGIN:V", "a vCard"),
)


@dataclass(frozen=True)
class Plain:
    """A text file whose encoding and dialect are known."""

    file: BinaryIO
    encoding: Encoding
    dialect: Dialect

    def rows(self) -> Iterator[list[str]]:
        """Yield the rows as they are in the file, including blank ones.

        Raises:
            CRMError: A line is not like the others; the message names it.
        """
        self.file.seek(0)
        csv.field_size_limit(LARGEST_CELL)  # the field decides how much it holds
        text = io.TextIOWrapper(self.file, self.encoding.name, newline="")
        begun = 0
        try:
            for _ in range(self.dialect.skip):
                next(text, "")
            lines = csv.reader(text, **self.dialect.options)
            for cells in lines:
                yield cells
                begun = lines.line_num
        except csv.Error as error:
            raise CRMError(broken(begun + 1 + self.dialect.skip, str(error))) from None
        except UnicodeError:
            line = begun + 1 + self.dialect.skip
            raise CRMError(
                f"Line {line} or one soon after it is not written in {self.encoding.name}, as the lines before it are. "
                "Save the file as CSV UTF-8, or say which encoding it has with --encoding."
            ) from None
        finally:
            with suppress(
                ValueError
            ):  # the file may already be closed where not all rows were read
                text.detach()


def broken(line: int, problem: str) -> str:
    if "unexpected end of data" in problem:
        return f'Line {line} has a quote (") that is never closed. Close it or remove it, and import the file again.'
    return (
        f"Line {line} is not CSV: {problem}. Put quotes around the whole cell, double those inside of it, and import "
        "the file again."
    )


@dataclass(frozen=True)
class Sheet:
    """A file that was looked through once: how it is written, its columns, how much there is."""

    source: Plain | Workbook
    headers: list[str]
    first: int
    """How many rows come before the first record."""
    rows: int
    filled: frozenset[str]
    """The headers of the columns that hold anything."""
    notes: tuple[str, ...] = ()

    def lines(self) -> Iterator[list[str]]:
        """Yield the rows as they are in the file, one at a time, without empty rows and footers."""
        lines = islice(self.source.rows(), self.first, None)
        return islice((cells for cells in lines if says_anything(cells)), self.rows)


def survey(
    file: BinaryIO, encoding: str = "", known: Known = lambda cells: 0, sheet: str = ""
) -> Sheet:
    """Look through a file, which can be read again afterwards.

    Args:
        file: The file.
        encoding: The encoding that the person named, "" to detect it.
        known: How many of these cells are headers that mean something.
        sheet: The sheet that the person named, "" for none.

    Raises:
        CRMError: Why the file cannot be used.
    """
    source = open_source(file, encoding, known, sheet)
    place = place_of_headers(cells_of(source), known)
    if place < 0:
        raise CRMError("The file is empty: its first line must name the columns.")
    rows = source.rows()
    above = ["".join(filter(None, map(str.strip, row))) for row in islice(rows, place)]
    headers = distinct([" ".join(content(cell).split()) for cell in next(rows)])
    count, empty, tail = look_through(rows, headers, source)
    footers = tail.footers(len(headers))
    filled = frozenset(header for place, header in enumerate(headers) if place not in empty)
    notes = [
        *(
            [source.encoding.note, source.dialect.note]
            if isinstance(source, Plain)
            else [source.note]
        ),
        *told("above the headers", [title for title in above if title]),
        *told("below the last record", [" ".join(filter(None, row)) for row in footers]),
    ]
    return Sheet(
        source, headers, place + 1, count - len(footers), filled, tuple(filter(None, notes))
    )


def open_source(file: BinaryIO, encoding: str, known: Known, sheet: str) -> Plain | Workbook:
    if is_workbook(file):
        return open_workbook(file, sheet, lambda book: meant_by(book, known))
    if sheet:
        raise CRMError("Only a workbook has sheets, and this is a text file. Leave --sheet out.")
    return open_plain(file, encoding)


def meant_by(book: Workbook, known: Known) -> int:
    """Return how many of the headers of a sheet mean something."""
    place = place_of_headers(cells_of(book), known)
    return known(next(islice(cells_of(book), place, None))) if place >= 0 else 0


def cells_of(source: Plain | Workbook) -> Iterator[list[str]]:
    return ([content(cell) for cell in row] for row in source.rows())


def open_plain(file: BinaryIO, encoding: str) -> Plain:
    file.seek(0)
    start = file.read(CHUNK)
    for beginning, what in NO_TABLES:
        if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(beginning):
            raise CRMError(
                f"The file is {what}, not a table. Export it as CSV or XLSX, and import that."
            )
    found = encoding_of(file, encoding)
    text = start.decode(found.name, "replace")
    whole = text if len(start) < CHUNK else text.rpartition("\n")[0] or text
    return Plain(file, found, dialect_of(whole[:200_000]))


def look_through(
    rows: Iterator[list[str]], headers: list[str], source: Plain | Workbook
) -> tuple[int, dict[int, str], Tail]:
    """Count the rows.

    Return how many hold anything, the columns in which nothing is filled, and the last rows.
    """
    count, empty, tail = 0, dict(enumerate(headers)), Tail()
    delimiter = source.dialect.delimiter if isinstance(source, Plain) else ""
    for cells in rows:
        tail.rows.append(cells)
        if not says_anything(cells):
            continue
        count += 1
        if (
            delimiter
            and len(cells) < len(headers)
            and has_swallowed(cells, delimiter, len(headers))
        ):
            start = (
                next(cell for cell in cells if "\n" in cell or "\r" in cell).split("\n")[0].strip()
            )
            raise CRMError(
                f'A quote (") before “{start[:60]}” is never closed, so that it takes in the lines after it. '
                "Close it or remove it, and import the file again."
            )
        if empty:
            for place in [place for place in empty if place < len(cells) and cells[place].strip()]:
                del empty[place]
    tail.rows = type(tail.rows)(
        [[content(cell) for cell in row] for row in tail.rows], tail.rows.maxlen
    )
    return count, empty, tail


def says_anything(cells: list[str]) -> bool:
    return any(cells) and any(map(str.strip, cells))


def has_swallowed(cells: list[str], delimiter: str, width: int) -> bool:
    """Return whether a cell holds whole rows because a quote before it was not closed."""
    return width > 1 and any(
        line.count(delimiter) == width - 1
        for cell in cells
        if "\n" in cell
        for line in cell.splitlines()[1:]
    )


def distinct(headers: list[str]) -> list[str]:
    """Return the headers, with repeated ones numbered so that each can be named."""
    seen: Counter[str] = Counter()
    named = []
    for header in headers:
        seen[header] += 1
        named.append(f"{header} ({seen[header]})" if header and seen[header] > 1 else header)
    return named


def told(where: str, lines: list[str]) -> list[str]:
    if not lines:
        return []
    shown = ", ".join(f"“{line[:60]}”" for line in lines[:4]) + (", …" if len(lines) > 4 else "")
    return [f"Passed over {where}: {shown}."]


def guard(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def unguard(text: str) -> str:
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def content(cell: str) -> str:
    """Return what a cell says, without outer spaces, the guard and the wrapper of `="01234"`."""
    cell = cell.strip()
    if cell[:1] not in SHEATHED:
        return cell
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        return cell[2:-1].replace('""', '"').strip()
    return unguard(cell)


def write(file: TextIO, cells: Iterable[str]) -> None:
    """Add a line to a CSV file; a file with a path must have been opened with newline=""."""
    csv.writer(file).writerow([guard(cell) for cell in cells])
