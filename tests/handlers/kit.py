"""What the tests of the handlers share: one database where it does not matter which, cards that stand, payloads."""

from typing import Any

import pytest
from sqlalchemy import func, select

from bot.delivery import Courier
from bot.sandbox.driver import Desk
from bot.sandbox.mrkdwn import unescape
from bot.sandbox.shown import Shown
from bot.sandbox.transport import Envelope
from models.core.base import Entity
from models.core.outbox import stand
from models.core.work import Works

SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""For tests in which the database only has to be there."""


def count(works: Works, entity: type[Entity], workspace: str = "T1") -> int:
    """How many records there are, without the hidden ones."""
    with works(workspace, writes=False) as work:
        return work.session.scalar(select(func.count(entity.id))) or 0


def found(works: Works, entity: type[Any], number: int = 1) -> Any:
    """The record as it is in the database now, also when it is hidden."""
    with works("T1", writes=False) as work:
        return work.find(entity, number, deleted=True)


def standing(slack: Desk, works: Works, courier: Courier, record: Entity, channel: str = "C_SALES") -> Shown:
    """The card of a record where it stands in a channel."""
    with works("T1") as work:
        stand(work, record, channel)
    courier.drain()
    return next(card for card in reversed(slack.posted(channel)) if record.ref in card.words)


def told(slack: Desk) -> str:
    """The text of the last answer, as a notification or a screen reader says it."""
    return unescape(slack.last.text)


def sent(slack: Desk, **changes: Any) -> dict[str, Any]:
    """The last thing Slack sent, with other values: for what no client would send."""
    return {**slack.slack.sent[-1].payload, **changes}


def deliver(slack: Desk, kind: str, payload: dict[str, Any]) -> Any:
    """Hand the bot a payload as Slack would; returns the acknowledgement."""
    return slack.slack.deliver(Envelope(kind, payload))
