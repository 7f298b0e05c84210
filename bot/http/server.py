"""The HTTP server, in a thread beside everything else.

It serves Slack's posts, the installation of the app, and the health checks.
"""

import logging
import socket
import threading
from collections.abc import Sequence
from functools import partial
from typing import Any

import uvicorn
from anyio import CapacityLimiter, to_thread
from slack_bolt import App, BoltRequest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from bot.config import SettingsError
from bot.http.connections import HEAD, SECONDS, GuardedConnection
from bot.http.payloads import KNOWN, payload
from bot.http.rejections import Rejected, Rejections
from bot.http.request_bodies import LARGEST, Bodies
from bot.slack.request_verification import Signature
from bot.slack.socket_mode import MALFORMED, DrainGate
from models.core.db.engine import THREADS

log = logging.getLogger(__name__)
KEPT_ALIVE = 75
"""Seconds an idle connection stays open.

That is longer than load balancers wait, so that they do not send into one that was just closed.
"""
KINDS = ("application/json", "application/x-www-form-urlencoded")
"""The content types that Slack posts.

Where a proxy removed that header, the type shows when the body is read.
"""
AT_ONCE = 128
"""Connections that are taken in one go, and that wait to be taken."""
PIECE = 65_536
"""Bytes of a connection that the kernel buffers.

More would come into memory at once, for each connection.
"""


class Events:
    """Passes what Slack posts to Bolt.

    It is itself an ASGI application; its loop waits for no database.

    Args:
        app: The Bolt app.
        signing_secret: The secret with which Slack signs.
        gate: While it is shut, the answer is 503: Slack sends an event again, and informs a person
            that it did not work.
        rejections: Counts what is refused.
    """

    def __init__(
        self, app: App, signing_secret: str, gate: DrainGate, rejections: Rejections | None = None
    ) -> None:
        self.app, self.gate = app, gate
        self.rejections = rejections or Rejections()
        self.signature, self.bodies = Signature(signing_secret), Bodies()
        self.limiter = CapacityLimiter(THREADS)

    def routes(self) -> list[Route]:
        return [Route("/slack/events", self, methods=["POST"])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self.posted(Request(scope, receive))
        await answer(scope, receive, send)

    async def posted(self, request: Request) -> Response:
        """Answer a request.

        What its headers cannot justify is refused before a byte of its body is read.
        """
        headers = by_name(request)
        try:
            self.check(headers)
            with self.bodies.room() as room:
                body = await self.bodies.read(request, room)
                if not self.signature.signed(headers, body):
                    raise Rejected("unsigned")
                return await self.let_in(body, headers)
        except Rejected as rejected:
            return self.rejections.answer(str(rejected))
        except ClientDisconnect:
            return PlainTextResponse("gone", 400)

    def check(self, headers: dict[str, list[str]]) -> None:
        """Raise Rejected unless the headers alone could be Slack's."""
        if not self.signature.plausible(headers):
            raise Rejected("unsigned")
        if int(headers.get("content-length", ["0"])[0]) > LARGEST:
            raise Rejected("too_large")
        kind = headers.get("content-type", [""])[0].partition(";")[0].strip().lower()
        if kind and kind not in KINDS:
            raise Rejected("wrong_type")

    async def let_in(self, body: bytes, headers: dict[str, list[str]]) -> Response:
        try:
            said = payload(body)
        except ValueError:
            raise Rejected("malformed") from None
        if not KNOWN & said.keys():
            raise Rejected("malformed")
        if not self.gate.enter():
            raise Rejected("not_ready")
        try:
            return await self.answered(said, headers)
        finally:
            self.gate.leave()

    async def answered(self, said: dict[str, Any], headers: dict[str, list[str]]) -> Response:
        """Pass a request to Bolt like one from the socket: known to be Slack's, and parsed."""
        try:
            asked = BoltRequest(body=said, headers=dict(headers), mode="socket_mode")
            answer = await to_thread.run_sync(self.app.dispatch, asked, limiter=self.limiter)
        except MALFORMED:
            log.error("What was posted could not be read", exc_info=True)
            raise Rejected("malformed") from None
        return Response(answer.body, answer.status, answer.first_headers())


def by_name(request: Request) -> dict[str, list[str]]:
    """Return every header by its name in small letters, with both values where it came twice."""
    found: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        found.setdefault(name, []).append(value)
    return found


class Web:
    """Serves routes on a port, from `start` until `stop`.

    Args:
        routes: The routes.
        host: The address to listen on.
        port: The port to listen on; 0 for a free one.
        rejections: Counts what is refused.
        seconds: Seconds for the head of a request, and for its body.
    """

    def __init__(
        self,
        routes: Sequence[BaseRoute],
        host: str,
        port: int,
        rejections: Rejections | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self.host, self.port, self.rejections = host, port, rejections or Rejections()
        app = Starlette(routes=list(routes), exception_handlers={HTTPException: self.lost})
        connection: Any = partial(GuardedConnection, rejections=self.rejections, seconds=seconds)
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="error",
            access_log=False,
            lifespan="off",
            http=connection,
            ws="none",
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEPT_ALIVE,
            backlog=AT_ONCE,
            h11_max_incomplete_event_size=HEAD,
        )
        self.server = uvicorn.Server(config)
        self.thread: threading.Thread | None = None

    async def lost(self, request: Request, error: Exception) -> Response:
        """Answer a request for an address or a method that does not exist."""
        assert isinstance(error, HTTPException)
        self.rejections.note("wrong_address")
        return PlainTextResponse(error.detail, error.status_code, error.headers)

    def start(self) -> None:
        """Open the port, a free one for 0.

        Raises:
            SettingsError: The port is taken, or the bot may not use it.
        """
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            listener = socket.create_server((self.host, self.port), family=family, backlog=AT_ONCE)
        except OSError as error:
            raise SettingsError(
                f"Nothing can be served on HTTP_HOST {self.host} and HTTP_PORT {self.port}: {error.strerror}."
            ) from None
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE)
        listener.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
        )  # half an answer would wait 40 ms for an ACK
        self.port = listener.getsockname()[1]
        self.thread = threading.Thread(
            target=self.server.run, args=[[listener]], name="web", daemon=True
        )
        self.thread.start()

    def stop(self, seconds: float) -> bool:
        """Take no more connections and answer what is in hand.

        Return whether that took no longer than these seconds.
        """
        self.server.config.timeout_graceful_shutdown = int(seconds)
        self.server.should_exit = True
        if self.thread:
            self.thread.join(seconds + 1)
        return self.thread is None or not self.thread.is_alive()
