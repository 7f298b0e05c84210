"""Messages, threads and what only one person sees."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.sandbox.entities import Json

EARLIER = 3  # versions of a message or view that somebody's screen may still show


@dataclass
class Message:
    """One message.

    `turn` says when it was last rendered: an edited message is newer than its neighbours.
    `earlier` holds its blocks of just before, newest first: who presses a button in the moment in
    which the message changes presses one of those.
    """

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] | None = None
    thread_ts: str | None = None
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list)
    reactions: list[Json] = field(default_factory=list)
    only_for: str | None = None
    edited_at: str | None = None
    turn: int = 0
    values: Json = field(
        default_factory=dict
    )  # what people chose in its selects, as Slack keeps it
    earlier: list[list[Json] | None] = field(default_factory=list)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts

    def seen_by(self, user: str) -> bool:
        return self.only_for is None or self.only_for == user


class Timeline:
    """All messages of the workspace, by channel and in order."""

    def __init__(self) -> None:
        self._channels: dict[str, dict[str, Message]] = {}
        self._replies: dict[tuple[str, str], list[Message]] = {}

    def add(self, message: Message) -> None:
        self._channels.setdefault(message.channel, {})[message.ts] = message
        if message.is_reply:
            self._replies.setdefault((message.channel, str(message.thread_ts)), []).append(message)

    def remove(self, message: Message) -> None:
        self._channels[message.channel].pop(message.ts, None)
        replies = self._replies.get((message.channel, str(message.thread_ts)), [])
        if message in replies:
            replies.remove(message)

    def find(self, channel: str, ts: str) -> Message | None:
        return self._channels.get(channel, {}).get(ts)

    def of(self, channel: str) -> list[Message]:
        """Return everything of a channel, oldest first, replies and private messages too."""
        return list(self._channels.get(channel, {}).values())

    def replies(self, channel: str, ts: str) -> list[Message]:
        """Return what was answered in a thread, for all to see and for one alike."""
        return list(self._replies.get((channel, ts), []))

    def __iter__(self) -> Iterator[Message]:
        for channel in list(self._channels):
            yield from self.of(channel)
