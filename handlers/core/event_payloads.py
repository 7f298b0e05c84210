"""What Slack tells besides what people do, read from its payloads: about which channel or user
group, when, which one.

TypeError, KeyError or ValueError where it is nothing that Slack sends; what stands there is in none
of them.
"""

import re
from typing import Any

from handlers.core.payloads import Payload

CHANNEL, GROUP, EVENT = (
    re.compile("[CG][A-Z0-9_]{1,31}"),
    re.compile("S[A-Z0-9_]{1,31}"),
    re.compile(r"\w{1,64}"),
)
"""What Slack calls them by."""


def channel(body: Payload) -> str:
    """The id of the channel that an event is about."""
    said = body["event"]["channel"]
    return called(said["id"] if isinstance(said, dict) else said, CHANNEL)


def group(body: Payload) -> str:
    """The id of the user group that an event is about."""
    event = body["event"]
    return called(event["subteam_id"] if "subteam_id" in event else event["subteam"]["id"], GROUP)


def key(body: Payload) -> str:
    """What tells an event from the next, however often Slack sends it."""
    return f"event:{called(body['event_id'], EVENT)}"


def moment(body: Payload) -> int:
    """When it happened, in seconds since 1970; 0 where that is not said."""
    said = body.get("event_time") or 0
    if not isinstance(said, int):
        raise TypeError("a time is no time")
    return said


def called(id: Any, by: re.Pattern[str]) -> str:
    if not isinstance(id, str) or not by.fullmatch(id):
        raise ValueError("an id is no id")
    return id
