"""How a person's act reaches the bot.

It is passed on directly in this thread, or (socket_mode.py) over a websocket.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode

from slack_bolt import App, BoltRequest, BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.sandbox.entities import Json

SLASH, INTERACTIVE, EVENT = "slash_commands", "interactive", "events_api"


@dataclass(frozen=True)
class Envelope:
    """One thing that happened, on its way to the bot."""

    kind: str
    payload: Json
    retry: int = 0
    retry_reason: str = ""


@dataclass(frozen=True)
class Answer:
    """The bot's acknowledgement; `why` says why there was none."""

    body: Json = field(default_factory=dict)
    acknowledged: bool = True
    why: str = ""


class Transport(Protocol):
    """Delivers an envelope to the bot and returns its acknowledgement."""

    @property
    def connected(self) -> bool: ...

    def send(self, envelope: Envelope, seconds: float) -> Answer: ...


class Nobody:
    """The transport of a workspace to which no app has connected yet."""

    connected = False

    def send(self, envelope: Envelope, seconds: float) -> Answer:
        return Answer(acknowledged=False, why="no app is connected")


class Direct:
    """Sends signed requests through `app.dispatch`, as Slack would post them over HTTP.

    It does so in the thread of the caller.
    """

    connected = True

    def __init__(self, app: App, signing_secret: str, now: Callable[[], float]) -> None:
        self.app, self.now = app, now
        self.verifier = SignatureVerifier(signing_secret)

    def send(self, envelope: Envelope, seconds: float) -> Answer:
        began = time.monotonic()
        response = self.app.dispatch(self._request(envelope))
        if response.status != 200:
            return Answer(
                acknowledged=False,
                why=f"the app answered {response.status} {response.body or ''}".strip(),
            )
        if time.monotonic() - began > seconds:
            return Answer(acknowledged=False, why=f"the app took more than {seconds:g} s")
        return Answer(body_of(response))

    def _request(self, envelope: Envelope) -> BoltRequest:
        is_event = envelope.kind == EVENT
        body = json.dumps(envelope.payload) if is_event else urlencode(form_of(envelope))
        stamp = str(int(self.now()))
        headers = {
            "content-type": "application/json" if is_event else "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": self.verifier.generate_signature(timestamp=stamp, body=body) or "",
        }
        if envelope.retry:
            headers |= {
                "x-slack-retry-num": str(envelope.retry),
                "x-slack-retry-reason": envelope.retry_reason,
            }
        return BoltRequest(body=body, headers=dict(headers))


def form_of(envelope: Envelope) -> Json:
    """Return the fields of the form Slack posts: a command's own, or one `payload`."""
    if envelope.kind == SLASH:
        return envelope.payload
    return {"payload": json.dumps(envelope.payload)}


def body_of(response: BoltResponse) -> Json:
    """Return what an acknowledgement says; plain text is the short form of a message."""
    text = response.body or ""
    if not text:
        return {}
    if response.headers.get("content-type", [""])[0].startswith("application/json"):
        return dict(json.loads(text))
    return {"text": text}
