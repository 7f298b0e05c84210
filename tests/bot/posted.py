"""What Slack posts to a bot over HTTP, signed, and what a browser asks of it."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlencode, urlsplit

from slack_sdk.signature import SignatureVerifier

from bot.app import create_app, create_dispatcher
from bot.http.server import Events, Web
from bot.sandbox.slack import Slack
from bot.sandbox.transport import EVENT, Answer, Envelope, form_of
from bot.slack.socket_mode import DrainGate
from models.core.unit_of_work import UnitOfWorkFactory
from tests.installed import installed


@dataclass(frozen=True)
class Answered:
    """An answer, read to its end."""

    status: int
    text: str
    headers: dict[str, str]


def ask(url: str, body: str | bytes | None = None, headers: Any = ()) -> Answered:
    """GET, or POST where there is a body. headers: pairs, of which a name may come twice; nothing
    is followed.
    """
    where = urlsplit(url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=10)
    content = body.encode() if isinstance(body, str) else body
    try:
        connection.putrequest("GET" if content is None else "POST", f"{where.path}?{where.query}")
        for name, value in headers:
            connection.putheader(name, value)
        if content is not None:
            connection.putheader("content-length", str(len(content)))
        connection.endheaders(content)
        return read(connection.getresponse())
    finally:
        connection.close()


def read(answer: HTTPResponse) -> Answered:
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return Answered(answer.status, answer.read().decode(), headers)


def signed(body: str, secret: str, stamp: str = "") -> list[tuple[str, str]]:
    stamp = stamp or str(int(time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body) or ""
    return [("x-slack-request-timestamp", stamp), ("x-slack-signature", signature)]


@dataclass
class Posted:
    """Takes what people do to a bot over HTTP."""

    url: str
    secret: str
    connected: bool = True
    statuses: list[int] = field(default_factory=list)

    def send(self, envelope: Envelope, seconds: float) -> Answer:
        is_event = envelope.kind == EVENT
        body = json.dumps(envelope.payload) if is_event else urlencode(form_of(envelope))
        kind = "application/json" if is_event else "application/x-www-form-urlencoded"
        retry = [("x-slack-retry-num", str(envelope.retry))] if envelope.retry else []
        answer = ask(self.url, body, [("content-type", kind), *retry, *signed(body, self.secret)])
        self.statuses.append(answer.status)
        if answer.status != 200:
            return Answer(acknowledged=False, why=f"the app answered {answer.status}")
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        said = (
            json.loads(answer.text)
            if is_json and answer.text
            else {"text": answer.text}
            if answer.text
            else {}
        )
        return Answer(dict(said))


@contextmanager
def posting(slack: Slack, works: UnitOfWorkFactory) -> Iterator[Posted]:
    """The way over HTTP to a bot while the block runs: what people do goes there."""
    gate = DrainGate()
    gate.unlock()
    app = create_app(installed(slack), create_dispatcher(works), slack.signing_secret)
    web = Web(Events(app, slack.signing_secret, gate).routes(), "127.0.0.1", 0)
    web.start()
    slack.transport = posted = Posted(
        f"http://127.0.0.1:{web.port}/slack/events", slack.signing_secret
    )
    yield posted
    assert web.stop(5)
