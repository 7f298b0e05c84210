"""Deliveries on their way to Slack: what became of each is written down, and what is stuck is shown to an admin."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import case, delete, func, literal_column, or_, select, update

from models.core.errors import Conflict, NotFound
from models.core.outbox import Delivery, DeliveryState, Post, deliver
from models.core.rights import Preset
from models.core.user import User
from models.core.work import Work
from models.operations import retelling
from models.operations.questions import SPENT

SETTLING = timedelta(seconds=5)
"""How long after a failure Slack's history can be trusted to show whether the post arrived."""
LONGEST_PAUSE = timedelta(minutes=5)
ATTEMPTS = 300
"""Then Slack has been out of reach for a day, and what we had to say is no longer news."""
LONG = timedelta(minutes=10)
"""What waits longer is shown to admins."""
PERHAPS = "It may have been posted all the same. "
"""Begins the reason of what was given up without knowing; sent again, it is looked for first."""

WAITING = Delivery.state.in_([literal_column("'waiting'"), literal_column("'unknown'")])
REFUSED = Delivery.state == literal_column("'refused'")
"""Literals, because no planner proves from parameters that the partial indexes serve."""

# ── what became of it ───────────────────────────────────────────────────────────────────────────────────


def fingerprint(delivery: Delivery) -> str:
    """What marks a post as this delivery's in Slack; says nothing of people or records."""
    told = f"{delivery.workspace}:{delivery.id}:{delivery.key}:{delivery.created_at.isoformat()}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def mark(work: Work, delivery: Delivery, **columns: Any) -> bool:
    """Write down what became of a delivery, unless its lease ran out and someone else has taken it since."""
    ours = (Delivery.id == delivery.id, Delivery.attempts == delivery.attempts, WAITING)
    columns |= {"about": SPENT} if columns["state"] == DeliveryState.SENT else {}
    statement = update(Delivery).where(*ours).values(claimed_until=None, **columns).returning(Delivery.id)
    return work.session.execute(statement.execution_options(synchronize_session=False)).first() is not None


def drop(work: Work, delivery: Delivery, why: str) -> None:
    """There is nothing to send any more."""
    mark(work, delivery, state=DeliveryState.SENT, sent_at=work.now, error=f"dropped: {why}")


def put_back(work: Work, delivery: Delivery, pause: timedelta = timedelta()) -> None:
    """Certainly not sent this time: again after the pause, and the whole channel with it."""
    mark(work, delivery, state=delivery.state, not_before=work.now + pause)


def doubt(work: Work, delivery: Delivery, error: str) -> None:
    """Perhaps sent, perhaps not: look again later, less and less often, and after a day no more."""
    pause = min(SETTLING * 2 ** min(delivery.attempts - 1, 10), LONGEST_PAUSE)
    if delivery.attempts < ATTEMPTS:
        mark(work, delivery, state=DeliveryState.UNKNOWN, not_before=work.now + pause, error=error)
        return
    why = f"{PERHAPS}Slack could not be reached for a day: {error}"
    mark(work, delivery, state=DeliveryState.REFUSED, error=why)


def refuse(work: Work, delivery: Delivery, sentence: str, advice: str = "") -> None:
    """Slack will not have it, however often: kept with the reason, and an admin is told, once for each reason."""
    if delivery.state == DeliveryState.UNKNOWN and not is_redraw(delivery):
        sentence = PERHAPS + sentence
    if mark(work, delivery, state=DeliveryState.REFUSED, error=sentence) and not delivery.key.startswith("refused:"):
        there = (User.role == Preset.ADMIN, ~User.left, ~User.guest)
        admins = select(User.slack_id).where(*there).order_by(User.id).limit(1)
        digest = hashlib.sha256(sentence.encode()).hexdigest()[:16]
        key = f"refused:{delivery.channel}:{digest}"
        deliver(work, "message", work.session.scalar(admins) or "", key, about={"text": f"{sentence} {advice}".strip()})


def gone(work: Work, delivery: Delivery, channel: str, ts: str) -> None:
    """The card does not stand there any more: it is forgotten, and posted anew only if someone asked for it now."""
    work.session.execute(delete(Post).where(Post.channel == channel, Post.ts == ts))
    retelling.forget(work, channel, ts)
    if delivery.kind == "card":
        put_back(work, delivery, timedelta(seconds=1))
    else:
        drop(work, delivery, "its card is gone")


def is_redraw(delivery: Delivery) -> bool:
    """A card that stands already, drawn anew: harmless to repeat."""
    return delivery.kind == "redraw"


# ── what is stuck ───────────────────────────────────────────────────────────────────────────────────────


def lag(work: Work) -> timedelta:
    """How long the oldest delivery that is due has waited; zero where none is due."""
    oldest = work.session.scalar(select(func.min(Delivery.not_before)).where(WAITING, Delivery.not_before <= work.now))
    return work.now - oldest if oldest else timedelta()


def depth(work: Work) -> int:
    """How many wait, or are unknown."""
    return work.session.scalar(select(func.count(Delivery.id)).where(WAITING)) or 0


def refused(work: Work, limit: int) -> tuple[Sequence[Delivery], int]:
    """What Slack refused, the latest first, and how many there are."""
    count = work.session.scalar(select(func.count(Delivery.id)).where(REFUSED)) or 0
    return work.session.scalars(select(Delivery).where(REFUSED).order_by(Delivery.id.desc()).limit(limit)).all(), count


def late(work: Work, limit: int) -> tuple[Sequence[Delivery], int]:
    """What has waited unusually long, or may or may not have been sent, the oldest first, and how many there are."""
    doubtful = Delivery.state == DeliveryState.UNKNOWN
    stuck = (WAITING, or_(doubtful, Delivery.not_before <= work.now - LONG, since_long(work)))
    count = work.session.scalar(select(func.count(Delivery.id)).where(*stuck)) or 0
    return work.session.scalars(select(Delivery).where(*stuck).order_by(Delivery.id).limit(limit)).all(), count


def since_long(work: Work) -> Any:
    """Tried and put back for a long time; what is only for later was never tried."""
    return (Delivery.attempts > 0) & (Delivery.created_at <= work.now - LONG)


def find(work: Work, id: int) -> Delivery:
    """A delivery by its number, locked; NotFound says where the numbers are."""
    found = select(Delivery).where(Delivery.id == id).with_for_update() if 0 < id < 2**31 else None
    delivery = work.session.scalar(found) if found is not None else None
    if delivery is None:
        raise NotFound(f"There is no delivery {id}. The list says which there are: deliveries")
    return delivery


def retry(work: Work, delivery: Delivery) -> None:
    """Send what was refused once more; what may have been posted before is looked for first."""
    if delivery.state != DeliveryState.REFUSED:
        raise Conflict(f"Delivery {delivery.id} was not refused, so there is nothing to retry. {standing(delivery)}")
    perhaps = (delivery.error or "").startswith(PERHAPS)
    delivery.state = DeliveryState.UNKNOWN if perhaps else DeliveryState.WAITING
    delivery.not_before, delivery.attempts, delivery.claimed_until = work.now, 0, None


def retry_all(work: Work) -> int:
    """Send everything that was refused once more; returns how many deliveries that is."""
    perhaps = Delivery.error.startswith(PERHAPS, autoescape=True)
    again = {
        "state": case((perhaps, literal_column("'unknown'")), else_=literal_column("'waiting'")),
        "not_before": work.now,
        "attempts": 0,
        "claimed_until": None,
    }
    statement = update(Delivery).where(REFUSED).values(**again).returning(Delivery.id)
    return len(work.session.scalars(statement.execution_options(synchronize_session=False)).all())


def give_up(work: Work, delivery: Delivery) -> None:
    """Somebody decided that it is not sent; unless it is on its way right now."""
    if delivery.claimed_until and delivery.claimed_until > work.now:
        raise Conflict(f"Delivery {delivery.id} is on its way right now. Look again in a minute.")
    if delivery.state == DeliveryState.SENT:
        raise Conflict(f"There is nothing to drop. {standing(delivery)}")
    by = work.actor.ref if work.actor else work.me
    delivery.state, delivery.sent_at, delivery.error = DeliveryState.SENT, work.now, f"dropped: {by} decided so"
    delivery.about = SPENT


def standing(delivery: Delivery) -> str:
    """Where a delivery has got to, in a sentence."""
    if delivery.state == DeliveryState.SENT:
        return "It was dropped before." if (delivery.error or "").startswith("dropped") else "It was sent."
    return "It is waiting to be sent."
