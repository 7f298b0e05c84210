"""Record that deliveries arrived in Slack, many at once, and remember where cards are posted."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import case, select, update

from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.bulk import insert_all
from models.core.fields import Reference
from models.core.outbox import audience, reposting
from models.core.outbox.delivery import CARDS, Delivery, DeliveryState, Post, redraw
from models.core.outbox.posted import ListSubscription, PostedMessage
from models.core.outbox.reposting import Shown
from models.core.outbox.statements import POSTS, SPENT, WAITING, row, table

Subject = tuple[str, int]
"""A record: its entity and its id."""
LATELY = 10_000
"""The number of latest deliveries in which the message posted before is searched."""
Place = tuple[str, str]
"""Where a message is posted: its channel and its ts."""
SHOWING = ("card", "redraw")
"""The kinds of delivery that show a record."""


@dataclass(frozen=True)
class Arrival:
    """A delivery that is posted in Slack.

    Attributes:
        channel: the id of the channel.
        version: the version that the record had when its card was rendered.
        shown: what the viewers for whom it was rendered may see.
        turn: how often the readers of the channel had changed by then.
        named: the records that a list names, with their versions at that time.
        look: a digest of what was rendered, None where it was found.
    """

    delivery: Delivery
    channel: str
    ts: str
    version: int = 0
    shown: Shown | None = None
    turn: int | None = None
    named: Mapping[Subject, int] = field(default_factory=dict)
    look: str | None = None

    def subjects(self) -> set[Subject]:
        """Return the records that the message follows from now on."""
        return {subject(self.delivery)} if is_card(self.delivery) else set(self.named)


def is_card(delivery: Delivery) -> bool:
    """Return whether a delivery is the card of a record, whose place is remembered."""
    return delivery.kind == "card" and delivery.entity is not None


def subject(delivery: Delivery) -> Subject:
    """Return the record that a delivery is about."""
    return delivery.entity or "", delivery.record_id or 0


def by_entity(subjects: Iterable[Subject]) -> dict[str, set[int]]:
    """Return the ids of records by their entity."""
    ids: defaultdict[str, set[int]] = defaultdict(set)
    for slug, id in subjects:
        ids[slug].add(id)
    return ids


# ── what arrived ──────────────────────────────────────────────────────────────────────────────────


def arrived(work: Context, arrivals: Sequence[Arrival]) -> set[int]:
    """Record that deliveries are posted in Slack, and remember them from now on.

    Re-render what changed since it was rendered, and everything in a channel that somebody joined
    in the meantime. Return the ids of the deliveries that have to wait, because someone is changing
    a record that they show.
    """
    versions = locked(work, {subject for each in arrivals for subject in each.subjects()})
    waiting = {each.delivery.id for each in arrivals if not each.subjects() <= versions.keys()}
    ours = mark(work, [each for each in arrivals if each.delivery.id not in waiting])
    stand = [each for each in arrivals if each.delivery.id in ours]
    remember(work, [card for card in stand if is_card(card.delivery)], versions)
    enlist(work, [each for each in stand if each.named], versions)
    reposting.remember(
        work, [(each.delivery, each.channel, each.ts, each.shown, each.look) for each in stand]
    )
    for each in stand:
        reposting.retold(work, each.delivery, each.shown)
        if each.delivery.kind == "redraw":
            reposting.looks(work, each.delivery, each.look)
    follow_readers(work, stand)
    return waiting


def follow_readers(work: Context, arrivals: Sequence[Arrival]) -> None:
    """Re-render channels that somebody joined or left between rendering and posting."""
    drawn = {(each.channel, each.turn) for each in arrivals if each.turn is not None}
    turns = audience.turns(work, {channel for channel, _ in drawn}) if drawn else {}
    for channel in sorted({channel for channel, turn in drawn if turn != turns[channel]}):
        audience.reconsider(work, channel)


def locked(work: Context, subjects: Collection[Subject]) -> dict[Subject, int]:
    """Lock records and return their versions, 0 where there is no record.

    A process that changes them from now on waits, and then finds the cards to redraw. Records that
    someone is changing are missing: nobody is kept waiting for that.
    """
    versions: dict[Subject, int] = {}
    for slug, ids in by_entity(subjects).items():
        entity = ENTITIES[slug]
        theirs = (
            select(entity.id, entity.version)
            .where(entity.id.in_(ids))
            .execution_options(with_deleted=True)
        )
        found = dict(work.session.execute(theirs.with_for_update(skip_locked=True)).all())
        if missed := ids - found.keys():
            there = set(work.session.scalars(theirs.where(entity.id.in_(missed))))
            found |= dict.fromkeys(missed - there, 0)
        versions |= {(slug, id): version for id, version in found.items()}
    return versions


def mark(work: Context, arrivals: Sequence[Arrival]) -> set[int]:
    """Mark deliveries as sent, and return the ids of those that were marked.

    A delivery that another worker has taken since our lease ran out is not marked.
    """
    if not arrivals:
        return set()
    ids = [each.delivery.id for each in arrivals]
    tries = case({each.delivery.id: each.delivery.attempts for each in arrivals}, value=row.id)
    ts = case({each.delivery.id: each.ts for each in arrivals}, value=row.id)
    columns = {
        "state": DeliveryState.SENT,
        "sent_at": work.now,
        "ts": ts,
        "claimed_until": None,
        "error": None,
    }
    columns["about"] = SPENT
    ours = (row.id.in_(ids), row.attempts == tries, WAITING)
    statement = update(table).where(*ours).values(**columns).returning(row.id)
    return set(work.session.connection().execute(statement).scalars())


def remember(work: Context, cards: Sequence[Arrival], versions: Mapping[Subject, int]) -> None:
    """Remember where cards are posted, release the thread lines that waited, and redraw.

    Only cards whose records have changed are redrawn.
    """
    if not cards:
        return
    about = [(*subject(card.delivery), card) for card in cards]
    posts = [
        {"entity": slug, "record_id": id, "channel": card.channel, "ts": card.ts, "look": card.look}
        for slug, id, card in about
    ]
    insert_all(work, Post, [{"posted_at": work.now, **post} for post in posts])
    for slug, ids in by_entity((slug, id) for slug, id, _ in about).items():
        theirs = (
            row.workspace == work.workspace.id,
            POSTS,
            row.channel == CARDS,
            row.entity == slug,
        )
        told = update(table).where(*theirs, row.record_id.in_(ids)).values(not_before=work.now)
        work.session.connection().execute(told)
    changed = {
        (slug, id)
        for slug, id, card in about
        if card.version and versions[slug, id] not in (0, card.version)
    }
    for slug, id in changed:
        redraw(work, work.get(ENTITIES[slug], id))


def enlist(work: Context, lists: Sequence[Arrival], versions: Mapping[Subject, int]) -> None:
    """Remember which records each posted list names, and redraw those that changed."""
    for each in lists:
        reposting.enlist(work, each.delivery, each.channel, each.ts, each.named, each.look)
    drawn = {(subject, version) for each in lists for subject, version in each.named.items()}
    for slug, id in {
        subject for subject, version in drawn if versions[subject] not in (0, version)
    }:
        redraw(work, work.get(ENTITIES[slug], id))


def before(work: Context, delivery: Delivery) -> str:
    """Return the ts of the last message posted in the same place before a delivery.

    The order is by Slack's clock; return "" where no such message is known. Only one delivery of a
    place is on its way at a time, so this one comes after it, no matter what our clocks say.
    """
    place = (row.channel == delivery.channel, row.thread.is_not_distinct_from(delivery.thread))
    lately = (row.id < delivery.id, row.id >= delivery.id - LATELY)
    posted = (row.workspace == delivery.workspace, row.kind.not_in(SHOWING), row.ts.is_not(None))
    last = select(row.ts).where(*posted, *place, *lately).order_by(row.id.desc()).limit(1)
    return work.session.connection().scalar(last) or delivery.thread or ""


# ── what is drawn ─────────────────────────────────────────────────────────────────────────────────


def prepare(work: Context, deliveries: Iterable[Delivery]) -> None:
    """Read the records of cards and those they name, with one query per table.

    The session then queries none of them again.
    """
    deliveries = list(deliveries)
    records = read(work, by_entity(subject(each) for each in deliveries if each.kind in SHOWING))
    names = [name for record in records for name in named(record)]
    others = read(
        work, by_entity([*names, *(person for each in deliveries for person in acting(each))])
    )
    work.session.info["prepared"] = records + others  # the session forgets what nobody holds on to


def acting(delivery: Delivery) -> list[Subject]:
    """Return the people who did what a line in a thread reports."""
    ids = (delivery.about.get(name) for name in ("by", "undone", "redone"))
    return [("user", id) for id in ids if isinstance(id, int)]


def named(record: Entity) -> list[Subject]:
    """Return the records whose names a card shows."""
    kinds = {
        name: kind
        for name, kind in record.fields().items()
        if isinstance(kind, Reference) and kind.card
    }
    return [(kind.to, id) for name, kind in kinds.items() if (id := getattr(record, name))]


def read(work: Context, wanted: Mapping[str, Collection[int]]) -> list[Entity]:
    found: list[Entity] = []
    for slug, ids in wanted.items():
        theirs = (
            select(ENTITIES[slug])
            .where(ENTITIES[slug].id.in_(ids))
            .execution_options(with_deleted=True)
        )
        found += work.session.scalars(theirs)
    return found


def places(work: Context, deliveries: Iterable[Delivery]) -> dict[Subject, dict[str, str]]:
    """Return where cards of the same records are posted: channel → ts, the latest in each."""
    found: dict[Subject, dict[str, str]] = {}
    for slug, ids in by_entity(subject(each) for each in deliveries if is_card(each)).items():
        theirs = select(Post.record_id, Post.channel, Post.ts).where(
            Post.entity == slug, Post.record_id.in_(ids)
        )
        for id, channel, ts in work.session.execute(theirs.order_by(Post.id)):
            found.setdefault((slug, id), {})[channel] = ts
    return found


def looks(work: Context, deliveries: Iterable[Delivery]) -> dict[Place, str]:
    """Return the current look of each message to be redrawn, by its channel and ts.

    A message whose look is unknown is missing.
    """
    redraws = [each for each in deliveries if each.kind == "redraw"]
    channels, stamps = {each.channel for each in redraws}, {each.ts for each in redraws}
    found: dict[Place, str] = {}
    for kept in (Post, PostedMessage, ListSubscription) if redraws else ():
        theirs = (kept.channel.in_(channels), kept.ts.in_(stamps), kept.look.is_not(None))
        for channel, ts, look in work.session.execute(
            select(kept.channel, kept.ts, kept.look).where(*theirs)
        ):
            found[channel, ts] = str(look)
    return found
