"""What a person sees: a message, a modal or a home tab, in words."""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.entities import Json
from bot.sandbox.inputs import interactive, value_in
from bot.sandbox.messages import Message
from bot.sandbox.mrkdwn import unescape, words
from bot.sandbox.views import View


@dataclass(frozen=True)
class Shown:
    """One surface as it was rendered when somebody looked."""

    text: str
    blocks: list[Json]
    container: Json
    ts: str = ""
    channel: str = ""
    user: str = ""
    thread_ts: str | None = None
    ephemeral: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    raw: Message | View | None = None

    @property
    def words(self) -> str:
        """Return every text of its blocks; of a message without blocks, its text."""
        return words(self.blocks) if self.blocks else unescape(self.text)

    @property
    def actions(self) -> list[str]:
        """Return the action ids a person could use here, in order."""
        return [element["action_id"] for _, element in interactive(self.blocks)]

    @property
    def buttons(self) -> list[str]:
        """Return the labels of the buttons, in order."""
        return [
            element["text"]["text"]
            for _, element in interactive(self.blocks)
            if element["type"] == "button"
        ]

    def __contains__(self, text: str) -> bool:
        return text in self.words or text in self.text

    def __str__(self) -> str:
        return self.words


def shown(surface: Message | View) -> Shown:
    """Return what this message or view looks like now."""
    return _message(surface) if isinstance(surface, Message) else _view(surface)


def _message(message: Message) -> Shown:
    container = {"type": "message", "channel": message.channel, "ts": message.ts}
    return Shown(
        message.text,
        message.blocks or [],
        container,
        message.ts,
        message.channel,
        message.user,
        message.thread_ts,
        message.only_for is not None,
        raw=message,
    )


def _view(view: View) -> Shown:
    """Return a view as it is shown.

    A modal's text is its title; its values are what its inputs hold, by block.
    """
    title = (view.content.get("title") or {}).get("text", "")
    state = view.state()
    values = {
        block_id: value_in(next(iter(entries.values()))) for block_id, entries in state.items()
    }
    return Shown(
        title,
        view.blocks,
        {"type": "view", "view_id": view.id},
        user=view.user,
        values=values,
        raw=view,
    )
