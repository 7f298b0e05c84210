"""HTTP connections that nobody can hold.

Only a limited number are open, and a request has to arrive within seconds.
"""

import asyncio
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.http.rejections import REASONS, Rejections

SECONDS = 5.0
"""Seconds for the head of a request, and again for its body.

Slack gives up on a whole request after three.
"""
CONNECTIONS = 256
"""Connections open at once; a load balancer holds some tens.

Each costs a file descriptor, of which a process has 1,024.
"""
HEAD = 16_384
"""Bytes of a head that is not complete; Slack's has two thousand."""


class GuardedConnection(H11Protocol):
    """Closes a connection whose request does not arrive within seconds.

    Where there are too many connections, it closes the one that has waited for longest.

    Args:
        *args: What uvicorn's protocol takes.
        rejections: Counts both kinds of closed connections.
        seconds: Seconds for a head, and for a body.
        most: Connections that are open at once.
        **more: What uvicorn's protocol takes.
    """

    def __init__(
        self,
        *args: Any,
        rejections: Rejections,
        seconds: float = SECONDS,
        most: int = CONNECTIONS,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.rejections, self.seconds, self.most = rejections, seconds, most
        self.awaited: tuple[str, object] | None = None
        """What is still to arrive of which request: its head or its body."""
        self.since = self.loop.time()
        """When the wait for that, or for the next request, began."""
        self.timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.watch()
        if len(self.connections) > self.most:
            self.make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self.stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.watch()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; uvicorn's own way fails where an answer was already begun."""
        self.refuse("no_http")

    def watch(self) -> None:
        """Give each head, and each body, its seconds from the moment when the wait for it began."""
        if (awaited := self.incomplete()) != self.awaited:
            self.stop_timer()
            self.awaited, self.since = awaited, self.loop.time()
            self.timer = (
                self.loop.call_later(self.seconds, self.refuse, "too_slow") if awaited else None
            )

    def incomplete(self) -> tuple[str, object] | None:
        """Return what is still to arrive of which request.

        Return None while a request is being answered, and between two requests.
        """
        if self.conn.their_state is h11.SEND_BODY:
            return "body", self.cycle
        begun = self.cycle is None or self.conn.trailing_data[0]
        return ("head", self.cycle) if self.conn.their_state is h11.IDLE and begun else None

    def stop_timer(self) -> None:
        if self.timer:
            self.timer.cancel()

    def is_waiting(self) -> bool:
        """Return whether nothing is lost when this connection closes.

        That is so while its request is incomplete, or there is none.
        """
        return not self.transport.is_closing() and (
            self.awaited is not None or self.conn.their_state is h11.IDLE
        )

    def make_room(self) -> None:
        """Close the connection whose request has been incomplete for longest.

        Where there is none, close the one that is idle for longest; where all others are being
        answered, the new one.
        """
        waiting = [each for each in self.connections if each is not self and each.is_waiting()]  # type: ignore[union-attr]
        longest = min(waiting, key=lambda each: (each.awaited is None, each.since), default=self)  # type: ignore[union-attr]
        longest.refuse("too_many")  # type: ignore[union-attr]

    def refuse(self, reason: str) -> None:
        """Answer with the status of the reason, and close.

        The answer is sent only where a request was begun and not answered.
        """
        self.stop_timer()
        if self.transport.is_closing():
            return
        self.rejections.note(reason)
        idle = (
            self.awaited is None and self.conn.their_state is h11.IDLE
        )  # an answer there would be taken for the answer to the next request
        if not idle and self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.write(written(REASONS[reason][0]))
        self.transport.close()


def written(status: int) -> bytes:
    """Return a whole answer that says no more than its status."""
    again = "retry-after: 1\r\n" if status == HTTPStatus.SERVICE_UNAVAILABLE else ""
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{again}connection: close\r\ncontent-length: 0\r\n\r\n"
    return head.encode()
