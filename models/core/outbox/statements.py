"""The queries on the deliveries that wait.

Each query is made once: making one takes longer than answering it. Its parameters are `here`, the
workspace, and `now`, the moment of the caller; `ask` fills both in.
"""

from typing import Any

from sqlalchemy import (
    CTE,
    Result,
    Select,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from models.core.context import Context
from models.core.db.types import UTCDateTime
from models.core.identity.user import Workspace
from models.core.outbox.delivery import CARDS, NAMES, Delivery

INSIDE = (CARDS, NAMES)
"""Channels that are not Slack's."""
WINDOW = 200

table: Any = Delivery.__table__
row = table.c
HERE, NOW = bindparam("here", type_=row.workspace.type), bindparam("now", type_=UTCDateTime)
IDS = bindparam("ids", type_=row.id.type, expanding=True)

# ── conditions ────────────────────────────────────────────────────────────────────────────────────

WAITING = row.state.in_([literal_column("'waiting'"), literal_column("'unknown'")])
"""Literals, because no planner proves from parameters that the partial indexes serve."""
POSTS = WAITING & (row.kind != literal_column("'redraw'"))
REDRAWS = WAITING & (row.kind == literal_column("'redraw'"))
OURS = row.workspace == HERE
DUE = func.coalesce(row.not_before, NOW) <= NOW
"""The delivery's time has come.

It is written so that no planner takes the index over times, in which all channels are mixed up.
"""
BEGUN = row.claimed_until.is_not(None)
FREE = or_(row.claimed_until.is_(None), row.claimed_until <= NOW)
HELD = (
    WAITING
    & (row.attempts > literal_column("0"))
    & or_(row.claimed_until > NOW, row.not_before > NOW)
)
"""The delivery is on its way, or put back.

What follows it waits, so that it arrives in order and rate limits are kept.
"""


def ask(work: Context, question: Any, **about: Any) -> Result[*tuple[Any, ...]]:
    return work.session.connection().execute(
        question, {"here": work.workspace.id, "now": work.now, **about}
    )


# ── what there is ─────────────────────────────────────────────────────────────────────────────────

SOMEWHERE = exists(
    select(row.id).where(row.workspace == Workspace.id, WAITING, row.not_before <= NOW)
)
WORKSPACES_DUE = select(Workspace.id).where(SOMEWHERE).order_by(Workspace.id)
INSIDE_DUE = select(row.channel).where(OURS, POSTS, row.channel.in_(INSIDE), DUE).distinct()
CARDS_FREE = select(row.id, row.channel, row.ts).where(OURS, REDRAWS, DUE, FREE).order_by(row.id)
CHANGES_FREE = CARDS_FREE.where(literal_column("NOT background")).limit(WINDOW)
BACKGROUND_FREE = CARDS_FREE.where(literal_column("background")).limit(
    bindparam("most", type_=row.id.type)
)
CARDS_HELD = select(row.channel, row.ts, row.claimed_until, row.state, row.background).where(
    OURS, REDRAWS, HELD
)
BACKGROUND_WAITING = select(func.count(row.id)).where(OURS, REDRAWS, literal_column("background"))


def channels() -> CTE:
    """Return the channels behind `after` for which something waits.

    Each is found by one step in the index.
    """

    def following(channel: Any) -> Any:
        behind = select(row.channel).where(OURS, POSTS, row.channel > channel)
        return behind.order_by(row.channel).limit(1).scalar_subquery()

    after = bindparam("after", type_=row.channel.type)
    first = select(following(after).label("channel")).cte("places", recursive=True)
    return first.union_all(select(following(first.c.channel)).where(first.c.channel.is_not(None)))


def drawn_lately() -> Select[int, int]:
    """Return how many cards were redrawn from `since` to `until`, and how many in background."""
    since, until = (bindparam(name, type_=UTCDateTime) for name in ("since", "until"))
    redrawn = (
        row.sent_at > since,
        row.sent_at <= until,
        row.error.is_(None),
        row.kind == literal_column("'redraw'"),
    )
    background = func.count(case((literal_column("background"), row.id)))
    return select(func.count(row.id), background).where(OURS, *redrawn)


def oldest_posts() -> Select[Any]:
    """Return the oldest post of each channel behind `after` that is neither held nor resting.

    A channel rests since a post later than `since`. A post later than `until` was made when some
    clock was ahead: nobody waits until that time comes.
    """
    places = channels()
    held = select(row.channel).where(OURS, POSTS, HELD)
    since, until = (bindparam(name, type_=UTCDateTime) for name in ("since", "until"))
    posted = (
        row.sent_at > since,
        row.sent_at <= until,
        row.error.is_(None),
        row.kind != literal_column("'redraw'"),
    )
    resting = select(row.channel).where(OURS, *posted)
    due = select(row.id).where(OURS, POSTS, row.channel == places.c.channel, DUE)
    oldest: Any = due.order_by(row.id).limit(1).scalar_subquery()
    awake = (
        places.c.channel.not_in(INSIDE),
        places.c.channel.not_in(held),
        places.c.channel.not_in(resting),
    )
    found = select(oldest.label("id")).where(*awake).subquery()
    return (
        select(found.c.id)
        .where(found.c.id.is_not(None))
        .limit(bindparam("most", type_=row.id.type))
    )


OLDEST_POSTS = oldest_posts()
DRAWN_LATELY = drawn_lately()

# ── when it is over ───────────────────────────────────────────────────────────────────────────────

SPENT: Any = case(
    (row.kind == literal_column("'line'"), literal({}, row.about.type)), else_=row.about
)
"""What a delivery keeps when it is over.

It does not keep the line that somebody typed, which is stored nowhere else.
"""

# ── taking it ─────────────────────────────────────────────────────────────────────────────────────

STILL_FREE = (
    select(row.id).where(row.id.in_(IDS), WAITING, DUE, FREE).with_for_update(skip_locked=True)
)
TAKING: dict[str, Any] = {
    "state": case((BEGUN, literal_column("'unknown'")), else_=row.state),
    "not_before": case((BEGUN, NOW), else_=row.not_before),
    "claimed_until": bindparam("until", type_=UTCDateTime),
    "attempts": row.attempts + 1,
}
"""Something begun by a worker that is gone is due from now on.

An older look at Slack says nothing about it.
"""
TAKE = select(Delivery).from_statement(
    update(table).where(row.id.in_(IDS)).values(**TAKING).returning(table)
)
SUPERSEDED = {"state": "sent", "sent_at": NOW, "error": "dropped: another drew it"}
NEVER_BEGUN = (row.state == literal_column("'waiting'"), row.claimed_until.is_(None))
"""Something begun and not recorded may have been rendered.

Then nobody knows what is posted, and it is rendered.
"""
SUPERSEDE = update(table).where(row.id.in_(IDS), *NEVER_BEGUN).values(**SUPERSEDED)
