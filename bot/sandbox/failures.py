"""Failures made on purpose: rate limits, refusals, and connections dropped before or after the
deed.
"""

from collections import Counter
from dataclasses import dataclass
from random import Random

from bot.sandbox.entities import Json


@dataclass
class Failure:
    """What happens to the next `times` calls of a method (of any method, when it is "*").

    An answer to a response_url goes by that name, and can only be refused.

    `kind` is "ratelimited" (429 with Retry-After), a status such as "500", "drop_before" or
    "drop_after" (the connection is cut without, or with, the deed done), "slow" (done at once,
    answered after `seconds`), or an error of Slack's such as "channel_not_found". With a `rate` it
    strikes that share of all calls instead, until cleared.
    """

    method: str
    kind: str
    times: int = 1
    seconds: float = 1
    channel: str | None = None
    rate: float = 0

    def concerns(self, method: str, args: Json) -> bool:
        return self.method in (method, "*") and self.channel in (None, args.get("channel"))


class Failures:
    """Failures that wait for their call. seed: of the chance by which those with a rate strike."""

    def __init__(self, seed: int = 0) -> None:
        self._waiting: list[Failure] = []
        self.reseed(seed)

    def reseed(self, seed: int) -> None:
        """Begin another series of chances, and count anew."""
        self._chance = Random(seed)
        self.struck: Counter[str] = Counter()  # how often each kind did

    def add(self, failure: Failure) -> None:
        self._waiting.append(failure)

    def take(self, method: str, args: Json) -> Failure | None:
        """The failure that strikes this call, one use less."""
        for failure in list(self._waiting):
            if failure.concerns(method, args) and (
                not failure.rate or self._chance.random() < failure.rate
            ):
                self.struck[failure.kind] += 1
                failure.times -= 1
                if failure.times <= 0 and not failure.rate:
                    self._waiting.remove(failure)
                return failure
        return None

    def clear(self) -> None:
        self._waiting.clear()
