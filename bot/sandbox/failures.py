"""Failures made on purpose: rate limits, refusals, and connections dropped before or after the deed."""

from dataclasses import dataclass

from .people import Json


@dataclass
class Failure:
    """What happens to the next `times` calls of a method (of any method, when it is "*").

    `kind` is "ratelimited" (429 with Retry-After), a status such as "500", "drop_before" or "drop_after" (the
    connection is cut without, or with, the deed done), "slow" (done at once, answered after `seconds`), or an error
    of Slack's such as "channel_not_found".
    """

    method: str
    kind: str
    times: int = 1
    seconds: float = 1
    channel: str | None = None

    def concerns(self, method: str, args: Json) -> bool:
        return self.method in (method, "*") and self.channel in (None, args.get("channel"))


class Failures:
    """Failures that wait for their call."""

    def __init__(self) -> None:
        self._waiting: list[Failure] = []

    def add(self, failure: Failure) -> None:
        self._waiting.append(failure)

    def take(self, method: str, args: Json) -> Failure | None:
        """The failure that strikes this call, one use less."""
        for failure in self._waiting:
            if failure.concerns(method, args):
                failure.times -= 1
                if failure.times <= 0:
                    self._waiting.remove(failure)
                return failure
        return None

    def clear(self) -> None:
        self._waiting.clear()
