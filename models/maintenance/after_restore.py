"""What follows when a backup is restored: Slack shows what the database no longer knows."""

from sqlalchemy import select, update

from models.core.context import Context, Units
from models.core.entity.bulk import insert_all
from models.core.outbox import audience
from models.core.outbox.delivery import Delivery, DeliveryState, Post
from models.core.outbox.posted import ListSubscription, PostedMessage

ALONE = "D%"
"""Channels in which a person reads alone, so that nobody else reads along."""


def draw_anew(works: Units) -> None:
    """Ask for a re-render of everything in Slack, bit by bit: nobody knows what it shows."""
    for workspace in works.workspaces():
        with works(workspace) as work:
            for kept in (Post, PostedMessage, ListSubscription):
                work.session.execute(update(kept).values(look=None))
            audience.reconsider(work)
            follow(work)


def follow(work: Context) -> None:
    """Ask for a re-render of the lists of people who read alone, such as reminders."""
    lists = (
        select(ListSubscription.channel, ListSubscription.ts)
        .where(ListSubscription.channel.like(ALONE))
        .distinct()
    )
    redraws = [
        {
            "key": f"redraw:{channel}:{ts}:restored:{work.unit}",
            "kind": "redraw",
            "channel": channel,
            "ts": ts,
            "state": DeliveryState.WAITING,
            "not_before": work.now,
            "created_at": work.now,
            "attempts": 0,
            "about": {},
            "background": True,
        }
        for channel, ts in work.session.execute(lists)
    ]
    if redraws:
        insert_all(work, Delivery, redraws)
