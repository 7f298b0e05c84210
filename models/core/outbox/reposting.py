"""What stands in Slack besides cards: remembered when it is posted, and whether it may still stand
as it is.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import delete, select, update

from models.core.context import Context
from models.core.entity.base import Entity
from models.core.entity.bulk import insert_all
from models.core.outbox.delivery import Delivery, Post
from models.core.outbox.posted import ListSubscription, PostedMessage
from models.core.permissions import policy, visibility

E = TypeVar("E", bound=Entity)

Shown = dict[str, Any]
"""What decides whether something may stand as it is: `open`, of one record; else what is `seen` and
`hidden`.
"""
UNTOLD = ("card", "redraw", "message")
"""The kinds that need not be remembered here: cards are kept as posts, and a message speaks of no
record.
"""


def together(work: Context) -> Shown:
    """What all who read may see together: of each entity of which that is not everything whose
    records, and the fields that are hidden from somebody.
    """
    rights = [policy.rights_of(viewer) for viewer in work.viewers if not viewer.guest]
    hidden = {slug for each in rights for slug, names in each.hidden.items() if names}
    return {
        "seen": {slug: sorted(theirs) for slug, theirs in visibility.of(work.session)},
        "hidden": {
            slug: sorted({name for each in rights for name in each.hidden.get(slug, ())})
            for slug in hidden
        },
    }


def may_stand(before: Shown | None, now: Shown) -> bool:
    """Whether what was drawn for some shows nothing that those who read now may not see."""
    if before is None or "open" in now:
        return before == now
    if not before["seen"].keys() >= now["seen"].keys():
        return False  # everything was to be seen of an entity
    less = any(set(before["seen"][slug]) - set(theirs) for slug, theirs in now["seen"].items())
    more = any(
        set(names) - set(before["hidden"].get(slug, ())) for slug, names in now["hidden"].items()
    )
    return not less and not more  # no more is hidden


def is_told(said: Delivery, channel: str) -> bool:
    """Whether it is remembered here: what is said to several people at once."""
    return said.kind not in UNTOLD and channel[:1] not in ("D", "U", "W")


def enlist(
    work: Context,
    said: Delivery,
    channel: str,
    ts: str,
    named: Collection[tuple[str, int]],
    look: str | None = None,
) -> None:
    """A list stands that names these records, and follows them from now on. look: a digest of
    it.
    """
    place = {"delivery": said.id, "channel": channel, "ts": ts, "posted_at": work.now, "look": look}
    insert_all(
        work, ListSubscription, [{**place, "entity": slug, "record_id": id} for slug, id in named]
    )


def named(work: Context, redraw: Delivery) -> list[ListSubscription]:
    """The records that a list names which a delivery draws anew."""
    theirs = select(ListSubscription).where(
        ListSubscription.channel == redraw.channel, ListSubscription.ts == redraw.ts
    )
    return list(work.session.scalars(theirs.order_by(ListSubscription.id)))


def followed(work: Context, entity: type[E], ids: Sequence[int]) -> list[E]:
    """The records that a list names, in its order, but for what is deleted and what who reads may
    not see.
    """
    found = work.session.scalars(select(entity).where(entity.id.in_(ids)))
    return sorted(found, key=lambda record: ids.index(record.id))


def remember(
    work: Context, told: Iterable[tuple[Delivery, str, str, Shown | None, str | None]]
) -> None:
    """They stand: (what said it, channel, ts, what its readers may see, a digest of it)."""
    rows = [
        {
            "delivery": said.id,
            "kind": said.kind,
            "channel": channel,
            "ts": ts,
            "entity": said.entity,
            "record_id": said.record_id,
            "shown": shown,
            "posted_at": work.now,
            "look": look,
        }
        for said, channel, ts, shown, look in told
        if is_told(said, channel)
    ]
    if rows:
        insert_all(work, PostedMessage, rows)


def retold(work: Context, redraw: Delivery, shown: Shown | None) -> None:
    """It was drawn anew, if it is one of these. redraw: the delivery that did."""
    if is_retelling(redraw):
        there = (PostedMessage.channel == redraw.channel, PostedMessage.ts == redraw.ts)
        work.session.execute(update(PostedMessage).where(*there).values(shown=shown))


def looks(work: Context, redraw: Delivery, look: str | None) -> None:
    """A delivery drew something anew. look: a digest of it; None where nobody knows whether Slack
    shows it.
    """
    for kept in (Post,) if redraw.entity else (PostedMessage, ListSubscription):
        there = (
            update(kept)
            .where(kept.channel == redraw.channel, kept.ts == redraw.ts)
            .values(look=look)
        )
        work.session.execute(there.execution_options(synchronize_session=False))


def is_retelling(delivery: Delivery) -> bool:
    """Whether it draws anew what is remembered here, not a card."""
    return delivery.kind == "redraw" and delivery.entity is None


def find(work: Context, redraw: Delivery) -> PostedMessage | None:
    """What a delivery draws anew; None where it is forgotten, or read by one person alone."""
    return work.session.scalar(
        select(PostedMessage).where(
            PostedMessage.channel == redraw.channel, PostedMessage.ts == redraw.ts
        )
    )


def forget(work: Context, channel: str, ts: str) -> None:
    """It does not stand there any more."""
    for kept in (PostedMessage, ListSubscription):
        work.session.execute(delete(kept).where(kept.channel == channel, kept.ts == ts))
