"""The queue of background tasks: who takes which next, for how long, and how a task ends.

A task belongs for a while to the worker that took it. That only saves others from trying: what
keeps two workers apart is the row itself, which each piece locks and moves on in its own
transaction.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from models.core.background.task import OPEN, UNTOLD, BackgroundTask, TaskState
from models.core.context import Context, Units
from models.core.entity.base import Entity
from models.core.entity.bulk import insert_once
from models.core.errors import Conflict
from models.core.notifications.notify import let_go
from models.core.outbox.delivery import answer
from models.core.outbox.queue import LEASE

MOST_OPEN = 10
"""Tasks of one person that may wait."""
PROGRESS = "progress"
"""The kind of the delivery that tells who asked how far a task is."""
TASK = "task"
"""The key in the `about` of that delivery with the id of the task."""
TYPED = "texts"
"""The key in the `about` of a task with what somebody typed, which nobody needs when it is over."""

FAILURES = 3
"""How often in a row a piece may fail before the task is given up."""
STOPPED: dict[str, Callable[[Context, BackgroundTask], None]] = {}
"""What else is done where a task of a kind ends early; `models.registry` says what."""
rows: Any = BackgroundTask.__table__
OPEN_STATES = rows.c.state.in_(OPEN)


def ask(
    work: Context,
    kind: str,
    *,
    entity: type[Entity] | None = None,
    unit: str = "",
    door: str = "",
    **columns: Any,
) -> BackgroundTask:
    """Ask for a background task, and that who asks for it is told how far it is.

    Args:
        work: The unit of work of who asks for it.
        kind: The name of the kind.
        entity: The entity of the records.
        unit: The unit of work that its changes carry; the present one, where none is named.
        door: The door of its changes; the present one, where none is named.
        **columns: Further columns of the task.

    Raises:
        Conflict: So many tasks of this person wait already.
    """
    person = work.actor.id if work.actor else None
    mine = select(func.count(BackgroundTask.id)).where(UNTOLD, OPEN_STATES)
    waiting = work.session.scalar(mine.where(BackgroundTask.person.is_not_distinct_from(person)))
    if (waiting or 0) >= MOST_OPEN:
        raise Conflict(
            f"{MOST_OPEN} of your tasks wait already. Try again when one of them is done."
        )
    id = insert_once(
        work,
        BackgroundTask,
        kind=kind,
        unit=unit or work.unit,
        entity=entity.slug() if entity else None,
        person=person,
        door=door or work.door,
        reason=work.reason,
        not_before=work.now,
        created_at=work.now,
        **columns,
    )
    task = work.session.get_one(BackgroundTask, id)
    if work.actor:
        about = {TASK: task.id}
        answer(work, PROGRESS, work.actor.slack_id, message_of(task), about=about)
    return task


def message_of(task: BackgroundTask) -> str:
    """Return the key of the delivery that tells how far a task is."""
    return f"{PROGRESS}:{task.id}:{code(task)}"


def code(task: BackgroundTask) -> str:
    """Return what people call a task: its number would tell how many all workspaces have."""
    return task.unit[:8]


# ── who works on it ───────────────────────────────────────────────────────────────────────────────


def workspaces_due(works: Units) -> list[str]:
    """Return the workspaces in which a task is due, or one ended and nobody was told."""
    now = works.clock()
    free = or_(rows.c.claimed_until.is_(None), rows.c.claimed_until <= now)
    due = or_(and_(OPEN_STATES, free, rows.c.not_before <= now), ~OPEN_STATES)
    with works.everywhere() as session:
        found = select(rows.c.workspace).where(UNTOLD, due).distinct()
        return sorted(session.connection().execute(found).scalars())


def claim(work: Context, kinds: Collection[str]) -> BackgroundTask | None:
    """Take the task that was worked on least often, or return None where none is due.

    The tasks of one person are done one after the other, because a later one may be about the same
    records, or take an earlier one back.

    Args:
        work: The unit of work.
        kinds: The kinds that the worker knows; others are left to a replica of a newer release.
    """
    before = aliased(BackgroundTask)
    earlier = exists(
        select(before.id).where(
            before.state.in_(OPEN),
            before.id < BackgroundTask.id,
            before.person.is_not_distinct_from(BackgroundTask.person),
        )
    )
    until = BackgroundTask.claimed_until
    due = (OPEN_STATES, or_(until.is_(None), until <= work.now), ~earlier)
    known = (BackgroundTask.kind.in_(kinds), BackgroundTask.not_before <= work.now)
    found = select(BackgroundTask).where(UNTOLD, *due, *known)
    found = found.order_by(BackgroundTask.claims, BackgroundTask.id).limit(1)
    task = work.session.scalars(found.with_for_update(skip_locked=True)).first()
    if task is not None:
        task.state, task.started_at = TaskState.RUNNING, task.started_at or work.now
        task.claims, task.claimed_until = task.claims + 1, work.now + LEASE
        work.session.flush()
    return task


def hold(work: Context, task: int, claims: int) -> BackgroundTask | None:
    """Lock a task for a piece of its work.

    Return None where it was cancelled, or taken by somebody else since.
    """
    mine = (BackgroundTask.id == task, BackgroundTask.claims == claims, OPEN_STATES)
    return work.session.scalars(select(BackgroundTask).where(*mine).with_for_update()).first()


def advanced(work: Context, task: BackgroundTask, more: bool) -> None:
    """Write down that a piece is done: the task goes on, or is over."""
    task.failures, task.claimed_until = 0, work.now + LEASE
    if not more and task.is_open:
        end(work, task, TaskState.DONE)


def give_back(work: Context, task: int, claims: int, pause: timedelta = timedelta()) -> None:
    """Let another worker, or another task, have its turn, after a pause."""
    mine = (BackgroundTask.id == task, BackgroundTask.claims == claims, OPEN_STATES)
    later = update(BackgroundTask).where(*mine)
    work.session.execute(later.values(claimed_until=None, not_before=work.now + pause))


def failed(
    work: Context, task: int, claims: int, why: str, pause: timedelta, most: int = FAILURES
) -> None:
    """Write down that a piece failed, and give the task up after so many failures in a row."""
    found = hold(work, task, claims)
    if found is None:
        return
    found.failures, found.claimed_until = found.failures + 1, None
    found.not_before = work.now + pause
    if found.failures >= most:
        end(work, found, TaskState.FAILED, why)


# ── how it ends ───────────────────────────────────────────────────────────────────────────────────


def end(work: Context, task: BackgroundTask, state: TaskState, error: str | None = None) -> None:
    """End a task; what was chosen and typed for it is forgotten."""
    if state != TaskState.DONE and task.kind in STOPPED:
        STOPPED[task.kind](work, task)
    task.state, task.ended_at, task.claimed_until = state, work.now, None
    task.chosen, task.error = None, error
    if texts := task.about.get(TYPED):
        task.about = {**task.about, TYPED: dict.fromkeys(texts, "")}
    work.session.flush()
    let_go(work, task.unit)


def cancel(work: Context, task: BackgroundTask) -> None:
    """End a task where it is; what it has done stays, and can be undone.

    Raises:
        Conflict: It is over already.
    """
    work.session.refresh(task, with_for_update=True)
    if not task.is_open:
        raise Conflict(f"This is over already: it is {task.state}.")
    end(work, task, TaskState.CANCELLED)


# ── what there is ─────────────────────────────────────────────────────────────────────────────────


def latest(work: Context, limit: int, person: int | None = None) -> Sequence[BackgroundTask]:
    """Return the latest tasks, the newest first; those of one person, or everybody's."""
    found = select(BackgroundTask).order_by(BackgroundTask.id.desc()).limit(limit)
    if person is not None:
        found = found.where(BackgroundTask.person == person)
    return work.session.scalars(found).all()


def open_counts(work: Context) -> tuple[int, int]:
    """Return how many tasks are worked on, and how many wait."""
    found = select(BackgroundTask.state, func.count()).where(UNTOLD, OPEN_STATES)
    counts = {
        state: count for state, count in work.session.execute(found.group_by(BackgroundTask.state))
    }
    return counts.get(TaskState.RUNNING, 0), counts.get(TaskState.QUEUED, 0)


def called(work: Context, named: str) -> BackgroundTask | None:
    """Return the latest task with this code."""
    found = select(BackgroundTask).where(
        BackgroundTask.unit >= named, BackgroundTask.unit < f"{named}g"
    )
    return work.session.scalars(found.order_by(BackgroundTask.id.desc()).limit(1)).first()


def open_of_actor(work: Context) -> BackgroundTask | None:
    """Return a task of the actor that is not over."""
    mine = BackgroundTask.person.is_not_distinct_from(work.actor.id if work.actor else None)
    found = select(BackgroundTask).where(UNTOLD, OPEN_STATES, mine)
    return work.session.scalars(found.order_by(BackgroundTask.id.desc()).limit(1)).first()


def of_unit(work: Context, unit: str) -> BackgroundTask | None:
    """Return the latest task whose changes carry this unit of work."""
    found = select(BackgroundTask).where(BackgroundTask.unit == unit)
    return work.session.scalars(found.order_by(BackgroundTask.id.desc()).limit(1)).first()
