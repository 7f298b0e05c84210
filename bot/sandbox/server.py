"""The Slack emulator on the network.

It serves the Web API, websockets, response addresses, files and the page in the browser.
"""

import asyncio
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.sandbox import api, browser_api
from bot.sandbox.entities import Json
from bot.sandbox.socket_mode import Sockets

from .failures import Failure
from .slack import Slack
from .tickets import Refused
from .transport import Nobody

STATIC = Path(__file__).parent / "static"
Cut = Callable[[Request], None]


@contextmanager
def serve(slack: Slack, port: int = 3000, host: str = "127.0.0.1") -> Iterator[str]:
    """Serve the workspace in a thread of its own while the block runs; port 0 takes a free one."""
    sockets = Sockets()
    listener = socket.create_server((host, port))
    listener.setsockopt(
        socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
    )  # half an answer would wait 40 ms for an ACK
    slack.url = f"http://{host}:{listener.getsockname()[1]}"
    if isinstance(slack.transport, Nobody):
        slack.transport = sockets
    servers: list[uvicorn.Server] = []
    app = application(slack, sockets, lambda request: _cut(servers[0], request))
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        http="h11",
        ws="websockets-sansio",
        timeout_graceful_shutdown=1,
    )
    servers.append(uvicorn.Server(config))
    thread = Thread(
        target=servers[0].run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True
    )
    thread.start()
    try:
        while not servers[0].started and thread.is_alive():
            Event().wait(0.002)
        yield slack.url
    finally:
        slack.tell(browser_api.END)
        servers[0].should_exit = True
        thread.join()
        if slack.transport is sockets:
            slack.transport = Nobody()


def application(slack: Slack, sockets: Sockets, cut: Cut) -> Starlette:
    """Return the application with everything the server answers."""

    async def web_api(request: Request) -> Response:
        return await _called(slack, request, cut)

    async def connect(websocket: WebSocket) -> None:
        if slack.tickets.admits(websocket.path_params["ticket"]):
            await sockets.serve(websocket)
        else:
            await websocket.close(1008)

    async def respond(request: Request) -> Response:
        return await _responded(slack, request)

    async def upload(request: Request) -> Response:
        return await _uploaded(slack, request)

    async def file(request: Request) -> Response:
        found = slack.files.get(request.path_params["file"])
        return (
            Response(found["bytes"])
            if found and found["bytes"] is not None
            else PlainTextResponse("gone", 404)
        )

    return Starlette(
        routes=[
            Route("/api/{method:path}", web_api, methods=["GET", "POST"]),
            WebSocketRoute("/socket/{ticket}", connect),
            Route("/response/{code}", respond, methods=["POST"]),
            Route("/upload/{file}", upload, methods=["POST"]),
            Route("/files/{file}/{name}", file),
            *browser_api.routes(slack, STATIC),
            Mount("/static", StaticFiles(directory=STATIC, check_dir=False)),
        ],
        exception_handlers={ClientDisconnect: _unheard},
    )


async def _unheard(request: Request, gone: Exception) -> Response:
    """Answer nobody, since the caller disconnected in the middle of the call."""
    return PlainTextResponse("gone", 400)


async def _called(slack: Slack, request: Request, cut: Cut) -> Response:
    """Answer one call of the Web API, with the failure that waits for it, if any."""
    name = request.path_params["method"]
    try:
        args = await arguments(request)
    except ValueError:
        return JSONResponse({"ok": False, "error": "invalid_json"})
    if slack.latency:
        await asyncio.sleep(slack.latency)
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    token = bearer or args.pop("token", None)
    if seconds := slack.rates.wait(name, args):
        return _too_often(seconds)
    failure = slack.failures.take(name, args)
    if failure and (refusal := _refusal(failure)):
        return refusal
    if failure is None or failure.kind != "drop_before":
        answer = api.call(slack, name, token, args)
    if failure is None:
        return JSONResponse(answer)
    if failure.kind == "slow":
        await asyncio.sleep(failure.seconds)
        return JSONResponse(answer)
    cut(request)
    return Response()


def _refusal(failure: Failure) -> Response | None:
    """Return the answer of a call that fails without being carried out."""
    if failure.kind == "ratelimited":
        return _too_often(failure.seconds)
    if failure.kind.isdigit():
        return JSONResponse({"ok": False, "error": "internal_error"}, int(failure.kind))
    if failure.kind in ("drop_before", "drop_after", "slow"):
        return None
    return JSONResponse({"ok": False, "error": failure.kind})


def _too_often(seconds: float) -> Response:
    return JSONResponse({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": f"{seconds:g}"})


async def arguments(request: Request) -> Json:
    """Return the arguments of a call: of the query, and of a JSON or form-encoded body."""
    args: Json = dict(request.query_params)
    body = await request.body()
    if not body:
        return args
    if "json" in request.headers.get("content-type", ""):
        sent: Any = json.loads(body)
        if not isinstance(sent, dict):
            raise ValueError("not an object")
        return args | {key: value for key, value in sent.items() if value is not None}
    return args | dict(parse_qsl(body.decode(), keep_blank_values=True))


async def _responded(slack: Slack, request: Request) -> Response:
    try:
        api.respond(slack, request.path_params["code"], await arguments(request))
    except Refused as refused:
        gone = refused.error in ("used_url", "expired_url", "invalid_token")
        return JSONResponse(api.refusal(refused), 404 if gone else 400)
    return PlainTextResponse("ok")


async def _uploaded(slack: Slack, request: Request) -> Response:
    content = await request.body()
    try:
        api.uploaded(slack, request.path_params["file"], content)
    except Refused as refused:
        return PlainTextResponse(refused.error, 400)
    return PlainTextResponse(f"OK - {len(content)}")


def _cut(server: uvicorn.Server, request: Request) -> None:
    """Close the connection under a request, so that its caller never learns the outcome."""
    for connection in list(server.server_state.connections):
        if isinstance(connection, H11Protocol) and connection.client == tuple(request.client or ()):
            connection.transport.abort()
