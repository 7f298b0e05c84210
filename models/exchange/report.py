"""What an import did, and the rows that it could not take."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TextIO

from models.core.parsing.texts import enumerated
from models.exchange import csv_files
from models.exchange.mapping import REASON, Columns
from models.exchange.new_references import Missing

QUOTED = re.compile("“[^”]*”")
SHOWN = 3
"""The number of examples that a sentence gives."""


@dataclass
class Tally:
    """How often each of several things happened, with an example of each."""

    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, example: str, count: int = 1) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + count
        self.examples.setdefault(kind, example)

    def told(self) -> str:
        return ", ".join(
            f"{kind} {count:,} × (such as “{example[:60]}”)" for kind, count, example in self.most()
        )

    def most(self) -> list[tuple[str, int, str]]:
        """Return each with its count and its example, the most frequent first."""
        found = [(kind, count, self.examples[kind]) for kind, count in self.counts.items()]
        return sorted(found, key=lambda each: -each[1])


@dataclass
class Outcome:
    """What an import did, in rows, and which column filled which field.

    Attributes:
        unit: The unit of work by which the import is undone.
    """

    mapping: Columns
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejected: int = 0
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    """What must be answered before the file is stored: only a dry run gets here with any."""
    preview: list[str] = field(default_factory=list)
    """The first rows of a dry run as they would be stored."""
    unit: str = ""
    reasons: Tally = field(default_factory=Tally)
    """Why rows were rejected: what differs from row to row is left out of the sentence."""
    kept: Tally = field(default_factory=Tally)
    """Cells that no field took and that are kept in the notes, by the label of the field."""
    alike: dict[str, list[str]] = field(default_factory=dict)
    """What new records share with others, with the first few of what they share."""
    doubles: Counter[str] = field(default_factory=Counter)
    """How many new records share what with others: an e-mail address, a name."""
    again: int = 0
    """Rows with the id of an earlier row."""
    joined: int = 0
    """Memberships that were made."""
    reached: int = 0
    """Further contact points that were made."""
    noted: Counter[str] = field(default_factory=Counter)
    """Further values that went to the notes, by header."""
    missing: Missing = field(default_factory=Missing)
    """What rows name and does not exist here."""
    dropped: Tally = field(default_factory=Tally)
    """Cells that no field took, of records without notes, by the label of the field."""
    lacking: Tally = field(default_factory=Tally)
    """Records that were imported although they lack something."""

    def __str__(self) -> str:
        if (
            self.read
            and self.unchanged == self.read
            and not (self.joined or self.reached or self.missing.made)
        ):
            return f"Nothing changed: all {self.read:,} rows are here already."
        done = {"new": self.created, "changed": self.updated, "here already": self.unchanged}
        left = {
            "skipped because the file says they are deleted": self.skipped,
            "rejected": self.rejected,
        }
        told = [f"{count:,} {word}" for word, count in (done | left).items() if count]
        return f"{self.read:,} rows in {self.seconds:.1f} s: {', '.join(told) or 'nothing to do'}."

    def count_alike(self, alike: Mapping[tuple[str, str], int]) -> None:
        for (what, text), count in alike.items():
            self.doubles[what] += count
            examples = self.alike.setdefault(what, [])
            if text not in examples and len(examples) < SHOWN:
                examples.append(text)

    def conclude(self) -> None:
        """Add to the notes what else there is to say."""
        self.notes += [*self.told_of_cells(), *self.told_of_records()]

    def told_of_cells(self) -> Iterator[str]:
        """Yield what happened to cells that their field does not hold."""
        if self.kept.counts:
            yield f"Cells that could not be read stand in the notes of their records: {self.kept.told()}."
        if self.dropped.counts:
            yield (
                f"Cells that could not be read were left empty: {self.dropped.told()}. "
                "To refuse their rows instead: --strict"
            )
        if self.noted:
            columns = ", ".join(
                f"{header} {count:,} ×" for header, count in self.noted.most_common()
            )
            yield f"What a field had no room for stands in the notes: {columns}."

    def told_of_records(self) -> Iterator[str]:
        yield from self.missing.told()
        for kind, count, example in self.lacking.most():
            more = f" and {count - 1:,} more" if count > 1 else ""
            yield f"{example}{more} {kind}"
        if self.again:
            rows = "1 row has" if self.again == 1 else f"{self.again:,} rows have"
            yield f"{rows} the id of a row before; of each the last row counts."
        for what, count in self.doubles.items():
            records = "1 new record has" if count == 1 else f"{count:,} new records have"
            a = "an" if what[:1] in "aeiou" else "a"
            yield f"{records} {a} {what} that another has too: {enumerated(self.alike[what])}."
        if self.joined:
            yield f"Memberships made with the accounts that rows name: {self.joined:,}."
        if self.reached:
            yield f"Further numbers and addresses, each a contact of its customer: {self.reached:,}."

    def reject(self, reason: str) -> None:
        self.rejected += 1
        self.reasons.add(QUOTED.sub("“…”", reason), reason)


@dataclass
class Rejects:
    """The rows that could not be taken, written as they were, with the reason in a last column."""

    headers: list[str]
    file: TextIO | None
    count: int = 0

    def add(self, cells: list[str], reason: str) -> None:
        if self.file:
            if not self.count:
                csv_files.write(self.file, [*self.without_reason(self.headers), REASON])
            width = len(self.headers)
            under, beyond = (
                self.without_reason(cells[:width] + [""] * (width - len(cells))),
                cells[width:],
            )
            csv_files.write(
                self.file, [*map(csv_files.unguard, under), reason, *map(csv_files.unguard, beyond)]
            )
        self.count += 1

    def without_reason(self, cells: list[str]) -> list[str]:
        """Return the cells without what was wrong the last time."""
        place = self.headers.index(REASON) if REASON in self.headers else len(cells)
        return cells[:place] + cells[place + 1 :]
