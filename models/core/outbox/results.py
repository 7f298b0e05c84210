"""Record what became of each delivery to Slack, and show an admin what is stuck."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, func, literal_column, or_, select, update

from models.core.context import Context
from models.core.errors import Conflict, NotFound
from models.core.identity.rights import Preset
from models.core.identity.user import User
from models.core.outbox import failure_notices, reposting
from models.core.outbox.delivery import Delivery, DeliveryState, Post, answer, deliver
from models.core.outbox.statements import SPENT

SETTLING = timedelta(seconds=5)
"""How long after a failure Slack's history can be trusted to show whether the post arrived."""
LONGEST_PAUSE = timedelta(minutes=5)
ATTEMPTS = 300
"""After so many Slack has been out of reach for a day, and our messages are no longer news."""
LONG = timedelta(minutes=10)
"""Deliveries that wait longer are shown to admins."""
RECENT = 1000
"""Number of sent deliveries, the latest, that are still known by their codes."""
PERHAPS = "It may have been posted all the same. "
"""Begins the reason of what was given up without knowing; sent again, it is looked for first."""

ANEW = "anew"
"""The key in the `about` of a redraw when somebody asked for the card.

The card is posted again where it is gone.
"""

WAITING = Delivery.state.in_([literal_column("'waiting'"), literal_column("'unknown'")])
AWAITED: Any = literal_column("NOT background")
REFUSED = Delivery.state == literal_column("'refused'")
"""Literals, because no planner proves from parameters that the partial indexes serve."""

# ── what became of it ─────────────────────────────────────────────────────────────────────────────


def fingerprint(delivery: Delivery) -> str:
    """Return the mark of this delivery's post in Slack; it reveals nothing of people or records.

    A line in a thread is asked for again, under the same key, when a backup is restored: its id may
    be another then.
    """
    id = "" if delivery.kind == "event" else delivery.id
    told = f"{delivery.workspace}:{id}:{delivery.key}:{delivery.created_at.isoformat()}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def mark(work: Context, delivery: Delivery, **columns: Any) -> bool:
    """Record what became of a delivery, unless another worker took it when its lease ran out."""
    ours = (Delivery.id == delivery.id, Delivery.attempts == delivery.attempts, WAITING)
    columns |= {"about": SPENT} if columns["state"] == DeliveryState.SENT else {}
    statement = (
        update(Delivery).where(*ours).values(claimed_until=None, **columns).returning(Delivery.id)
    )
    return (
        work.session.execute(statement.execution_options(synchronize_session=False)).first()
        is not None
    )


def done(work: Context, delivery: Delivery) -> None:
    """Record that a delivery that is not for Slack arrived."""
    mark(work, delivery, state=DeliveryState.SENT, sent_at=work.now)


def pause_after(delivery: Delivery) -> timedelta:
    """Return how long a delivery waits that failed: longer and longer."""
    doubled: int = 2 ** min(max(delivery.attempts - 1, 0), 10)
    return min(SETTLING * doubled, LONGEST_PAUSE)


def drop(work: Context, delivery: Delivery, why: str) -> None:
    """End a delivery that has nothing to send any more, and notify the person who wanted it."""
    ours = mark(work, delivery, state=DeliveryState.SENT, sent_at=work.now, error=f"dropped: {why}")
    if ours and delivery.kind in failure_notices.POSTED:
        failure_notices.apologise(
            work, delivery, failure_notices.HIDDEN.format(channel=delivery.channel)
        )


def put_back(work: Context, delivery: Delivery, pause: timedelta = timedelta()) -> None:
    """Put back a delivery that was certainly not sent, and with it the whole channel.

    It is sent again after the pause.
    """
    mark(work, delivery, state=delivery.state, not_before=work.now + min(pause, LONGEST_PAUSE))


def again(work: Context, delivery: Delivery, error: str, pause: float = 0.0) -> None:
    """Put back a delivery that did not arrive, with why; it waits longer each time.

    Args:
        work: the unit of work.
        delivery: the delivery.
        error: why it did not arrive.
        pause: seconds that its receiver asks to wait.
    """
    wait = min(max(pause_after(delivery), timedelta(seconds=pause)), LONGEST_PAUSE)
    mark(work, delivery, state=DeliveryState.WAITING, not_before=work.now + wait, error=error)


def doubt(work: Context, delivery: Delivery, error: str) -> None:
    """Record that a delivery was perhaps sent, and look again later.

    It looks less and less often, and after a day no more.
    """
    if is_redraw(delivery):
        reposting.looks(work, delivery, None)
    if delivery.attempts < ATTEMPTS:
        again = work.now + pause_after(delivery)
        mark(work, delivery, state=DeliveryState.UNKNOWN, not_before=again, error=error)
        return
    why = f"{PERHAPS}Slack could not be reached for a day: {error}"
    if mark(work, delivery, state=DeliveryState.REFUSED, error=why):
        failure_notices.apologise(work, delivery, f"{PERHAPS}Slack could not be reached for a day.")


def refuse(work: Context, delivery: Delivery, sentence: str, advice: str = "") -> None:
    """Record that Slack refuses a delivery for good, with the reason.

    Notify the person who asked for it, and an admin, once for each reason.
    """
    if delivery.state == DeliveryState.UNKNOWN and not is_redraw(delivery):
        sentence = PERHAPS + sentence
    if mark(
        work, delivery, state=DeliveryState.REFUSED, error=sentence
    ) and not delivery.key.startswith("refused:"):
        there = (User.role == Preset.ADMIN, ~User.left, ~User.guest)
        admins = select(User.slack_id).where(*there).order_by(User.id).limit(1)
        admin = work.session.scalar(admins) or ""
        digest = hashlib.sha256(sentence.encode()).hexdigest()[:16]
        if (
            failure_notices.apologise(
                work, delivery, sentence, failure_notices.AGAIN.get(delivery.kind, "")
            )
            != admin
        ):
            about = {"text": f"{sentence} {advice}".strip()}
            answer(work, "message", admin, f"refused:{delivery.channel}:{digest}", about=about)


def gone(work: Context, delivery: Delivery, channel: str, ts: str) -> None:
    """Forget a card that is gone from its place; post it again only if someone asked for it now."""
    work.session.execute(delete(Post).where(Post.channel == channel, Post.ts == ts))
    reposting.forget(work, channel, ts)
    if ANEW in delivery.about:
        subject = {"entity": delivery.entity, "record_id": delivery.record_id}
        deliver(
            work, "card", channel, f"card:{delivery.id}:anew", about=delivery.about[ANEW], **subject
        )
    drop(work, delivery, "its card is gone")


def draw_anew(work: Context, delivery: Delivery, channel: str, ts: str) -> None:
    """Redraw a card that was asked for and is posted already, in turn with its other changes.

    Args:
        work: the unit of work.
        delivery: the one that asks for the card.
        channel: the channel of the card.
        ts: the ts of the card.
    """
    about = {
        "ts": ts,
        "entity": delivery.entity,
        "record_id": delivery.record_id,
        "about": {ANEW: delivery.about},
    }
    deliver(
        work,
        "redraw",
        channel,
        f"redraw:{channel}:{ts}:card:{delivery.id}:{delivery.attempts}",
        **about,
    )
    mark(
        work,
        delivery,
        state=DeliveryState.SENT,
        sent_at=work.now,
        ts=ts,
        error="dropped: its card stands there",
    )


def is_redraw(delivery: Delivery) -> bool:
    """Return whether a delivery redraws a posted card: harmless to repeat."""
    return delivery.kind == "redraw"


def is_certain(redraw: Delivery) -> bool:
    """Return whether we know what is posted.

    We know it if nobody began to redraw it, and nobody asks whether it is there at all.
    """
    return redraw.state == DeliveryState.WAITING and ANEW not in redraw.about


def last_sent(work: Context, kind: str, channel: str, before: datetime) -> datetime | None:
    """Return when the last delivery of a kind that reached a channel was asked for, or None.

    Deliveries are kept for a month.

    Args:
        work: the unit of work.
        kind: the kind of the delivery.
        channel: the channel as it was asked for: a person's Slack id.
        before: only deliveries that were asked for before this moment.
    """
    arrived = (Delivery.sent_at.is_not(None), Delivery.error.is_(None))
    theirs = (Delivery.kind == kind, Delivery.channel == channel, Delivery.created_at < before)
    last = select(Delivery.created_at).where(*arrived, *theirs).order_by(Delivery.sent_at.desc())
    return work.session.scalar(last.limit(1))


# ── what is stuck ─────────────────────────────────────────────────────────────────────────────────


def lag(work: Context) -> timedelta:
    """Return how long the oldest delivery that is due, and that somebody waits for, has waited.

    Return zero where none is due.
    """
    due = (WAITING, AWAITED, Delivery.not_before <= work.now)
    oldest = work.session.scalar(select(func.min(Delivery.not_before)).where(*due))
    return work.now - oldest if oldest else timedelta()


def depth(work: Context) -> int:
    """Return how many deliveries wait, or are unknown."""
    return work.session.scalar(select(func.count(Delivery.id)).where(WAITING)) or 0


def refused(work: Context, limit: int) -> tuple[Sequence[Delivery], int]:
    """Return the deliveries that Slack refused, the latest first, and how many there are."""
    count = work.session.scalar(select(func.count(Delivery.id)).where(REFUSED)) or 0
    return work.session.scalars(
        select(Delivery).where(REFUSED).order_by(Delivery.id.desc()).limit(limit)
    ).all(), count


def late(work: Context, limit: int) -> tuple[Sequence[Delivery], int]:
    """Return the deliveries that are late or in doubt, the oldest first, and how many there are.

    They have waited unusually long, or may or may not have been sent.
    """
    doubtful = Delivery.state == DeliveryState.UNKNOWN
    stuck = (
        WAITING,
        or_(doubtful, AWAITED & or_(Delivery.not_before <= work.now - LONG, since_long(work))),
    )
    count = work.session.scalar(select(func.count(Delivery.id)).where(*stuck)) or 0
    return work.session.scalars(
        select(Delivery).where(*stuck).order_by(Delivery.id).limit(limit)
    ).all(), count


def since_long(work: Context) -> Any:
    """Return the condition that a delivery has been tried and put back for a long time.

    A delivery that is only for later was never tried.
    """
    return (Delivery.attempts > 0) & (Delivery.created_at <= work.now - LONG)


def code(delivery: Any) -> str:
    """Return what people call a delivery.

    Its number would reveal how much all workspaces together have to send.
    """
    return hashlib.sha256(delivery.key.encode()).hexdigest()[:8]


def find(work: Context, named: str) -> Delivery:
    """Return a delivery by its code, locked; sent ones only as far as they are recent.

    Raises:
        NotFound: says where the codes are.
    """
    keys = select(Delivery.id, Delivery.key).order_by(Delivery.id.desc())
    for some in (
        keys.where(or_(WAITING, REFUSED)),
        keys.where(~or_(WAITING, REFUSED)).limit(RECENT),
    ):
        for row in work.session.execute(some):
            if code(row) == named:
                return work.session.scalars(
                    select(Delivery).where(Delivery.id == row.id).with_for_update()
                ).one()
    raise NotFound(f"There is no delivery {named[:8]}. The list says which there are: deliveries")


def retry(work: Context, delivery: Delivery) -> None:
    """Send a refused delivery again; what may have been posted before is looked for first."""
    if delivery.state != DeliveryState.REFUSED:
        raise Conflict(
            f"Delivery {code(delivery)} was not refused, so there is nothing to retry. {standing(delivery)}"
        )
    perhaps = (delivery.error or "").startswith(PERHAPS)
    delivery.state = DeliveryState.UNKNOWN if perhaps else DeliveryState.WAITING
    delivery.not_before, delivery.attempts, delivery.claimed_until = work.now, 0, None


def retry_all(work: Context) -> int:
    """Send everything that was refused again, and return how many deliveries that is."""
    perhaps = Delivery.error.startswith(PERHAPS, autoescape=True)
    again = {
        "state": case((perhaps, literal_column("'unknown'")), else_=literal_column("'waiting'")),
        "not_before": work.now,
        "attempts": 0,
        "claimed_until": None,
    }
    statement = update(Delivery).where(REFUSED).values(**again).returning(Delivery.id)
    return len(work.session.scalars(statement.execution_options(synchronize_session=False)).all())


def give_up(work: Context, delivery: Delivery) -> None:
    """Give up a delivery because an admin decided so, unless it is on its way right now."""
    if delivery.claimed_until and delivery.claimed_until > work.now:
        raise Conflict(
            f"Delivery {code(delivery)} is on its way right now. Look again in a minute."
        )
    if delivery.state == DeliveryState.SENT:
        raise Conflict(f"There is nothing to drop. {standing(delivery)}")
    by = work.actor.ref if work.actor else work.me
    failure_notices.apologise(work, delivery, "An admin decided that it is not sent.")
    delivery.state, delivery.sent_at, delivery.error = (
        DeliveryState.SENT,
        work.now,
        f"dropped: {by} decided so",
    )
    delivery.about = SPENT


def standing(delivery: Delivery) -> str:
    """Return a sentence about where a delivery has got to."""
    if delivery.state == DeliveryState.SENT:
        return (
            "It was dropped before."
            if (delivery.error or "").startswith("dropped")
            else "It was sent."
        )
    return "It is waiting to be sent."
