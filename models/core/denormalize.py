"""Records that show the name of another record: updated after it was renamed, some at a time."""

from sqlalchemy import select

from models.core.context import Context
from models.core.entity.base import Entity
from models.core.outbox import queue
from models.core.outbox.delivery import (
    CARDS,
    NAMES,
    Delivery,
    DeliveryState,
    deliver,
    redraw,
)
from models.core.parsing import values
from models.core.search.index import index, referring

RENAMED = 2
"""Renamed records that are worked on in one unit of work."""
AT_ONCE = 50
"""Records in one unit of work, so that nobody waits for it."""


def settle(work: Context) -> None:
    """Do what needs no Slack: spread deliveries to the threads of cards, and pass on new names."""
    due = queue.inside_due(work)
    if CARDS in due:
        queue.spread(work)
    if NAMES in due:
        for delivery in queue.locked(work, NAMES, RENAMED, skip=True):
            refresh(work, delivery)
            delivery.state, delivery.sent_at = DeliveryState.SENT, work.now


def refresh(work: Context, delivery: Delivery) -> None:
    """Update the next records that refer to the one a delivery is about.

    Their names, their search texts and their cards are updated. What is left is requested with a
    delivery of its own.

    Args:
        work: The unit of work.
        delivery: A delivery of the channel `NAMES`; its `about` says how far the ones before it
            got.
    """
    places = referring(delivery.entity or "")
    place, after = int(delivery.about.get("place", 0)), int(delivery.about.get("after", 0))
    if place >= len(places):
        return
    entity, name = places[place]
    column = entity.__mapper__.columns[name]
    theirs = (
        select(entity)
        .where(column == delivery.record_id, entity.id > after)
        .order_by(entity.id)
        .limit(AT_ONCE)
    )
    found = list(work.session.scalars(theirs))
    for record in found:
        rename(work, record)
    index(work, found)
    more = (
        {"place": place, "after": found[-1].id}
        if len(found) == AT_ONCE
        else {"place": place + 1, "after": 0}
    )
    subject = {"entity": delivery.entity, "record_id": delivery.record_id}
    deliver(work, NAMES, NAMES, f"{NAMES}:{delivery.id}", about=more, **subject)


def rename(work: Context, record: Entity) -> None:
    """Update a record that has its name from another one, and re-render its cards."""
    title = record.called(work)[:255]
    if title == record.title:
        redraw(work, record, background=True)
    else:
        record.title, record.key = (
            title,
            values.fold(title)[:255],
        )  # what follows from a change follows from this one
        work.session.flush()
