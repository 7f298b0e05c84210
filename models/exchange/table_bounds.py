"""What surrounds the table in a file: titles and blank lines above, totals and imprints below."""

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

SENTENCE = 60
"""A longer text that is alone in its row below a table is no record."""
BEFORE, BEHIND = 25, 12
"""How many rows may come before the headers, and after the last record."""
TOTAL = re.compile(
    r"(?:grand |sub)?totals?\b.*|sum(?:me|ma)?\b.*|gesamt\w*\b.*|total(?:e|es)? g[eé]n[eé]ral.*|итого.*|合计.*|合計.*",
    re.IGNORECASE,
)
IMPRINT = re.compile(
    r"(?:generated|exported) (?:by|on|at|from)\b|copyright\b|\(c\) ?\d{4}|©|confidential\b|report (?:run|date)"
    r"|printed (?:by|on)\b|as of \d|page \d+ of \d+|end of (?:report|file)|erstellt (?:am|von)\b"
    r"|(?:\d[\d,.]*) (?:records?|rows?)\b|(?:records?|rows?|row count)\b ?[:=(]? ?\d|filtered by\b",
    re.IGNORECASE,
)
FIGURE = re.compile(r"[^\w]*\d[\d.,'  ]*[^\w]*|[A-Z]{3} ?\d[\d.,'  ]*")

Row = list[str]
Known = Callable[[list[str]], int]
"""How many of these cells are headers that mean something."""


def place_of_headers(rows: Iterable[Row], known: Known) -> int:
    """Return which of the first rows names the columns, -1 where nothing is filled.

    It is the first row as wide as most rows are, unless one below means more.
    """
    first = [row for _, row in zip(range(BEFORE * 2), rows, strict=False)]
    widths = sorted(sum(map(bool, row)) for row in first if any(row))
    if not widths:
        return -1
    wide = max(widths[len(widths) // 2], 1)
    able = [n for n, row in enumerate(first[:BEFORE]) if sum(map(bool, row)) * 2 > wide]
    named = {n: known(first[n]) for n in able}
    best = max(able, key=lambda n: (named[n], -n), default=-1)
    return best if best >= 0 and named[best] >= min(2, wide) else (able or [-1])[0]


@dataclass
class Tail:
    """The last rows of a file, which are separated from its records when the end is reached."""

    rows: deque[Row] = field(default_factory=lambda: deque(maxlen=BEHIND))

    def footers(self, width: int) -> list[Row]:
        """Return the rows at the end that are no records.

        These are totals, imprints, and lone remarks behind a blank line.
        """
        found: list[Row] = []
        sure = False
        for row in reversed(self.rows):
            filled = [cell for cell in row if cell]
            if not filled:
                continue
            known = is_footer(filled, width)
            lone = width > 2 and len(filled) == 1 and len(row[0]) > 1 and self.after_blank(row)
            if not (lone or known):
                break
            found.insert(0, row)
            sure = sure or known or len(filled[0]) > SENTENCE
        return found if sure else []

    def after_blank(self, row: Row) -> bool:
        """Return whether a blank line precedes a row, among rows with at most one cell."""
        rows = list(self.rows)
        place = next(n for n, each in enumerate(rows) if each is row)
        for above in reversed(rows[:place]):
            if not any(above):
                return True
            if sum(map(bool, above)) > 1:
                return False
        return False


def is_footer(filled: Row, width: int) -> bool:
    if width < 2 or len(filled) >= width > 2:
        return False
    if IMPRINT.match(filled[0]) and len(filled) <= max(1, width // 2):
        return True
    rest = filled[1:]
    return bool(
        rest and TOTAL.fullmatch(filled[0]) and all(FIGURE.fullmatch(cell) for cell in rest)
    )
