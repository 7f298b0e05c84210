"""What a person did, whichever payload of Slack said it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MENTION = re.compile(r"<@(\w+)")
ID = re.compile(r"\w{0,64}", re.ASCII)
"""The form of Slack's ids for people, workspaces and channels."""
STAMP = re.compile(r"[ -~]*")
"""The form of Slack's ids for payloads, messages and triggers.

Half a letter (a lone surrogate) would stop the database.
"""


@dataclass(frozen=True)
class Interaction:
    """One thing a person did.

    Attributes:
        line: What it amounts to, on any surface.
        key: Identifies a repetition.
    """

    surface: str
    workspace: str
    person: str
    line: str = ""
    key: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    state: Mapping[str, Any] = field(default_factory=dict)
    channel: str = ""
    thread: str = ""
    trigger: str = ""
    container: str = ""
    """Where a button was: message, ephemeral, view or home."""
    home_team: str = ""
    """The workspace the person comes from: another one in a shared channel."""
    named: tuple[str, ...] = ()
    """The people who were picked in a form, by their Slack ids."""
    repeated: bool = False
    """Whether Slack says that it sends this again."""
    edited: bool = False
    """Whether it is a message that was edited after it was sent: still the same message."""

    def __post_init__(self) -> None:
        """Refuse what Slack would not send, because anyone who can sign may still send anything.

        Raises:
            TypeError: A text is no text.
            ValueError: An id or a stamp does not have its form.
        """
        ids = (self.workspace, self.person, self.channel, self.home_team, *self.named)
        words = (
            self.line,
            self.key,
            self.thread,
            self.trigger,
            self.container,
            *self.texts.values(),
        )
        if set(map(type, (*ids, *words))) != {str}:
            raise TypeError("a text is no text")
        if not all(map(ID.fullmatch, ids)):
            raise ValueError("an id is no id")
        if not all(map(STAMP.fullmatch, (self.key, self.thread, self.trigger))):
            raise ValueError("a stamp is no stamp")

    @property
    def people(self) -> tuple[str, ...]:
        """Return the person who acts, and everyone they named."""
        return (self.person, *MENTION.findall(self.line), *self.named)
