"""The message that tells a person how far a background task of theirs is, and how it ended."""

from collections.abc import Sequence
from datetime import timedelta

from handlers.admin.status import span
from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks
from handlers.core.ui.blocks import Block, escape
from handlers.core.ui.left_out import left_out
from models.core.background import bulk_change, queue, rebuild, reshaping, undo
from models.core.background.queue import TASK, TYPED
from models.core.background.task import BackgroundTask, TaskState
from models.core.entity.base import ENTITIES
from models.core.history.undo import REDO, latest
from models.core.outbox.delivery import Delivery
from models.core.parsing.texts import enumerated
from models.core.unit_of_work import UnitOfWork

DOING = {
    bulk_change.NAME: ("Changing", "Changed"),
    undo.NAME: ("Undoing the change of", "Set back"),
    REDO: ("Repeating the change of", "Changed again"),
    rebuild.INDEX: ("Indexing", "Indexed"),
    rebuild.COMPUTE: ("Working out", "Worked out"),
    reshaping.FILL: ("Looking through", "Looked through"),
    reshaping.WORK_OUT: ("Working out", "Worked out"),
}
"""What is done, while it goes on and when it is over."""
ENDS = {TaskState.CANCELLED: "Cancelled. ", TaskState.FAILED: "Stopped. "}
LEFT = {
    reshaping.FILL: "The field is filtered without an index, and is not unique.",
    reshaping.WORK_OUT: "The others hold what they held. Undo takes the change back, for all of them.",
}
"""What became of the records that a cancelled task had not come to."""
PARTS, FULL, EMPTY = 20, "▓", "░"
"""The bar that shows how far it is."""
SURE = timedelta(seconds=5)
"""How long a task must have run before anybody can say when it ends."""
LONG = 300
"""Letters of the values that are set."""


def progress(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return how far a background task of the reader's is, or how it ended, with Cancel or Undo."""
    task = work.session.get(BackgroundTask, delivery.about[TASK])
    if task is None or not work.actor or task.person != work.actor.id:
        return None
    return drawn(work, task)


def drawn(work: UnitOfWork, task: BackgroundTask) -> Message:
    """Return a task as a message."""
    lines = [headline(work, task), *state(work, task)]
    first, *rest = (escape(line) for line in lines)
    shown = [blocks.section("\n".join([f"*{first}*", *rest]))]
    buttons = offered(work, task)
    return Message("\n".join(lines), [*shown, *([blocks.actions(*buttons)] if buttons else [])])


def headline(work: UnitOfWork, task: BackgroundTask) -> str:
    """Return what is done to how many records: `Changing 10,000 deals: Stage → stalled`."""
    doing, did = DOING[task.door if task.door in DOING else task.kind]
    many = counted(task, task.total if task.is_open or task.total else task.done)
    if task.is_open:
        return f"{doing} {many}{values(task)}"
    if task.kind in (rebuild.COMPUTE, reshaping.WORK_OUT):
        many = f"{many}{values(task)}"
        return (
            f"{ENDS.get(TaskState(task.state), '')}{did} {many}: {task.done:,} held something else"
        )
    part = f"{task.done:,} of {many}" if task.done != (task.total or task.done) else many
    return f"{ENDS.get(TaskState(task.state), '')}{did} {part}{values(task)}"


def counted(task: BackgroundTask, count: int | None) -> str:
    """Return so many records in words: 10,000 deals."""
    entity = ENTITIES.get(task.entity or "")
    words = (entity.noun(), entity.plural()) if entity else ("record", "records")
    if task.kind == reshaping.WORK_OUT:  # which may be fields of several nouns
        words = ("value", "values")
    noun = words[0] if count == 1 else words[1]
    return noun if count is None else f"{count:,} {noun}"


def values(task: BackgroundTask) -> str:
    """Return what a task is about: the fields that a bulk change sets, or that admins changed."""
    if labels := task.about.get(reshaping.LABELS):
        return f": {enumerated(labels)}"
    kinds = task.noun.fields() if TYPED in task.about else {}
    said = [
        f"{kinds[name].label if name in kinds else name}{f' → {text}' if text else ''}"
        for name, text in task.about.get(TYPED, {}).items()
    ]
    return f": {blocks.cut(', '.join(said), LONG)}" if said else ""


def state(work: UnitOfWork, task: BackgroundTask) -> list[str]:
    """Return lines about how far a task is, why it ended, and what was left out."""
    lines = [bar(work, task)] if task.is_open else []
    lines += [task.error] if task.error else []
    lines += [f"{task.same:,} had it already."] if task.same and task.kind == "change" else []
    if task.state == TaskState.CANCELLED:
        lines.append(LEFT.get(task.kind, "The others are as they were."))
    lines += left_out(task.skips)
    if not task.is_open and is_undone(work, task):
        lines.append("It was undone since.")
    return lines


def bar(work: UnitOfWork, task: BackgroundTask) -> str:
    """Return how far a task is: ▓▓▓░░░ 3,200 of 10,000, about 2 min to go."""
    looked = task.done + task.same + task.skipped
    if task.state == TaskState.QUEUED or not task.total:
        return "It waits for its turn." if task.state == TaskState.QUEUED else "It begins."
    looked = min(looked, task.total)
    full = PARTS * looked // task.total
    said = f"{FULL * full}{EMPTY * (PARTS - full)} {looked:,} of {task.total:,}"
    ran = work.now - (task.started_at or work.now)
    if looked and ran >= SURE:
        said += f", about {span(ran * (task.total - looked) / looked)} to go"
    return said


def is_undone(work: UnitOfWork, task: BackgroundTask) -> bool:
    return latest(work, task.unit)[1]


def offered(work: UnitOfWork, task: BackgroundTask) -> Sequence[Block]:
    """Return the button that ends a task, or takes back what it did."""
    if task.is_open:
        return [blocks.button("Cancel", "crm.background", f"cancel {queue.code(task)}", "danger")]
    if task.kind == reshaping.WORK_OUT and not is_undone(work, task):
        return [blocks.button("Undo", "crm.undo", task.unit)]
    if task.kind not in (bulk_change.NAME, undo.NAME):
        return []
    if task.kind == undo.NAME and task.state != TaskState.DONE:
        return [blocks.button("Go on", "crm.undo", f"{task.about[undo.UNIT]} --yes")]
    if not task.done or is_undone(work, task):
        return []
    again = task.kind == undo.NAME and task.door != REDO
    verb = ("Redo", "crm.redo") if again else ("Undo", "crm.undo")
    return [blocks.button(*verb, task.unit)]
