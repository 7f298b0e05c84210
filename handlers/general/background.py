"""See and cancel what is done in the background, and ask for what only admins need."""

import re

from handlers.core.bulk import begun
from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.ui import blocks
from handlers.core.ui.receipts import plainly, question
from handlers.notifications import progress
from models.core.background import queue, rebuild, undo
from models.core.background.task import BackgroundTask
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Conflict, NotFound
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork

CODE = re.compile("[0-9a-f]{8}")
SHOWN = 8
REBUILDS = {rebuild.INDEX: rebuild.reindex, rebuild.COMPUTE: rebuild.recompute}
WAYS = "Say background, background cancel and a code, background index leads, or background compute sales."


def background(request: Request) -> Response:
    """Show what is done in the background, cancel one, or begin a new index or computation."""
    words = request.line.rest.split()
    if not words:
        return shown(request)
    verb, rest = words[0].casefold(), " ".join(words[1:])
    if verb == "cancel":
        return cancel(request, rest)
    if verb in REBUILDS:
        return rebuilt(request, verb, rest)
    raise Conflict(f"“{request.line.rest.strip()[:60]}” is not understood. {WAYS}")


def sees_all(work: UnitOfWork) -> bool:
    """Return whether the actor looks after the CRM itself, and so after everybody's tasks."""
    return policy.can(work.actor, "status", policy.CRM)


def shown(request: Request) -> Response:
    """Return the latest tasks: one's own, or everybody's for admins."""
    work = request.work
    mine = None if sees_all(work) else work.actor.id if work.actor else 0
    tasks = queue.latest(work, SHOWN, mine)
    if not tasks:
        return plainly("Nothing was done in the background lately.")
    told = [(task, progress.drawn(work, task)) for task in tasks]
    heads = [f"#{queue.code(task)}{asker(work, task)}" for task, _ in told]
    text = "\n".join(f"{head} {each.text}" for head, (_, each) in zip(heads, told, strict=True))
    shown = [
        block
        for head, (_, each) in zip(heads, told, strict=True)
        for block in (blocks.context(blocks.escape(head)), *each.blocks)
    ]
    return Message(text, blocks.distinct(shown))


def asker(work: UnitOfWork, task: BackgroundTask) -> str:
    """Return who asked for a task, where it was somebody else."""
    if task.person is None or (work.actor and task.person == work.actor.id):
        return ""
    return f" for {work.who(task.person)}"


def cancel(request: Request, named: str) -> Response:
    """End a task where it is."""
    work, code = request.work, named.strip().removeprefix("#").casefold()
    task = queue.called(work, code) if CODE.fullmatch(code) else None
    mine = task is not None and bool(work.actor) and task.person == work.actor.id
    if task is None or not (mine or sees_all(work)):
        raise NotFound("No task has this code. The list says which there are: background")
    queue.cancel(work, task)
    told = progress.drawn(work, task)
    pressed = request.surface == "button" and request.container == "message"
    return Message(told.text, told.blocks, replace=pressed)


def rebuilt(request: Request, verb: str, named: str) -> Response:
    """Begin a task that writes anew what follows from all records of an entity."""
    if not sees_all(request.work):
        policy.check(request.work, "status", policy.CRM)
    REBUILDS[verb](request.work, entity_named(request, named))
    return begun(request)


def entity_named(request: Request, named: str) -> type[Entity]:
    """Return the entity that a noun names."""
    words = {word: each for each in ENTITIES.values() for word in each.words()}
    found = words.get(" ".join(named.casefold().split()))
    if found is None:
        raise NotFound(f"Of which records? Name them, such as leads or deals. {WAYS}")
    return found


def turned(request: Request, verb: str, unit: str) -> Message:
    """Undo or redo an act of many records in the background; ask first.

    Args:
        request: The request.
        verb: undo or redo.
        unit: The id of the act.
    """
    if not request.flag("yes"):
        count = undo.records_of(request.work, unit)
        sentence = f"{verb.capitalize()} what changed {count:,} records?"
        return question(sentence, verb.capitalize(), f"{verb} {unit} --yes")
    undo.start(request.work, unit)
    return begun(request)
