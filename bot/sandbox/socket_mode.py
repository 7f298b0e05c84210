"""Socket Mode: envelopes over websockets, and their acknowledgements back.

The connections take turns.
"""

import asyncio
import itertools
import json
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.entities import Json
from bot.sandbox.slack import APP_ID
from bot.sandbox.transport import EVENT, Answer, Envelope

MOST_CONNECTIONS = 10
HOST = {"host": "sandbox"}


@dataclass(eq=False)
class Line:
    """One connection of the app, and the envelopes it has not acknowledged."""

    websocket: WebSocket
    loop: asyncio.AbstractEventLoop
    waiting: dict[str, Future[Answer]] = field(default_factory=dict)
    closed: bool = False

    def send(self, message: Json) -> None:
        """Send from any thread."""
        asyncio.run_coroutine_threadsafe(self.websocket.send_text(json.dumps(message)), self.loop)
        if self.closed:  # it ended between its choice and now
            self.lost()

    def acknowledged(self, message: Json) -> None:
        future = self.waiting.pop(str(message.get("envelope_id")), None)
        if future is not None and not future.done():
            future.set_result(Answer(dict(message.get("payload") or {})))

    def lost(self) -> None:
        self.closed = True
        for future in list(self.waiting.values()):
            if not future.done():
                future.set_result(Answer(acknowledged=False, why="the connection closed"))


class Sockets:
    """All connections of the app; each envelope goes to one of them, in turn."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._turns, self._numbers = itertools.count(), itertools.count(1)

    @property
    def connected(self) -> bool:
        return bool(self._lines)

    @property
    def connections(self) -> int:
        return len(self._lines)

    def send(self, envelope: Envelope, seconds: float) -> Answer:
        """Send an envelope, from the thread of the person who acts, never from the server's own."""
        lines = list(self._lines)
        if not lines:
            return Answer(acknowledged=False, why="no app is connected")
        line = lines[next(self._turns) % len(lines)]
        envelope_id = f"00000000-0000-4000-8000-{next(self._numbers):012d}"
        future = line.waiting[envelope_id] = Future()
        line.send(self._message(envelope_id, envelope))
        try:
            return future.result(seconds)
        except TimeoutError:
            line.waiting.pop(envelope_id, None)
            return Answer(acknowledged=False, why=f"no acknowledgement within {seconds:g} s")

    def _message(self, envelope_id: str, envelope: Envelope) -> Json:
        message: Json = {
            "envelope_id": envelope_id,
            "type": envelope.kind,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.kind != EVENT,
        }
        if envelope.kind == EVENT:
            message |= {"retry_attempt": envelope.retry, "retry_reason": envelope.retry_reason}
        return message

    def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask the app to open new connections, as Slack does every few hours.

        "warning" only announces it. The old ones stay open until the app closes them, or somebody
        hangs up.
        """
        for line in list(self._lines):
            line.send({"type": "disconnect", "reason": reason, "debug_info": HOST})

    def hang_up(self) -> None:
        """Close every connection without a message, as networks do."""
        for line in list(self._lines):
            asyncio.run_coroutine_threadsafe(line.websocket.close(), line.loop)

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one connection, from hello to its end."""
        await websocket.accept()
        if len(self._lines) >= MOST_CONNECTIONS:
            await websocket.send_json(
                {"type": "disconnect", "reason": "too_many_websockets", "debug_info": HOST}
            )
            await websocket.close()
            return
        line = Line(websocket, asyncio.get_running_loop())
        self._lines.append(
            line
        )  # what is sent now comes after the hello: this loop does one thing at a time
        try:
            await websocket.send_json(self._hello())
            async for text in websocket.iter_text():
                line.acknowledged(_read(text))
        except (
            WebSocketDisconnect,
            RuntimeError,
        ):  # starlette raises RuntimeError when this side closed it
            pass
        finally:
            self._lines.remove(line)
            line.lost()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._lines),
            "connection_info": {"app_id": APP_ID},
            "debug_info": HOST | {"build_number": 1, "approximate_connection_time": 18060},
        }


def _read(text: str) -> Json:
    """Return what the app sent; anything but an object says nothing."""
    try:
        message: Any = json.loads(text)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}
