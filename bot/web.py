"""HTTP: what Slack posts, where the app is installed, and how it is; served in a thread beside everything else."""

import json
import logging
import socket
import threading
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, quote

import uvicorn
from anyio import CapacityLimiter, to_thread
from slack_bolt import App, BoltRequest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from bot.config import SettingsError
from bot.line import MALFORMED, Gate
from bot.signature import REFUSAL, Signature
from models.core.database import THREADS

log = logging.getLogger(__name__)
LARGEST = 2_000_000
"""Bytes of a request; a form of Slack's largest view, with all it says of itself, is a quarter of that."""
KEPT_ALIVE = 75
"""Seconds an idle connection stays open: longer than load balancers wait, lest they send into one we just closed."""
FREQUENT = [(quote(sign, safe=""), sign) for sign in '"{}[]:,/']
"""What JSON is full of and a form escapes; none of it means anything to a form."""


class Events:
    """Takes what Slack posts to Bolt, itself an ASGI application; its loop waits for no database.

    gate: shut, it answers 503: Slack sends an event again, and tells a person that it did not work.
    """

    def __init__(self, app: App, signing_secret: str, gate: Gate) -> None:
        self.app, self.gate = app, gate
        self.signature = Signature(signing_secret)
        self.limiter = CapacityLimiter(THREADS)

    def routes(self) -> list[Route]:
        return [Route("/slack/events", self, methods=["POST"])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self.posted(Request(scope, receive))
        await answer(scope, receive, send)

    async def posted(self, request: Request) -> Response:
        try:
            body = await read(request)
        except ClientDisconnect:
            return PlainTextResponse("gone", 400)
        if body is None:
            return PlainTextResponse("too large", 413)
        headers = by_name(request)
        if not self.signature.signed(headers, body):
            return Response(REFUSAL, 401, media_type="application/json")
        if not self.gate.enter():
            return PlainTextResponse("not now", 503, {"Retry-After": "1"})
        try:
            return await self.answered(body, headers)
        finally:
            self.gate.leave()

    async def answered(self, body: bytes, headers: dict[str, list[str]]) -> Response:
        """It goes to Bolt as what comes over the socket does: known to be Slack's, and parsed."""
        try:
            asked = BoltRequest(body=payload(body), headers=dict(headers), mode="socket_mode")
            answer = await to_thread.run_sync(self.app.dispatch, asked, limiter=self.limiter)
        except MALFORMED:
            log.error("What was posted could not be read", exc_info=True)
            return PlainTextResponse("malformed", 400)
        return Response(answer.body, answer.status, answer.first_headers())


async def read(request: Request) -> bytes | None:
    """The body; None where it is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            return None
    return bytes(body)


def payload(body: bytes) -> dict[str, Any]:
    """What Slack says, in JSON, in a form, or in JSON in a form; ValueError where it is none of them."""
    text = body.decode()
    if not text.startswith(("{", "[")):
        for escape, sign in FREQUENT:  # one by one, as the library replaces them, takes three times as long
            text = text.replace(escape, sign)
        form = dict(parse_qsl(text, keep_blank_values=True))
        if "payload" not in form:
            return form
        text = form["payload"]
    said = json.loads(text)
    if not isinstance(said, dict):
        raise ValueError("Slack sends objects")
    return said


def by_name(request: Request) -> dict[str, list[str]]:
    """Every header by its name in small letters, those that came twice with both values."""
    found: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        found.setdefault(name, []).append(value)
    return found


class Web:
    """Serves routes on a port, from `start` until `stop`."""

    def __init__(self, routes: Sequence[BaseRoute], host: str, port: int) -> None:
        self.host, self.port = host, port
        config = uvicorn.Config(
            Starlette(routes=list(routes)), log_config=None, log_level="warning", access_log=False, lifespan="off",
            http="h11", ws="none", server_header=False, proxy_headers=False, timeout_keep_alive=KEPT_ALIVE,
        )  # fmt: skip
        self.server = uvicorn.Server(config)
        self.thread: threading.Thread | None = None

    def start(self) -> None:
        """Open the port, a free one for 0; SettingsError where it is taken or not ours."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            listener = socket.create_server((self.host, self.port), family=family, backlog=1024)
        except OSError as error:
            raise SettingsError(
                f"Nothing can be served on HTTP_HOST {self.host} and HTTP_PORT {self.port}: {error.strerror}."
            ) from None
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # half an answer would wait 40 ms for an ACK
        self.port = listener.getsockname()[1]
        self.thread = threading.Thread(target=self.server.run, args=[[listener]], name="web", daemon=True)
        self.thread.start()

    def stop(self, seconds: float) -> bool:
        """Take no more connections and answer what is in hand; whether that took no longer than these seconds."""
        self.server.config.timeout_graceful_shutdown = int(seconds)
        self.server.should_exit = True
        if self.thread:
            self.thread.join(seconds + 1)
        return self.thread is None or not self.thread.is_alive()
