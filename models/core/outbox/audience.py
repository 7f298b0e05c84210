"""Who reads a channel: the people who represent all of them, and the re-render when they change."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    case,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, UOWTransaction

from models.core.audit import entries
from models.core.context import Context
from models.core.db.engine import INSERTS
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.bulk import insert_all
from models.core.entity.sequences import COUNTERS
from models.core.identity.rights import NOBODY
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.outbox import results
from models.core.outbox.delivery import Delivery, DeliveryState, Post, deliver
from models.core.outbox.posted import PostedMessage
from models.core.outbox.statements import BACKGROUND_WAITING, POSTS, ask, row
from models.core.permissions import policy
from models.core.permissions.cache import roster_of

AUDIENCE = "audience"
"""The kind of deliveries that ask to re-render cards for other readers.

Their channels begin with it.
"""
STRANGER = User(slack_id="", name="Somebody from elsewhere", guest=True)
"""Represents everybody who may see nothing: guests, people of other workspaces, unknown people."""
USERS: Any = User.__table__
LEADS: Any = Team.__table__
AT_ONCE = 50
"""The most redraws for other readers that wait at a time."""
REST = timedelta(seconds=5)
"""How long it takes until the number of waiting redraws is checked again."""

# ── who they are ──────────────────────────────────────────────────────────────────────────────────


def viewers(work: Context, rooms: Mapping[str, Collection[str]]) -> dict[str, tuple[User, ...]]:
    """Return, by room, the people who together may see exactly what all in the room may see.

    What a role and a team let two people see, they let all people with that role and team see: what
    is everybody's, their team's, or nobody's. So two people represent all of a kind; only the
    leader of a team has to be represented alone. A guest among them sees nothing. Nobody at all
    counts as somebody who may see nothing.

    Args:
        work: the unit of work.
        rooms: the Slack ids of the people in each room, as far as we know them.
    """
    sets = {room: frozenset(people) for room, people in rooms.items()}
    stand = standing(work, set(sets.values()))
    ids = {id for people in sets.values() for id in stand[people]} - {NOBODY}
    with policy.beyond(work.session):
        found = work.session.scalars(select(User).where(User.id.in_(ids))) if ids else ()
        named = {user.id: user for user in found}
    return {
        room: tuple(named.get(id, STRANGER) for id in stand[people])
        for room, people in sets.items()
    }


def standing(
    work: Context, sets: Collection[frozenset[str]]
) -> Mapping[frozenset[str], tuple[int, ...]]:
    """Return the ids of the people who represent each of these sets, `NOBODY` for a guest.

    They are kept with the roster.
    """
    known = roster_of(work.session).rooms
    asked = {
        str(number): people
        for number, people in enumerate(people for people in sets if people not in known)
    }
    if asked:
        found = (
            work.session.connection()
            .execute(union_all(*(kinds(work, *each) for each in asked.items())))
            .all()
        )
        for room, people in asked.items():
            here = [row for row in found if row.room == room]
            ids = sorted({id for row in here if not row.guest for id in (row.first, row.last)})
            known[people] = (*ids, *([NOBODY] if any(row.guest for row in here) or not ids else []))
    return known


def kinds(work: Context, room: str, people: Collection[str]) -> Select[Any]:
    """Return the query for the first and last of each kind of people in a room.

    The leader of a team is a kind alone, and so appears twice.
    """
    leads = select(LEADS.c.lead).where(
        LEADS.c.workspace == work.workspace.id, LEADS.c.lead.is_not(None)
    )
    leads = leads.where(LEADS.c.deleted_at.is_(None))
    ours = (USERS.c.workspace == work.workspace.id, USERS.c.deleted_at.is_(None), ~USERS.c.left)
    alone = case((USERS.c.id.in_(leads), USERS.c.id), else_=0)
    first, last = func.min(USERS.c.id).label("first"), func.max(USERS.c.id).label("last")
    found = select(literal(room).label("room"), first, last, USERS.c.guest).where(
        *ours, USERS.c.slack_id.in_(people)
    )
    return found.group_by(USERS.c.role, USERS.c.team, USERS.c.guest, alone)


# ── when they are others ──────────────────────────────────────────────────────────────────────────


@cache
def coming_and_going(dialect: str) -> Any:
    """Return the statement that counts changes of who is in a channel, made once per dialect."""
    first = INSERTS[dialect](COUNTERS).values(
        workspace=bindparam("here"), entity=bindparam("place"), last=1
    )
    more = {"last": COUNTERS.c.last + 1}
    return first.on_conflict_do_update(index_elements=["workspace", "entity"], set_=more)


def moved(work: Context, channel: str) -> None:
    """Re-render what is posted in a channel: somebody joined or left, or it is another one now.

    No replica relies any longer on what it knew of the channel.
    """
    connection = work.session.connection()
    connection.execute(
        coming_and_going(connection.dialect.name), {"here": work.workspace.id, "place": channel}
    )
    if any(standing_in(work, kept, channel, limit=1) for kept in (Post, PostedMessage)):
        reconsider(work, channel)


def turns(work: Context, channels: Iterable[str]) -> Mapping[str, int]:
    """Return how often the members of these channels have changed, as far as we heard.

    What is known of a channel under that number still holds.
    """
    wanted = set(channels)
    theirs = (COUNTERS.c.workspace == work.workspace.id, COUNTERS.c.entity.in_(wanted))
    found = work.session.connection().execute(
        select(COUNTERS.c.entity, COUNTERS.c.last).where(*theirs)
    )
    return dict.fromkeys(wanted, 0) | {channel: last for channel, last in found}


def reconsider(work: Context, channel: str = "") -> None:
    """Ask to re-render what is posted in a channel, or anywhere, for its readers of now."""
    place = f"{AUDIENCE}:{channel}" if channel else AUDIENCE  # no channel waits for another
    deliver(work, AUDIENCE, place, f"{AUDIENCE}:{channel}:{work.unit}", about={"channel": channel})


def follow_rights(session: Session, context: UOWTransaction) -> None:
    """Re-render cards when a change of people, teams or roles changes what somebody may see.

    Somebody new reads no channel yet, and nobody has a new role or is in a new team.
    """
    work = session.info.get("work")
    if work is not None and any(governs(row) for row in session.dirty):
        reconsider(work)


def governs(row: Any) -> bool:
    """Return whether the change of a row changes what somebody may see."""
    return (
        isinstance(row, Entity)
        and bool(row.governing)
        and bool(row.governing & entries.changes_of(row).keys())
    )


def spread(work: Context, delivery: Delivery) -> None:
    """Ask for the next messages to be redrawn.

    The rest is asked for with another delivery, while few of these wait: so they go no faster than
    they are rendered, and what is asked later begins with the latest.

    Args:
        work: the unit of work.
        delivery: a delivery of the kind AUDIENCE; its `about` says which channel, and how far the
            ones before it got.
    """
    channel, (stage, below) = str(delivery.about.get("channel", "")), progress(delivery)
    if is_overtaken(work, delivery):
        results.drop(work, delivery, "it is asked for again, from the beginning")
        return
    room = most = max(AT_ONCE - int(ask(work, BACKGROUND_WAITING).scalar_one()), 0)
    while room and stage < len(STAGES):
        kept, which = STAGES[stage]
        found = standing_in(
            work, kept, channel, *which(), *([kept.id < below] if below else []), limit=room
        )
        if found:
            insert_all(work, Delivery, [redraw_of(work, each, delivery) for each in found])
        stage, below = (stage, found[-1].id) if len(found) == room else (stage + 1, None)
        room -= len(found)
    if stage < len(STAGES):
        left = {"channel": channel, "stage": stage, "below": below}
        soon = work.now + (timedelta() if most else REST)
        deliver(
            work,
            AUDIENCE,
            delivery.channel,
            f"{AUDIENCE}:{delivery.id}",
            about=left,
            not_before=soon,
        )
    results.mark(work, delivery, state=DeliveryState.SENT, sent_at=work.now)


def progress(delivery: Delivery) -> tuple[int, int | None]:
    """Return how far the deliveries before this one got, as (stage, ids below which).

    The second is None if none of the stage was asked for yet.
    """
    return int(delivery.about.get("stage", 0)), delivery.about.get("below")


def is_overtaken(work: Context, delivery: Delivery) -> bool:
    """Return whether another delivery asks for the same and has not got as far as this one.

    It then comes to everything that is left.
    """
    theirs = (row.workspace == work.workspace.id, POSTS, Delivery.channel == delivery.channel)
    others = work.session.scalars(select(Delivery).where(*theirs, Delivery.id != delivery.id))
    return any(further(delivery) > further(other) for other in others if other.kind == AUDIENCE)


def further(delivery: Delivery) -> tuple[int, float, int]:
    """Return the sort key of how far a delivery got; of two as far, the earlier one is further."""
    stage, below = progress(delivery)
    return stage, -(below or math.inf), -delivery.id


def is_open() -> ColumnElement[bool]:
    """Return the condition that a card belongs to a record that somebody still works on."""
    ends = [entity for entity in ENTITIES.values() if hasattr(entity, "open")]
    still = [
        exists().where(Post.entity == each.slug(), each.id == Post.record_id, each.open())
        for each in ends
    ]
    return or_(Post.entity.not_in([each.slug() for each in ends]), *still)


STAGES: Sequence[
    tuple[type[Post] | type[PostedMessage], Callable[[], Sequence[ColumnElement[bool]]]]
] = (
    (Post, lambda: [is_open()]),
    (Post, lambda: [not_(is_open())]),
    (PostedMessage, list),
)
"""What is redrawn one after the other, the latest first in each stage.

The stages are cards that people look at, the other cards, and other posted messages.
"""


def standing_in(
    work: Context,
    kept: type[Post] | type[PostedMessage],
    channel: str,
    *which: ColumnElement[bool],
    limit: int,
) -> Sequence[Any]:
    """Return the latest messages in a channel, or without a channel in any but direct messages."""
    there = kept.channel == channel if channel else kept.channel.not_like("D%")
    return work.session.scalars(
        select(kept).where(there, *which).order_by(kept.id.desc()).limit(limit)
    ).all()


def redraw_of(work: Context, kept: Post | PostedMessage, delivery: Delivery) -> dict[str, Any]:
    """Return the row of a delivery that redraws a card or a posted message; nobody waits for it.

    Args:
        work: the unit of work.
        kept: the posted card or message.
        delivery: the one that asks for it.
    """
    entity, record = (kept.entity, kept.record_id) if isinstance(kept, Post) else (None, None)
    return {
        "key": f"redraw:{kept.channel}:{kept.ts}:{AUDIENCE}:{delivery.id}",
        "kind": "redraw",
        "channel": kept.channel,
        "ts": kept.ts,
        "state": DeliveryState.WAITING,
        "not_before": work.now,
        "created_at": work.now,
        "attempts": 0,
        "about": {},
        "background": True,
        "entity": entity,
        "record_id": record,
    }
