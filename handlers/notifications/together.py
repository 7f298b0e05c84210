"""Draw what others changed on a person's records in a day, in one message."""

from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks
from handlers.core.ui.blocks import Block
from handlers.notifications import changes, reasons
from handlers.notifications.record_events import is_undone
from models.core.notifications.notify import gathered
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWork

ROOM = 40
"""The blocks that what happened may fill; what is left is counted."""


def together(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return all that others changed since the last such message; nothing of what was undone.

    A message that is posted already says so of what was undone since.

    `delivery.about` has `until`, the moment (ISO 8601) before which it happened.
    """
    told = [
        message
        for each in gathered(work, delivery)
        if (delivery.ts or not is_undone(work, each))
        and not reasons.is_needless(work, each)
        and (message := changes.changed(work, catalogue, each))
    ]
    if not told:
        return None
    said = "1 change" if len(told) == 1 else f"{len(told)} changes"
    heading = f"{said} by others on your records and those that you follow"
    drawn: list[Block] = [blocks.section(f"*{heading}*")]
    texts = [heading]
    for message in told:
        if len(drawn) + len(message.blocks) > ROOM:
            more = f"and {len(told) - len(texts) + 1} more"
            drawn, texts = [*drawn, blocks.context(more)], [*texts, more]
            break
        drawn, texts = [*drawn, *message.blocks], [*texts, message.text]
    return Message("\n".join(texts), blocks.distinct(drawn))
