"""The gateway to Slack that the dispatcher uses.

It finds out where to post, posts, updates cards, and looks whether a post arrived.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException
from threading import Lock
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.circuit_breaker import CircuitBreakers, Limited
from handlers.core.responses import File, Message
from handlers.core.ui.blocks import INVALID, Block, cut, has_native, plainer

TEXT = 4000
KNOWN_FOR = 600.0
"""Seconds after which the gateway asks again which channel a name means."""
BEFORE = timedelta(minutes=10)
"""How far Slack's clock may be behind the bot's."""
LOOK, FEW = 200, 15
"""Messages that are asked for at a time.

The second figure is what Slack gives an app that many companies install.
"""
MINUTE = 60.0
"""Seconds after which such an app may look again, at any channel."""
MESSAGES = 4000
"""How many messages are searched for a post."""
LOOKED = 100
"""Looks at a channel's history that are remembered."""
PAGE = 1000
"""People on a page: as many as Slack gives."""
FULL = 3
"""Posts refused in a row after which the rate limit is the workspace's, not one channel's."""
MOST = 10_000
"""Members of a channel that are asked for; where there are more, anybody may be among them."""
UNKNOWN = ("user_not_found", "user_not_visible", "users_not_found")
PASSING = ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "")


class Refused(Exception):
    """Slack says no, and will say so again; the text of the error is Slack's word for it."""


class Unclear(Exception):
    """No answer, or none that says whether it was done."""


@contextmanager
def understood() -> Iterator[None]:
    """Turn every failure of a call into Limited, Unclear or Refused."""
    try:
        yield
    except SlackApiError as error:
        raise verdict(error) from error
    except (OSError, HTTPException) as error:
        raise Unclear(f"{type(error).__name__}: {error}"[:200]) from error


def verdict(error: SlackApiError) -> Exception:
    response: Any = error.response
    code = str((response.data or {}).get("error", "") if isinstance(response.data, dict) else "")
    if response.status_code == 429 or code == "ratelimited":
        return Limited(float(response.headers.get("Retry-After") or 1))
    if response.status_code >= 500 or code in PASSING:
        return Unclear(code or f"status {response.status_code}")
    return Refused(code)


@dataclass
class Reading:
    """How far a channel was read: the marks of the app's posts in it, and where to continue.

    Attributes:
        after: The ts from which on it is read.
        at: When the reading began.
        marks: The key of each post → its ts.
        cursor: Where to continue.
        seen: How many messages were read.
        last: The ts of the message read last.
    """

    after: str
    at: datetime
    marks: dict[str, str] = field(default_factory=dict)
    cursor: str = ""
    seen: int = 0
    last: str = "0"

    def take(self, page: Mapping[str, Any]) -> None:
        for message in page["messages"]:
            self.last, self.seen = str(message["ts"]), self.seen + 1
            if key := (message.get("metadata") or {}).get("event_payload", {}).get("key"):
                self.marks[str(key)] = self.last
        self.cursor = following(page)


class History:
    """Reads the channels of one workspace, for many threads.

    Slack lets an app that many companies install look at few messages once a minute, so a reading
    that takes longer is postponed and continues where it stopped.

    Args:
        client: The client of the workspace.
        call: Calls a method of the client.
        distributed: Whether many companies install the app.
    """

    def __init__(
        self, client: WebClient, call: Callable[..., Any], distributed: bool = False
    ) -> None:
        self.client, self.call, self.distributed = client, call, distributed
        self.begun: dict[tuple[str, str | None], Reading] = {}
        self.next, self.lock = 0.0, Lock()

    def read(
        self, channel: str, thread: str | None, after: str, enough: float, now: datetime
    ) -> Reading:
        """Find everything the app posted in a channel or a thread after a ts.

        Args:
            channel: The id of the channel.
            thread: The ts of the thread, or None for the channel.
            after: The ts after which to look.
            enough: The moment before which a channel need not be read, in seconds since 1970.
            now: The moment when this reading begins.

        Raises:
            Limited: Slack's rate limit is reached; the next call continues.
            Unclear: There is too much to look through.
        """
        reading = self.begun.pop((channel, thread), None)
        if reading is None or reading.after > after:
            reading = Reading(after, now)
        about: dict[str, Any] = {"channel": channel, "include_all_metadata": True}
        about |= {"oldest": after} if after else {}
        about |= {"ts": thread} if thread else {}
        try:
            while reading.seen < MESSAGES:
                reading.take(self.page(about, reading.cursor))
                if not reading.cursor:
                    return reading
        except (Limited, Unclear):
            self.begun[channel, thread] = reading
            raise
        if not thread and float(reading.last) < enough:
            return reading  # a channel's history begins with the newest
        raise Unclear("too much was written there to look through")

    def page(self, about: Mapping[str, Any], cursor: str) -> Mapping[str, Any]:
        look: Any = (
            self.client.conversations_replies
            if "ts" in about
            else self.client.conversations_history
        )
        self.take_turn()
        found: Mapping[str, Any] = self.call(
            look, **about, limit=FEW if self.distributed else LOOK, cursor=cursor
        )
        return found

    def take_turn(self) -> None:
        """Take the turn to look now; raise Limited with the time to wait for it."""
        if not self.distributed:
            return
        with self.lock:
            if (left := self.next - time.monotonic()) > 0:
                raise Limited(left)
            self.next = time.monotonic() + MINUTE


class SlackGateway:
    """The gateway to the workspace of one token, for many threads.

    It remembers which channel a name means, where a person reads direct messages, and what it saw
    when it looked for posts.
    """

    def __init__(self, client: WebClient, distributed: bool = False) -> None:
        self.client = client
        self.gates = CircuitBreakers()
        self.history = History(client, self.call, distributed)
        self.people: dict[str, str] = {}
        self.places: dict[str, tuple[str, float]] = {}
        self.looks: dict[tuple[str, str | None], Reading] = {}

    def call(self, method: Callable[..., Any], patience: int = 1, **said: Any) -> Any:
        """Return what a method of the client answers, unless its rate limit is reached.

        Args:
            method: A method of the client.
            patience: How many calls in a row must be refused before the circuit breaker opens.
            **said: The arguments of the method.
        """

        def run() -> Any:
            with understood():
                return method(**said)

        return self.gates.through(method.__name__, run, patience)

    def place(self, channel: str) -> str:
        """Return the id of a channel, whether its name or its id is given.

        A person is a place to post to; the direct messages where they read it are known afterwards,
        or asked for with `direct`.
        """
        if is_person(channel):
            return self.people.get(channel, channel)
        if not is_name(channel):
            return channel
        found, asked = self.places.get(channel, ("", 0.0))
        if not found or time.monotonic() - asked > KNOWN_FOR:
            found = self.named(channel.removeprefix("#"))
            self.places[channel] = (found, time.monotonic())
        return found

    def known(self, channel: str) -> str:
        """Return the id of a channel without asking; "" for an unknown name."""
        return self.places.get(channel, ("", 0.0))[0] if is_name(channel) else channel

    def direct(self, person: str) -> str:
        """Return the id of a person's direct messages."""
        if person not in self.people:
            self.people[person] = str(
                self.call(self.client.conversations_open, users=person)["channel"]["id"]
            )
        return self.people[person]

    def named(self, name: str) -> str:
        """Return the id of the channel with this name."""
        cursor = ""
        while True:
            kinds = "public_channel,private_channel"
            page = self.call(self.client.conversations_list, types=kinds, limit=1000, cursor=cursor)
            for channel in page["channels"]:
                if channel["name"] == name:
                    return str(channel["id"])
            if not (cursor := following(page)):
                raise Refused("channel_not_found")

    def reader(self, direct: str) -> str:
        """Return who reads these direct messages.

        Args:
            direct: The id of the direct messages.
        """
        for person, theirs in list(self.people.items()):
            if theirs == direct:
                return person
        opened = self.call(self.client.conversations_open, channel=direct, return_im=True)
        person = str(opened["channel"]["user"])
        self.people[person] = direct
        return person

    def is_shared(self, channel: str) -> bool:
        """Return whether people of another company read the channel, or soon will."""
        what = self.call(self.client.conversations_info, channel=channel)["channel"]
        return bool(what.get("is_ext_shared") or what.get("is_pending_ext_shared"))

    def members(self, channel: str) -> tuple[set[str], bool]:
        """Return the ids of a channel's members, people and bots, and whether these are all."""
        found: set[str] = set()
        cursor = ""
        while len(found) < MOST:
            page = self.call(
                self.client.conversations_members, channel=channel, limit=PAGE, cursor=cursor
            )
            found |= set(page["members"])
            if not (cursor := following(page)):
                return found, True
        return found, False

    def person(self, id: str) -> dict[str, Any]:
        """Return what Slack says of a person; nothing for one that Slack does not know."""
        try:
            return dict(self.call(self.client.users_info, user=id)["user"])
        except Refused as refused:
            if str(refused) in UNKNOWN:
                return {}
            raise

    def everybody(self, cursor: str = "") -> tuple[list[dict[str, Any]], str]:
        """Return what Slack says of the next people of the workspace, and the cursor after them."""
        page = self.call(self.client.users_list, limit=PAGE, cursor=cursor)
        return page["members"], following(page)

    def gathered(self, group: str) -> set[str]:
        """Return the ids of the members of a user group."""
        return set(self.call(self.client.usergroups_users_list, usergroup=group)["users"])

    def post(self, channel: str, thread: str | None, message: Message, key: str) -> str:
        """Post a message, marked with the key, and return its ts.

        Where Slack refuses the native charts, it is posted without them.

        Args:
            channel: The id of a channel, or of a person, which spares asking where they read it.
            thread: The ts of the thread, or None for the channel.
            message: What to post.
            key: The mark by which the post is found again.
        """
        mark = {"event_type": "rapport_delivery", "event_payload": {"key": key}}
        said = {
            "channel": channel,
            "text": cut(message.text, TEXT),
            "thread_ts": thread,
            "metadata": mark,
        }
        try:
            return self.sent(said, message.blocks)
        except Refused as refused:
            if str(refused) != INVALID or not has_native(message.blocks):
                raise
            return self.sent(said, plainer(message.blocks))

    def attach(self, channel: str, files: Sequence[File]) -> None:
        """Send files to a channel, or to a person."""
        place = self.direct(channel) if is_person(channel) else channel
        sent = [
            {"filename": each.name, "title": each.title, "content": each.content} for each in files
        ]
        self.call(self.client.files_upload_v2, channel=place, file_uploads=sent)

    def sent(self, said: dict[str, Any], drawn: list[Block]) -> str:
        said = {**said, "blocks": drawn or None, "unfurl_links": False, "unfurl_media": False}
        answer = self.call(self.client.chat_postMessage, FULL, **said)
        if is_person(said["channel"]):
            self.people[said["channel"]] = str(answer["channel"])
        return str(answer["ts"])

    def redraw(self, channel: str, ts: str, message: Message) -> None:
        """Update a card with a new message; harmless to repeat."""
        text = cut(message.text, TEXT)
        self.call(self.client.chat_update, channel=channel, ts=ts, text=text, blocks=message.blocks)

    def find(
        self,
        channel: str,
        thread: str | None,
        key: str,
        since: datetime,
        settled: datetime | None = None,
        now: datetime | None = None,
        after: str = "",
    ) -> str:
        """Return the ts of the post with this key; "" where there is none.

        With `settled` and `now`, one look at the channel after `settled` serves for all doubtful
        posts there.

        Args:
            channel: The id of the channel.
            thread: The ts of the thread, or None for the channel.
            key: The mark of the post.
            since: When the post was asked for, by the bot's clock, which may have been ahead.
            settled: When the post would have been visible at the latest.
            now: The present moment.
            after: The ts of what was posted there before, by Slack's clock; the earlier of this and
                `since` counts.
        """
        after = min(after, f"{(since - BEFORE).timestamp():.6f}")
        look = self.looks.get((channel, thread))
        if look is None or settled is None or not (look.after <= after and settled <= look.at):
            enough = (since - BEFORE).timestamp()
            look = self.looks[channel, thread] = self.history.read(
                channel, thread, after, enough, now or since
            )
            for old in list(self.looks)[:-LOOKED]:
                self.looks.pop(old, None)
        return look.marks.get(key, "")


def following(page: Any) -> str:
    """Return the cursor of the page after this one; "" where this is the last."""
    return str((page.get("response_metadata") or {}).get("next_cursor") or "")


def is_name(channel: str) -> bool:
    """Return whether a channel is given by its name, with or without #.

    Names are in small letters, ids in capitals.
    """
    return channel == channel.lower()


def is_direct(channel: str) -> bool:
    """Return whether this is the id of somebody's direct messages."""
    return channel[:1] == "D"


def is_person(channel: str) -> bool:
    """Return whether a delivery goes to direct messages: its channel is the id of a person."""
    return channel[:1] in ("U", "W")
