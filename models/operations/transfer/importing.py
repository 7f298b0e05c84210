"""The import of a CSV file: through it in batches, with what became of every row."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO, TextIO

from models.core import access, statistics, values
from models.core.base import Entity
from models.core.errors import CRMError, Invalid
from models.core.fields import Money, Number, Person
from models.core.work import Works
from models.operations.transfer import sheets
from models.operations.transfer.batch import Batch
from models.operations.transfer.decisions import Decision, Decisions
from models.operations.transfer.desk import Desk
from models.operations.transfer.mapping import REASON, Columns, guess
from models.operations.transfer.rows import Line, Translation

BATCH = 500
"""Rows a unit of work: the database is held for a tenth of a second, and stopping half-way loses no more than these."""

MANY = 1000
"""New records after which the database looks again how many there are of what."""


@dataclass
class Outcome:
    """What an import did, in rows, and which column filled which field."""

    mapping: Columns
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejected: int = 0
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        if self.read and self.unchanged == self.read:
            return f"Nothing changed: all {self.read:,} rows are here already."
        done = {"new": self.created, "changed": self.updated, "here already": self.unchanged}
        left = {"skipped because the file says they are deleted": self.skipped, "rejected": self.rejected}
        told = [f"{count:,} {word}" for word, count in (done | left).items() if count]
        return f"{self.read:,} rows in {self.seconds:.1f} s: {', '.join(told) or 'nothing to do'}."


class Rehearsed(Exception):
    """A dry run ends here, so that nothing of it stays."""


def load(
    works: Works,
    workspace: str,
    actor: str,
    entity: type[Entity],
    file: BinaryIO,
    mapping: Mapping[str, str] | None = None,
    *,
    people: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    rejected: TextIO | None = None,
    dry: bool = False,
) -> Outcome:
    """Import a CSV file in batches. What was stored stays when it stops half-way; import the file again to go on.

    A row whose reference or foreign id is known changes that record where they differ; an empty cell changes nothing.
    Rows without an id are known by their whole content. Rows that cannot be taken go to `rejected` with the reason, to
    be corrected and imported. No cards are posted, and nobody becomes the owner of a record whose row names none: an
    import speaks for many people.

    file: one that can be read again; mapping: header → field where the guess is wrong, "" leaves a column out; people:
    what another system calls a person → the person's Slack id, e-mail or name here; progress: gets the rows done and
    the rows there are; rejected: opened with newline=""; dry: store nothing. CRMError says why a file cannot be used.
    """
    started = time.perf_counter()
    with works(workspace, actor, writes=False) as work:
        access.check(work, "import", entity)
    sheet = sheets.survey(file)
    columns = guess(entity, sheet.headers, sheet.filled, mapping)
    if not columns.fields:
        raise Invalid({"file": f"None of the columns is a field of {entity.plural()}: {', '.join(sheet.headers)}."})
    outcome = Outcome(columns)
    outcome.notes += sheet.notes
    translation = Translation(entity, sheet.headers, decide(entity, sheet.headers, columns, people or {}))
    loading = Loading(works, workspace, actor, translation, outcome, Rejects(sheet.headers, rejected), dry)
    loading.run(sheet, progress or (lambda done, there: None))
    outcome.seconds = time.perf_counter() - started
    return outcome


def decide(entity: type[Entity], headers: list[str], columns: Columns, people: Mapping[str, str]) -> Decisions:
    first = {header: place for place, header in reversed(list(enumerate(headers)))}
    known = {values.fold(name): person for name, person in people.items()}
    kinds = entity.fields()
    return Decisions(
        [
            Decision(
                header,
                first[header],
                target,
                words=known if isinstance(kinds.get(target), Person) else {},
                decimal="." if isinstance(kinds.get(target), Number | Money) else "",
            )
            for header, target in columns.fields.items()
        ]
    )


def batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Batches in which no key comes twice: what stands twice in the file changes the record it made before."""
    batch: dict[str, Line] = {}
    for line in lines:
        if line.key in batch or len(batch) == BATCH:
            yield list(batch.values())
            batch = {}
        batch[line.key] = line
    if batch:
        yield list(batch.values())


@dataclass
class Rejects:
    """The rows that could not be taken, written down as they were, with the reason in a column behind theirs."""

    headers: list[str]
    file: TextIO | None
    count: int = 0

    def add(self, cells: list[str], reason: str) -> None:
        if self.file:
            if not self.count:
                sheets.write(self.file, [*self.without_reason(self.headers), REASON])
            width = len(self.headers)
            under, beyond = self.without_reason(cells[:width] + [""] * (width - len(cells))), cells[width:]
            sheets.write(self.file, [*map(sheets.unguard, under), reason, *map(sheets.unguard, beyond)])
        self.count += 1

    def without_reason(self, cells: list[str]) -> list[str]:
        """What was wrong the last time is left out."""
        place = self.headers.index(REASON) if REASON in self.headers else len(cells)
        return cells[:place] + cells[place + 1 :]


@dataclass
class Loading:
    """An import on its way."""

    works: Works
    workspace: str
    actor: str
    translation: Translation
    outcome: Outcome
    rejects: Rejects
    dry: bool
    rehearsed: set[str] = field(default_factory=set)
    """The keys of what a dry run would have stored."""

    def run(self, sheet: sheets.Sheet, progress: Callable[[int, int], None]) -> None:
        waiting: list[Line] = []
        for lines in batches(self.lines(sheet.lines())):
            waiting += self.take(lines)
            progress(self.outcome.read, sheet.rows)
        self.take_waiting(waiting)
        if self.outcome.created >= MANY and not self.dry:
            statistics.renew(self.works.engine)
        self.outcome.rejected = self.rejects.count
        progress(self.outcome.read, sheet.rows)

    def lines(self, rows: Iterable[list[str]]) -> Iterator[Line]:
        """The rows that are to be stored."""
        for cells in rows:
            self.outcome.read += 1
            try:
                line = self.translation.line(cells)
            except CRMError as error:
                self.rejects.add(cells, str(error))
                continue
            if line:
                yield line
            else:
                self.outcome.skipped += 1

    def take(self, lines: list[Line], patient: bool = True) -> list[Line]:
        """Store a batch; returns the rows that wait for a record further down the file."""
        with suppress(Rehearsed), self.works(self.workspace, self.actor, "import") as work:
            work.tentative = True
            batch = Batch(Desk(**vars(work)), self.translation.entity, self.rehearsed, patient)
            batch.take(lines)
            if self.dry:
                raise Rehearsed
        self.count(batch)
        return batch.waiting

    def count(self, batch: Batch) -> None:
        self.outcome.created += len(batch.created)
        self.outcome.updated += len(batch.updated)
        self.outcome.unchanged += batch.unchanged
        for line, reason in batch.rejected:
            self.rejects.add(line.cells, reason)
        if self.dry:
            self.rehearsed.update(line.key for line, _ in batch.created)

    def take_waiting(self, waiting: list[Line]) -> None:
        """Try the rows that waited again and again, as long as some of what they wait for arrives."""
        patient = True
        while waiting:
            before = len(waiting)
            waiting = [line for lines in batches(waiting) for line in self.take(lines, patient)]
            patient = len(waiting) < before
