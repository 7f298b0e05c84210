"""Choose what is sent next, also in a backlog of a hundred thousand.

It is the oldest delivery of each channel that is not resting, and each card once, however often it
changed. Every query here walks an index from one channel to the next.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, not_, select, update

from models.core.context import Context, Units
from models.core.outbox import statements
from models.core.outbox.delivery import CARDS, Delivery, DeliveryState, Post, deliver
from models.core.outbox.results import LONGEST_PAUSE
from models.core.outbox.statements import DUE, POSTS, WAITING, ask, row, table

LEASE = timedelta(seconds=45)
"""How long a delivery belongs to the worker that took it.

The worker begins no call to Slack in the last `MARGIN` of it.
"""
MARGIN = timedelta(seconds=25)
"""The client's time-out, time for Slack's history to show the post, and clocks that differ.

The clocks may differ by some seconds.
"""
DRIFT = timedelta(seconds=5)
"""How far two clocks may be apart before leases mean nothing."""
EVENTS = 20
KEPT = ("about", "entity", "record_id", "state", "created_at", "not_before")
"""The columns that the line in a thread copies from the event."""
MINUTE = timedelta(minutes=1)
MOST, LEAST = 30, 10
"""The rates of redraws that nobody waits for.

`MOST` is the number of redraws a minute up to which they are sent too, and `LEAST` is how many of
them are sent in any case. Slack allows an app fifty in a workspace: the others are for what people
change.
"""


def workspaces_due(works: Units) -> list[str]:
    """Return the workspaces in which something is due."""
    with works.everywhere() as session:
        return list(
            session.connection()
            .execute(statements.WORKSPACES_DUE, {"now": works.clock()})
            .scalars()
        )


def drift(works: Units, clock: Callable[[], datetime]) -> timedelta:
    """Return how far a clock is ahead of the one the replicas share, the database's.

    SQLite's is this machine's own.
    """
    if works.sqlite:
        return timedelta()
    with works.engine.connect() as connection:
        before = clock()
        shared = connection.scalar(select(func.clock_timestamp()))
        return before + (clock() - before) / 2 - shared if shared else timedelta()


def anything(work: Context, pace: float = 0) -> bool:
    """Return whether there is something to take, without taking it: looking disturbs nobody."""
    rest = timedelta(seconds=pace)
    return bool(inside_due(work) or cards_due(work, rest) or posts_due(work, 1, rest))


def claim(
    work: Context, limit: int, pace: float = 0, after: str = "", but: Collection[int] = ()
) -> list[Delivery]:
    """Take up to `limit` deliveries, half of them cards to redraw if there are as many.

    What was taken before and never marked comes back as unknown: it may have been sent.

    Args:
        work: the unit of work.
        limit: the most deliveries.
        pace: seconds a channel rests after a post, no matter who made it; 0 for no pause at all,
            also of redraws.
        after: begin with the channels behind this one, so that each has its turn.
        but: deliveries that this worker already holds, no matter what the clock says of their
            lease.
    """
    rest = timedelta(seconds=pace)
    cards = cards_due(work, rest)
    redraws = [first for first in cards if first not in but]
    half = min(len(redraws), limit // 2)
    posts = [id for id in posts_due(work, limit - half, rest, after) if id not in but]
    redraws = redraws[: limit - len(posts)]
    taken = take(work, [*posts, *redraws])
    supersede(work, [other for one in taken if one.id in cards for other in cards[one.id]])
    return taken


def take(work: Context, ids: Sequence[int]) -> list[Delivery]:
    """Lease the deliveries that are still free and return them in this order."""
    if not ids:
        return []
    places = {id: place for place, id in enumerate(ids)}
    free = ask(work, statements.STILL_FREE, ids=ids).scalars().all()
    lease = {"ids": free, "now": work.now, "until": work.now + LEASE}
    return sorted(
        work.session.scalars(statements.TAKE, lease), key=lambda delivery: places[delivery.id]
    )


def posts_due(work: Context, limit: int, pace: timedelta, after: str = "") -> list[int]:
    """Return the oldest delivery of each channel that is neither resting nor held.

    The channels begin after `after` and go round.
    """
    about: dict[str, Any] = {"since": work.now - pace, "until": work.now + DRIFT, "most": limit}
    found = list(ask(work, statements.OLDEST_POSTS, after=after, **about).scalars())
    if after and len(found) < limit:
        again = ask(work, statements.OLDEST_POSTS, after="", **about).scalars()
        found = list(dict.fromkeys([*found, *again]))[:limit]
    return found


def cards_due(work: Context, pace: timedelta = timedelta()) -> dict[int, list[int]]:
    """Return for each card to redraw the oldest delivery that asks for it, and the others.

    The others are done with the same redraw. Changes that people made come first, with one of the
    others, so that somebody who joined does not read for long what they may not see.
    """
    changes = ask(work, statements.CHANGES_FREE).all()
    others = ask(work, statements.BACKGROUND_FREE, most=statements.WINDOW).all()
    held = ask(work, statements.CARDS_HELD).all() if changes or others else ()
    others = others[: allowed(work, held)] if others and pace else others
    busy: set[Any] = set()
    for channel, ts, until, state, _ in held:
        limited = until is None and state == DeliveryState.WAITING
        busy.add(
            channel if limited else (channel, ts)
        )  # a rate limit is for all cards of the channel
    cards: dict[tuple[str, str], list[int]] = {}
    for id, channel, ts in [*changes[:1], *others[:1], *changes[1:], *others[1:]]:
        if channel not in busy and (channel, ts) not in busy:
            cards.setdefault((channel, ts), []).append(id)
    return {first: others for first, *others in cards.values()}


def allowed(work: Context, held: Sequence[Any]) -> int:
    """Return how many redraws that nobody waits for may follow now.

    Args:
        work: the unit of work.
        held: the redraws that are on their way, or were put back.
    """
    lately = {"since": work.now - MINUTE, "until": work.now + DRIFT}
    drawn, background = ask(work, statements.DRAWN_LATELY, **lately).one()
    begun = [each for each in held if each.claimed_until is not None]
    drawn, background = drawn + len(begun), background + sum(each.background for each in begun)
    return max(MOST - int(drawn), LEAST - int(background), 0)


def supersede(work: Context, ids: Sequence[int]) -> None:
    """Mark the other deliveries of the same card as done.

    One redraw shows all that changed before it.
    """
    if ids:
        ask(work, statements.SUPERSEDE, ids=ids)


def catch_up(work: Context) -> None:
    """End waits and leases that were written with a clock that was ahead.

    Call it while nobody has anything in hand, such as a lease after a clock jumped.
    """
    longest = {row.not_before: LONGEST_PAUSE, row.claimed_until: LEASE}
    later = (row.attempts == 0, row.created_at <= work.now + DRIFT, row.not_before > row.created_at)
    for column, most in longest.items():
        dreamt = [row.workspace == work.workspace.id, WAITING, column > work.now + most + DRIFT]
        dreamt += [not_(and_(*later))] if column is row.not_before else []  # it waits for a reader
        work.session.connection().execute(update(table).where(*dreamt).values({column: work.now}))


def inside_due(work: Context) -> set[str]:
    """Return those of our own channels in which something is due."""
    return set(ask(work, statements.INSIDE_DUE).scalars())


def spread(work: Context) -> None:
    """Turn each event of a record into one delivery for the thread of each of its cards.

    Where the card is still on its way the event waits until the card is posted; where there is
    none, nobody is notified. It waits for another replica that does the same, and for what happened
    before and is not due, such as by a clock that was ahead: so the lines are in the thread in the
    order in which they happened.
    """
    events = locked(work, CARDS, EVENTS, skip=False)
    waiting = put_off(work, {event.record_id for event in events}) if events else ()
    for event in events:
        before = [other.not_before for other in waiting if is_before(other, event)]
        if before:
            event.not_before = max(before)
            continue
        posts = posts_of(work, event)
        if not posts and is_coming(work, event):
            event.not_before = work.now + LEASE
            continue
        for post in posts:
            columns = {name: getattr(event, name) for name in KEPT}
            key = f"event:{event.id}:{post.channel}:{post.ts}"
            deliver(work, event.kind, post.channel, key, thread=post.ts, **columns)
        event.state, event.sent_at = DeliveryState.SENT, work.now
        event.error = None if posts else "dropped: it has no card"


def put_off(work: Context, ids: Collection[int | None]) -> Sequence[Any]:
    """Return the events of these records that are not due."""
    columns = (row.id, row.entity, row.record_id, row.not_before)
    waits = (
        row.workspace == work.workspace.id,
        POSTS,
        row.channel == CARDS,
        row.not_before > work.now,
    )
    return (
        work.session.connection()
        .execute(select(*columns).where(*waits, row.record_id.in_(ids)))
        .all()
    )


def is_before(other: Any, event: Delivery) -> bool:
    return other.id < event.id and (other.entity, other.record_id) == (
        event.entity,
        event.record_id,
    )


def locked(work: Context, channel: str, limit: int, skip: bool) -> Sequence[Delivery]:
    """Return the oldest deliveries that are due in a channel of the outbox itself, locked.

    Args:
        work: the unit of work.
        channel: the channel.
        limit: the most deliveries.
        skip: skip those that someone else has locked, else wait for them.
    """
    due = (
        select(Delivery)
        .where(POSTS, row.channel == channel, DUE)
        .order_by(Delivery.id)
        .limit(limit)
    )
    return work.session.scalars(due.with_for_update(skip_locked=skip), {"now": work.now}).all()


def posts_of(work: Context, event: Delivery) -> Sequence[Post]:
    """Return the cards of the record that an event is about."""
    cards = (
        select(Post)
        .where(Post.entity == event.entity, Post.record_id == event.record_id)
        .order_by(Post.id)
    )
    return work.session.scalars(cards).all()


def is_coming(work: Context, event: Delivery) -> bool:
    """Return whether a card of the event's record was asked for before it and is not out yet."""
    ours = (row.workspace == work.workspace.id, WAITING, row.record_id == event.record_id)
    about = (row.kind == "card", row.entity == event.entity, row.id < event.id)
    return bool(work.session.scalar(select(exists(select(row.id).where(*ours, *about)))))
