"""What the bot says by itself, drawn for tests and read."""

from typing import Any

from bot.sandbox.validation import problems
from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.notifications import digest
from handlers.registry import ROUTERS
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWorkFactory

CATALOGUE = Catalogue(ROUTERS)


def drawn(works: UnitOfWorkFactory, kind: str, reader: str = "", **columns: Any) -> Message | None:
    """What a delivery says, checked against everything Slack would refuse."""
    about = columns.pop("about", {})
    with works("T1", reader, writes=False) as work:
        message = digest.draw(work, CATALOGUE, Delivery(kind=kind, about=about, **columns))
    if message:
        assert problems("message", {"blocks": message.blocks}) == []
        assert len(message.blocks) <= 50
    return message


def said(message: Message | None) -> str:
    """Everything that can be read in its blocks."""
    assert message is not None
    return "\n".join(words(block) for block in message.blocks)


def words(block: Any) -> str:
    if isinstance(block, dict):
        own = block.get("text") if isinstance(block.get("text"), str) else ""
        return "\n".join(
            filter(
                None,
                [own, *(words(value) for value in block.values() if not isinstance(value, str))],
            )
        )
    return "\n".join(filter(None, map(words, block))) if isinstance(block, list) else ""


def buttons(message: Message | None) -> list[tuple[str, str]]:
    """(action, value) of every button, without what makes actions distinct."""
    assert message is not None
    elements = [
        each
        for block in message.blocks
        for each in [*block.get("elements", []), block.get("accessory", {})]
    ]
    return [
        (each["action_id"].partition("#")[0], each["value"])
        for each in elements
        if each.get("type") == "button"
    ]
