"""Store a file batch by batch under one unit id, and count what happened to every row."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from models.core.context import IMPORT
from models.core.errors import CRMError
from models.core.unit_of_work import UnitOfWorkFactory
from models.exchange import csv_files
from models.exchange.answers import Answers
from models.exchange.batch import Batch
from models.exchange.cells import Reader
from models.exchange.prefetch import PrefetchingUnitOfWork
from models.exchange.report import Outcome, Rejects
from models.exchange.rows import FileRow, Translation
from models.maintenance import statistics

BATCH = 500
"""Rows per unit of work.

The database is locked for a tenth of a second, and stopping half-way loses no more than these.
"""

MANY = 1000
"""The number of new records after which the database renews its statistics."""


class Rehearsed(Exception):
    """Ends a dry run, so that nothing of it is stored."""


def batches(lines: Iterable[FileRow]) -> Iterator[list[FileRow]]:
    """Yield batches in which no key occurs twice.

    A row that occurs twice in the file changes the record that it made before.
    """
    batch: dict[tuple[bool, str], FileRow] = {}
    for line in lines:
        if (line.ours, line.key) in batch or len(batch) == BATCH:
            yield list(batch.values())
            batch = {}
        batch[line.ours, line.key] = line
    if batch:
        yield list(batch.values())


@dataclass
class Loading:
    """An import that is under way."""

    works: UnitOfWorkFactory
    workspace: str
    actor: str
    translation: Translation
    outcome: Outcome
    rejects: Rejects
    answers: Answers = field(default_factory=Answers)
    dry: bool = False
    rehearsed: set[str] = field(default_factory=set)
    """The keys of what a dry run would have stored."""

    def __post_init__(self) -> None:
        self.reader = Reader(self.translation.entity)
        self.outcome.unit = uuid.uuid4().hex

    def run(self, sheet: csv_files.Sheet, progress: Callable[[int, int], None]) -> None:
        waiting: list[FileRow] = []
        for lines in batches(self.lines(sheet.lines())):
            waiting += self.take(lines)
            progress(self.outcome.read, sheet.rows)
        self.take_waiting(waiting)
        if self.outcome.created >= MANY and not self.dry:
            statistics.renew(self.works.engine)
        self.outcome.noted = self.translation.noted
        self.outcome.conclude()
        progress(self.outcome.read, sheet.rows)

    def lines(self, rows: Iterable[list[str]]) -> Iterator[FileRow]:
        """Yield the rows that are to be stored."""
        for cells in rows:
            self.outcome.read += 1
            try:
                line = self.translation.line(cells)
            except CRMError as error:
                self.reject(cells, str(error))
                continue
            if line:
                yield line
            else:
                self.outcome.skipped += 1

    def take(self, lines: list[FileRow], patient: bool = True) -> list[FileRow]:
        """Store a batch under the unit id that all batches share.

        Return the rows that wait for a record further down the file.
        """
        opened = self.works.open(PrefetchingUnitOfWork, self.workspace, self.actor, IMPORT)
        with suppress(Rehearsed), opened as desk:
            desk.tentative, desk.unit = True, self.outcome.unit
            desk.here = self.translation.here
            strict, make = self.answers.strict, frozenset(self.answers.make)
            batch = Batch(desk, self.reader, self.rehearsed, patient, strict, make)
            batch.take(lines)
            if self.dry:
                raise Rehearsed
        self.count(batch)
        return batch.waiting

    def count(self, batch: Batch) -> None:
        outcome = self.outcome
        outcome.created += len(batch.created)
        outcome.updated += len(batch.updated)
        outcome.unchanged += batch.unchanged
        outcome.again += batch.again
        outcome.joined += batch.joined
        outcome.reached += batch.reached
        outcome.missing.add(batch.missing)
        outcome.count_alike(batch.alike)
        for line, reason in batch.rejected:
            batch.left.pop(id(line), None)
            self.reject(line.cells, reason)
        for left in batch.left.values():
            for label, text in left.items():
                (outcome.kept if self.translation.entity.remarks else outcome.dropped).add(
                    label, text
                )
        for _, record in batch.created:
            if record.lacking:
                outcome.lacking.add(record.lacking, str(record))
        if self.dry:
            self.rehearsed.update(line.key for line, _ in batch.created)

    def reject(self, cells: list[str], reason: str) -> None:
        self.rejects.add(cells, reason)
        self.outcome.reject(reason)

    def take_waiting(self, waiting: list[FileRow]) -> None:
        """Try the waiting rows again, as long as some of what they wait for arrives.

        Then the rows that wait for nothing in the file are taken without it; the rows that wait for
        them are next.
        """
        while waiting:
            before = len(waiting)
            waiting = [line for lines in batches(waiting) for line in self.take(lines)]
            if len(waiting) == before:
                keys = {line.key for line in waiting}
                ends = [line for line in waiting if not keys & self.above(line)] or waiting
                waiting = [line for line in waiting if line not in ends]
                for lines in batches(ends):
                    self.take(lines, patient=False)

    def above(self, line: FileRow) -> set[str]:
        """Return the records of its own kind that a row names."""
        return {line.texts[name] for name in self.translation.upward if name in line.texts}
