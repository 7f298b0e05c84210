"""Re-render what was posted before.

A list is drawn as its records are now. Anything else is drawn for the people who read it now: it is
the same, it is less, or it says that it is for others.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress

from sqlalchemy import select

from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks
from handlers.notifications import digest, record_events
from models.core.context import RenderContext
from models.core.entity.base import ENTITIES
from models.core.errors import CRMError
from models.core.outbox.delivery import Delivery
from models.core.outbox.posted import ListSubscription, PostedMessage
from models.core.outbox.reposting import LINE, PERSON, Shown, is_whole, private_in, together
from models.core.permissions import masking
from models.core.unit_of_work import UnitOfWork
from models.support import triage

MASKED = "This was for those who were here then: somebody has come since, or sees less now, who may not see all of it."
LISTS = {"due": "activity", "cases": "case"}
"""The kinds that name records and follow them, each with their entity."""
LISTED = 10
"""Records that a list names at most."""
UNSEEN = -1
"""The record version noted for a message that was found in Slack: one that no record ever has."""
LOST = ("line",)
"""The kinds that nobody can draw again: what was typed is not kept."""


def shown(work: UnitOfWork, said: Delivery | PostedMessage, asked: Collection[str] = ()) -> Shown:
    """Return what decides whether something may stay as it is.

    A line in a thread is about one record and nothing else.

    Args:
        work: The unit of work.
        said: The delivery or the message.
        asked: The entities with private records that a delivery asked for; of a message they are
            remembered.
    """
    if said.kind == "event" and said.entity:
        record = work.get(ENTITIES[said.entity], said.record_id or 0)
        return {"open": masking.is_open(work, record)}
    return together(work, private_in(said.shown) if isinstance(said, PostedMessage) else asked)


def anew(
    work: UnitOfWork,
    catalogue: Catalogue,
    kept: PostedMessage | ListSubscription,
    named: Sequence[int] = (),
) -> Message | None:
    """Return what a message says to the people who read it now, as of when it was posted.

    What cannot be drawn any more says that it is for others. The result is None where the message
    may stay as it is.

    Args:
        work: The unit of work.
        catalogue: All verbs, by noun.
        kept: The message, or the list that follows its records.
        named: The ids of the records of a list that follows them; all else about them is as it is
            now.
    """
    same = (
        Delivery.id == kept.delivery,
        Delivery.ts == kept.ts,
        Delivery.kind != "redraw",
    )  # ids are used again
    said = work.session.scalar(select(Delivery).where(*same))
    if isinstance(kept, PostedMessage) and kept.kind == "event" and said is None:
        return short(work, kept)
    message = None
    if said is not None and said.kind in LOST:
        message = answered_again(work, catalogue, kept, said)
    elif said is not None:
        with suppress(CRMError), work.rendering(RenderContext(at=kept.posted_at)):
            message = digest.draw(work, catalogue, said, named)
    if message is None and (isinstance(kept, ListSubscription) or (named and said is None)):
        return None
    return message or Message(MASKED, [blocks.section(MASKED)])


def answered_again(
    work: UnitOfWork,
    catalogue: Catalogue,
    kept: PostedMessage | ListSubscription,
    said: Delivery,
) -> Message | None:
    """Return the answer to a line once more, if all who read it may see all of it again.

    The result is None where the line is not known any more, because somebody typed words in it.
    """
    if not isinstance(kept, PostedMessage):
        return None
    told = kept.shown
    if not told or LINE not in told or not is_whole(told, shown(work, kept)):
        return None
    about = {LINE: told[LINE], PERSON: told.get(PERSON, "")}
    again = Delivery(kind=said.kind, channel=said.channel, thread=said.thread, about=about)
    again.ts = kept.ts
    with suppress(CRMError), work.rendering(RenderContext(at=kept.posted_at)):
        return digest.draw(work, catalogue, again)
    return None


def own_words(catalogue: Catalogue, line: str) -> bool:
    """Return whether a line has nothing in it but a verb of ours: report, lead list."""
    command = catalogue.command(line)
    found = command.line
    typed = found.rest.strip() or found.refs or found.fields or found.people or found.unknown
    return command.verb is not None and not typed and not set(found.flags) - {"here"}


def short(work: UnitOfWork, told: PostedMessage) -> Message | None:
    """Return what replaces a line in a thread whose words nobody has any more.

    Where all readers may see the record, the line stays as it is.
    """
    record = work.get(ENTITIES[told.entity or ""], told.record_id or 0)
    return None if masking.is_open(work, record) else record_events.hint(record)


def may_name(work: UnitOfWork, delivery: Delivery) -> dict[tuple[str, int], int]:
    """Return the records that a list names as far as we know, with their versions.

    They are the records that it was asked for, or that it would name now. Their versions cause them
    to be drawn again, because nobody knows the time of the list.
    """
    ids = list(delivery.about.get("ids", ()))
    if delivery.kind == "cases" and not ids:
        ids = [each.id for each in triage.pressing(work, [], LISTED, delivery.created_at)[0]]
    return (
        {(LISTS[delivery.kind], id): UNSEEN for id in ids[:LISTED]}
        if delivery.kind in LISTS
        else {}
    )
