"""How the cells of a text file are separated and quoted."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

DELIMITERS = ",;\t|"
UNUSUAL = tuple("~^:#!*\x01\x02\x07\x1e\x1f¦§¬")
"""Separators that few programs use."""
SEP = re.compile(r"\ufeff?\"?sep=(.)\"?[\r\n]*", re.IGNORECASE)
"""The first line that says to Excel which separator the file has."""
LOOKED_AT = 60
CLEAR = 0.9
"""The share of equally wide rows from which the separator is no longer in doubt."""


@dataclass(frozen=True)
class Dialect:
    """How a text file is written.

    Attributes:
        escape: The sign before a quote inside quotes, where quotes are not doubled.
        skip: The number of lines before the first row that only say how the file is written.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    spaced: bool = False
    """A space follows each separator."""
    skip: int = 0

    @property
    def options(self) -> dict[str, Any]:
        """Return the options for the csv module."""
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote,
            "doublequote": not self.escape,
            "escapechar": self.escape or None,
            "skipinitialspace": self.spaced,
            "strict": True,
        }

    @property
    def note(self) -> str:
        """Return what is unusual about the dialect, in words; "" where nothing is."""
        unusual = [
            *(
                [f"cells are separated by “{self.delimiter}”"]
                if self.delimiter not in DELIMITERS
                else []
            ),
            *([f"cells are quoted with {self.quote}"] if self.quote != '"' else []),
            *(["quotes inside of cells stand behind a backslash"] if self.escape else []),
        ]
        return f"Read so: {', '.join(unusual)}." if unusual else ""


def dialect_of(start: str) -> Dialect:
    """Return the dialect of a file from how it starts.

    It is the one in which rows are equally wide and have the most cells.
    """
    if found := SEP.match(start):
        return Dialect(found[1], skip=1)
    known = [
        each
        for delimiter in DELIMITERS
        for each in (unusual(start, delimiter), Dialect(delimiter))
        if each
    ]
    scores = {dialect: fit(start, dialect) for dialect in known}
    best = max(known, key=lambda dialect: scores[dialect])
    rivals = [
        each for each in known if each.delimiter != best.delimiter and scores[each][0] >= CLEAR
    ]
    if scores[best][0] < CLEAR or rivals:
        others = sniffed(start)
        scores |= {dialect: fit(start, dialect) for dialect in others}
        best = max([best, *others], key=lambda dialect: scores[dialect])
    return best


def fit(start: str, dialect: Dialect) -> tuple[float, int]:
    """Return how well a dialect fits: the share of rows of the usual width, and that width.

    The share is 0 where the width is 1.
    """
    widths: Counter[int] = Counter()
    broken = 1.0
    try:
        for cells in csv.reader(io.StringIO(start, newline=""), **dialect.options):
            if any(cells):
                widths[len(cells)] += 1
            if widths.total() >= LOOKED_AT:
                break
    except csv.Error as error:
        broken = (
            1.0 if "end of data" in str(error) else 0.5
        )  # the end is cut off, or the file is not written like this
    if not widths:
        return 0.0, 0
    (width, count), *_ = sorted(widths.items(), key=lambda pair: (pair[1], pair[0]), reverse=True)
    return (broken * count / widths.total(), width) if width > 1 else (0.0, 1)


def unusual(start: str, delimiter: str) -> Dialect | None:
    """Return the dialect with this separator where cells are not quoted as spreadsheets quote them.

    Return None where nothing is unusual.
    """
    d = re.escape(delimiter)
    single = re.search(rf"(?:^|[\r\n{d}])'[^'\r\n{d}]*'{d} ?'", start)
    escaped = re.search(rf'(?<!\\)\\"(?! *(?:{d}|$))', start, re.MULTILINE)
    spaced = re.search(rf"{d} +[\"']", start)
    if not (single or escaped or spaced):
        return None
    return Dialect(delimiter, "'" if single else '"', "\\" if escaped else "", bool(spaced))


def sniffed(start: str) -> list[Dialect]:
    """Return the dialect that clevercsv finds, if any: it also considers what the cells are."""
    import clevercsv

    try:
        found = clevercsv.Sniffer().sniff(start[:20_000])
    except clevercsv.Error:
        return []
    first = next((line for line in start.splitlines() if line.strip()), "")
    if not found or found.delimiter not in UNUSUAL or found.delimiter not in first:
        return []
    return [Dialect(found.delimiter, found.quotechar or '"', found.escapechar or "")]
