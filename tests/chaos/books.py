"""What the books are kept from: what was found, what stands in Slack, and what the database asked
for.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from bot.sandbox.messages import Message
from models.core.outbox.delivery import Delivery
from tests.chaos.floor import TEAM, Floor

TOKEN = re.compile(r"\bZq\d+x\d+z\b")


@dataclass
class Books:
    """lost, doubled, wrong: sentences; trials: things that were looked at."""

    trials: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def posts(floor: Floor) -> dict[str, list[Message]]:
    """What the bot posted for all to see, by the key it is marked with; "" for what has none."""
    found: dict[str, list[Message]] = defaultdict(list)
    for message in floor.slack.timeline:
        if message.user == floor.slack.bot.id and message.only_for is None:
            found[key_of(message)].append(message)
    return found


def key_of(message: Message) -> str:
    return str((message.metadata or {}).get("event_payload", {}).get("key", ""))


def rows(floor: Floor) -> list[Delivery]:
    """Every delivery that was asked for, in that order."""
    with floor.works(TEAM, writes=False) as work:
        return list(work.session.scalars(select(Delivery).order_by(Delivery.id)))


def words_of(message: Message) -> str:
    """Everything one reads of a message."""
    return "\n".join([message.text, *texts(message.blocks or [])])


def texts(part: Any) -> list[str]:
    """The texts of blocks, however deep."""
    if isinstance(part, list):
        return [text for each in part for text in texts(each)]
    if isinstance(part, dict):
        own = [part["text"]] if isinstance(part.get("text"), str) else []
        return own + [text for each in part.values() for text in texts(each)]
    return []
