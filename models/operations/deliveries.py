"""Deliveries on their way to Slack: take what is due, and write down what became of each."""

import hashlib
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, exists, func, literal_column, or_, select, update

from models.core.base import ENTITIES
from models.core.outbox import Delivery, DeliveryState, Post, deliver, insert_once, redraw
from models.core.user import Role, User
from models.core.work import Work

LEASE = timedelta(seconds=60)
"""How long a delivery belongs to who took it: the client's time-out, and time for Slack's history to show the post."""
SETTLING = timedelta(seconds=5)
"""How long after a failure Slack's history can be trusted to show whether the post arrived."""
LONGEST_PAUSE = timedelta(minutes=5)
ATTEMPTS = 300
"""Then Slack has been out of reach for a day, and what we had to say is no longer news."""
CARDS = "card"
"""The channel of what is told in the threads of a record's cards, wherever they stand."""

WAITING = Delivery.state.in_([literal_column("'waiting'"), literal_column("'unknown'")])
"""Literals, because no planner proves from parameters that the partial index serves."""


def is_ready(work: Work, resting: Collection[str]) -> Any:
    """The condition for what can be taken now. A channel waits while one of its messages is on its way or was put back:
    so they arrive in order, and a rate limit holds for every replica.
    """
    put_back = (Delivery.attempts > 0) & (Delivery.not_before > work.now)
    held = select(Delivery.channel).where(WAITING, or_(Delivery.claimed_until > work.now, put_back))
    awake = Delivery.channel.not_in([*resting]) & Delivery.channel.not_in(held)
    return WAITING & (Delivery.not_before <= work.now) & awake


def anything(work: Work, resting: Collection[str] = ()) -> bool:
    """Whether there is something to take, without taking it."""
    return work.session.scalar(select(Delivery.id).where(is_ready(work, resting)).limit(1)) is not None


def next_at(work: Work) -> timedelta | None:
    """How long until the next delivery is due, zero when it is overdue; None where nothing waits."""
    ready = func.coalesce(Delivery.claimed_until, Delivery.not_before)
    soonest = work.session.scalar(select(func.min(ready)).where(WAITING))
    return max(soonest - work.now, timedelta()) if soonest else None


def claim(work: Work, limit: int, resting: Collection[str] = ()) -> list[Delivery]:
    """Take up to `limit` deliveries, the oldest of each channel that is not resting.

    One that was taken before and never marked comes back as unknown: it may have been sent.
    """
    oldest = (
        select(func.min(Delivery.id))
        .where(is_ready(work, resting), Delivery.channel != CARDS)
        .group_by(Delivery.channel)
        .order_by(func.min(Delivery.id))
        .limit(limit)
    )
    free = or_(Delivery.claimed_until.is_(None), Delivery.claimed_until <= work.now)
    mine = select(Delivery).where(Delivery.id.in_(oldest), WAITING, Delivery.not_before <= work.now, free)
    taken = list(work.session.scalars(mine.order_by(Delivery.id).with_for_update(skip_locked=True)))
    for delivery in taken:
        delivery.state = DeliveryState.UNKNOWN if delivery.claimed_until else delivery.state
        delivery.claimed_until, delivery.attempts = work.now + LEASE, delivery.attempts + 1
    return taken


def spread(work: Work, limit: int = 100) -> None:
    """Make of what is told about a record one delivery for the thread of each of its cards.

    Where the card is still on its way it waits until that stands; where there is none, nobody is told.
    """
    told = (WAITING, Delivery.channel == CARDS, Delivery.not_before <= work.now)
    events = select(Delivery).where(*told).order_by(Delivery.id).limit(limit).with_for_update(skip_locked=True)
    for event in work.session.scalars(events).all():
        posts = posts_of(work, event)
        if not posts and is_coming(work, event):
            event.not_before = work.now + LEASE
            continue
        for post in posts:
            columns = {"thread": post.ts, "about": event.about, "entity": event.entity, "record_id": event.record_id}
            deliver(work, event.kind, post.channel, f"event:{event.id}:{post.id}", **columns)
        event.state, event.sent_at = DeliveryState.SENT, work.now
        event.error = None if posts else "dropped: it has no card"


def posts_of(work: Work, delivery: Delivery, channel: str = "") -> list[Post]:
    """The cards of the record a delivery is about. channel: only the one that stands there."""
    cards = select(Post).where(Post.entity == delivery.entity, Post.record_id == delivery.record_id).order_by(Post.id)
    return list(work.session.scalars(cards.where(Post.channel == channel) if channel else cards))


def is_coming(work: Work, event: Delivery) -> bool:
    """Whether a card of the event's record was asked for before it and is not out yet."""
    about = (Delivery.entity == event.entity, Delivery.record_id == event.record_id, Delivery.id < event.id)
    return bool(work.session.scalar(select(exists().where(WAITING, Delivery.kind == "card", *about))))


def fingerprint(delivery: Delivery) -> str:
    """What marks a post as this delivery's in Slack; says nothing of people or records."""
    told = f"{delivery.workspace}:{delivery.id}:{delivery.key}:{delivery.created_at.isoformat()}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def supersede(work: Work, delivery: Delivery) -> None:
    """One redrawing shows all that changed: the others of the same card that wait are done with it."""
    others = (WAITING, Delivery.kind == "redraw", Delivery.channel == delivery.channel, Delivery.ts == delivery.ts)
    done = {"state": DeliveryState.SENT, "sent_at": work.now, "error": "dropped: another drew it"}
    work.session.execute(update(Delivery).where(*others, Delivery.id != delivery.id).values(**done))


def mark(work: Work, delivery: Delivery, **columns: Any) -> bool:
    """Write down what became of a delivery, unless its lease ran out and someone else has taken it since."""
    ours = (Delivery.id == delivery.id, Delivery.attempts == delivery.attempts, WAITING)
    statement = update(Delivery).where(*ours).values(claimed_until=None, **columns).returning(Delivery.id)
    return work.session.execute(statement).first() is not None


def sent(work: Work, delivery: Delivery, channel: str, ts: str, version: int = 0) -> None:
    """It stands in Slack, and a card is remembered from now on.

    channel: its id; version: the record's when it was drawn. What changed since then is drawn anew.
    """
    ours = mark(work, delivery, state=DeliveryState.SENT, sent_at=work.now, ts=ts, error=None)
    if not ours or delivery.kind != "card" or not delivery.entity:
        return
    entity = ENTITIES[delivery.entity]
    its = select(entity).where(entity.id == delivery.record_id).execution_options(with_deleted=True)
    record = work.session.scalar(its.with_for_update())  # who changes it now waits, and then finds the card to redraw
    about = {"entity": delivery.entity, "record_id": delivery.record_id, "posted_at": work.now}
    insert_once(work, Post, channel=channel, ts=ts, **about)
    theirs = (Delivery.entity == delivery.entity, Delivery.record_id == delivery.record_id)
    told = update(Delivery).where(WAITING, Delivery.channel == CARDS, *theirs)
    work.session.execute(told.values(not_before=work.now))
    if record and version and record.version != version:
        redraw(work, record)


def drop(work: Work, delivery: Delivery, why: str) -> None:
    """There is nothing to send any more."""
    mark(work, delivery, state=DeliveryState.SENT, sent_at=work.now, error=f"dropped: {why}")


def put_back(work: Work, delivery: Delivery, pause: timedelta) -> None:
    """Certainly not sent: again after the pause, and the whole channel with it."""
    mark(work, delivery, not_before=work.now + pause)


def doubt(work: Work, delivery: Delivery, error: str) -> None:
    """Perhaps sent, perhaps not: look again later, less and less often, and after a day no more."""
    pause = min(SETTLING * 2 ** min(delivery.attempts - 1, 10), LONGEST_PAUSE)
    if delivery.attempts < ATTEMPTS:
        mark(work, delivery, state=DeliveryState.UNKNOWN, not_before=work.now + pause, error=error)
    else:
        mark(work, delivery, state=DeliveryState.REFUSED, error=f"Slack could not be reached for a day: {error}")


def refuse(work: Work, delivery: Delivery, sentence: str) -> None:
    """Slack will not have it, however often: kept with the reason, and an admin is told, once for each reason."""
    if mark(work, delivery, state=DeliveryState.REFUSED, error=sentence) and not delivery.key.startswith("refused:"):
        admins = select(User.slack_id).where(User.role == Role.ADMIN, ~User.left).order_by(User.id).limit(1)
        digest = hashlib.sha256(sentence.encode()).hexdigest()[:16]
        key = f"refused:{delivery.channel}:{digest}"
        deliver(work, "message", work.session.scalar(admins) or "", key, about={"text": sentence})


def forget(work: Work, channel: str, ts: str) -> None:
    """The card does not stand there any more."""
    work.session.execute(delete(Post).where(Post.channel == channel, Post.ts == ts))
