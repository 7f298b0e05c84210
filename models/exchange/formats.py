"""What is decided about each column of a file, and how a cell becomes a text that a field reads."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from models.core.parsing import values
from models.core.parsing.calendar import full_year

DMY, MDY = "dmy", "mdy"
ORDERS = {DMY: "day first", MDY: "month first"}

NUMERIC_DAY = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?=$|[ ,T])(.*)", re.DOTALL)
"""A day in numbers whose year comes last, and what follows it, such as a time."""
SERIAL = re.compile(r"(\d{4,5})(?:[.,](\d+))?")
"""A day as spreadsheets count them, and the fraction of the day."""
SCIENTIFIC = re.compile(r"-?\d+(?:[.,]\d+)?[eE][+-]?\d{1,2}")
FIGURE = re.compile(r"\d(?:[\d.,'’\u00a0\u202f ]*\d)?|[.,]\d+")
"""The digits of an amount with what separates them, without sign and currency."""
OTHER_THAN_FIGURES = re.compile(r"[^\W\d_]|[$€£¥₹₩₽₺₪]")
COMPACT = re.compile(r"(?:19|20)\d{6}")
"""A day written as 20260113."""
SECONDS = re.compile(r"\d{10}|\d{13}")
"""A moment as programs count them, in seconds or thousandths of a second."""
EPOCHS = {1900: date(1899, 12, 30), 1904: date(1904, 1, 1)}
FIRST_SERIAL, LAST_SERIAL = 10_000, 73_050
"""Serial numbers from May 1927 to the end of 2099: a number outside of these is no business day."""


@dataclass(frozen=True)
class Decision:
    """How the cells of one column are read.

    Attributes:
        place: The position of the cell in the row.
        target: The field that it fills, or one of the other targets of `mapping`.
        overrides: What it says counts more than what earlier columns say; otherwise it only fills
            what they leave empty.
        empty: Words that mean an empty cell.
        words: Cell, folded → text for the field, "" for none.
        order: `dmy` or `mdy` where days are written in numbers.
        serials: The year from which days are counted, where they are numbers.
        decimal: The sign before decimals, "." or ",".
        fractions: 0.2 means 20 %.
        unit: The currency of its header.
        padded: Ids of 15 characters are completed to 18.
        between: What separates several values in a cell.
        beside: What it says is added to what earlier columns say.
        label: What is then written before a text.
    """

    header: str
    place: int
    target: str
    overrides: bool = False
    empty: frozenset[str] = frozenset()
    words: Mapping[str, str] = field(default_factory=dict)
    order: str = ""
    serials: int = 0
    decimal: str = ""
    fractions: bool = False
    unit: str = ""
    padded: bool = False
    between: str = ""
    beside: bool = False
    label: str = ""

    @property
    def is_plain(self) -> bool:
        """Return whether a cell that is not empty is already its text."""
        read = (
            self.words,
            self.order,
            self.serials,
            self.decimal,
            self.fractions,
            self.unit,
            self.padded,
        )
        return not any((*read, self.between, self.beside, self.overrides))

    def parts(self, cell: str) -> list[str]:
        """Return the values of a cell; several only where its column has cells with several."""
        if not self.between or self.between not in cell:
            return [cell]
        return [part for each in cell.split(self.between) if (part := each.strip())] or [cell]

    def apply(self, cell: str) -> str:
        """Return a stripped and unguarded cell as a text for its field, "" where it is empty.

        Raises:
            ValueError: Why the cell does not fit what was decided; then the field must not read it
                either.
        """
        if not cell or cell in self.empty:
            return ""
        if self.words and (word := self.words.get(values.fold(cell))) is not None:
            return word
        if self.order or self.serials:
            return self.day(cell)
        if self.decimal or self.fractions or self.unit:
            return self.number(cell)
        return complete(cell) if self.padded else cell

    def day(self, cell: str) -> str:
        """Return a day in numbers as 2026-01-13, with what followed it; other texts unchanged."""
        if self.serials and cell[:1].isdigit() and (counted := from_count(cell, self.serials)):
            return counted
        found = NUMERIC_DAY.fullmatch(cell)
        if not found or not self.order:
            return cell
        first, second, year = int(found[1]), int(found[3]), full_year(found[4])
        day, month = (first, second) if self.order == DMY else (second, first)
        try:
            return f"{date(year, month, day).isoformat()}{found[5]}"
        except ValueError:
            raise ValueError(f"“{cell[:40]}” is no day when the {ORDERS[self.order]}.") from None

    def number(self, cell: str) -> str:
        """Return a number without separators and with a point before its decimals.

        Signs and the currency stay.
        """
        if SCIENTIFIC.fullmatch(cell):
            cell = f"{Decimal(cell.replace(',', '.')):f}"
        elif self.decimal and (found := FIGURE.search(cell)):
            figure = self.figure(found[0], cell)
            cell = f"{cell[: found.start()]}{figure}{cell[found.end() :]}"
        if self.unit and not OTHER_THAN_FIGURES.search(cell):
            cell = f"{cell} {self.unit}"
        return self.percentage(cell) if self.fractions else cell

    def figure(self, figure: str, cell: str) -> str:
        whole, sign, rest = figure.partition(self.decimal)
        digits = re.sub(r"[^\d]", "", whole)
        grouped = re.fullmatch(
            r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{2,3})*(?:[.,'’\u00a0\u202f ]\d{3})|\d*", whole
        )
        if not grouped or (rest and not rest.isdigit()):
            raise ValueError(
                f"“{cell[:40]}” does not fit its column, where “{self.decimal}” stands before decimals."
            )
        rest = (
            f"{rest}0" if len(rest) == 3 else rest
        )  # else it could not be distinguished from a thousand
        return f"{digits or 0}.{rest}" if sign and rest else digits

    def percentage(self, cell: str) -> str:
        if cell.rstrip().endswith("%"):
            return cell
        try:
            return f"{(Decimal(cell) * 100).normalize():f}"
        except InvalidOperation:
            return cell


def from_count(cell: str, epoch: int) -> str:
    """Return a day or moment that is written as one number, "" where it is no such number."""
    if found := SERIAL.fullmatch(cell):
        return from_serial(cell, found, epoch)
    if SECONDS.fullmatch(cell):
        moment = datetime.fromtimestamp(int(cell) / (1000 if len(cell) == 13 else 1), UTC)
        return moment.strftime("%Y-%m-%d %H:%M:%SZ")
    if COMPACT.fullmatch(cell):
        return f"{cell[:4]}-{cell[4:6]}-{cell[6:]}"
    return ""


def from_serial(cell: str, found: re.Match[str], epoch: int) -> str:
    number = int(found[1])
    if not FIRST_SERIAL <= number <= LAST_SERIAL:
        raise ValueError(f"“{cell[:40]}” is not a day as spreadsheets count them.")
    day = (EPOCHS[epoch] + timedelta(days=number)).isoformat()
    minutes = round(float(f"0.{found[2] or 0}") * 24 * 60)
    return (
        f"{day} {minutes // 60:02}:{minutes % 60:02}" if found[2] and 0 < minutes < 24 * 60 else day
    )


ID_15 = re.compile(r"(?:00[0-9A-Za-z]|500|701|800|a[0-9A-Za-z]{2})[0-9A-Za-z]{12}")
ID = re.compile(rf"(?:{ID_15.pattern})(?:[A-Z0-5]{{3}})?")
"""An id as Salesforce writes them, with or without its last three characters."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def complete(cell: str) -> str:
    """Return a Salesforce id of 15 characters as its 18 characters, and other texts unchanged.

    The last three characters encode which letters are capitals.
    """
    if not ID_15.fullmatch(cell):
        return cell
    parts = (cell[start : start + 5] for start in (0, 5, 10))
    return cell + "".join(
        LETTERS[sum(letter.isupper() << n for n, letter in enumerate(part))] for part in parts
    )


@dataclass
class Decisions:
    """Everything that is decided about a file: its columns in the order in which they are read.

    Attributes:
        constants: Texts for every row that says nothing itself, such as the currency of `Amount
            (EUR)`.
    """

    columns: list[Decision] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    emptied: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each word meant an empty cell, by header."""
    unknown: dict[str, Counter[str]] = field(default_factory=dict)
    """Option words that mean nothing here, with counts, by header."""
    strangers: Counter[str] = field(default_factory=Counter)
    """Names of people who are not here, with counts; their records are taken without an owner."""
