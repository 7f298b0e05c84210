"""The one message that tells who asked how far a background task is: drawn again as it goes on."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from models.core.background.queue import OPEN_STATES, message_of
from models.core.background.task import UNTOLD, BackgroundTask
from models.core.context import Context
from models.core.notifications.retract import OF
from models.core.outbox.delivery import Delivery, DeliveryState, deliver

EVERY = timedelta(seconds=3)
"""How often the message is drawn again at most while the task goes on."""
SOME = 20
"""Tasks whose end is told at a time."""


def follow(work: Context, task: BackgroundTask) -> None:
    """Ask that the message say how far the task is now, unless it was asked a moment ago.

    How it ended is asked for by `tell_ends`, because the message may be on its way right now.
    """
    last = task.drawn_at or task.created_at
    if task.is_open and work.now - last >= EVERY:
        message = message_about(work, task)
        if message is not None and message.ts:
            redraw(work, task, message)
        task.drawn_at = work.now


def untold(work: Context) -> list[int]:
    """Return the ids of tasks that are over and whose message does not say so yet.

    One whose message is still on its way to Slack has to wait: nobody knows where it will be.
    """
    ended = select(BackgroundTask).where(UNTOLD, ~OPEN_STATES).order_by(BackgroundTask.id)
    return [task.id for task in work.session.scalars(ended.limit(SOME)) if has_arrived(work, task)]


def has_arrived(work: Context, task: BackgroundTask) -> bool:
    """Return whether the message of a task is in Slack, or will not come."""
    message = message_about(work, task)
    coming = (DeliveryState.WAITING, DeliveryState.UNKNOWN)
    return message is None or message.state not in coming


def tell_ends(work: Context, ids: Sequence[int]) -> None:
    """Ask that the messages of tasks that are over say how they ended."""
    found = select(BackgroundTask).where(BackgroundTask.id.in_(ids), UNTOLD)
    for task in work.session.scalars(found.with_for_update(skip_locked=True)):
        draw_again(work, task)
        task.told = True
    work.session.flush()


def draw_again(work: Context, task: BackgroundTask) -> None:
    """Ask that the message of a task be drawn again, because somebody waits for what it says."""
    message = message_about(work, task)
    if message is not None and message.ts:
        redraw(work, task, message, background=False)


def message_about(work: Context, task: BackgroundTask) -> Delivery | None:
    return work.session.scalar(select(Delivery).where(Delivery.key == message_of(task)))


def redraw(work: Context, task: BackgroundTask, message: Delivery, background: bool = True) -> None:
    """Ask that a message be drawn again in its place."""
    key = f"redraw:{message.key}:{work.now.isoformat()}:{task.state}:{task.done}:{work.unit[:8]}"
    place = {"ts": message.ts, "about": {OF: message.id}, "background": background}
    deliver(work, "redraw", message.channel, key, **place)
