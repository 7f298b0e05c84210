"""Take back what people were told of a unit of work that is undone."""

from datetime import datetime

from sqlalchemy import select

from models.core.context import Context
from models.core.identity.user import User
from models.core.notifications.notify import GATHERED, TOGETHER
from models.core.outbox.delivery import Delivery, enqueue

TOLD = ("assigned", "changed", "followed", "own", "mentioned", "approval_decided")
"""The kinds that tell a person of one unit of work."""
PEOPLE = "taken back from"
"""Where a session keeps whose messages it has changed, by their Slack ids."""
OF = "of"
"""The key in the `about` of a redraw with the delivery that it draws again."""


def take_back(work: Context, unit: str, at: datetime, again: bool) -> None:
    """Ask that what people read of a unit of work says that it was undone, or that it holds again.

    Args:
        work: The unit of work that undoes it.
        unit: The id of the unit of work that is undone.
        at: When that was.
        again: It was an undo itself, and what it undid holds again.
    """
    found = said_again(work, unit, at) if again else said(work, unit, at)
    work.session.info[PEOPLE] = list(dict.fromkeys(each.channel for each in found))
    for delivery in found:
        key = f"redraw:{delivery.channel}:{delivery.ts}:{work.unit}"
        enqueue(work, "redraw", delivery.channel, key, ts=delivery.ts, about={OF: delivery.id})


def people(work: Context) -> list[int]:
    """Return the ids of the people whose messages this unit of work has changed."""
    slack_ids = work.session.info.get(PEOPLE, [])
    if not slack_ids:
        return []
    wanted = select(User.id).where(User.slack_id.in_(slack_ids)).order_by(User.id)
    return list(work.session.scalars(wanted))


def said(work: Context, unit: str, at: datetime) -> list[Delivery]:
    """Return the messages by which people heard of a unit of work."""
    sent = (Delivery.sent_at >= at, Delivery.error.is_(None), Delivery.ts.is_not(None))
    theirs = (Delivery.kind.in_(TOLD), Delivery.key.contains(unit))
    alone = work.session.scalars(select(Delivery).where(*sent, *theirs)).all()
    return [*alone, *said_together(work, unit, at)]


def said_together(work: Context, unit: str, at: datetime) -> list[Delivery]:
    """Return the messages about all changes of a day by which people heard of a unit of work."""
    kept = (Delivery.sent_at >= at, Delivery.error == GATHERED, Delivery.key.contains(unit))
    found: dict[int, Delivery] = {}
    for each in work.session.scalars(select(Delivery).where(*kept)):
        its = (Delivery.kind == TOGETHER, Delivery.channel == each.channel)
        then = (Delivery.created_at <= each.created_at, Delivery.not_before > each.created_at)
        told = select(Delivery).where(*its, *then, Delivery.ts.is_not(None)).limit(1)
        found |= {message.id: message for message in work.session.scalars(told)}
    return list(found.values())


def said_again(work: Context, unit: str, at: datetime) -> list[Delivery]:
    """Return the messages that an undo changed."""
    redraws = select(Delivery).where(
        Delivery.created_at >= at, Delivery.kind == "redraw", Delivery.key.contains(unit)
    )
    ids = [each.about[OF] for each in work.session.scalars(redraws) if OF in each.about]
    return list(work.session.scalars(select(Delivery).where(Delivery.id.in_(ids)))) if ids else []
