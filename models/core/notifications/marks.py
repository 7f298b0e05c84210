"""The records that a person follows, and those of which they want to hear nothing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    bindparam,
    delete,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.core.context import Context
from models.core.db.types import UTCDateTime
from models.core.entity.base import ENTITIES, Entity, Row
from models.core.entity.bulk import insert_once
from models.core.entity.finding import KEPT
from models.core.errors import Conflict

Key = tuple[str, int]
"""The entity and the id of a record."""
LISTED = 20
"""The records that are listed for a person at most."""


class Subscription(Row):
    """What a person wants to hear of one record, whatever they chose for all.

    Attributes:
        person: The person.
        entity: The entity of the record.
        record_id: The record.
        muted: Whether they want to hear nothing of it; else they follow it.
        at: When they said so.
    """

    person: Mapped[int] = mapped_column(Integer, ForeignKey("user.id"))
    entity: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int] = mapped_column(Integer)
    muted: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    @classmethod
    def indexes(cls) -> list[Any]:
        return [
            UniqueConstraint("workspace", "person", "entity", "record_id"),
            Index(None, "workspace", "entity", "record_id"),
        ]


def set_mark(work: Context, record: Entity, muted: bool) -> bool:
    """Let the actor follow a record, or mute it; return whether that is new.

    Raises:
        Conflict: Nobody acts.
    """
    person = person_of(work)
    if mark_of(work, person, record) is muted:
        return False
    remove_mark(work, record)
    subject = {"entity": record.slug(), "record_id": record.id}
    insert_once(work, Subscription, person=person, muted=muted, at=work.now, **subject)
    return True


def remove_mark(work: Context, record: Entity, muted: bool | None = None) -> bool:
    """Forget what the actor said of a record; return whether they had said it.

    Args:
        work: The unit of work.
        record: The record.
        muted: Only that they muted it, or only that they follow it; None for either.
    """
    mine = [Subscription.person == person_of(work), *about(record)]
    mine += [] if muted is None else [Subscription.muted.is_(muted)]
    gone = delete(Subscription).where(*mine).returning(Subscription.id)
    return work.session.execute(gone).first() is not None


def person_of(work: Context) -> int:
    """Return the id of the actor."""
    if not work.actor:
        raise Conflict("Only people are told things. Say who with --as.")
    return int(work.actor.id)


def about(record: Entity) -> list[Any]:
    """Return the conditions for what was said of a record."""
    return [Subscription.entity == record.slug(), Subscription.record_id == record.id]


def mark_of(work: Context, person: int, record: Entity) -> bool | None:
    """Return True where a person muted a record, False where they follow it, None for neither."""
    mine = (Subscription.person == person, *about(record))
    return work.session.scalar(select(Subscription.muted).where(*mine))


def muted_by(work: Context, person: int) -> set[Key]:
    """Return the records that a person has muted."""
    mine = (Subscription.person == person, Subscription.muted.is_(True))
    rows = work.session.execute(select(Subscription.entity, Subscription.record_id).where(*mine))
    return {(slug, id) for slug, id in rows}


def followed_by(work: Context, person: int) -> set[Key]:
    """Return the records that a person follows."""
    mine = (Subscription.person == person, Subscription.muted.is_(False))
    rows = work.session.execute(select(Subscription.entity, Subscription.record_id).where(*mine))
    return {(slug, id) for slug, id in rows}


class Marked(NamedTuple):
    """The records of one entity that a person follows, and those that they have muted, by id."""

    followed: list[int]
    muted: list[int]


def marked(work: Context, person: int, entity: type[Entity]) -> Marked:
    """Return what a person follows and has muted among the records of an entity."""
    mine = (Subscription.person == person, Subscription.entity == entity.slug())
    rows = work.session.execute(select(Subscription.record_id, Subscription.muted).where(*mine))
    found = Marked([], [])
    for id, muted in rows:
        (found.muted if muted else found.followed).append(id)
    return found


def subjects(record: Entity) -> list[Key]:
    """Return the record, and for what people do the records that it is about."""
    found: list[Key] = [(record.slug(), record.id)]
    for name in record.shown_on if record.in_timeline else ():
        kind: Any = record.fields()[name]
        if (id := getattr(record, name)) is not None:
            found.append((kind.to, id))
    return found


def is_muted(record: Entity, muted: Collection[Key]) -> bool:
    """Return whether a record is among the muted ones, or is about one of them."""
    return bool(muted) and any(key in muted for key in subjects(record))


def followers(work: Context, records: Iterable[Entity]) -> Mapping[Key, list[int]]:
    """Return the ids of the people who follow each of these records."""
    ids: dict[str, list[int]] = {}
    for record in records:
        ids.setdefault(record.slug(), []).append(record.id)
    found: dict[Key, list[int]] = {}
    if not ids:
        return found
    for slug, id, person in work.session.execute(following(tuple(sorted(ids))), ids):
        found.setdefault((slug, id), []).append(person)
    return found


@lru_cache(maxsize=64)
def following(slugs: tuple[str, ...]) -> Any:
    """Return the statement for who follows records of these entities: the ids by their slugs."""
    some = (
        (Subscription.entity == slug)
        & Subscription.record_id.in_(bindparam(slug, type_=Integer, expanding=True))
        for slug in slugs
    )
    columns = (Subscription.entity, Subscription.record_id, Subscription.person)
    follow = select(*columns).where(or_(*some), Subscription.muted.is_(False))
    return follow.order_by(Subscription.id).execution_options(**{KEPT: True})


def listed(work: Context, muted: bool) -> Sequence[Entity]:
    """Return the records that the actor has muted, or follows, as far as they may see them."""
    mine = (Subscription.person == person_of(work), Subscription.muted.is_(muted))
    rows = select(Subscription.entity, Subscription.record_id).where(*mine)
    found = []
    for slug, id in work.session.execute(rows.order_by(Subscription.id.desc()).limit(LISTED)):
        record = work.session.scalar(
            select(ENTITIES[slug]).where(ENTITIES[slug].id == id)
        )  # nothing where it is deleted or hidden
        found += [record] if record is not None else []
    return found
