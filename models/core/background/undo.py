"""Undo, or redo, what changed many records, as a background task.

What a background task did is undone record by record: a record that somebody changed since is left
out and counted with the reason. Anything else, such as an import, is undone only as a whole.
"""

from collections.abc import Sequence

from sqlalchemy import func, select

from models.core import rollups
from models.core.audit.entries import AuditEntry
from models.core.background import progress, queue
from models.core.background.attempts import attempt
from models.core.background.task import BackgroundTask, TaskKind, TaskState
from models.core.context import IN_BULK, Context, Units
from models.core.db.deadline import at_leisure
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Conflict
from models.core.history.undo import MOST, begin, first_of, latest, must_be_unused
from models.core.history.undo_many import Key, Turning, set_back_some, steps
from models.core.permissions import policy

NAME = "undo"
UNIT, WHOLE = "unit", "whole"
"""The keys in the `about` of a task: the unit of work that it undoes, and whether it undoes all of
it or nothing.
"""
AT_ONCE = 200
"""Records whose changes are undone while a person waits."""


def records_of(work: Context, unit: str, limit: int = 0) -> int:
    """Return how many records a unit of work changed, counted up to a limit if there is one."""
    mine = select(AuditEntry.entity, AuditEntry.record_id).where(AuditEntry.unit == unit).distinct()
    some = mine.limit(limit) if limit else mine
    return work.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def is_large(work: Context, unit: str) -> bool:
    """Return whether a unit of work changed so much that nobody would wait for its undo."""
    ids = select(AuditEntry.id).where(AuditEntry.unit == unit).offset(MOST).limit(1)
    many = records_of(work, unit, AT_ONCE + 1) > AT_ONCE
    return many or work.session.scalar(ids) is not None


def must_be_over(work: Context, unit: str = "") -> None:
    """Raise Conflict where a unit of work is still being done in the background.

    Args:
        work: The unit of work.
        unit: The id of the other unit of work; "" for the last thing that the actor asked for.
    """
    task = queue.of_unit(work, unit) if unit else queue.open_of_actor(work)
    if task is not None and task.is_open:
        raise Conflict(
            "This is still being done in the background. Wait for its end, or cancel it first: "
            f"background cancel {queue.code(task)}"
        )


def start(work: Context, unit: str) -> BackgroundTask:
    """Ask that a unit of work be undone in the background; that of an undo is redone.

    One whose undo was cancelled, or failed, goes on from there.

    Raises:
        Conflict: What prevents it.
    """
    before = work.unit, work.door
    last, is_undone = latest(work, unit)
    ended_early = (TaskState.CANCELLED, TaskState.FAILED)
    other = queue.of_unit(work, last) if is_undone else None
    first = begin(work, unit, resumes=other is not None and other.state in ended_early)
    back, door = work.unit, work.door
    work.unit, work.door = before
    for each in (unit, back):
        must_be_over(work, each)
    about = {UNIT: unit, WHOLE: queue.of_unit(work, unit) is None}
    entity = ENTITIES[first.entity]
    return queue.ask(work, NAME, entity=entity, unit=back, door=door, about=about)


def prepare(works: Units, task: BackgroundTask, actor: str) -> int:
    """Return how many records there are, if the unit of work can be undone.

    Raises:
        Conflict: Somebody went on from a record of what can only be undone as a whole.
        Forbidden: The actor may not do the reverse of it.
    """
    unit = task.about[UNIT]
    with at_leisure():
        if task.about[WHOLE]:
            return Turning(works, task.workspace, actor, unit).check()
        with works(task.workspace, actor, writes=False) as work:
            return records_of(work, unit)


def advance(work: Context, task: BackgroundTask, limit: int) -> bool:
    """Undo what was done to the next records, and return whether there are more."""
    unit = task.about[UNIT]
    first = first_of(work, unit)
    keys, cursor = following(work, unit, task.cursor, limit)
    if not keys:
        tell(work, unit)
        return False
    work.session.info[IN_BULK] = {}
    found = locked(work, keys)

    def back(some: Sequence[Entity]) -> None:
        theirs = [(record.slug(), record.id) for record in some]
        must_be_unused(work, steps(work, unit, theirs), first.id, unit)
        set_back_some(work, first, theirs)

    refused = attempt(work, found, back)
    for record, reason in refused:
        task.skip(record.ref, reason)
    changed = {(row["entity"], row["record_id"]) for row in work.changes} & {*keys}
    task.done += len(changed)
    task.same += len(found) - len(changed) - len(refused)
    task.cursor = cursor
    return True


def following(work: Context, unit: str, cursor: int, limit: int) -> tuple[list[Key], int]:
    """Return the next records that a unit of work changed, and where the search went on to.

    A record that it changed several times may be found again; then it is as it was already.
    """
    columns = select(AuditEntry.id, AuditEntry.entity, AuditEntry.record_id)
    page = columns.where(AuditEntry.unit == unit, AuditEntry.id > cursor).order_by(AuditEntry.id)
    keys: dict[Key, None] = {}
    for id, slug, record in work.session.execute(page.limit(limit * 10)):
        if len(keys) == limit and (slug, record) not in keys:
            break
        keys[slug, record] = None
        cursor = id
    return list(keys), cursor


def locked(work: Context, keys: Sequence[Key]) -> list[Entity]:
    """Return records as they are now, in this order, and keep others from changing them."""
    found: dict[Key, Entity] = {}
    with policy.beyond(work.session):
        for slug in sorted({slug for slug, _ in keys}):
            ids = [id for each, id in keys if each == slug]
            found |= {(slug, each.id): each for each in rollups.locked(work, ENTITIES[slug], ids)}
    return [found[key] for key in keys if key in found]


def tell(work: Context, unit: str) -> None:
    """Ask that the message of the task that is undone, or done again, says so."""
    task = queue.of_unit(work, unit)
    if task is not None:
        progress.draw_again(work, task)


KIND = TaskKind(NAME, "Undo, or redo, what changed many records.", advance, prepare=prepare)
