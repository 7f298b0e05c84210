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
"""The first line by which Excel learns of the separator."""
LOOKED_AT = 60
CLEAR = 0.9
"""The share of rows that are equally wide, from which on nobody need doubt how they are separated.
"""


@dataclass(frozen=True)
class Dialect:
    """How a text file is written. escape: what stands before a quote inside of quotes, where quotes
    are not doubled.

    skip: the lines before the first row that say only how the file is written.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    spaced: bool = False
    """A space follows each separator."""
    skip: int = 0

    @property
    def options(self) -> dict[str, Any]:
        """What the csv module is told."""
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
        """What is unusual about it, in words; "" where nothing is."""
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
    """Return the dialect of a file from how it starts: the one in which rows are equally wide and
    have most cells.
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
    """Return how well a dialect fits: the share of rows of the usual width, and that width; nothing
    where it is 1.
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
        )  # the end is cut off, or this is not how it is written
    if not widths:
        return 0.0, 0
    (width, count), *_ = sorted(widths.items(), key=lambda pair: (pair[1], pair[0]), reverse=True)
    return (broken * count / widths.total(), width) if width > 1 else (0.0, 1)


def unusual(start: str, delimiter: str) -> Dialect | None:
    """Return the dialect with this separator, where cells are quoted in a way that spreadsheets do
    not quote them.
    """
    d = re.escape(delimiter)
    single = re.search(rf"(?:^|[\r\n{d}])'[^'\r\n{d}]*'{d} ?'", start)
    escaped = re.search(rf'(?<!\\)\\"(?! *(?:{d}|$))', start, re.MULTILINE)
    spaced = re.search(rf"{d} +[\"']", start)
    if not (single or escaped or spaced):
        return None
    return Dialect(delimiter, "'" if single else '"', "\\" if escaped else "", bool(spaced))


def sniffed(start: str) -> list[Dialect]:
    """Return what clevercsv takes the file for, if it takes it for anything: it weighs what the
    cells are as well.
    """
    import clevercsv

    try:
        found = clevercsv.Sniffer().sniff(start[:20_000])
    except clevercsv.Error:
        return []
    first = next((line for line in start.splitlines() if line.strip()), "")
    if not found or found.delimiter not in UNUSUAL or found.delimiter not in first:
        return []
    return [Dialect(found.delimiter, found.quotechar or '"', found.escapechar or "")]
