"""What `this` means: the card of the thread, the newest card of the channel, the record somebody changed last."""

from sqlalchemy import select

from models.core.audit import AuditEntry
from models.core.base import ENTITIES, Entity
from models.core.outbox import Post
from models.core.work import Work


def stands_in(work: Work, record: Entity, channel: str) -> bool:
    """Whether the record's card stands in a channel already."""
    mine = (Post.entity == record.slug(), Post.record_id == record.id, Post.channel == channel)
    return work.session.scalar(select(Post.id).where(*mine).limit(1)) is not None


def standing_here(work: Work, channel: str, thread: str, entity: str = "") -> Entity | None:
    """The record `this` stands for. channel, thread: Slack's id and ts; entity: only of this one, any when empty."""
    here = select(Post.entity, Post.record_id).where(Post.channel == channel).order_by(Post.id.desc()).limit(1)
    changed = (
        select(AuditEntry.entity, AuditEntry.record_id)
        .where(AuditEntry.actor == (work.actor.id if work.actor else 0))
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    ways = ([here.where(Post.ts == thread)] if thread else []) + ([here] if channel else []) + [changed]
    for way in ways:
        column = way.selected_columns.entity
        row = work.session.execute(way.where(column == entity) if entity else way).first()
        if row:
            return work.get(ENTITIES[row.entity], row.record_id)
    return None
