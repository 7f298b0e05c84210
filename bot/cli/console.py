"""The CRM from a terminal: the same lines and the same rights, and files in and out."""

import io
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import click
from sqlalchemy import ColumnElement, select

from bot.app import create_dispatcher
from bot.sandbox.mrkdwn import words as readable
from handlers.admin import status
from handlers.core.interaction import Interaction
from handlers.core.responses import Form, Home, Message, Response
from models import exchange
from models.core import saved_filters
from models.core.db.private_files import keep_private, written_privately
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import CRMError, NotFound
from models.core.history import last_change, undo_many
from models.core.outbox import results
from models.core.permissions import policy
from models.core.search.filter_parser import EXAMPLE
from models.core.search.query import read_list
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.exchange import answers as keeping

REASONS = 10
"""Kinds of reasons for rejected rows that are shown."""


def answer(works: UnitOfWorkFactory, workspace: str, person: str, line: str) -> str:
    """Return the answer to a line, as text.

    Args:
        works: Begins units of work.
        workspace: The id of the workspace.
        person: A Slack id; '' for the CRM itself.
        line: The line.
    """
    dispatcher = create_dispatcher(works)
    return words(
        dispatcher.do(Interaction(surface="say", workspace=workspace, person=person, line=line))
    )


def condition(works: UnitOfWorkFactory) -> list[str]:
    """Return the state of every process, and what waits for Slack in every workspace.

    It is for the people who run the bot, and for nobody in Slack.
    """
    processes, lines = [], []
    for workspace in works.workspaces():
        with works(workspace, writes=False) as work:
            processes = [*status.kept(work), *status.serving(work)]
            stands = status.waiting(work, results.lag(work), f"crm say --workspace {workspace}")
            lines.append(f"{workspace} {work.workspace.name}: {stands}")
    return [*processes, *lines] or ["There is no workspace yet. Connect one: crm run"]


def words(reply: Response) -> str:
    if isinstance(reply, Message):
        return reply.text
    if isinstance(reply, Form):
        asked = [
            block["label"]["text"] for block in reply.view["blocks"] if block["type"] == "input"
        ]
        if not asked:
            return re.sub(
                r"^\*(.+)\*\n", r"\1: ", readable(reply.view["blocks"]), flags=re.MULTILINE
            )
        return f"This needs more: {', '.join(asked)}. Add them as field=value."
    if isinstance(reply, Home):
        return "\n".join(block["text"]["text"] for block in reply.view["blocks"] if "text" in block)
    return "Done."


def entity_named(word: str) -> type[Entity]:
    for entity in ENTITIES.values():
        if word.casefold() in entity.words():
            return entity
    known = ", ".join(entity.plural() for entity in ENTITIES.values())
    raise NotFound(f"There is nothing called “{word}”. Try one of: {known}")


@dataclass
class Place:
    """Where a file goes to or comes from.

    It says which records of which workspace, and for which person.
    """

    works: UnitOfWorkFactory
    workspace: str
    person: str
    entity: type[Entity] = Entity


def place_of(works: UnitOfWorkFactory, workspace: str, person: str, noun: str) -> Place:
    """Return the place of the records of a noun, also of one that admins of the workspace made."""
    with works(workspace, writes=False):
        return Place(works, workspace, person, entity_named(noun))


def load_file(place: Place, path: Path, answers: exchange.Answers, dry: bool) -> bool:
    """Import a file with a progress bar, and say what each column is.

    The rejected rows are written beside the file. Return whether anything was taken, or, in a dry
    run, would be.
    """
    beside = path.with_name(f"{path.stem}.rejected.csv")
    rejected = io.StringIO(newline="")
    told = (place.works, place.workspace, place.person, place.entity)
    try:
        with path.open("rb") as file, bar() as progress:
            outcome = exchange.load(
                *told, file, answers, progress=progress, rejected=rejected, dry=dry
            )
    except exchange.Unanswered as error:
        click.echo("\n".join([mapping_told(error.survey.columns), *error.survey.notes]))
        raise
    for line in outcome_told(outcome, dry):
        click.echo(line)
    if outcome.rejected and not dry:
        with written_privately(beside) as file_beside:
            file_beside.write(rejected.getvalue())
        click.echo(
            f"The rejected rows and the reasons are in {beside}. Correct them there and import that file."
        )
    return not outcome.questions and bool(
        outcome.created + outcome.updated + outcome.unchanged + outcome.skipped
    )


def outcome_told(outcome: exchange.Outcome, dry: bool) -> Iterator[str]:
    """Yield what an import did, or would do, line by line."""
    yield mapping_told(outcome.mapping)
    yield from outcome.notes
    if outcome.questions:
        yield "Before anything is stored, please answer:"
        yield from outcome.questions
    if outcome.preview:
        yield "The first rows as they would be stored:"
        yield from outcome.preview
    for kind, count, example in outcome.reasons.most()[:REASONS]:
        yield f"Rejected {count:,} ×: {example if count == 1 or example == kind else f'{kind} Such as: {example}'}"
    if (more := len(outcome.reasons.counts) - REASONS) > 0:
        yield f"And {more} more reasons."
    yield f"{'Nothing was stored. ' if dry else ''}{outcome}"


PLAINLY = ("nothing here", "left out", "what was wrong", "has no name")
"""Why a column is left out, where nobody needs to know it."""


def mapping_told(columns: exchange.Columns) -> str:
    """Return which column filled which field, and which columns with contents were left out."""
    used = [f"{header} → {field}" for header, field in columns.fields.items()]
    used += [
        f"{header} → {field} where that is empty" for header, field in columns.fallback.items()
    ]
    used += [f"{header} → {field} beside that" for header, field in columns.beside.items()]
    unused = [
        f"{header} ({why})" if not why.startswith(PLAINLY) else header
        for header, why in columns.left_out.items()
        if why != "empty"
    ]
    empty = sum(why == "empty" for why in columns.left_out.values())
    lines = [
        f"Read: {', '.join(used)}",
        f"Left out: {', '.join(unused) or 'nothing'}; {empty} empty columns",
    ]
    return "\n".join(
        [*lines, "Another mapping: --map HEADER=FIELD; what is left out into the notes: --rest"]
    )


def turn_back(place: Place, unit: str, again: bool) -> None:
    """Undo the last act, or redo what was undone last, however much that is.

    Args:
        place: The workspace and the person.
        unit: The id of another act; empty for the last one.
        again: Whether to redo.
    """
    works, find = place.works, last_change.last_undo if again else last_change.last_unit
    if not unit:
        with works(place.workspace, place.person, "say", writes=False) as work:
            unit = find(work)
    with bar("Doing again" if again else "Undoing") as progress:
        count = undo_many.take_back(works, place.workspace, place.person, unit, progress)
    other = "crm undo" if again else "crm redo"
    click.echo(f"{'Done again' if again else 'Undone'}: {count:,} records. The other way: {other}")


def kept_answers(answers: exchange.Answers, path: Path | None) -> exchange.Answers:
    """Return the answers together with those that a file keeps, and write both into the file."""
    if not path:
        return answers
    whole = answers.over(keeping.read(path.read_text("utf-8"))) if path.exists() else answers
    with written_privately(path) as file:
        file.write(keeping.written(whole))
    return whole


@contextmanager
def bar(label: str = "Importing") -> Iterator[Callable[[int, int], None]]:
    """Yield a progress bar that learns its length when the work begins."""
    with ExitStack() as stack:
        drawn: list[Any] = []

        def progress(done: int, total: int) -> None:
            if not drawn:
                drawn.append(
                    stack.enter_context(
                        click.progressbar(length=total, label=label, file=sys.stderr)
                    )
                )
            drawn[0].update(done - drawn[0].pos)

        yield progress


STDOUT = ("-", "<stdout>")
"""How a file is called that is none."""


def condition_of(work: UnitOfWork, entity: type[Entity], words: str) -> ColumnElement[bool] | None:
    """Return the condition of a filter, or of the saved one of that name; None for no words."""
    if not words.strip():
        return None
    try:
        said = saved_filters.spelt_out(work, entity, words) or words
        asked = read_list(work, entity, said)
        if asked is not None and not asked.is_search:
            return asked.condition(work)
    except ValueError as error:
        raise CRMError(str(error)) from None
    raise CRMError(f"“{words[:60]}” is no filter. Try: --filter {EXAMPLE}")


def of_these(
    work: UnitOfWork, part: type[Entity], where: ColumnElement[bool] | None
) -> ColumnElement[bool] | None:
    """Return the condition for the parts of the records that fulfil another condition."""
    if where is None:
        return None
    whole: Any = policy.whole(part)
    return getattr(part, part.part_of).in_(select(whole.id).where(where))  # type: ignore[no-any-return]


def save_file(place: Place, file: TextIO, words: str = "") -> None:
    """Write the records as CSV, into a file that from then on only its owner reads.

    Words are a filter, or the name of a saved one. The parts of the records go into files beside
    it; where there is none, because the records are written to a terminal or a pipe, they are a
    column with a line for each.
    """
    path = Path(file.name)
    keep_private(path)
    with place.works(place.workspace, place.person, "say", writes=False) as work:
        children = [
            ENTITIES[slug]
            for slug in place.entity.children
            if path.name not in STDOUT and policy.can(work.actor, "export", slug)
        ]
        where = condition_of(work, place.entity, words)
        count = exchange.export(work, place.entity, file, where, with_lines=not children)
        click.echo(f"{count} rows", err=True)
        for part in children:
            beside = path.with_name(f"{path.stem}-{part.plural().replace(' ', '-')}{path.suffix}")
            with written_privately(beside) as other:
                count = exchange.export(work, part, other, of_these(work, part, where))
            click.echo(f"{count} rows of {part.plural()} in {beside}", err=True)
