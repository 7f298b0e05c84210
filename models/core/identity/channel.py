"""Channels in which the bot speaks, and what it may post there by itself."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Mapped

from models.core.context import Context
from models.core.entity.base import Changes, Entity
from models.core.entity.name_reference import must_be_unique, one_of_each_name
from models.core.fields import Text, field
from models.core.fields.base import Field, Reader
from models.core.fields.several import Several

WRITTEN = re.compile(r"<#(\w+)(?:\|([^<>]*))?>")
"""A channel as Slack writes one: its id, and often its name."""
IDENTITY = re.compile(r"[CG][A-Z0-9_]{2,}")
"""The id of a channel."""


@dataclass(frozen=True)
class Room(Field):
    """A channel that a form asks for: its Slack id, or its name where nobody knows the id."""

    def echo(self, value: Any, reader: Reader, record: Any = None) -> str:
        """Return nothing: the answer names the channel by its name."""
        return ""


class Posting(StrEnum):
    """The kinds of messages that Rapport posts in a channel by itself."""

    CARDS = "cards"
    WON = "won"
    DAY = "day"
    CASES = "cases"
    PREVIEWS = "previews"


POSTED = {
    "card": Posting.CARDS,
    "won": Posting.WON,
    "team_due": Posting.DAY,
    "cases": Posting.CASES,
    "preview": Posting.PREVIEWS,
}
"""The kinds of deliveries that nobody asked for → what a channel chooses to get them."""
ALL = tuple(map(str, Posting))
NAMES = {
    "cards": "cards of new records",
    "won": "won deals",
    "day": "what is due each morning",
    "cases": "cases that need someone",
    "previews": "references that people write",
}
LABELS = {
    "cards": ("Cards of new records", "Leads and deals, or cases. Those that are there stay"),
    "won": ("Deals that are won", "Where the cards of deals come"),
    "day": ("What is due, each morning", "Where the cards of deals come: one line of counts"),
    "cases": ("Cases that need someone", "Where the cards of cases come: each morning, and alarms"),
    "previews": ("A small card where somebody writes OP-42", ""),
}
"""What the form says for each kind, and below that."""


class Channel(Entity):
    """A channel of Slack for which somebody chose what Rapport posts there by itself.

    It governs how people work together, so that only who has the right by its name changes it.
    """

    prefix = "CH"
    proposed = False
    icon = ":hash:"
    line = ("posts",)
    governing = frozenset({"name", "slack_id", "posts", "deleted_at"})

    name: Mapped[str] = field(Text("Name", 80, required=True, search=True))
    slack_id: Mapped[str | None] = field(Text("Slack id", 20, form=False, card=False))
    posts: Mapped[tuple[str, ...]] = field(
        Several("Posts", options=Posting, names=NAMES, labels=LABELS, also=("what",)),
        default=ALL,
        server_default=f"|{'|'.join(ALL)}|",
    )

    @classmethod
    def indexes(cls) -> list[Any]:
        return [one_of_each_name(cls)]

    def settle(self, work: Context, changes: Changes) -> None:
        """Take apart how Slack writes a channel; there is one record for each channel."""
        if found := WRITTEN.fullmatch(self.name):
            self.slack_id, self.name = found[1], found[2] or found[1]
        self.name = self.name.removeprefix("#")
        must_be_unique(work, self, self.name)
