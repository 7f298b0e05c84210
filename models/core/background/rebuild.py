"""Write anew what follows from records: their search texts, and their computed fields."""

from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import func, select

from models.core import rollups, rules
from models.core.background import queue
from models.core.background.attempts import attempt
from models.core.background.task import BackgroundTask, TaskKind
from models.core.context import IN_BULK, Context, Units
from models.core.entity.base import Entity
from models.core.errors import Conflict
from models.core.permissions import policy
from models.core.search.index import index

INDEX, COMPUTE = "index", "compute"


def reindex(work: Context, entity: type[Entity]) -> BackgroundTask:
    """Ask that the search texts of all records of an entity be written anew."""
    return queue.ask(work, INDEX, entity=entity)


def recompute(work: Context, entity: type[Entity]) -> BackgroundTask:
    """Ask that the computed fields of all records of an entity be worked out again.

    Raises:
        Conflict: The entity has none.
    """
    if not (entity.formulas() or entity.rollups()):
        raise Conflict(f"{entity.plural().capitalize()} have no fields that are worked out.")
    return queue.ask(work, COMPUTE, entity=entity)


def advance(
    write: Callable[[Context, BackgroundTask, Sequence[Entity]], int],
    deleted: bool,
    work: Context,
    task: BackgroundTask,
    limit: int,
) -> bool:
    """Write what follows from the next records, and return whether there are more.

    The records are locked first, so that what somebody changes meanwhile is not written over.

    Args:
        write: Writes it, and returns for how many records it is new.
        deleted: Whether deleted records count as well.
        work: The unit of work.
        task: The task.
        limit: The most records.
    """
    entity = task.noun
    with policy.beyond(work.session):
        found = select(entity.id).where(entity.id > task.cursor).order_by(entity.id).limit(limit)
        ids = work.session.scalars(found.execution_options(with_deleted=deleted)).all()
        if not ids:
            return False
        locked = [
            record
            for record in rollups.locked(work, entity, ids)
            if deleted or record.deleted_at is None
        ]
    skipped = task.skipped
    with policy.beyond(work.session):
        written = write(work, task, locked)
    same = len(locked) - written - (task.skipped - skipped)
    task.done, task.same = task.done + written, task.same + same
    task.cursor = ids[-1]
    return len(ids) == limit


def count(deleted: bool, works: Units, task: BackgroundTask, actor: str) -> int:
    """Return how many records there are."""
    with works(task.workspace, writes=False) as work:
        there = select(func.count(task.noun.id)).execution_options(with_deleted=deleted)
        return work.session.scalar(there) or 0


def write_texts(work: Context, task: BackgroundTask, found: Sequence[Entity]) -> int:
    index(work, found)
    return len(found)


def compute(work: Context, task: BackgroundTask, found: Sequence[Entity]) -> int:
    """Work out the computed fields of records, and return how many held something else."""
    work.session.info[IN_BULK] = {}
    before = len(work.changes)
    for record, reason in attempt(work, found, partial(work_out, work, task.noun)):
        task.skip(record.ref, reason)
    slug = task.entity
    return len({row["record_id"] for row in work.changes[before:] if row["entity"] == slug})


def work_out(work: Context, entity: type[Entity], found: Sequence[Entity]) -> None:
    """Give records what their parts and their formulas amount to now."""
    with work.session.no_autoflush:
        names = set(entity.rollups())
        if names:
            rollups.bring_up_to_date(work, entity, {record.id: names for record in found})
        for record in found:
            rules.work_out(record)
    work.session.flush()


KINDS = (
    TaskKind(
        INDEX,
        "Write anew the texts by which records are found.",
        partial(advance, write_texts, True),
        personal=False,
        prepare=partial(count, True),
    ),
    TaskKind(
        COMPUTE,
        "Work out the computed fields of all records of an entity again.",
        partial(advance, compute, False),
        personal=False,
        prepare=partial(count, False),
    ),
)
