"""Draw a small card in the thread of a message: of what it names, or of what was made of it."""

from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import escape
from models.core.entity.base import ENTITIES, Entity
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWork


def preview(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return a record that somebody named in a channel, in one line.

    The result is None where it is deleted, or where some of the readers may not see it.
    """
    record = record_of(work, delivery)
    if record.deleted_at or not record.is_seen:
        return None
    said = cards.summary(record, work)
    return Message(said, [blocks.section(f"{record.icon} {escape(said)}", opens(record))])


def made(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return who made a record of a message, for the thread of that message.

    Readers who may not all see the record are told just its number. `delivery.about` has `by`, the
    person who made it, and `person`.
    """
    record = record_of(work, delivery)
    if record.deleted_at:
        return None
    who = work.who(delivery.about.get("by"))
    if not record.is_seen:
        said = f"{who} made {record.ref} of this message. Not everybody here may see it."
        return Message(said, [blocks.section(escape(said), opens(record))])
    said = f"{who} made this message {cards.summary(record, work)}"
    first = f"{record.icon} {escape(f'{who} made this message')} *{escape(str(record))}*"
    return Message(said, [blocks.section(first, opens(record))])


def record_of(work: UnitOfWork, delivery: Delivery) -> Entity:
    return work.get(ENTITIES[delivery.entity or ""], delivery.record_id or 0)


def opens(record: Entity) -> blocks.Block:
    """Return the button that opens the record for whoever presses it, as far as they may see it."""
    button = blocks.button("Open", f"{record.slug()}.{cards.MORE}", record.ref)
    return button | {"accessibility_label": blocks.cut(f"Open {record.ref}", blocks.BUTTON)}
