"""The record of the place where somebody writes: of a thread, or what `this` means in a channel."""

from typing import Any

from sqlalchemy import select

from models.core.audit.entries import AuditEntry
from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.outbox.delivery import Post
from models.core.permissions import policy

NEAR = 3
"""Records that are offered to somebody who did not say which."""


def stands_in(work: Context, record: Entity, channel: str) -> bool:
    """Return whether the record's card is posted in a channel already."""
    mine = (Post.entity == record.slug(), Post.record_id == record.id, Post.channel == channel)
    return work.session.scalar(select(Post.id).where(*mine).limit(1)) is not None


def standing_here(
    work: Context, channel: str, thread: str, entity: str = "", deleted: bool = False
) -> Entity | None:
    """Return the record that `this` means.

    In a thread it is the one whose card the thread hangs under, and no other; else the newest card
    of the channel, else what the actor changed last. Return None where that one is deleted, or not
    visible to all viewers: another one would be a guess.

    Args:
        work: the unit of work.
        channel: Slack's id of the channel.
        thread: Slack's ts of the thread.
        entity: only records of this one, of any when empty.
        deleted: deleted records count too.
    """
    found: Entity | None = None
    for way in (
        [rooted(channel, thread)]
        if thread
        else [*([posted(channel)] if channel else []), changed(work)]
    ):
        if records := read(work, way, entity, 1):
            found = records[0]
            break
    return found if found and is_for_readers(work, found, deleted) else None


def nearby(work: Context, channel: str, entity: str) -> list[Entity]:
    """Return the records that somebody who did not say which may mean.

    They are those with the newest cards of the channel, and those the actor changed last.
    """
    ways = [*([posted(channel)] if channel else []), changed(work)]
    found = {record.ref: record for way in ways for record in read(work, way, entity, NEAR)}
    return [record for record in found.values() if is_for_readers(work, record)][:NEAR]


def rooted(channel: str, thread: str) -> Any:
    return select(Post.entity, Post.record_id).where(Post.channel == channel, Post.ts == thread)


def posted(channel: str) -> Any:
    return (
        select(Post.entity, Post.record_id).where(Post.channel == channel).order_by(Post.id.desc())
    )


def changed(work: Context) -> Any:
    mine = AuditEntry.actor == (work.actor.id if work.actor else 0)
    return (
        select(AuditEntry.entity, AuditEntry.record_id).where(mine).order_by(AuditEntry.id.desc())
    )


def read(work: Context, way: Any, entity: str, limit: int) -> list[Entity]:
    """Return the first records that a statement finds."""
    wanted = way.where(way.selected_columns.entity == entity) if entity else way
    rows = work.session.execute(wanted.limit(limit)).all()
    return [work.get(ENTITIES[row.entity], row.record_id) for row in rows]


def is_for_readers(work: Context, record: Entity, deleted: bool = False) -> bool:
    """Return whether all viewers may see a record and it is not deleted."""
    return (deleted or record.deleted_at is None) and policy.shows(work, record)
