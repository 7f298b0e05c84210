"""The outbox: messages to Slack, written with the change that caused them.

`bot.delivery.dispatcher` sends them after the commit.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    JSON,
    Boolean,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    false,
    inspect,
    literal,
    null,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.core.context import Context
from models.core.db.engine import inserting
from models.core.db.types import UTCDateTime
from models.core.entity import custom_values
from models.core.entity.base import Entity, Row
from models.core.entity.bulk import insert_once
from models.core.fields import Reference
from models.core.identity.channel import ALL, POSTED, Channel
from models.core.outbox.posted import ListSubscription
from models.core.parsing.texts import fold
from models.core.permissions.cache import roster_of

CARDS = "card"
"""The channel of the lines in the threads of a record's cards, in any place they are posted."""
NAMES = "names"
"""The channel of renamed records, whose names others show."""


ANSWERS = (
    "line",
    "message",
    "verdict",
    "answer",
    "progress",
    "rule_trouble",
    "export",
    "approval_decided",
)
"""The kinds by which a person hears what became of what they asked for."""
AT_ONCE = 500
"""Records that one statement asks about."""


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


def partial(name: str, *columns: str, where: str) -> Index:
    """Return an index over some of the rows.

    Args:
        name: the name of the index.
        *columns: its columns.
        where: the SQL condition of those rows.
    """
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Delivery(Row):
    """One message to Slack, which is rendered when it is sent.

    `key` is unique, so that nothing is sent twice; `kind` names what is rendered. It holds only ids
    and our own words: names and what people typed are read from their records when it is rendered.
    """

    key: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(80))
    thread: Mapped[str | None] = mapped_column(String(40))
    about: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    entity: Mapped[str | None] = mapped_column(String(40))
    record_id: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10), default=DeliveryState.WAITING)
    not_before: Mapped[datetime] = mapped_column(UTCDateTime)
    claimed_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ts: Mapped[str | None] = mapped_column(String(40))
    error: Mapped[str | None] = mapped_column(Text)
    background: Mapped[bool] = mapped_column(Boolean, server_default=false())
    """Whether nobody waits for it: a card redrawn for other readers, or with many others."""

    @classmethod
    def indexes(cls) -> list[Any]:
        """Return the indexes; all but the keys hold only what still matters.

        A million rows that were sent cost the dispatcher nothing.
        """
        waiting = "state IN ('waiting', 'unknown')"
        return [
            UniqueConstraint("workspace", "key"),
            partial("ix_delivery_waiting", "workspace", "not_before", "id", where=waiting),
            partial(
                "ix_delivery_posts",
                "workspace",
                "channel",
                "id",
                where=f"{waiting} AND kind <> 'redraw'",
            ),
            partial(
                "ix_delivery_redraws", "workspace", "id", where=f"{waiting} AND kind = 'redraw'"
            ),
            partial(
                "ix_delivery_background",
                "workspace",
                "id",
                where=f"{waiting} AND kind = 'redraw' AND background",
            ),
            partial(
                "ix_delivery_begun", "workspace", "attempts", where=f"{waiting} AND attempts > 0"
            ),
            partial(
                "ix_delivery_record",
                "workspace",
                "record_id",
                where=f"{waiting} AND record_id IS NOT NULL",
            ),
            partial("ix_delivery_refused", "workspace", "id", where="state = 'refused'"),
            partial("ix_delivery_sent", "workspace", "sent_at", where="sent_at IS NOT NULL"),
        ]


class Post(Row):
    """A card that stands in a channel, remembered so that it is updated in place.

    Attributes:
        look: a digest of what was rendered there last; None where nobody knows what Slack shows.
    """

    entity: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int] = mapped_column(Integer)
    channel: Mapped[str] = mapped_column(String(40))
    ts: Mapped[str] = mapped_column(String(40))
    posted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    look: Mapped[str | None] = mapped_column(String(32))

    @classmethod
    def indexes(cls) -> list[Any]:
        return [
            UniqueConstraint("workspace", "channel", "ts"),
            Index(None, "workspace", "entity", "record_id"),
        ]


class IdempotencyKey(Row):
    """An act of a person or an event of Slack that was already worked on."""

    __tablename__ = "seen"

    key: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    @classmethod
    def indexes(cls) -> list[Any]:
        return [UniqueConstraint("workspace", "key"), Index(None, "at")]


class JobRun(Row):
    """A job's slot, taken by the replica that inserts it first."""

    job: Mapped[str] = mapped_column(String(80))
    slot: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    @classmethod
    def indexes(cls) -> list[Any]:
        return [UniqueConstraint("workspace", "job", "slot")]


def deliver(work: Context, kind: str, channel: str, key: str, **columns: Any) -> None:
    """Ask for one message in a channel, once for each key; ask nothing where there is none.

    What nobody asked for, but for cards, is not posted where the channel does not want it. A person
    gets what they asked for by `answer`, and all else by `models.core.notifications`.

    Args:
        work: the unit of work.
        kind: names what is rendered.
        channel: where it is posted.
        key: the idempotency key.
        **columns: thread (ts), about (JSON that the rendering needs), entity and record_id,
            not_before (UTC).
    """
    if channel and (kind == "card" or wants(work, channel, kind)):
        enqueue(work, kind, channel, key, **columns)


def posts_in(work: Context, channel: str) -> tuple[str, ...]:
    """Return what is posted in a channel, by its Slack id or its name, whoever reads there.

    It is read once while nobody changes it.
    """
    known = roster_of(work.session).posts
    if channel not in known:
        rows: Any = Channel.__table__
        here = (rows.c.workspace == work.workspace.id, rows.c.deleted_at.is_(None))
        named = or_(rows.c.slack_id == channel, rows.c.key == fold(channel.removeprefix("#")))
        found = work.session.connection().execute(select(rows.c.posts).where(*here, named))
        known[channel] = next((posts for (posts,) in found), ALL)
    return known[channel]


def wants(work: Context, channel: str, kind: str) -> bool:
    """Return whether a channel gets a delivery of a kind that nobody asked for."""
    return kind not in POSTED or POSTED[kind] in posts_in(work, channel)


def answer(work: Context, kind: str, person: str, key: str, **columns: Any) -> None:
    """Ask for one message to a person about what they asked for themselves, whatever they chose.

    Args:
        work: the unit of work.
        kind: names what is rendered, one of `ANSWERS`.
        person: the Slack id of the person; "" for nobody.
        key: the idempotency key.
        **columns: as for `deliver`.
    """
    assert kind in ANSWERS, f"{kind} is no answer"
    if person:
        enqueue(work, kind, person, key, **columns)


def enqueue(work: Context, kind: str, channel: str, key: str, **columns: Any) -> None:
    """Put one delivery into the queue, once for each key; see `deliver` for the arguments."""
    due = {
        "not_before": work.now,
        "created_at": work.now,
        "about": {},
        "state": DeliveryState.WAITING,
        "attempts": 0,
    }
    insert_once(work, Delivery, key=key, kind=kind, channel=channel, **due | columns)


def stand(work: Context, record: Entity, channel: str) -> None:
    """Ask for the record's card in a channel that wants cards; it is kept up to date there."""
    if channel and wants(work, channel, "card"):
        its = {"entity": record.slug(), "record_id": record.id}
        deliver(work, "card", channel, f"card:{record.ref}:{channel}", **its)


def tell(work: Context, record: Entity, about: Mapping[str, Any]) -> None:
    """Ask for a line in the threads of a record's cards, each line once per unit of work.

    Args:
        work: the unit of work.
        record: the record that the line is about.
        about: what `handlers.notifications.record_events` puts into words: no names, and nothing
            that people typed.
    """
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]
    key, subject = (
        f"event:{record.ref}:{work.unit}:{digest}",
        {"entity": record.slug(), "record_id": record.id},
    )
    deliver(work, "event", CARDS, key, about=about, **subject)


def rename(work: Context, record: Entity) -> None:
    """Ask that the records which show this one's name be brought up to date."""
    key = f"{NAMES}:{record.ref}:{record.version}:{work.unit}"
    deliver(work, NAMES, NAMES, key, entity=record.slug(), record_id=record.id)


Key = tuple[str, int]
"""The entity and the id of a record."""


def shown(work: Context, keys: Iterable[Key]) -> set[Key]:
    """Return those of many records that a card shows or a list names."""
    here: dict[str, list[int]] = {}
    for slug, id in keys:
        here.setdefault(slug, []).append(id)
    found: set[Key] = set()
    for slug, ids in here.items():
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            for table in (Post, ListSubscription):
                theirs = (
                    select(table.record_id)
                    .where(table.entity == slug, table.record_id.in_(some))
                    .distinct()
                )
                found |= {(slug, id) for id in work.session.scalars(theirs) if id is not None}
    return found


def redraw(work: Context, record: Entity, background: bool = False) -> None:
    """Ask that every card of the record, and every list that names it, be redrawn.

    Args:
        work: the unit of work.
        record: the record.
        background: nobody waits for it, so it lets deliveries pass that somebody waits for.
    """
    about = {"slug": record.slug(), "record": record.id}
    change = f":{record.ref}:{record.version}:{work.unit}"
    ask_redraws(work, [about | {"change": change}], background)


def ask_redraws(work: Context, about: Sequence[dict[str, Any]], background: bool) -> None:
    """Ask that cards be redrawn: for each record its entity, its id, and the key of the change."""
    shared = {"here": work.workspace.id, "now": work.now, "background": background}
    work.session.connection().execute(
        redrawing(work.session.get_bind().dialect.name), [shared | each for each in about]
    )


def redraw_shown_on(work: Context, records: Iterable[Entity], background: bool = False) -> None:
    """Ask that the cards that tell of these records be redrawn: those of the records they name.

    A record that one of them named before its change counts as well.

    Args:
        work: the unit of work.
        records: the records that were written.
        background: they are many, and nobody waits for the cards.
    """
    records = list(records)
    named = {
        (kind.to, id)
        for record in records
        for name in record.shown_on
        if isinstance(kind := record.fields()[name], Reference)
        for id in (getattr(record, name), *(inspect(record).attrs[name].history.deleted or ()))
        if id is not None
    }
    for record in records:
        states = (record.custom, *(inspect(record).attrs["custom"].history.deleted or ()))
        named |= {each for held in states for each in custom_values.named(record, held)}
    if background:
        named = shown(work, named)
    if named:
        unit = work.unit
        asked = [
            {"slug": slug, "record": id, "change": f":{slug}:{id}:{unit}"}
            for slug, id in sorted(named)
        ]
        ask_redraws(work, asked, background)


@cache
def redrawing(dialect: str) -> Any:
    """Return the statement that inserts redraws of a record's cards and of lists that name it.

    Each is asked for once in a unit of work. It is made once, because every change of a record runs
    it.
    """
    now = bindparam("now", type_=UTCDateTime)

    def redraws(standing: Any, **subject: Any) -> Mapping[str, Any]:
        return {
            "workspace": standing.workspace,
            "kind": literal("redraw"),
            "key": literal("redraw:")
            + standing.channel
            + ":"
            + standing.ts
            + bindparam("change", type_=String),
            "channel": standing.channel,
            "ts": standing.ts,
            **subject,
            "state": literal(DeliveryState.WAITING.value),
            "not_before": now,
            "created_at": now,
            "about": literal({}, JSON),
            "attempts": literal(0),
            "background": bindparam("background", type_=Boolean),
        }

    cards, lists = cast(Any, Post.__table__).c, cast(Any, ListSubscription.__table__).c
    of_cards = redraws(cards, entity=cards.entity, record_id=cards.record_id)
    of_lists = redraws(lists, entity=null(), record_id=null())
    theirs = [
        select(*columns.values()).where(
            standing.workspace == bindparam("here"),
            standing.entity == bindparam("slug"),
            standing.record_id == bindparam("record"),
        )
        for standing, columns in ((cards, of_cards), (lists, of_lists))
    ]
    asked = inserting(Delivery.__table__, dialect).from_select(list(of_cards), union_all(*theirs))
    return asked.on_conflict_do_nothing()
