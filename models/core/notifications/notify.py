"""Decide whether a person is told something, and ask for the message.

Every message that Rapport sends a person by itself comes through `notify`: what they chose, what
they muted, whose act it was, and their hours count for all of them alike. What the reader may see
is decided when the message is drawn, as for everything that is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from models.core.context import IN_PIECES, Context
from models.core.entity.base import Entity
from models.core.identity.notices import Notice, Seldom, Where
from models.core.identity.user import User
from models.core.identity.working_hours import next_morning, reachable_from
from models.core.notifications import marks
from models.core.outbox.delivery import Delivery, DeliveryState, enqueue
from models.core.outbox.statements import WAITING
from models.core.permissions import policy

KINDS: Mapping[str, tuple[Notice, ...]] = {
    "due": (Notice.DUE, Notice.DAY),
    "assigned": (Notice.GIVEN,),
    "changed": (Notice.MINE,),
    "followed": (Notice.FOLLOWED,),
    "together": (Notice.MINE, Notice.FOLLOWED),
    "own": (Notice.OWN,),
    "mentioned": (Notice.GIVEN,),
    "deadline": (Notice.DEADLINE,),
    "digest": (Notice.DIGEST,),
    "wish": (Notice.GIVEN,),
    "rule": (Notice.GIVEN,),
    "approval": (Notice.GIVEN,),
    "mail": (Notice.GIVEN,),
}
"""The deliveries that nobody asked for → what a person chooses to get them."""
AT_ONCE = (Notice.DUE, Notice.DAY, Notice.DIGEST)
"""What has a time of its own; all else waits until its reader is at work."""
QUIET = "dropped: its reader does not want it"
"""What is written of a message that would have come, had its reader not chosen otherwise."""
LESS: Mapping[str, Seldom] = {
    "changed": Seldom.CHANGES,
    "followed": Seldom.CHANGES,
    "digest": Seldom.DIGEST,
}
"""The kinds that a person can get less often."""
GATHERED = "kept for the next morning, when its reader hears of all changes together"
"""What is written of a message that is told with others."""
TOGETHER, UNTIL = "together", "until"
"""The kind of the message with all changes of a day, and the key in `about` with its end."""
TOLD = "told"
"""Where a session keeps who is told of what it does."""
WEEK, HELD = timedelta(days=7), timedelta(days=1)
"""How far back messages are counted, and how long what an act in pieces tells waits for its end."""


@dataclass(frozen=True)
class Told:
    """Somebody who is told of what a unit of work does.

    Attributes:
        person: The person.
        at: When; the present moment, or when they are at work.
    """

    person: User
    at: datetime


def wants(
    work: Context, person: User, notice: Notice, records: Sequence[Entity] = (), own: bool = False
) -> bool:
    """Return whether a person is told something, by what they chose and muted.

    Args:
        work: The unit of work.
        person: The person.
        notice: What it is.
        records: What it is about; none of them is muted if there is nothing left to say.
        own: Whether they did it themselves.
    """
    if person.left or person.guest or person.told_in != Where.MESSAGE:
        return False
    if (Notice.OWN if own else notice) not in person.notices:
        return False
    muted = marks.muted_by(work, person.id) if records else ()
    return not records or not all(marks.is_muted(record, muted) for record in records)


def notify(
    work: Context,
    notice: Notice,
    kind: str,
    person: User,
    key: str,
    record: Entity | None = None,
    own: bool = False,
    **columns: Any,
) -> None:
    """Ask that a person be told something, once for each key, when they may be disturbed.

    What they do not want is written down as kept quiet, so that the form of their settings can
    count it.

    Args:
        work: The unit of work.
        notice: What it is, as people choose it.
        kind: The kind of the delivery, which says how it is drawn.
        person: Who is told.
        key: The idempotency key.
        record: The record that it is about.
        own: Whether they did it themselves.
        **columns: Columns of the delivery; `not_before` is when it comes at the earliest.
    """
    if person.left or person.guest or not may_hear(person, notice, record):
        return
    earliest = columns.pop("not_before", work.now)
    at = earliest if notice in AT_ONCE else reachable_from(person, earliest)
    at = max(at, work.now + HELD) if work.session.info.get(IN_PIECES) else at
    subject = {"entity": record.slug(), "record_id": record.id} if record else {}
    wanted = wants(work, person, notice, [record] if record else [], own)
    if own and not wanted:
        return
    state: dict[str, Any] = {"not_before": at}
    if not wanted:
        state = {"state": DeliveryState.SENT, "sent_at": work.now, "error": QUIET}
        key = f"{key}:{record.ref}" if record else key  # another record may still be told of
    elif LESS.get(kind) == Seldom.CHANGES and Seldom.CHANGES in (person.seldom or ()):
        state = {"state": DeliveryState.SENT, "sent_at": work.now, "error": GATHERED}
        at = gather(work, person)
    enqueue(work, kind, person.slack_id, key, **{**subject, **columns, **state})
    if wanted and not own:
        work.session.info.setdefault(TOLD, {}).setdefault(person.id, Told(person, at))


def let_go(work: Context, unit: str) -> None:
    """Let out what people are told of an act that was done in pieces, now that it is over.

    Args:
        work: The unit of work.
        unit: The unit of work that all pieces of the act carry.
    """
    theirs = (Delivery.kind.in_(KINDS), Delivery.key.contains(unit), Delivery.attempts == 0)
    held = select(Delivery, User).join(User, User.slack_id == Delivery.channel)
    for delivery, person in work.session.execute(held.where(WAITING, *theirs)):
        delivery.not_before = reachable_from(person, work.now)
    work.session.flush()


def gather(work: Context, person: User) -> datetime:
    """Ask for the message with all changes until a person's next working day begins, once."""
    at = next_morning(person, work.now)
    key, about = f"{TOGETHER}:{person.id}:{at:%Y%m%d%H%M}", {UNTIL: at.isoformat()}
    enqueue(work, TOGETHER, person.slack_id, key, not_before=at, about=about)
    return at


def gathered(work: Context, delivery: Delivery) -> Sequence[Delivery]:
    """Return the messages that one about all changes of a day is told for, the oldest first."""
    until = datetime.fromisoformat(delivery.about[UNTIL])
    span = (Delivery.sent_at >= delivery.created_at, Delivery.sent_at < until)
    theirs = (Delivery.channel == delivery.channel, Delivery.error == GATHERED)
    kept = select(Delivery).where(*span, *theirs).order_by(Delivery.id)
    return work.session.scalars(kept).all()


def may_hear(person: User, notice: Notice, record: Entity | None) -> bool:
    """Return whether there is anything to say to a person about a record.

    Who had it hears that it is gone, even if they see it no more.
    """
    return record is None or notice == Notice.MINE or policy.can(person, "show", record)


def told(work: Context) -> list[Told]:
    """Return who is told of what this unit of work did, each once."""
    return list(work.session.info.get(TOLD, {}).values())


def is_wanted(work: Context, delivery: Delivery, records: Sequence[Entity]) -> bool:
    """Return whether the reader still wants a message that is about to be sent."""
    person = work.actor
    if not person:
        return True
    return any(wants(work, person, each, records) for each in KINDS[delivery.kind])


def count_last_week(work: Context, person: User) -> int:
    """Return how many messages of the last week a person would have got with their settings.

    It counts what was sent and what was kept quiet.
    """
    chosen = set(person.notices) if person.told_in == Where.MESSAGE else set()
    kinds = [kind for kind, notices in KINDS.items() if chosen & set(notices)]
    came = (Delivery.sent_at >= work.now - WEEK, Delivery.sent_at <= work.now)
    whole = or_(Delivery.error.is_(None), Delivery.error == QUIET)
    mine = (Delivery.channel == person.slack_id, Delivery.kind.in_(kinds))
    if not kinds:
        return 0
    return work.session.scalar(select(func.count(Delivery.id)).where(*came, whole, *mine)) or 0
