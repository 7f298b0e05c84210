"""Read the payloads of Slack events that are no interactions of people.

The functions return which channel or user group an event is about, when it happened and which event
it is. They raise TypeError, KeyError or ValueError for a payload that Slack would not send; no
error contains what is in the payload.
"""

import re
from typing import Any

from handlers.core.payloads import Payload

CHANNEL, GROUP, EVENT = (
    re.compile("[CG][A-Z0-9_]{1,31}"),
    re.compile("S[A-Z0-9_]{1,31}"),
    re.compile(r"\w{1,64}"),
)
"""The form of Slack's ids for them."""


def channel(body: Payload) -> str:
    """Return the id of the channel that an event is about."""
    said = body["event"]["channel"]
    return called(said["id"] if isinstance(said, dict) else said, CHANNEL)


def group(body: Payload) -> str:
    """Return the id of the user group that an event is about."""
    event = body["event"]
    return called(event["subteam_id"] if "subteam_id" in event else event["subteam"]["id"], GROUP)


def key(body: Payload) -> str:
    """Return the key that distinguishes an event from the next, however often Slack sends it."""
    return f"event:{called(body['event_id'], EVENT)}"


def moment(body: Payload) -> int:
    """Return when it happened, in seconds since 1970; 0 where the event does not say."""
    said = body.get("event_time") or 0
    if not isinstance(said, int):
        raise TypeError("a time is no time")
    return said


def called(id: Any, by: re.Pattern[str]) -> str:
    if not isinstance(id, str) or not by.fullmatch(id):
        raise ValueError("an id is no id")
    return id
