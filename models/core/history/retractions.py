"""What Slack shows of a unit of work that is undone.

Deliveries that are on their way are stopped, and what was posted is taken back.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.core.context import Context
from models.core.entity.base import Entity
from models.core.notifications import retract
from models.core.outbox.delivery import CARDS, NAMES, Delivery, DeliveryState, tell
from models.core.outbox.statements import WAITING

UNIT = re.compile("[0-9a-f]{32}")
STOPPED = "dropped: undone by {}"
SHOWN = ("card", "redraw", NAMES)
"""Kinds that show a record as it is when they are sent, no matter why they were requested."""


def take_back(
    work: Context, unit: str, at: datetime, records: Sequence[Entity], again: bool
) -> None:
    """Stop the deliveries of a unit of work that nobody has received yet.

    In the threads that received one, say that it was undone.

    Args:
        work: The unit of work that undoes it.
        unit: The id of the unit of work that is undone.
        at: When that was.
        records: The records that it changed.
        again: It was an undo, and the deliveries that the undo stopped are sent after all.
    """
    if again:
        revive(work, unit, at)
    retract.take_back(work, unit, at, again)
    for record in records:
        stop(work, unit, record)
        for about in said(work, unit, at, record):
            tell(
                work,
                record,
                {**about, "redone" if again else "undone": work.actor.id if work.actor else None},
            )


def stop(work: Context, unit: str, record: Entity) -> None:
    """Stop the deliveries that nobody has begun to send.

    These are the news of this unit of work, and the card of a record that is deleted now.
    """
    theirs = (Delivery.entity == record.slug(), Delivery.record_id == record.id, WAITING)
    untouched = (
        Delivery.attempts == 0,
        Delivery.claimed_until.is_(None),
        Delivery.state == DeliveryState.WAITING,
    )
    waiting = select(Delivery).where(*theirs, *untouched).with_for_update(skip_locked=True)
    for delivery in work.session.scalars(waiting):
        news = delivery.kind not in SHOWN and unit in delivery.key
        if news or (delivery.kind == "card" and record.deleted_at):
            delivery.state, delivery.sent_at = DeliveryState.SENT, work.now
            delivery.error = STOPPED.format(work.unit)


def revive(work: Context, unit: str, at: datetime) -> None:
    """Request again the deliveries that an undo stopped.

    They are now news of the unit of work that redoes it.
    """
    stopped = (Delivery.sent_at == at, Delivery.error == STOPPED.format(unit))
    for delivery in work.session.scalars(select(Delivery).where(*stopped).order_by(Delivery.id)):
        delivery.state, delivery.sent_at, delivery.error = DeliveryState.WAITING, None, None
        delivery.not_before, delivery.key = work.now, UNIT.sub(work.unit, delivery.key)


def said(work: Context, unit: str, at: datetime, record: Entity) -> list[dict[str, Any]]:
    """Return what was posted about this unit of work in the threads of a record's cards.

    It leaves out that the unit of work was undone.
    """
    sent = (
        Delivery.sent_at >= at,
        Delivery.error.is_(None),
        Delivery.kind == "event",
        Delivery.channel == CARDS,
    )
    theirs = (
        Delivery.entity == record.slug(),
        Delivery.record_id == record.id,
        Delivery.key.contains(unit),
    )
    found = work.session.scalars(select(Delivery.about).where(*sent, *theirs).order_by(Delivery.id))
    return [first_said(about) for about in found]


def first_said(about: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was done in the first place, however often it was undone since."""
    if "of" in about:  # written by a release that kept the words themselves
        return {"text": about["of"]}
    return {name: value for name, value in about.items() if name not in ("undone", "redone")}
