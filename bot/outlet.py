"""Slack as the courier sees it: where to post, posting, drawing anew, and looking whether a post arrived."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from handlers.core.blocks import Block, cut
from handlers.core.replies import Message

TEXT = 4000
KNOWN_FOR = 600.0
"""Seconds after which we ask again what a channel is: it may have been shared with another company meanwhile."""
BEFORE = timedelta(minutes=10)
"""How far Slack's clock may be behind ours."""
PAGES = 10
NATIVE = ("data_visualization", "data_table")
"""Blocks that not every Slack draws; a message says the same without them."""
PASSING = ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "")


class Refused(Exception):
    """Slack says no, and will say so again. Its text is Slack's word for it."""


class Limited(Exception):
    """Too many messages: certainly not sent."""

    def __init__(self, seconds: int) -> None:
        self.pause = timedelta(seconds=max(seconds, 1))
        super().__init__(f"{seconds} s")


class Unclear(Exception):
    """No answer, or none that says whether it was done."""


@contextmanager
def understood() -> Iterator[None]:
    """Turn whatever goes wrong in a call into one of the three."""
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
        return Limited(int(float(response.headers.get("Retry-After") or 1) + 0.999))
    if response.status_code >= 500 or code in PASSING:
        return Unclear(code or f"status {response.status_code}")
    return Refused(code)


class Outlet:
    """The workspace of one token. Remembers which channel a name means and where a person reads direct messages."""

    def __init__(self, client: WebClient) -> None:
        self.client = client
        self.team_id = ""
        self.people: dict[str, str] = {}
        self.places: dict[str, tuple[str, float]] = {}

    def team(self) -> str:
        """The workspace the token belongs to."""
        if not self.team_id:
            with understood():
                self.team_id = str(self.client.auth_test()["team_id"])
        return self.team_id

    def place(self, channel: str) -> str:
        """The id of a channel: of its name, of a person's direct messages, or itself. None shared with outsiders."""
        if is_person(channel):
            return self.direct(channel)
        found, asked = self.places.get(channel, ("", 0.0))
        if not found or time.monotonic() - asked > KNOWN_FOR:
            found = self.named(channel.removeprefix("#")) if is_name(channel) else channel
            self.refuse_shared(found)
            self.places[channel] = (found, time.monotonic())
        return found

    def direct(self, person: str) -> str:
        if person not in self.people:
            with understood():
                self.people[person] = str(self.client.conversations_open(users=person)["channel"]["id"])
        return self.people[person]

    def named(self, name: str) -> str:
        """The id of the channel with this name."""
        cursor = ""
        while True:
            with understood():
                page = self.client.conversations_list(types="public_channel,private_channel", limit=1000, cursor=cursor)
            for channel in page["channels"]:
                if channel["name"] == name:
                    return str(channel["id"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                raise Refused("channel_not_found")

    def refuse_shared(self, channel: str) -> None:
        """What stands in the CRM is nothing for people of another company."""
        with understood():
            what = self.client.conversations_info(channel=channel)["channel"]
        if what.get("is_ext_shared") or what.get("is_pending_ext_shared"):
            raise Refused("shared_with_outsiders")

    def post(self, channel: str, thread: str | None, message: Message, key: str) -> str:
        """Post it, marked with the key, and return its ts; without the native charts where they are refused."""
        mark = {"event_type": "rapport_delivery", "event_payload": {"key": key}}
        said = {"channel": channel, "text": cut(message.text, TEXT), "thread_ts": thread, "metadata": mark}
        try:
            return self.sent(said, message.blocks)
        except Refused as refused:
            plainer = [block for block in message.blocks if block["type"] not in NATIVE]
            if str(refused) != "invalid_blocks" or len(plainer) == len(message.blocks):
                raise
            return self.sent(said, plainer)

    def sent(self, said: dict[str, Any], drawn: list[Block]) -> str:
        with understood():
            answer = self.client.chat_postMessage(**said, blocks=drawn or None, unfurl_links=False, unfurl_media=False)
        return str(answer["ts"])

    def redraw(self, channel: str, ts: str, message: Message) -> None:
        """Draw a card anew; harmless to repeat."""
        with understood():
            self.client.chat_update(channel=channel, ts=ts, text=cut(message.text, TEXT), blocks=message.blocks)

    def find(self, channel: str, thread: str | None, key: str, since: datetime) -> str:
        """The ts of the post with this key, not older than `since`; "" where there is none."""
        oldest = f"{(since - BEFORE).timestamp():.6f}"
        window: dict[str, Any] = {"channel": channel, "oldest": oldest, "limit": 200, "include_all_metadata": True}
        look: Any = self.client.conversations_replies if thread else self.client.conversations_history
        window |= {"ts": thread} if thread else {}
        cursor = ""
        for _ in range(PAGES):
            with understood():
                page = look(**window, cursor=cursor)
            for message in page["messages"]:
                if (message.get("metadata") or {}).get("event_payload", {}).get("key") == key:
                    return str(message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                break
        return ""


def is_name(channel: str) -> bool:
    """Whether a channel is given by its name, with or without #: names are in small letters, ids in capitals."""
    return channel == channel.lower()


def is_person(channel: str) -> bool:
    """Whether a delivery goes to someone's direct messages: its channel is the id of a person."""
    return channel[:1] in ("U", "W")
