"""Import a file: find out what its columns mean, then store its rows in batches."""

import time
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import BinaryIO, TextIO

from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import CRMError, Invalid
from models.core.fields.shape import entered
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWorkFactory
from models.exchange import csv_files
from models.exchange.answers import Answers
from models.exchange.cells import Reader
from models.exchange.column_survey import Survey, examine
from models.exchange.mapping import meaning
from models.exchange.prefetch import PrefetchingUnitOfWork
from models.exchange.report import Outcome, Rejects
from models.exchange.rows import Translation
from models.exchange.storage import Loading

PREVIEWED = 3


class Unanswered(CRMError):
    """The file raises questions, and nothing of it is stored before they are answered."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        super().__init__("\n".join(("Nothing was stored. Please answer first:", *survey.questions)))


def load(
    works: UnitOfWorkFactory,
    workspace: str,
    actor: str,
    entity: type[Entity],
    file: BinaryIO,
    answers: Answers | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
    rejected: TextIO | None = None,
    dry: bool = False,
) -> Outcome:
    """Survey a file and import it in batches; what was stored stays when the import stops half-way.

    Import the file again to go on. A row whose reference or foreign id is known changes that record
    where they differ; an empty cell changes nothing. Rows without an id are known by their whole
    content. Rows that cannot be taken go to `rejected` with the reason, to be corrected and
    imported. No cards are posted, and nobody becomes the owner of a record whose row names none: an
    import speaks for many people.

    Args:
        works: Opens the units of work.
        workspace: The id of the workspace.
        actor: Who imports.
        entity: The entity of the records.
        file: The file, which must be readable more than once.
        answers: What the person says about the file.
        progress: Called with the number of rows done and the number of all rows.
        rejected: A file opened with newline="" for the rows that cannot be taken.
        dry: Store nothing.

    Raises:
        CRMError: Why the file cannot be used.
        Unanswered: What must be answered first.
    """
    started = time.perf_counter()
    answers = answers or Answers()
    with works(workspace, actor, writes=False) as work:
        check_rights(work, entity, answers)
        survey = surveyed(work, entity, file, answers)
        translation = Translation(entity, survey.sheet.headers, survey.decisions, work.workspace)
        if survey.questions and not dry:
            raise Unanswered(survey)
        outcome = Outcome(survey.columns, notes=survey.notes)
    if dry:
        with works.open(PrefetchingUnitOfWork, workspace, actor, writes=False) as desk:
            outcome.questions, outcome.preview = survey.questions, preview(desk, entity, survey)
    rejects = Rejects(survey.sheet.headers, rejected)
    with entered(works.rosters.shape_known(workspace)):
        loading = Loading(works, workspace, actor, translation, outcome, rejects, answers, dry)
        loading.run(survey.sheet, progress or (lambda done, there: None))
    outcome.seconds = time.perf_counter() - started
    return outcome


def check_rights(work: Context, entity: type[Entity], answers: Answers) -> None:
    """Raise Forbidden unless the actor may import these records and make those that rows name."""
    policy.check(work, "import", entity)
    for slug in answers.make:
        policy.check(work, "new", ENTITIES[slug])


def surveyed(work: Context, entity: type[Entity], file: BinaryIO, answers: Answers) -> Survey:
    """Return the survey of a file; CRMError says why the file cannot be used."""
    known = partial(meaningful, entity)
    sheet = csv_files.survey(file, answers.encoding, known, answers.sheet)
    if not sheet.rows:
        raise Invalid(
            {"file": f"The file has no rows below its headers: {', '.join(sheet.headers)[:200]}."}
        )
    survey = examine(work, entity, sheet, answers)
    if not survey.columns.fields:
        raise Invalid(
            {
                "file": f"None of the columns is a field of {entity.plural()}: {', '.join(sheet.headers)}."
            }
        )
    return survey


def meaningful(entity: type[Entity], cells: list[str]) -> int:
    """Return how many different things these cells mean as headers."""
    return len({target for cell in cells if (target := meaning(entity, cell)[1])})


def preview(desk: PrefetchingUnitOfWork, entity: type[Entity], survey: Survey) -> list[str]:
    """Return the first rows as they would be stored, field by field."""
    translation = Translation(entity, survey.sheet.headers, survey.decisions, desk.workspace)
    shown: list[str] = []
    for cells in survey.sheet.lines():
        if len(shown) == PREVIEWED:
            break
        try:
            line = translation.line(cells)
        except CRMError:
            continue
        if line:
            shown.append(", ".join(fields_shown(desk, entity, line.texts)))
    return shown


def fields_shown(
    desk: PrefetchingUnitOfWork, entity: type[Entity], texts: dict[str, str]
) -> list[str]:
    """Return the fields of a row as people will read them; texts that cannot be read are quoted."""
    kinds = {name: kind for name, kind in entity.fields().items() if name in texts}
    found, unread = Reader(entity).read(texts, desk)
    record = SimpleNamespace(**dict.fromkeys(entity.fields()) | found)
    shown = {
        name: f"“{texts[name]}”"
        if name in unread
        else kind.show(getattr(record, name), desk, record)
        for name, kind in kinds.items()
    }
    return [f"{kinds[name].label}: {' '.join(text.split())[:80]}" for name, text in shown.items()]
