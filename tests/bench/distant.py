"""A Slack that is far away: a thin HTTP and websocket server, which answers everything after the
time Slack takes.

The small Slack of the sandbox checks what it is given, which would be the bottleneck here.
"""

import asyncio
import itertools
import json
import random
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import parse_qs

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

Json = dict[str, Any]
T = TypeVar("T")
TAKES = 0.1
"""Seconds until Slack has answered a call: its own way there and back."""
AT_ONCE = (
    "auth.test",
    "apps.connections.open",
    "conversations.info",
    "conversations.members",
    "conversations.open",
    "users.info",
)
"""What is asked once, or once for each channel: it is answered without waiting."""
SCOPES = "commands,chat:write"
WHO = {
    "team_id": "T1",
    "team": "Acme",
    "user_id": "U0BOT",
    "user": "crm",
    "bot_id": "B0BOT",
    "url": "https://acme/",
}
HEAD = "HTTP/1.1 {} {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nx-oauth-scopes: {}\r\n{}\r\n"


class Distant:
    """Slack's Web API and its socket, in the event loop of whoever serves it.

    limited: the share of posts that are answered with 429, drawn from a row of random numbers that
    is always the same.
    """

    def __init__(self, takes: float = TAKES, limited: float = 0.0) -> None:
        self.takes, self.limited = takes, limited
        self.random = random.Random(1)
        self.stamps = itertools.count(1)
        self.opened: dict[str, Json] = {}
        self.posted: list[tuple[str, str]] = []
        self.calls: Counter[str] = Counter()
        self.refused = 0
        self.lines: list[ServerConnection] = []
        self.waiting: dict[str, asyncio.Future[Json]] = {}
        self.api = self.socket = ""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection; it is kept for as long as its caller likes, as Slack's are. slack_sdk
        likes one call.
        """
        try:
            while await self.call(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the bot was ended, or this
        finally:
            writer.close()

    async def call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one call; whether another one may follow."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            (line for line in head.lower().split("\r\n") if line.startswith("content-length:")),
            ":0",
        )
        body = await reader.readexactly(int(length.partition(":")[2]))
        method = head.split(" ", 2)[1].rpartition("/")[2].partition("?")[0]
        writer.write(await self.answer(method, arguments(body)))
        await writer.drain()
        return "connection: close" not in head.lower()

    async def answer(self, method: str, args: Json) -> bytes:
        self.calls[method] += 1
        if method not in AT_ONCE:
            await asyncio.sleep(self.takes)
        if method == "chat.postMessage" and self.random.random() < self.limited:
            self.refused += 1
            return response({"ok": False, "error": "ratelimited"}, 429, "retry-after: 1\r\n")
        known: dict[str, Callable[[Json], Json]] = {
            "auth.test": lambda _: WHO,
            "apps.connections.open": lambda _: {"url": self.socket},
            "views.open": self.open_view,
            "chat.postMessage": self.post,
            "conversations.info": lambda args: {
                "channel": {"id": args["channel"], "is_channel": True}
            },
            "conversations.members": lambda _: {"members": ["U0BOT", "U_RITA"]},
            "users.info": self.person,
            "conversations.open": lambda args: {"channel": {"id": f"D{args['users']}"}},
            "conversations.history": lambda _: {"messages": [], "has_more": False},
        }
        return response({"ok": True, **(known[method](args) if method in known else {})})

    def person(self, args: Json) -> Json:
        return {"user": {"id": args["user"], "team_id": "T1", "is_bot": args["user"] == "U0BOT"}}

    def open_view(self, args: Json) -> Json:
        view = args["view"] if isinstance(args["view"], dict) else json.loads(args["view"])
        self.opened[args["trigger_id"]] = view
        return {"view": view | {"id": f"V{next(self.stamps)}"}}

    def post(self, args: Json) -> Json:
        key = metadata["event_payload"]["key"] if (metadata := loaded(args.get("metadata"))) else ""
        self.posted.append((args["channel"], key))
        return {"channel": args["channel"], "ts": f"1773136800.{next(self.stamps):06d}"}

    async def connected(self, line: ServerConnection) -> None:
        """A connection of Socket Mode: hello, then its acknowledgements."""
        self.lines.append(line)
        await line.send(json.dumps({"type": "hello", "num_connections": 1}))
        with suppress(ConnectionClosed):  # the bot is killed at the end
            async for text in line:
                said = json.loads(text)
                if future := self.waiting.pop(str(said.get("envelope_id")), None):
                    future.set_result(said.get("payload") or {})

    async def sent(self, kind: str, payload: str) -> Json:
        """Send an envelope over one of the sockets; returns what it is acknowledged with. payload:
        JSON.
        """
        stamp = next(self.stamps)
        envelope_id = f"00000000-0000-4000-8000-{stamp:012d}"
        future = self.waiting[envelope_id] = asyncio.Future()
        about = (
            f'"envelope_id": "{envelope_id}", "type": "{kind}", "accepts_response_payload": true'
        )
        await self.lines[stamp % len(self.lines)].send(f'{{{about}, "payload": {payload}}}')
        answer: Json = await future
        return answer


def loaded(given: Any) -> Any:
    return json.loads(given) if isinstance(given, str) else given


def arguments(body: bytes) -> Json:
    if body.startswith(b"{"):
        return dict(json.loads(body))
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}


def response(answer: Json, status: int = 200, more: str = "") -> bytes:
    body = json.dumps(answer).encode()
    reason = "OK" if status == 200 else "Too Many Requests"
    return HEAD.format(status, reason, len(body), SCOPES, more).encode() + body


@contextmanager
def distant(
    takes: float = TAKES, limited: float = 0.0
) -> Iterator[tuple[Distant, asyncio.AbstractEventLoop]]:
    """Serve it in a thread while the block runs; what else lives in its event loop may be put
    there.
    """
    slack, ready, ended = (
        Distant(takes, limited),
        Future[asyncio.AbstractEventLoop](),
        asyncio.Event(),
    )

    async def serving() -> None:
        async with (
            await asyncio.start_server(slack, "127.0.0.1", 0, backlog=1024) as api,
            serve(slack.connected, "127.0.0.1", 0, compression=None, ping_interval=None) as socket,
        ):
            slack.api = f"http://127.0.0.1:{api.sockets[0].getsockname()[1]}/api/"
            slack.socket = f"ws://127.0.0.1:{next(iter(socket.sockets)).getsockname()[1]}/link"
            ready.set_result(asyncio.get_running_loop())
            await ended.wait()

    thread = Thread(target=lambda: asyncio.run(serving()), name="distant Slack", daemon=True)
    thread.start()
    loop = ready.result(10)
    try:
        yield slack, loop
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()


def within(loop: asyncio.AbstractEventLoop, act: Coroutine[Any, Any, T]) -> T:
    """Run something in the loop, from another thread, and wait for it."""
    return asyncio.run_coroutine_threadsafe(act, loop).result()
