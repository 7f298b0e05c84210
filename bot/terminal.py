"""Talk to the CRM from a terminal: the same lines, the same rights; and move files in and out."""

import csv
from pathlib import Path
from typing import TextIO

import click

from bot.app import create_dispatcher
from handlers.core.acts import Act
from handlers.core.replies import Form, Home, Message, Reply
from models.core.base import ENTITIES, Entity
from models.core.errors import NotFound
from models.core.work import Works
from models.operations import transfer


def answer(works: Works, workspace: str, person: str, line: str) -> str:
    """What the line answers, as text. person: a Slack id, '' for the CRM itself."""
    dispatcher = create_dispatcher(works)
    return words(dispatcher.do(Act(surface="say", workspace=workspace, person=person, line=line)))


def words(reply: Reply) -> str:
    if isinstance(reply, Message):
        return reply.text
    if isinstance(reply, Form):
        asked = [block["label"]["text"] for block in reply.view["blocks"] if block["type"] == "input"]
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


def load_file(
    works: Works, workspace: str, person: str, noun: str, path: Path, mapping: dict[str, str], dry: bool
) -> None:
    """Import a file with a progress bar, and leave what was rejected beside it."""
    entity = entity_named(noun)
    beside = path.with_name(f"{path.stem}.rejected.csv")
    click.echo(str((beside, csv, transfer)))


def save_file(works: Works, workspace: str, person: str, noun: str, file: TextIO) -> None:
    with works(workspace, person, "say", writes=False) as work:
        count = transfer.export(work, entity_named(noun), file)
    click.echo(f"{count} rows", err=True)
