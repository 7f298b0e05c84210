"""What was said in a channel, drawn anew for those who read it now: the same, less, or that it is for others."""

from sqlalchemy import select

from handlers import digests, news
from handlers.core import blocks
from handlers.core.replies import Message
from handlers.core.routes import Catalogue
from models.core.base import ENTITIES
from models.core.errors import CRMError
from models.core.outbox import Delivery
from models.core.told import Told
from models.core.work import Work
from models.operations.retelling import Shown, together

MASKED = "This was for those who were here then: somebody has come since, or sees less now, who may not see all of it."
LOST = ("line",)
"""The kinds that nobody can draw again: what was typed is not kept."""


def shown(work: Work, said: Delivery | Told) -> Shown:
    """What decides whether something may stand as it is: a line in a thread speaks of one record and nothing else."""
    if said.kind == "event" and said.entity:
        record = work.get(ENTITIES[said.entity], said.record_id or 0)
        return {"open": news.is_open(work, record)}
    return together(work)


def anew(work: Work, catalogue: Catalogue, told: Told) -> Message | None:
    """What it says to those who read it now, as of when it was posted; what cannot be drawn any more, that it is for
    others. None where it may stand as it is.
    """
    same = (Delivery.id == told.delivery, Delivery.kind == told.kind, Delivery.ts == told.ts)  # ids come again
    said = work.session.scalar(select(Delivery).where(*same))
    if told.kind == "event" and said is None:
        return short(work, told)
    work.now = told.posted_at
    message = None
    if said is not None and told.kind not in LOST:
        try:
            message = digests.draw(work, catalogue, said)
        except CRMError:
            message = None
    return message or Message(MASKED, [blocks.section(MASKED)])


def short(work: Work, told: Told) -> Message | None:
    """A line in a thread whose words nobody has any more: where all may see the record it stands as it is."""
    record = work.get(ENTITIES[told.entity or ""], told.record_id or 0)
    return None if news.is_open(work, record) else news.hint(record)
