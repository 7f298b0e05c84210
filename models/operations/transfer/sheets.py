"""CSV files: read as other programs write them, written so that a spreadsheet opens them safely."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, TextIO

from models.core.errors import CRMError

DELIMITERS = ",;\t|"
CHUNK = 1 << 20
FORMULA = re.compile(r"'*[=+\-@\t\r]")
QUOTED = re.compile(r'"[^"]*"')


@dataclass(frozen=True)
class Sheet:
    """A CSV file that was looked through once: how it is written, what its columns are, how much there is."""

    file: BinaryIO
    encoding: str
    delimiter: str
    headers: list[str]
    rows: int
    filled: frozenset[str]
    """The headers under which anything stands."""

    def lines(self) -> Iterator[list[str]]:
        """The rows as the file has them, one at a time; rows with nothing in them are passed over."""
        lines = read(self.file, self.encoding, self.delimiter)
        next(lines)
        return (cells for cells in lines if any(cells))


def survey(file: BinaryIO) -> Sheet:
    """Look through a CSV file, which can be read again after. CRMError says why it cannot be used."""
    encoding = encoding_of(file)
    delimiter = delimiter_of(file, encoding)
    lines = read(file, encoding, delimiter)
    headers = [header.strip() for header in next(lines, [])]
    if not any(headers):
        raise CRMError("The file is empty: its first line must name the columns.")
    rows, empty = 0, dict(enumerate(headers))
    for cells in lines:
        rows += any(cells)
        for place in [place for place in empty if place < len(cells) and cells[place].strip()]:
            del empty[place]
    filled = frozenset(header for place, header in enumerate(headers) if place not in empty)
    return Sheet(file, encoding, delimiter, headers, rows, filled)


def read(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[list[str]]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
    lines = csv.reader(text, delimiter=delimiter)
    try:
        yield from lines
    except csv.Error as error:
        raise CRMError(f"Line {lines.line_num} of the file is not CSV: {error}.") from None
    finally:
        text.detach()


def encoding_of(file: BinaryIO) -> str:
    """UTF-8 where every byte of the file agrees, else what Windows writes in the West; UTF-16 says so itself."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    start = chunk = file.read(CHUNK)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        while chunk:
            decoder.decode(chunk)
            chunk = file.read(CHUNK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def delimiter_of(file: BinaryIO, encoding: str) -> str:
    """The separator that the first line has most of, outside of quotes."""
    file.seek(0)
    first = file.read(CHUNK).decode(encoding, "replace").partition("\n")[0]
    return max(DELIMITERS, key=QUOTED.sub("", first).count)


def guard(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def unguard(text: str) -> str:
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def content(cell: str) -> str:
    """Return what a cell says: without the spaces around it, the guard before it, and the sheath of `="01234"`."""
    cell = cell.strip()
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        return cell[2:-1].replace('""', '"').strip()
    return unguard(cell)


def write(file: TextIO, cells: Iterable[str]) -> None:
    """Add a line to a CSV file, which was opened with newline="" if it has a path."""
    csv.writer(file).writerow([guard(cell) for cell in cells])
