"""Answer references that people write in a channel, each once in a while: a small card for it."""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from sqlalchemy import select

from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.outbox.delivery import Delivery, Post, deliver

PREVIEW = "preview"
"""The kind of these deliveries."""
REST = timedelta(minutes=30)
"""How long nothing more is said of a record in a channel."""
MOST = 3
"""The most records of one message that are shown."""
QUIET = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|<[^<>]*>|\bhttps?://\S+", re.DOTALL)
"""Code, links, and people and channels as Slack writes them: no reference is meant there."""
REFERENCE = re.compile(r"(?<![\w/.#@=+-])([A-Z]{2})-(\d{1,9})(?![\w/=-]|\.\w)")
"""A reference as it stands in a sentence."""


def references(text: str, prefixes: Collection[str]) -> list[tuple[str, int]]:
    """Return the references that a message names, each once: (prefix, number)."""
    found = REFERENCE.findall(QUIET.sub(" ", text))
    named = dict.fromkeys((prefix, int(number)) for prefix, number in found if prefix in prefixes)
    return list(named)[:MOST]


def ask(work: Context, channel: str, thread: str, named: Sequence[tuple[str, int]]) -> None:
    """Ask for a small card for each reference, in the thread of the message that names it.

    Of two replicas that hear of a record at the same moment, the second finds what the first asked.
    Nothing is asked where the workspace does not want it.

    Args:
        work: The unit of work.
        channel: Slack's id of the channel.
        thread: Slack's ts of the message, or of the thread that it is in.
        named: The references.
    """
    if not work.workspace.previews:
        return
    for record in records(work, named):
        start = f"{PREVIEW}:{channel}:{record.ref}:"
        work.hold(start)
        if not (is_fresh(work, start) or stands(work, record, channel, thread)):
            about = {"entity": record.slug(), "record_id": record.id}
            key = f"{start}{int(work.now.timestamp()):012d}"
            deliver(work, PREVIEW, channel, key, thread=thread, **about)


def records(work: Context, named: Sequence[tuple[str, int]]) -> Iterator[Entity]:
    """Yield the records of references that there are."""
    entities = {entity.prefix: entity for entity in ENTITIES.values()}
    for prefix, number in named:
        entity = entities[prefix]
        found = work.session.scalar(select(entity).where(entity.number == number))
        if found is not None:
            yield found


def is_fresh(work: Context, start: str) -> bool:
    """Return whether a record was shown in a channel a short while ago."""
    since = int((work.now - REST).timestamp())
    recent = (Delivery.key > f"{start}{since:012d}", Delivery.key < f"{start}~")
    return work.session.scalar(select(Delivery.id).where(*recent).limit(1)) is not None


def stands(work: Context, record: Entity, channel: str, thread: str) -> bool:
    """Return whether the message is in the thread of the record's own card."""
    card = (Post.entity == record.slug(), Post.record_id == record.id)
    here = (Post.channel == channel, Post.ts == thread)
    return work.session.scalar(select(Post.id).where(*card, *here).limit(1)) is not None
