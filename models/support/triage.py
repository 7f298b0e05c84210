"""Which cases the support channel should look at."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, case, cast, exists, func, literal, or_, select

from models.activities.reminders import take
from models.core.context import Context
from models.core.outbox.delivery import Delivery, DeliveryState, JobRun
from models.core.permissions import visibility
from models.support.case import PRESSING, Case, Priority

NEW = timedelta(days=7)
"""A case older than this is no news; the daily list has it.

The slots of a job are kept for longer.
"""
AHEAD, LATE = timedelta(hours=1), timedelta(days=1)
"""How long before its deadline who has a case hears of it, and how long after it at the latest."""
JUST_NOW = timedelta(minutes=10)
"""How long the channel needs no second message of a case that it was told of."""
ALARM = "alarm"
"""The job whose slots are the cases that the channel was alerted of."""


def neglected(work: Context) -> ColumnElement[bool]:
    """Return the filter for open cases past their deadline, or high or urgent and not assigned."""
    nobodys = Case.priority.in_(PRESSING) & Case.assignee.is_(None)
    return Case.open() & or_(nobodys, Case.resolve_by < work.now)


def urgency() -> ColumnElement[int]:
    """Return what orders cases by their priority, the most urgent first."""
    return case(
        {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2}, value=Case.priority, else_=3
    )


def pressing(
    work: Context, ids: list[int], limit: int, asked_at: datetime | None = None
) -> tuple[list[Case], int]:
    """Return the neglected cases, the most urgent and then the oldest first, and their number.

    There are none where some readers may not see the fields by which they are chosen.

    Args:
        work: The unit of work.
        ids: Only these cases; all when empty.
        limit: The largest number of cases to return.
        asked_at: When a list for the channel was asked for: what the channel was told of shortly
            before, or since, is left out.
    """
    wanted = [neglected(work), *([Case.id.in_(ids)] if ids else [])]
    if visibility.hidden(work, *wanted):
        return [], 0
    wanted += told_beside(work, asked_at) if asked_at else []
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
    told = [int(slot) for slot in take(work, ALARM, [str(id) for id in found])]
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


def told_beside(work: Context, asked_at: datetime) -> list[ColumnElement[bool]]:
    """Return the filter for cases that the channel was not told of beside a list.

    It was told by a card or by an alarm, shortly before the list was asked for, or since. An alarm
    of the same moment is the list itself.
    """
    since = asked_at - JUST_NOW
    alarms = select(JobRun.slot).where(
        JobRun.job == ALARM, JobRun.at > since, JobRun.at != asked_at
    )
    ids = [int(slot) for slot in work.session.scalars(alarms)]
    return [~carded(work, since), Case.id.not_in(ids)]


def just_carded(work: Context, ids: list[int]) -> set[int]:
    """Return those of these cases whose card in the support channel was requested just now."""
    fresh = select(Case.id).where(Case.id.in_(ids), carded(work, work.now - JUST_NOW))
    return set(work.session.scalars(fresh))


def carded(work: Context, since: datetime) -> ColumnElement[bool]:
    """Return the filter for cases whose card in the support channel was requested since a moment.

    The card is found by its unique key. One that Slack refused is read by nobody.
    """
    ref = literal(f"card:{Case.prefix}-") + cast(Case.number, String)
    card = (
        Delivery.workspace == Case.workspace,
        Delivery.key == ref + literal(f":{work.workspace.support_channel}"),
        Delivery.created_at > since,
        Delivery.state != DeliveryState.REFUSED,
    )
    return exists().where(*card)
