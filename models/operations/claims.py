"""What is sent next: the oldest delivery of each channel that is not resting, and each card once, however often it
changed. Also in a backlog of a hundred thousand: every question here walks an index from one channel to the next.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import CTE, ScalarSelect, Select, case, exists, func, literal, literal_column, or_, select, update

from models.core.outbox import CARDS, NAMES, Delivery, DeliveryState, Post, deliver
from models.core.types import UTCDateTime
from models.core.user import Workspace
from models.core.work import Clock, Work, Works
from models.operations.referrers import refresh

LEASE = timedelta(seconds=45)
"""How long a delivery belongs to who took it: whoever has it begins no call to Slack in the last `MARGIN` of it."""
MARGIN = timedelta(seconds=25)
"""The client's time-out, time for Slack's history to show the post, and clocks that differ by some seconds."""
DRIFT = timedelta(seconds=5)
"""How far two clocks may be apart before leases mean nothing."""
INSIDE = (CARDS, NAMES)
"""Channels that are none of Slack's."""
EVENTS, RENAMED, WINDOW = 20, 2, 200

table: Any = Delivery.__table__
row = table.c
WAITING = row.state.in_([literal_column("'waiting'"), literal_column("'unknown'")])
"""Literals, because no planner proves from parameters that the partial indexes serve."""
POSTS = WAITING & (row.kind != literal_column("'redraw'"))
REDRAWS = WAITING & (row.kind == literal_column("'redraw'"))
BEGUN = WAITING & (row.attempts > literal_column("0"))


def workspaces_due(works: Works) -> list[str]:
    """The workspaces in which something is due."""
    due = (row.workspace == Workspace.id, WAITING, row.not_before <= works.clock())
    with works.everywhere() as session:
        there = select(Workspace.id).where(exists(select(row.id).where(*due)))
        return list(session.scalars(there.order_by(Workspace.id)))


def drift(works: Works, clock: Clock) -> timedelta:
    """How far a clock is ahead of the one the replicas share: the database's. SQLite's is this machine's own."""
    if works.sqlite:
        return timedelta()
    with works.engine.connect() as connection:
        before = clock()
        shared = connection.scalar(select(func.clock_timestamp()))
        return before + (clock() - before) / 2 - shared if shared else timedelta()


def anything(work: Work, pace: float = 0) -> bool:
    """Whether there is something to take, without taking it: looking disturbs nobody."""
    told = select(row.id).where(row.workspace == work.workspace.id, *due_inside(work, *INSIDE))
    return bool(work.session.scalar(told.limit(1)) or cards_due(work) or posts_due(work, 1, timedelta(seconds=pace)))


def claim(work: Work, limit: int, pace: float = 0, after: str = "", but: Collection[int] = ()) -> list[Delivery]:
    """Take up to `limit` deliveries, half of them cards to draw anew if there are as many.

    pace: seconds a channel rests after a post, whoever made it. after: begin with the channels behind this one, so that
    each has its turn. but: what is in our own hands, whatever the clock says of its lease. What was taken before and
    never marked comes back as unknown: it may have been sent.
    """
    cards = cards_due(work)
    redraws = [first for first in cards if first not in but]
    half = min(len(redraws), limit // 2)
    posts = [id for id in posts_due(work, limit - half, timedelta(seconds=pace), after) if id not in but]
    redraws = redraws[: limit - len(posts)]
    taken = take(work, [*posts, *redraws])
    supersede(work, [other for one in taken if one.id in cards for other in cards[one.id]])
    return taken


def take(work: Work, ids: Sequence[int]) -> list[Delivery]:
    """Those of the deliveries that are still free, leased to us, in this order.

    What was begun by someone who is gone is due from now on: an older look at Slack says nothing about it.
    """
    if not ids:
        return []
    places = {id: place for place, id in enumerate(ids)}
    mine = select(row.id).where(row.id.in_(ids), WAITING, is_due(work), is_free(work))
    locked = work.session.scalars(mine.with_for_update(skip_locked=True)).all()
    begun = row.claimed_until.is_not(None)
    columns = {
        "state": case((begun, literal_column("'unknown'")), else_=row.state),
        "not_before": case((begun, literal(work.now, UTCDateTime)), else_=row.not_before),
        "claimed_until": work.now + LEASE,
        "attempts": row.attempts + 1,
    }
    ours = update(table).where(row.id.in_(locked)).values(**columns).returning(table)
    found = work.session.scalars(select(Delivery).from_statement(ours))
    return sorted(found, key=lambda delivery: places[delivery.id])


def is_due(work: Work) -> Any:
    """Its time has come; said so that no planner takes the index over times, in which all channels are mixed up."""
    return func.coalesce(row.not_before, work.now) <= work.now


def is_free(work: Work) -> Any:
    return or_(row.claimed_until.is_(None), row.claimed_until <= work.now)


def is_held(work: Work) -> Any:
    """On its way, or put back: what stands behind it waits, so that it arrives in order and rate limits are kept."""
    return BEGUN & or_(row.claimed_until > work.now, row.not_before > work.now)


def posts_due(work: Work, limit: int, pace: timedelta, after: str = "") -> list[int]:
    """The oldest of each channel that is neither resting nor held, from the channel behind `after` on and round."""
    found = list(work.session.scalars(oldest_posts(work, pace, after).limit(limit)))
    if after and len(found) < limit:
        again = work.session.scalars(oldest_posts(work, pace, "").limit(limit))
        found = list(dict.fromkeys([*found, *again]))[:limit]
    return found


def oldest_posts(work: Work, pace: timedelta, after: str) -> Select[Any]:
    ours = (row.workspace == work.workspace.id, POSTS)
    places = channels(work, after)
    held = select(row.channel).where(row.workspace == work.workspace.id, POSTS, is_held(work))
    posted = (row.sent_at > work.now - pace, row.error.is_(None), row.kind != literal_column("'redraw'"))
    resting = select(row.channel).where(row.workspace == work.workspace.id, *posted)
    due = select(row.id).where(*ours, row.channel == places.c.channel, is_due(work))
    oldest: ScalarSelect[Any] = due.order_by(row.id).limit(1).scalar_subquery()
    awake = (places.c.channel.not_in(INSIDE), places.c.channel.not_in(held), places.c.channel.not_in(resting))
    found = select(oldest.label("id")).where(*awake).subquery()
    return select(found.c.id).where(found.c.id.is_not(None))


def channels(work: Work, after: str) -> CTE:
    """The channels behind `after` for which something waits, each found by one step in the index."""

    def following(channel: Any) -> ScalarSelect[Any]:
        behind = select(row.channel).where(row.workspace == work.workspace.id, POSTS, row.channel > channel)
        return behind.order_by(row.channel).limit(1).scalar_subquery()

    first = select(following(literal(after)).label("channel")).cte("places", recursive=True)
    return first.union_all(select(following(first.c.channel)).where(first.c.channel.is_not(None)))


def cards_due(work: Work) -> dict[int, list[int]]:
    """For each card to draw anew the oldest delivery that asks for it, and the others, which are done with it."""
    ours = (row.workspace == work.workspace.id, REDRAWS)
    held = select(row.channel, row.ts, row.claimed_until, row.state).where(*ours, is_held(work))
    busy: set[Any] = set()
    for channel, ts, until, state in work.session.execute(held):
        limited = until is None and state == DeliveryState.WAITING
        busy.add(channel if limited else (channel, ts))  # a rate limit is for all cards of the channel
    free = select(row.id, row.channel, row.ts).where(*ours, is_due(work), is_free(work))
    cards: dict[tuple[str, str], list[int]] = {}
    for id, channel, ts in work.session.execute(free.order_by(row.id).limit(WINDOW)):
        if channel not in busy and (channel, ts) not in busy:
            cards.setdefault((channel, ts), []).append(id)
    return {first: others for first, *others in cards.values()}


def supersede(work: Work, ids: Collection[int]) -> None:
    """One redrawing shows all that changed before it: the others of the same card are done with it."""
    if ids:
        done = {"state": DeliveryState.SENT, "sent_at": work.now, "error": "dropped: another drew it"}
        work.session.execute(update(table).where(row.id.in_(ids), WAITING, is_free(work)).values(**done))


def due_inside(work: Work, *places: str) -> tuple[Any, ...]:
    return (POSTS, row.channel.in_(places), is_due(work))


def settle(work: Work) -> None:
    """What needs no Slack: spread what is told to the threads of cards, and pass on new names."""
    spread(work)
    ours = (row.workspace == work.workspace.id, *due_inside(work, NAMES))
    renamed = select(Delivery).where(*ours).order_by(Delivery.id).limit(RENAMED).with_for_update(skip_locked=True)
    for delivery in work.session.scalars(renamed).all():
        refresh(work, delivery)
        delivery.state, delivery.sent_at = DeliveryState.SENT, work.now


def spread(work: Work) -> None:
    """Make of what is told about a record one delivery for the thread of each of its cards.

    Where the card is still on its way it waits until that stands; where there is none, nobody is told. Another replica
    that does the same is waited for: so they stand in the thread in the order in which they happened.
    """
    due = select(Delivery).where(row.workspace == work.workspace.id, *due_inside(work, CARDS)).order_by(Delivery.id)
    for event in work.session.scalars(due.limit(EVENTS).with_for_update()).all():
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
    ours = (row.workspace == work.workspace.id, WAITING, row.record_id == event.record_id)
    about = (row.kind == "card", row.entity == event.entity, row.id < event.id)
    return bool(work.session.scalar(select(exists(select(row.id).where(*ours, *about)))))
