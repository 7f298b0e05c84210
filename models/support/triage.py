"""Which cases the support channel should look at."""

from datetime import timedelta

from sqlalchemy import ColumnElement, case, func, or_, select

from models.activities.reminders import take
from models.core.context import Context
from models.core.outbox.delivery import Delivery
from models.core.permissions import visibility
from models.support.case import PRESSING, Case, Priority

NEW = timedelta(days=7)
"""A case older than this is no news; the daily list has it.

The slots of a job are kept for longer.
"""
AHEAD, LATE = timedelta(hours=1), timedelta(days=1)
"""How long before its deadline who has a case hears of it, and how long after it at the latest."""
JUST_NOW = timedelta(minutes=10)


def neglected(work: Context) -> ColumnElement[bool]:
    """Return the filter for open cases past their deadline, or high or urgent and not assigned."""
    nobodys = Case.priority.in_(PRESSING) & Case.assignee.is_(None)
    return Case.open() & or_(nobodys, Case.resolve_by < work.now)


def urgency() -> ColumnElement[int]:
    """Return what orders cases by their priority, the most urgent first."""
    return case(
        {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2}, value=Case.priority, else_=3
    )


def pressing(work: Context, ids: list[int], limit: int) -> tuple[list[Case], int]:
    """Return the neglected cases, the most urgent and then the oldest first, and their number.

    There are none where some readers may not see the fields by which they are chosen.

    Args:
        work: The unit of work.
        ids: Only these cases; all when empty.
        limit: The largest number of cases to return.
    """
    wanted = [neglected(work), *([Case.id.in_(ids)] if ids else [])]
    if visibility.hidden(work, *wanted):
        return [], 0
    found = select(Case).where(*wanted).order_by(urgency(), Case.created_at, Case.id).limit(limit)
    return list(work.session.scalars(found)), work.session.scalar(
        select(func.count(Case.id)).where(*wanted)
    ) or 0


def alarms(work: Context) -> list[int]:
    """Return the ids of new cases that became high or urgent and that nobody has taken, each once.

    A case whose card was requested just now needs no alarm: that card is the newest in the channel.
    """
    new = (
        Case.open(),
        Case.priority.in_(PRESSING),
        Case.assignee.is_(None),
        Case.created_at > work.now - NEW,
    )
    found = work.session.scalars(select(Case.id).where(*new).order_by(Case.id)).all()
    told = [int(slot) for slot in take(work, "alarm", [str(id) for id in found])]
    fresh = just_carded(work, told) if told else set()
    return [id for id in told if id not in fresh]


def deadlines(work: Context) -> list[Case]:
    """Return the open cases that somebody has and that are due soon, once for each deadline."""
    soon = (
        Case.open(),
        Case.assignee.is_not(None),
        Case.resolve_by <= work.now + AHEAD,
        Case.resolve_by > work.now - LATE,
    )
    found = work.session.scalars(select(Case).where(*soon).order_by(Case.resolve_by, Case.id))
    slots = {f"{case.id}:{case.resolve_by}": case for case in found}
    return [slots[slot] for slot in take(work, "deadline", list(slots))] if slots else []


def just_carded(work: Context, ids: list[int]) -> set[int | None]:
    """Return those of these cases whose card in the support channel was requested just now.

    The card is found by its unique key.
    """
    refs = work.session.execute(select(Case.number).where(Case.id.in_(ids))).scalars()
    keys = [f"card:{Case.prefix}-{number}:{work.workspace.support_channel}" for number in refs]
    cards = select(Delivery.record_id).where(
        Delivery.key.in_(keys), Delivery.created_at > work.now - JUST_NOW
    )
    return set(work.session.scalars(cards))
