"""The import of a CSV file: what its columns mean, then its rows in batches."""

import time
from collections.abc import Callable, Mapping
from typing import BinaryIO, TextIO

from models.core import access, values
from models.core.base import Entity
from models.core.errors import Invalid
from models.core.fields import Money, Number, Person
from models.core.work import Works
from models.operations.transfer import sheets
from models.operations.transfer.decisions import Decision, Decisions
from models.operations.transfer.mapping import Columns, guess
from models.operations.transfer.outcome import Outcome, Rejects
from models.operations.transfer.rows import Translation
from models.operations.transfer.storing import Loading


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
    strict: bool = False,
) -> Outcome:
    """Import a CSV file in batches. What was stored stays when it stops half-way; import the file again to go on.

    A row whose reference or foreign id is known changes that record where they differ; an empty cell changes nothing.
    Rows without an id are known by their whole content. Rows that cannot be taken go to `rejected` with the reason, to
    be corrected and imported. No cards are posted, and nobody becomes the owner of a record whose row names none: an
    import speaks for many people.

    file: one that can be read again; mapping: header → field where the guess is wrong, "" leaves a column out; people:
    what another system calls a person → the person's Slack id, e-mail or name here; progress: gets the rows done and
    the rows there are; rejected: opened with newline=""; dry: store nothing; strict: refuse a row with any cell that
    cannot be read, instead of keeping the cell in the notes. CRMError says why a file cannot be used.
    """
    started = time.perf_counter()
    with works(workspace, actor, writes=False) as work:
        access.check(work, "import", entity)
        place = work.workspace
    sheet = sheets.survey(file)
    columns = guess(entity, sheet.headers, sheet.filled, mapping, people=bool(people))
    if not columns.fields:
        raise Invalid({"file": f"None of the columns is a field of {entity.plural()}: {', '.join(sheet.headers)}."})
    outcome = Outcome(columns)
    outcome.notes += sheet.notes
    translation = Translation(entity, sheet.headers, decide(entity, sheet.headers, columns, people or {}), place)
    loading = Loading(works, workspace, actor, translation, outcome, Rejects(sheet.headers, rejected), dry, strict)
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
