"""Remember posted messages other than cards, and say whether they may remain as they are."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, event, select, update

from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.bulk import insert_all
from models.core.entity.sharing import Shared
from models.core.outbox.delivery import Delivery, Post
from models.core.outbox.posted import ListSubscription, PostedMessage
from models.core.permissions import policy, visibility
from models.core.permissions.visibility import PEOPLE, people_of, team_of

E = TypeVar("E", bound=Entity)

Shown = dict[str, Any]
"""What decides whether a message may remain as it is.

It is `open`, of one record; else what is `seen` and `hidden`.
"""
FIGURES = "figures"
"""The key in `Shown` with the numbers of a list, to which the next one is compared."""
FIRST, LINE, PERSON = "first", "line", "person"
"""The keys in `Shown` with what the first readers might see, of a message that says less now; with
the line that it answers, where that has nothing that people typed; and with who asked.
"""
KEPT = (LINE, PERSON)
UNTOLD = ("card", "redraw", "message")
"""The kinds that need not be remembered here.

Cards are kept as posts, and a message mentions no record.
"""


def private() -> set[str]:
    """Return the entities whose records their owners share or keep for themselves."""
    return {slug for slug, entity in ENTITIES.items() if issubclass(entity, Shared)}


@contextmanager
def noticing(work: Context) -> Iterator[set[str]]:
    """Collect the entities with private records that a block asks for."""
    tables = {slug: ENTITIES[slug].__tablename__ for slug in private()}
    asked: set[str] = set()

    def notice(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
        asked.update(slug for slug, table in tables.items() if table in statement)

    connection = work.session.connection()
    event.listen(connection, "before_cursor_execute", notice)
    try:
        yield asked
    finally:
        event.remove(connection, "before_cursor_execute", notice)


def private_in(told: Shown | None) -> set[str]:
    """Return the entities with private records that a remembered message asked for."""
    kept = [*(told or {}).get("seen", ()), *(told or {}).get(FIRST, {}).get("seen", ())]
    return private() & set(kept)


def together(work: Context, asked: Collection[str] = ()) -> Shown:
    """Return what all viewers may see together.

    It holds, for each entity of which that is not everything, whose records they see, and the
    fields that are hidden from somebody. Everybody sees other private records: these decide only
    about a message that asked for some.

    Args:
        work: The unit of work.
        asked: The entities with private records that the message asked for.
    """
    apart = private() - set(asked)
    apart |= {key(ENTITIES[slug]) for slug in apart for key in (team_of, people_of)}
    rights = [policy.rights_of(viewer) for viewer in work.viewers if not viewer.guest]
    hidden = {slug for each in rights for slug, names in each.hidden.items() if names}
    return {
        "seen": {
            slug: sorted(theirs)
            for slug, theirs in visibility.of(work.session)
            if slug not in apart
        },
        "hidden": {
            slug: sorted({name for each in rights for name in each.hidden.get(slug, ())})
            for slug in hidden
        },
    }


def may_stand(before: Shown | None, now: Shown) -> bool:
    """Return whether a message rendered for some shows only what its readers of now may see."""
    if before is None or "open" in now:
        return before == now
    then, there = before["seen"], now["seen"]
    owners = {slug: theirs for slug, theirs in there.items() if not slug.endswith(PEOPLE)}
    if not then.keys() >= owners.keys():
        return False  # everything was to be seen of an entity
    less = any(set(then[slug]) - set(theirs) for slug, theirs in owners.items()) or any(
        set(there[slug]) - set(then[slug])
        for slug in (there.keys() - owners.keys()) & then.keys()  # who looks, not at what
    )
    more = any(
        set(names) - set(before["hidden"].get(slug, ())) for slug, names in now["hidden"].items()
    )
    return not less and not more  # no more is hidden


def may_remain(told: Shown | None, now: Shown) -> bool:
    """Return whether a message may remain as it is shown now.

    One that says less than it did once follows every change of its readers, so that it comes back
    when they may see all of it again.

    Args:
        told: What is remembered of the message.
        now: What its readers of now may see.
    """
    if told and FIRST in told:
        return {name: told[name] for name in now if name in told} == now
    return may_stand(told, now)


def is_whole(told: Shown | None, now: Shown) -> bool:
    """Return whether the readers of now may see all that a message said at first."""
    return may_stand((told or {}).get(FIRST, told), now)


def redrawn(told: Shown | None, now: Shown) -> Shown:
    """Return what is remembered of a message that is drawn again for its readers of now."""
    kept = {name: told[name] for name in KEPT if name in told} if told else {}
    if told is None or "open" in now or is_whole(told, now):
        return {**now, **kept}
    first = told.get(FIRST) or {name: told[name] for name in now if name in told}
    return {**now, **kept, FIRST: first}


def is_told(said: Delivery, channel: str) -> bool:
    """Return whether a message is remembered here: one that is said to several people at once."""
    return said.kind not in UNTOLD and channel[:1] not in ("D", "U", "W")


def enlist(
    work: Context,
    said: Delivery,
    channel: str,
    ts: str,
    named: Collection[tuple[str, int]],
    look: str | None = None,
) -> None:
    """Remember the records that a posted list names, so that it follows them from now on.

    Args:
        work: the unit of work.
        said: the delivery of the list.
        channel: the channel of the list.
        ts: the ts of the list.
        named: the records that it names.
        look: a digest of the list.
    """
    place = {"delivery": said.id, "channel": channel, "ts": ts, "posted_at": work.now, "look": look}
    insert_all(
        work, ListSubscription, [{**place, "entity": slug, "record_id": id} for slug, id in named]
    )


def named(work: Context, redraw: Delivery) -> list[ListSubscription]:
    """Return the records that the list redrawn by a delivery names."""
    theirs = select(ListSubscription).where(
        ListSubscription.channel == redraw.channel, ListSubscription.ts == redraw.ts
    )
    return list(work.session.scalars(theirs.order_by(ListSubscription.id)))


def followed(work: Context, entity: type[E], ids: Sequence[int]) -> list[E]:
    """Return the records that a list names, in its order, without deleted and invisible ones.

    Invisible are those that the viewers may not see.
    """
    found = work.session.scalars(select(entity).where(entity.id.in_(ids)))
    return sorted(found, key=lambda record: ids.index(record.id))


def remember(
    work: Context, told: Iterable[tuple[Delivery, str, str, Shown | None, str | None]]
) -> None:
    """Remember posted messages: (delivery, channel, ts, what its readers may see, its digest).

    Of a message to one person its figures are remembered, to which the next one is compared.
    """
    told = list(told)
    for said, channel, _, shown, _ in told:
        if shown and FIGURES in shown and not is_told(said, channel):
            about = {**said.about, FIGURES: shown[FIGURES]}
            work.session.execute(update(Delivery).where(Delivery.id == said.id).values(about=about))
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
    """Record that a message was redrawn, if it is remembered here.

    Args:
        work: the unit of work.
        redraw: the delivery that redrew it.
        shown: what its readers may see.
    """
    if is_retelling(redraw):
        there = (PostedMessage.channel == redraw.channel, PostedMessage.ts == redraw.ts)
        work.session.execute(update(PostedMessage).where(*there).values(shown=shown))


def looks(work: Context, redraw: Delivery, look: str | None) -> None:
    """Record the look of a redrawn message.

    Args:
        work: the unit of work.
        redraw: the delivery that redrew it.
        look: a digest of it; None where nobody knows whether Slack shows it.
    """
    for kept in (Post,) if redraw.entity else (PostedMessage, ListSubscription):
        there = (
            update(kept)
            .where(kept.channel == redraw.channel, kept.ts == redraw.ts)
            .values(look=look)
        )
        work.session.execute(there.execution_options(synchronize_session=False))


def is_retelling(delivery: Delivery) -> bool:
    """Return whether a delivery redraws a message that is remembered here, not a card."""
    return delivery.kind == "redraw" and delivery.entity is None


def find(work: Context, redraw: Delivery) -> PostedMessage | None:
    """Return the message that a delivery redraws, or None.

    It is None where the message is forgotten, or read by one person alone.
    """
    return work.session.scalar(
        select(PostedMessage).where(
            PostedMessage.channel == redraw.channel, PostedMessage.ts == redraw.ts
        )
    )


def last_figures(work: Context, kind: str, channel: str, before: datetime) -> list[Any] | None:
    """Return the figures in the last message of a kind that was posted in a channel, or None.

    Args:
        work: the unit of work.
        kind: the kind of the delivery.
        channel: the channel as the delivery was asked for.
        before: only messages that were asked for before this moment.
    """
    same = (Delivery.id == PostedMessage.delivery) & (Delivery.ts == PostedMessage.ts)
    arrived = (Delivery.sent_at.is_not(None), Delivery.error.is_(None))
    there = (Delivery.kind == kind, Delivery.channel == channel, Delivery.created_at < before)
    last = (
        select(PostedMessage.shown)
        .join(Delivery, same)
        .where(*arrived, *there)
        .order_by(Delivery.sent_at.desc())
        .limit(1)
    )
    found = work.session.scalar(last)
    return found.get(FIGURES) if found else None


def last_told(work: Context, kind: str, person: str, before: datetime) -> list[Any]:
    """Return the figures in the last message of a kind that reached a person; none for none.

    Args:
        work: the unit of work.
        kind: the kind of the delivery.
        person: their Slack id.
        before: only messages that were asked for before this moment.
    """
    arrived = (Delivery.sent_at.is_not(None), Delivery.error.is_(None))
    there = (Delivery.kind == kind, Delivery.channel == person, Delivery.created_at < before)
    last = select(Delivery.about).where(*arrived, *there).order_by(Delivery.sent_at.desc())
    found = work.session.scalar(last.limit(1))
    return (found or {}).get(FIGURES) or []


def forget(work: Context, channel: str, ts: str) -> None:
    """Forget a message that is no longer posted."""
    for kept in (PostedMessage, ListSubscription):
        work.session.execute(delete(kept).where(kept.channel == channel, kept.ts == ts))
