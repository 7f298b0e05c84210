"""What the cells of a column show together: the order of its days, its decimal sign, its words."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from models.exchange.csv_files import content
from models.exchange.formats import (
    COMPACT,
    DMY,
    FIGURE,
    FIRST_SERIAL,
    ID,
    LAST_SERIAL,
    MDY,
    NUMERIC_DAY,
    SCIENTIFIC,
    SECONDS,
    SERIAL,
)

CHUNK = 5_000
SHORT = 12
"""Nothing shorter holds two addresses or two numbers."""
SEPARATORS = (" ::: ", ";", ",", " | ", "\n")
BETWEEN_NAMES = (" ::: ", ";")
"""A name may contain a comma."""
MOST_WORDS = 5_000
"""The number of different words counted in a column.

A column with more is neither a choice nor a column of people.
"""


@dataclass
class Seen:
    """The cells of one column.

    Attributes:
        words: How often each word occurs.
        emptied: How often each word meant an empty cell.
    """

    empty: frozenset[str]
    counts_words: bool = False
    words: Counter[str] = field(default_factory=Counter)
    emptied: Counter[str] = field(default_factory=Counter)
    days: "Days" = field(default_factory=lambda: Days())
    figures: "Figures" = field(default_factory=lambda: Figures())
    several: Counter[str] = field(default_factory=Counter)
    """How many cells hold several values, by what separates them."""
    between: tuple[str, ...] = ()
    """What may separate several values in a cell that should hold one.

    Such a value is an address, a number or a name.
    """
    measured: bool = False
    """Whether each of several values must look like an address or a number."""
    are_ids: bool = True
    """Whether each cell is an id as Salesforce writes them."""
    looks: tuple[str, ...] = ()
    """Which of `days` and `figures` looks at the cells."""

    def add(self, cells: list[str]) -> None:
        if not (self.looks or self.counts_words):
            self.glance(cells)
            return
        for raw, count in Counter(cells).items():
            cell = content(raw)
            if not cell:
                continue
            if cell in self.empty:
                self.emptied[cell] += count
                continue
            if self.counts_words and len(self.words) < MOST_WORDS:
                self.words[cell] += count
            for look in self.looks:
                getattr(self, look).add(cell, count)

    def glance(self, cells: list[str]) -> None:
        """Count the words that mean an empty cell, and the cells that hold several values.

        Several values are counted only where a cell should hold one.
        """
        if self.between:
            holds, shortest = (holds_one, SHORT) if self.measured else (str.strip, 1)
            found = (
                separator_in(cell, self.between, holds) for cell in cells if len(cell) > shortest
            )
            self.several.update(filter(None, found))
        self.are_ids = self.are_ids and all(
            ID.fullmatch(cell) for raw in cells if (cell := content(raw)) and cell not in self.empty
        )
        if self.empty.intersection(map(str.strip, cells)):
            self.emptied.update(cell for cell in map(str.strip, cells) if cell in self.empty)


def holds_one(text: str) -> bool:
    """Return whether a text looks as if it holds an address or a number."""
    return "@" in text or sum(map(str.isdigit, text)) >= SHORT // 2


def separator_in(cell: str, signs: tuple[str, ...], holds: Callable[[str], object]) -> str:
    """Return what separates several values in a cell, "" where there is one value.

    Args:
        cell: The cell.
        signs: The separators to try, in order.
        holds: Whether a part can be a value.
    """
    for sign in signs:
        parts = cell.split(sign) if sign in cell else []
        if len(parts) > 1 and all(map(holds, parts)):
            return sign
    return ""


@dataclass
class Days:
    """How days are written.

    Attributes:
        proof: For each order an example that only this order allows.
        unclear: An example that both orders allow.
    """

    proof: dict[str, str] = field(default_factory=dict)
    dotted: str = ""
    unclear: str = ""
    short: str = ""
    """An example with a two-digit year."""
    counted: Counter[str] = field(default_factory=Counter)
    """Numbers that could be days, by how they count."""
    count: int = 0
    example: str = ""

    def add(self, cell: str, count: int) -> None:
        self.count += count
        if found := NUMERIC_DAY.match(cell):
            first, second = int(found[1]), int(found[3])
            self.short = self.short or (cell if len(found[4]) == 2 else "")
            if first > 12 >= second:
                self.proof.setdefault(DMY, cell)
            elif second > 12 >= first:
                self.proof.setdefault(MDY, cell)
            elif found[2] == ".":
                self.dotted = self.dotted or cell
            elif first != second:
                self.unclear = self.unclear or cell
        elif kind := number_of_day(cell):
            self.counted[kind] += count
            self.example = self.example or cell

    @property
    def are_counted(self) -> bool:
        return bool(self.counted) and self.counted.total() * 10 >= self.count * 9


def number_of_day(cell: str) -> str:
    """Return how a number could count days or moments, "" where it could not."""
    if (found := SERIAL.fullmatch(cell)) and FIRST_SERIAL <= int(found[1]) <= LAST_SERIAL:
        return "as spreadsheets count days"
    if COMPACT.fullmatch(cell) and 1 <= int(cell[4:6]) <= 12 and 1 <= int(cell[6:]) <= 31:
        return "as year, month and day"
    return "as seconds since 1970" if SECONDS.fullmatch(cell) else ""


@dataclass
class Figures:
    """How numbers are written.

    Attributes:
        proof: An example for each sign that must be the one before decimals.
    """

    proof: dict[str, str] = field(default_factory=dict)
    unclear: dict[str, str] = field(default_factory=dict)
    """An example for each sign that may come before decimals or between thousands."""
    marked: bool = False
    """Whether any number is followed by a per cent sign."""
    shares: int = 0
    wholes: int = 0
    """How many are above 0 and at most 1, and how many are above 1."""

    def add(self, cell: str, count: int) -> None:
        self.marked = self.marked or "%" in cell
        found = None if SCIENTIFIC.fullmatch(cell) else FIGURE.search(cell)
        if found is None:
            return
        figure = found[0]
        signs = [sign for sign in figure if sign in ".,"]
        whole, _, rest = figure.rpartition(signs[-1]) if signs else (figure, "", "")
        if len(set(signs)) == 2:
            self.proof.setdefault(signs[-1], cell)
        elif len(signs) > 1:
            self.proof.setdefault("," if signs[0] == "." else ".", cell)
        elif (
            signs
            and len(rest) == 3
            and 1 <= len(whole) <= 3
            and whole.isdigit()
            and not whole.startswith("0")
        ):
            self.unclear.setdefault(signs[0], cell)
        elif signs:
            self.proof.setdefault(signs[0], cell)
        self.weigh(figure.replace(",", ".") if len(signs) < 2 else "", count)

    def weigh(self, figure: str, count: int) -> None:
        try:
            value = float(figure)
        except ValueError:
            self.wholes += count
            return
        self.shares += count if 0 < value <= 1 else 0
        self.wholes += count if value > 1 else 0


def look(lines: Iterator[list[str]], seen: dict[int, Seen]) -> None:
    """Go through all rows once and collect the evidence of these columns, given by position."""
    while rows := list(islice(lines, CHUNK)):
        width = max(map(len, rows))
        for place, column in seen.items():
            if place < width:
                column.add([row[place] for row in rows if place < len(row)])
