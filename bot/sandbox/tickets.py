"""What Slack issues for a short while.

That is trigger ids, response addresses, and tickets for a websocket.
"""

import itertools
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

USES = 5
LIFE = timedelta(minutes=30)


class Refused(Exception):
    """The Web API says no, with Slack's own word for it."""

    def __init__(self, error: str, *messages: str, **more: object) -> None:
        super().__init__(error)
        self.error, self.messages, self.more = error, messages, more


@dataclass
class Address:
    """A response_url: where it leads, and how often it was used."""

    code: str
    user: str
    channel: str
    made_at: datetime
    ts: str | None = None
    uses: int = 0

    def use(self, now: datetime) -> None:
        if now - self.made_at > LIFE:
            raise Refused("expired_url")
        if self.uses >= USES:
            raise Refused("used_url")
        self.uses += 1


class Tickets:
    """Trigger ids and response addresses in circulation."""

    def __init__(self, trigger_seconds: float) -> None:
        self.trigger_seconds = trigger_seconds
        self.addresses: dict[str, Address] = {}
        self._triggers: dict[str, tuple[str, float, bool]] = {}
        self._sockets: set[str] = set()
        self.numbers = itertools.count(1)

    def trigger(self, user: str) -> str:
        """Return a new trigger id for what this person has just done."""
        number = next(self.numbers)
        code = f"{number}.{number * 7919}.{user.lower()}"
        self._triggers[code] = (user, time.monotonic(), False)
        return code

    def owner(self, code: str | None) -> str:
        """Return whose trigger this is, if it is still good."""
        if not code or code not in self._triggers:
            raise Refused("invalid_trigger_id")
        user, made, used = self._triggers[code]
        if used:
            raise Refused("exchanged_trigger_id")
        if time.monotonic() - made > self.trigger_seconds:
            raise Refused("expired_trigger_id")
        return user

    def exchange(self, code: str) -> None:
        """Mark a trigger as used; a second use is refused."""
        user, made, _ = self._triggers[code]
        self._triggers[code] = (user, made, True)

    def address(self, user: str, channel: str, now: datetime, ts: str | None = None) -> Address:
        """Return a new response address, for a message where there is one."""
        code = f"{len(self.addresses) + 1:06d}"
        self.addresses[code] = Address(code, user, channel, now, ts)
        return self.addresses[code]

    def socket(self) -> str:
        """Return a ticket for one websocket."""
        code = f"{next(self.numbers):06d}"
        self._sockets.add(code)
        return code

    def admits(self, code: str) -> bool:
        """Return whether this ticket opens a websocket; it does so once."""
        known = code in self._sockets
        self._sockets.discard(code)
        return known
