"""A transport that remembers what Slack sent, what came back and when; another that sends
everything twice.
"""

import json
import re
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from random import Random

from bot.sandbox.transport import Answer, Envelope, Transport

TROUBLE = re.compile(
    r"nothing was (saved|done|changed)|went wrong|try again|is not installed", re.IGNORECASE
)
"""The words by which a person knows that it was not done."""


@dataclass(frozen=True)
class Sight:
    """One envelope, its answer, and the seconds between. words: all that was sent, as text."""

    envelope: Envelope
    answer: Answer
    seconds: float
    words: str

    @property
    def promised(self) -> bool:
        """Whether the person was told, or could believe, that it is done."""
        refused = "errors" in self.answer.body or TROUBLE.search(json.dumps(self.answer.body))
        return self.answer.acknowledged and not refused


class Witness:
    """Sees everything that goes to the bot."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner
        self.sights: list[Sight] = []

    @property
    def connected(self) -> bool:
        return self.inner.connected

    def send(self, envelope: Envelope, seconds: float) -> Answer:
        began = time.monotonic()
        answer = self.inner.send(envelope, seconds)
        took = time.monotonic() - began
        self.sights.append(Sight(envelope, answer, took, json.dumps(envelope.payload)))
        return answer

    def pressed(self, value: str) -> list[Sight]:
        """The presses of buttons with this value; the message they stand on names those of its
        other buttons, too.
        """
        return [
            sight
            for sight in list(self.sights)
            for action in sight.envelope.payload.get("actions", ())
            if action.get("value") == value
        ]

    def mentions(self, token: str) -> list[Sight]:
        """The mentions of the bot with this word in them. Slack sends each of these messages as a
        plain message, too, which promises nothing.
        """
        return [
            sight
            for sight in self.about(token)
            if sight.envelope.payload.get("event", {}).get("type") == "app_mention"
        ]

    def about(self, token: str) -> list[Sight]:
        """What was sent that has this word in it."""
        return [sight for sight in list(self.sights) if token in sight.words]


class Stutter:
    """Sends everything twice, both somewhat late, so that little arrives in the order in which it
    was sent.
    """

    def __init__(self, inner: Transport, seed: int, late: float = 0.3) -> None:
        self.inner, self.late = inner, late
        self.chance = Random(seed)
        self.again = ThreadPoolExecutor(16, thread_name_prefix="again")
        self.second: list[Future[Answer]] = []

    @property
    def connected(self) -> bool:
        return self.inner.connected

    def send(self, envelope: Envelope, seconds: float) -> Answer:
        first, second = self.chance.random() * self.late, self.chance.random() * self.late
        repeated = replace(envelope, retry=1, retry_reason="http_timeout")
        self.second.append(self.again.submit(self.slowly, repeated, seconds, second))
        return self.slowly(envelope, seconds, first)

    def slowly(self, envelope: Envelope, seconds: float, pause: float) -> Answer:
        threading.Event().wait(pause)
        return self.inner.send(envelope, seconds)

    def end(self) -> None:
        """Wait until everything has arrived twice."""
        self.again.shutdown(wait=True)
