"""What the tests of the handlers share: one database where it does not matter which, cards that
stand, payloads.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.mrkdwn import unescape
from bot.sandbox.surface_text import Shown
from bot.sandbox.transport import Envelope
from models.core.entity.base import Entity
from models.core.outbox.delivery import stand
from models.core.unit_of_work import UnitOfWorkFactory
from tests.models.marks import SQLITE as SQLITE

WRONG = "Something went wrong"
KEPT: dict[object, bytes] = {}
"""SQLite files as `begin_with` found them once they were filled, by what they hold."""


def begin_with(works: UnitOfWorkFactory, what: object, fill: Callable[[], object]) -> None:
    """Bring the database to where `fill` leaves it: done once a process, copied from then on where
    that is possible.
    """
    if not works.sqlite:
        fill()
        return
    path = Path(works.engine.url.database or "")
    if what not in KEPT:
        fill()
        works.engine.dispose()
        KEPT[what] = path.read_bytes()
    works.engine.dispose()
    for rest in ("-wal", "-shm"):
        path.with_name(path.name + rest).unlink(missing_ok=True)
    path.write_bytes(KEPT[what])


def count(works: UnitOfWorkFactory, entity: type[Entity], workspace: str = "T1") -> int:
    """How many records there are, without the hidden ones."""
    with works(workspace, writes=False) as work:
        return work.session.scalar(select(func.count(entity.id))) or 0


def found(works: UnitOfWorkFactory, entity: type[Any], number: int = 1) -> Any:
    """The record as it is in the database now, also when it is hidden."""
    with works("T1", writes=False) as work:
        return work.find(entity, number, deleted=True)


def standing(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    record: Entity,
    channel: str = "C_SALES",
) -> Shown:
    """The card of a record where it stands in a channel."""
    with works("T1") as work:
        stand(work, record, channel)
    courier.drain()
    return next(card for card in reversed(slack.posted(channel)) if record.ref in card.words)


def told(slack: SlackDriver) -> str:
    """The text of the last answer, as a notification or a screen reader says it."""
    return unescape(slack.last.text)


def sent(slack: SlackDriver, **changes: Any) -> dict[str, Any]:
    """The last thing Slack sent, with other values: for what no client would send.

    That a form was closed does not count.
    """
    acts = [each.payload for each in slack.slack.sent if each.payload.get("type") != "view_closed"]
    return {**acts[-1], **changes}


def deliver(slack: SlackDriver, kind: str, payload: dict[str, Any]) -> Any:
    """Hand the bot a payload as Slack would; returns the acknowledgement."""
    return slack.slack.deliver(Envelope(kind, payload))


def strings(part: Any) -> list[dict[str, Any]]:
    """Every mrkdwn text in these blocks."""
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    here = [part] if isinstance(part, dict) and part.get("type") == "mrkdwn" else []
    return [*here, *(each for one in inner for each in strings(one))]


def assert_inert(slack: SlackDriver) -> None:
    """Nothing the bot said anywhere pings anybody or is parsed as markup of Slack's."""
    for message in slack.slack.timeline:
        if message.user != slack.slack.bot.id:
            continue
        for text in strings(message.blocks or []):
            assert text["verbatim"] is True
            plain = text["text"].replace("<!date^", "")
            assert not any(code in plain for code in ("<!", "<@", "<#", "<http"))
        assert not any(code in message.text for code in ("<!", "<@", "<#", "<http"))


def height(blocks: list[dict[str, Any]]) -> int:
    """About how many lines a message takes in Slack: 80 letters a line, half as many in a
    column.
    """
    return sum(HEIGHTS[block["type"]](block) for block in blocks)


def lines(text: str, width: int = 80) -> int:
    return sum(max(1, -(-len(line) // width)) for line in text.splitlines())


def columns(texts: list[dict[str, str]]) -> int:
    heights = [lines(text["text"], 40) for text in texts]
    return sum(max(heights[at : at + 2]) for at in range(0, len(heights), 2))


HEIGHTS = {
    "section": lambda block: (
        lines(block["text"]["text"]) if "text" in block else columns(block["fields"])
    ),
    "context": lambda block: 1,
    "actions": lambda block: 1,
}
