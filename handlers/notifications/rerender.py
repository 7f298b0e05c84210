"""What was said before, drawn anew: a list as its records are now; and for those who read it now
the same, less, or that it is for others.
"""

from collections.abc import Sequence
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
from models.core.outbox.reposting import Shown, together
from models.core.unit_of_work import UnitOfWork
from models.support import triage

MASKED = "This was for those who were here then: somebody has come since, or sees less now, who may not see all of it."
LISTS = {"due": "activity", "cases": "case"}
"""The kinds that name records and follow them, each with their entity."""
LISTED = 10
"""Records that a list names at most."""
UNSEEN = -1
"""The version of a record as something shows it that was found in Slack: none that it ever has."""
LOST = ("line",)
"""The kinds that nobody can draw again: what was typed is not kept."""


def shown(work: UnitOfWork, said: Delivery | PostedMessage) -> Shown:
    """What decides whether something may stand as it is: a line in a thread speaks of one record
    and nothing else.
    """
    if said.kind == "event" and said.entity:
        record = work.get(ENTITIES[said.entity], said.record_id or 0)
        return {"open": record_events.is_open(work, record)}
    return together(work)


def anew(
    work: UnitOfWork,
    catalogue: Catalogue,
    kept: PostedMessage | ListSubscription,
    named: Sequence[int] = (),
) -> Message | None:
    """What it says to those who read it now, as of when it was posted; what cannot be drawn any
    more, that it is for others. None where it may stand as it is.

    named: the ids of the records of a list that follows them; all else about them is as it is now.
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
    if said is not None and said.kind not in LOST:
        with suppress(CRMError), work.rendering(RenderContext(at=kept.posted_at)):
            message = digest.draw(work, catalogue, said, named)
    if message is None and (isinstance(kept, ListSubscription) or (named and said is None)):
        return None
    return message or Message(MASKED, [blocks.section(MASKED)])


def short(work: UnitOfWork, told: PostedMessage) -> Message | None:
    """A line in a thread whose words nobody has any more: where all may see the record it stands as
    it is.
    """
    record = work.get(ENTITIES[told.entity or ""], told.record_id or 0)
    return None if record_events.is_open(work, record) else record_events.hint(record)


def may_name(work: UnitOfWork, delivery: Delivery) -> dict[tuple[str, int], int]:
    """Return the records that a list names as far as one knows: those that it was asked for, or
    that it would name now.

    Their versions are such that they are drawn anew: nobody knows of when the list is.
    """
    ids = list(delivery.about.get("ids", ()))
    if delivery.kind == "cases" and not ids:
        ids = [each.id for each in triage.pressing(work, [], LISTED)[0]]
    return (
        {(LISTS[delivery.kind], id): UNSEEN for id in ids[:LISTED]}
        if delivery.kind in LISTS
        else {}
    )
