"""Figures of the open cases."""

from dataclasses import dataclass

from sqlalchemy import false, func, select

from models.core.context import Context
from models.core.permissions import visibility
from models.support.case import Case, Priority


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
