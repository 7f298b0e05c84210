"""Who reads along in a channel: which people stand for all of them, and what is drawn anew when they are others."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, case, event, func, literal, select, union_all
from sqlalchemy.orm import Session, UOWTransaction

from models.core import access, audit
from models.core.base import Entity
from models.core.counter import COUNTERS
from models.core.database import INSERTS
from models.core.outbox import Delivery, DeliveryState, Post, deliver, insert_all
from models.core.rights import NOBODY
from models.core.roster import roster_of
from models.core.team import Team
from models.core.told import Told
from models.core.user import User
from models.core.work import Work
from models.operations import deliveries

AUDIENCE = "audience"
"""The kind of deliveries that ask for cards to be drawn anew for other readers, and what their channels begin with."""
STRANGER = User(slack_id="", name="Somebody from elsewhere", guest=True)
"""Stands for everybody who may see nothing: guests, people of other workspaces, and whom we do not know."""
USERS: Any = User.__table__
LEADS: Any = Team.__table__
AT_ONCE = 200
"""Cards asked for in one unit of work, so that nobody waits for it."""

# ── who they are ────────────────────────────────────────────────────────────────────────────────────────


def viewers(work: Work, rooms: Mapping[str, Collection[str]]) -> dict[str, tuple[User, ...]]:
    """Those who together may see exactly what all who are in a room may see, by room; a guest among them sees nothing.

    What a role and a team let two people see, they let all see who have them: what is everybody's, their team's, or
    nobody's. So two stand for all of a kind; only who leads a team has to stand for themselves. Nobody at all is taken
    for somebody who may see nothing. rooms: the Slack ids of the people in each, of those we know.
    """
    sets = {room: frozenset(people) for room, people in rooms.items()}
    stand = standing(work, set(sets.values()))
    ids = {id for people in sets.values() for id in stand[people]} - {NOBODY}
    with access.beyond(work.session):
        found = work.session.scalars(select(User).where(User.id.in_(ids))) if ids else ()
        named = {user.id: user for user in found}
    return {room: tuple(named.get(id, STRANGER) for id in stand[people]) for room, people in sets.items()}


def standing(work: Work, sets: Collection[frozenset[str]]) -> Mapping[frozenset[str], tuple[int, ...]]:
    """The ids of those who stand for each of these sets of people, `NOBODY` for a guest; kept with the roster."""
    known = roster_of(work.session).rooms
    asked = {str(number): people for number, people in enumerate(people for people in sets if people not in known)}
    if asked:
        found = work.session.connection().execute(union_all(*(kinds(work, *each) for each in asked.items()))).all()
        for room, people in asked.items():
            here = [row for row in found if row.room == room]
            ids = sorted({id for row in here if not row.guest for id in (row.first, row.last)})
            known[people] = (*ids, *([NOBODY] if any(row.guest for row in here) or not ids else []))
    return known


def kinds(work: Work, room: str, people: Collection[str]) -> Select[Any]:
    """The first and the last of each kind of people in a room, and who leads a team twice."""
    leads = select(LEADS.c.lead).where(LEADS.c.workspace == work.workspace.id, LEADS.c.lead.is_not(None))
    leads = leads.where(LEADS.c.deleted_at.is_(None))
    ours = (USERS.c.workspace == work.workspace.id, USERS.c.deleted_at.is_(None), ~USERS.c.left)
    alone = case((USERS.c.id.in_(leads), USERS.c.id), else_=0)
    first, last = func.min(USERS.c.id).label("first"), func.max(USERS.c.id).label("last")
    found = select(literal(room).label("room"), first, last, USERS.c.guest).where(*ours, USERS.c.slack_id.in_(people))
    return found.group_by(USERS.c.role, USERS.c.team, USERS.c.guest, alone)


# ── when they are others ────────────────────────────────────────────────────────────────────────────────


@cache
def coming_and_going(dialect: str) -> Any:
    """Counts how often who is in a channel has changed; made once for each kind of database."""
    first = INSERTS[dialect](COUNTERS).values(workspace=bindparam("here"), entity=bindparam("place"), last=1)
    more = {"last": COUNTERS.c.last + 1}
    return first.on_conflict_do_update(index_elements=["workspace", "entity"], set_=more)


def moved(work: Work, channel: str) -> None:
    """Somebody came into a channel or left it, or it is another channel now: what stands there is drawn anew, and no
    replica goes by what it knew of it.
    """
    connection = work.session.connection()
    connection.execute(coming_and_going(connection.dialect.name), {"here": work.workspace.id, "place": channel})
    if any(standing_in(work, kept, {"channel": channel}, 1) for kept in (Post, Told)):
        reconsider(work, channel)


def turns(work: Work, channels: Iterable[str]) -> Mapping[str, int]:
    """How often who is in these channels has changed, as far as we heard: whoever knows a channel by that number knows
    it still.
    """
    wanted = set(channels)
    theirs = (COUNTERS.c.workspace == work.workspace.id, COUNTERS.c.entity.in_(wanted))
    found = work.session.connection().execute(select(COUNTERS.c.entity, COUNTERS.c.last).where(*theirs))
    return dict.fromkeys(wanted, 0) | {channel: last for channel, last in found}


def reconsider(work: Work, channel: str = "") -> None:
    """Ask that what stands in a channel, or anywhere, be drawn for those who read it now."""
    place = f"{AUDIENCE}:{channel}" if channel else AUDIENCE  # no channel waits for another
    deliver(work, AUDIENCE, place, f"{AUDIENCE}:{channel}:{work.unit}", about={"channel": channel})


@event.listens_for(Session, "after_flush")
def follow_rights(session: Session, context: UOWTransaction) -> None:
    """Who may see what is said by people, teams and roles: when it changes, cards show more or less from then on.

    Whoever is new reads no channel yet, and nobody has a role or is in a team that is new.
    """
    work = session.info.get("work")
    if work is not None and any(governs(row) for row in session.dirty):
        reconsider(work)


def governs(row: Any) -> bool:
    """Whether what changed in a row changes what somebody may see."""
    return isinstance(row, Entity) and bool(row.governing) and bool(row.governing & audit.changes_of(row).keys())


def spread(work: Work, delivery: Delivery) -> None:
    """Ask for the next of what stands to be drawn anew: the cards, then what was told besides, the latest first. What
    is left is asked for with another delivery.

    delivery: of the kind AUDIENCE; its `about` says in which channel, and how far the ones before it got.
    """
    about = delivery.about
    found: list[Post | Told] = [] if about.get("told") else [*standing_in(work, Post, about, AT_ONCE)]
    if room := AT_ONCE - len(found):
        found += standing_in(work, Told, about if about.get("told") else {**about, "before": None}, room)
    redraws = [
        {
            "key": f"redraw:{each.channel}:{each.ts}:{AUDIENCE}:{delivery.id}", "kind": "redraw",
            "channel": each.channel, "ts": each.ts, "state": DeliveryState.WAITING, "not_before": work.now,
            "created_at": work.now, "attempts": 0, "about": {}, **subject(each),
        }
        for each in found
    ]  # fmt: skip
    if redraws:
        insert_all(work, Delivery, redraws)
    if len(found) == AT_ONCE:
        last = found[-1]
        left = {"channel": about.get("channel", ""), "before": last.id, "told": isinstance(last, Told)}
        deliver(work, AUDIENCE, delivery.channel, f"{AUDIENCE}:{delivery.id}", about=left)
    deliveries.mark(work, delivery, state=DeliveryState.SENT, sent_at=work.now)


def standing_in(work: Work, kept: type[Post] | type[Told], about: Mapping[str, Any], limit: int) -> Sequence[Any]:
    """The latest that stand in a channel, or anywhere, of those before the ones that were asked for."""
    channel, before = about.get("channel", ""), about.get("before")
    wanted = [kept.channel == channel] if channel else [kept.channel.not_like("D%")]
    wanted += [kept.id < before] if before else []
    return work.session.scalars(select(kept).where(*wanted).order_by(kept.id.desc()).limit(limit)).all()


def subject(kept: Post | Told) -> dict[str, Any]:
    """What is to be drawn anew: the card of a record, or what was told."""
    if isinstance(kept, Told):
        return {"entity": None, "record_id": None}
    return {"entity": kept.entity, "record_id": kept.record_id}
