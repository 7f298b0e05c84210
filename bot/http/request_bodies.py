"""The bodies of requests.

All of them together hold no more memory than is reserved for them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from anyio import CancelScope
from starlette.requests import Request

from bot.http.rejections import Rejected

LARGEST = 2_000_000
"""Bytes of a request.

A form of Slack's largest view, with all it says of itself, is a quarter of that.
"""
TOGETHER = 16_000_000
"""Bytes of all bodies that are being read, or are read and not yet answered."""


class Room:
    """The memory that one request holds.

    `whole` says whether its body has arrived, so that somebody waits for an answer.
    """

    def __init__(self) -> None:
        self.scope = CancelScope()
        self.size, self.whole = 0, False


class Bodies:
    """Gives memory to the bodies of requests.

    Where there is none left, the body that has been arriving for longest is cancelled.
    """

    def __init__(self, most: int = TOGETHER) -> None:
        self.most, self.held = most, 0
        self.rooms: dict[Room, None] = {}

    @contextmanager
    def room(self) -> Iterator[Room]:
        """Reserve memory for one request until it is answered."""
        room = Room()
        self.rooms[room] = None
        try:
            yield room
        finally:
            del self.rooms[room]
            self.held -= room.size

    async def read(self, request: Request, room: Room) -> bytes:
        """Return the body.

        Raises:
            Rejected: The body is too large, or there is no memory left for it.
        """
        body = bytearray()
        with room.scope:
            async for part in request.stream():
                if len(body) + len(part) > LARGEST:
                    raise Rejected("too_large")
                self.take(room, len(part))
                body += part
            room.whole = True
            return bytes(body)
        raise Rejected("too_many")

    def take(self, room: Room, size: int) -> None:
        while self.held + size > self.most:
            coming = (each for each in self.rooms if not each.whole and each.size)
            longest = next(coming, room)
            if longest is room:
                raise Rejected("too_many")
            longest.scope.cancel()
            self.held -= longest.size
            longest.size = 0
        self.held += size
        room.size += size
