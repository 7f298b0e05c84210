"""The open cases: how many there are, which nobody has, and which are due next."""

from dataclasses import dataclass

from sqlalchemy import false, func, or_, select

from models.core.context import Context
from models.core.permissions import visibility
from models.support.case import Case, Priority
from models.support.triage import urgency


@dataclass(frozen=True)
class PriorityRow:
    """The open cases of one priority: how many, how many unclaimed, how many past the deadline."""

    priority: str
    count: int
    unclaimed: int
    overdue: int


def cases_by_priority(work: Context) -> list[PriorityRow]:
    """Return the open cases by priority, the most urgent first.

    Return nothing where the fields by which they are counted are hidden.
    """
    if visibility.hidden(work, Case.priority, Case.status):
        return []
    late = false() if visibility.hidden(work, Case.resolve_by) else Case.resolve_by < work.now
    overdue = func.count().filter(late)
    rows = select(
        Case.priority, func.count(), func.count().filter(Case.assignee.is_(None)), overdue
    )
    urgency = list(reversed(Priority))
    found = [
        PriorityRow(*row)
        for row in work.session.execute(rows.where(Case.open()).group_by(Case.priority))
    ]
    return sorted(found, key=lambda row: urgency.index(Priority(row.priority)))


def cases_by_assignee(work: Context) -> dict[int | None, list[PriorityRow]]:
    """Return the open cases of each person by priority; those of nobody are of None.

    Return nothing where the fields by which they are counted are hidden.
    """
    counted = (Case.priority, Case.status, Case.assignee)
    if visibility.hidden(work, *counted):
        return {}
    late = false() if visibility.hidden(work, Case.resolve_by) else Case.resolve_by < work.now
    none = func.count().filter(Case.assignee.is_(None))
    rows = select(Case.assignee, Case.priority, func.count(), none, func.count().filter(late))
    found: dict[int | None, list[PriorityRow]] = {}
    each = work.session.execute(rows.where(Case.open()).group_by(Case.assignee, Case.priority))
    for assignee, priority, count, unclaimed, overdue in each:
        found.setdefault(assignee, []).append(PriorityRow(priority, count, unclaimed, overdue))
    return found


def unassigned(work: Context, limit: int) -> tuple[list[Case], int]:
    """Return open cases that nobody has, and how many there are.

    The most urgent and then the oldest come first, where the priority is not hidden.
    """
    wanted = (Case.open(), Case.assignee.is_(None))
    if visibility.hidden(work, *wanted):
        return [], 0
    count = work.session.scalar(select(func.count(Case.id)).where(*wanted)) or 0
    order = [] if visibility.hidden(work, Case.priority) else [urgency()]
    found = select(Case).where(*wanted).order_by(*order, Case.id).limit(limit)
    return list(work.session.scalars(found)) if count else [], count


def next_deadline(work: Context) -> Case | None:
    """Return the open case, of the actor or of nobody, whose deadline comes first."""
    mine = Case.assignee == (work.actor.id if work.actor else 0)
    wanted = (Case.open(), Case.resolve_by.is_not(None), or_(mine, Case.assignee.is_(None)))
    if visibility.hidden(work, *wanted):
        return None
    found = select(Case).where(*wanted).order_by(Case.resolve_by, Case.id)
    return work.session.scalar(found.limit(1))
