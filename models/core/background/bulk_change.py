"""Change the same fields of many records: few at once, many as a background task.

Each record is changed as one person would change it, with the rights that the person has at that
moment; a record that refuses is left out and counted with the reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from models.core import records
from models.core.background import queue
from models.core.background.attempts import attempt
from models.core.background.queue import TYPED
from models.core.background.task import (
    BackgroundTask,
    Skips,
    TaskKind,
    following,
    packed,
    with_skip,
)
from models.core.context import IN_BULK, IN_PIECES, Context
from models.core.entity.base import Entity
from models.core.errors import Conflict
from models.core.listeners import FEW
from models.core.outbox.delivery import Key, shown
from models.core.permissions import policy

NAME = "change"
AT_ONCE = 200
"""Records that are changed while a person waits; more are changed in the background."""
MOST = 100_000
"""Records of one bulk change."""
DELETED = "It was deleted."


@dataclass
class Outcome:
    """What became of some records.

    Attributes:
        changed: Those that were changed.
        same: How many had these values already.
        skips: Why the others were left out.
    """

    changed: list[Entity] = field(default_factory=list)
    same: int = 0
    skips: Skips = field(default_factory=dict)


def chosen_ids(ids: Iterable[int]) -> list[int]:
    """Return the ids of a bulk change.

    Raises:
        Conflict: They are too many.
    """
    found = sorted(set(ids))
    if len(found) > MOST:
        raise Conflict(f"That is more than {MOST:,} records. Narrow the list, and do it in parts.")
    return found


def bulk_change(
    work: Context, entity: type[Entity], ids: Iterable[int], texts: Mapping[str, str]
) -> Outcome | BackgroundTask:
    """Give many records the same values.

    Args:
        work: The unit of work of who asks for it.
        entity: The entity of the records.
        ids: The ids of the records, as they were chosen.
        texts: Field → text; an empty text empties the field.

    Returns:
        What became of the records, or the task that will change them where they are many.

    Raises:
        Conflict: They are too many, or too many tasks wait already.
    """
    found = chosen_ids(ids)
    if len(found) <= AT_ONCE:
        outcome = Outcome()
        change(work, entity, found, texts, outcome)
        return outcome
    return as_task(work, entity, found, texts)


def as_task(
    work: Context, entity: type[Entity], ids: Sequence[int], texts: Mapping[str, str]
) -> BackgroundTask:
    """Ask that many records get the same values, in the background."""
    about, total = {TYPED: dict(texts)}, len(ids)
    return queue.ask(work, NAME, entity=entity, about=about, chosen=packed(ids), total=total)


def advance(work: Context, task: BackgroundTask, limit: int) -> bool:
    """Change the next records of a task, and return whether there are more."""
    ids = following(task.chosen or "", task.cursor, limit)
    if not ids:
        return False
    work.session.info[IN_PIECES] = True
    outcome = Outcome(skips=task.skips)
    change(work, task.noun, ids, task.about[TYPED], outcome)
    task.done, task.same = task.done + len(outcome.changed), task.same + outcome.same
    task.skips = outcome.skips
    task.cursor = ids[-1]
    return len(ids) == limit


def change(
    work: Context,
    entity: type[Entity],
    ids: Sequence[int],
    texts: Mapping[str, str],
    outcome: Outcome,
) -> None:
    """Change records one by one; what refuses one of them leaves the others alone.

    Args:
        work: The unit of work.
        entity: The entity of the records.
        ids: The ids of the records.
        texts: Field → text.
        outcome: What became of the records, to which these are added.
    """
    if entity.governing:
        work.govern()  # not only within what may be taken back, and the lock with it
    with policy.beyond(work.session):
        found = select(entity).where(entity.id.in_(ids)).order_by(entity.id).with_for_update()
        known = work.session.scalars(found.execution_options(with_deleted=True)).all()
    if len(known) > FEW or work.session.info.get(IN_PIECES):
        work.session.info[IN_BULK] = seen_in_slack(work, known)
    for record in known:
        before = len(work.changes)
        if reason := refusal(work, record, texts):
            outcome.skips = with_skip(outcome.skips, record.ref, reason)
        elif len(work.changes) > before:
            outcome.changed.append(record)
        else:
            outcome.same += 1


def seen_in_slack(work: Context, found: Sequence[Entity]) -> dict[Key, bool]:
    """Return for each record whether a card shows it or a list names it."""
    keys = [(record.slug(), record.id) for record in found]
    there = shown(work, keys)
    return {key: key in there for key in keys}


def refusal(work: Context, record: Entity, texts: Mapping[str, str]) -> str:
    """Change one record; return why it cannot be, or "" where it is as it should be now."""
    if record.deleted_at:
        return DELETED

    def edit(found: Sequence[Entity]) -> None:
        for each in found:
            policy.check(work, "edit", each)
            records.update(work, each, texts)

    return next((reason for _, reason in attempt(work, [record], edit)), "")


KIND = TaskKind(NAME, "Change the same fields of many records, as who asked would do it.", advance)
