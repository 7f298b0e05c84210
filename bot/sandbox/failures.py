"""Failures on purpose: rate limits, refusals, and connections cut before or after the act."""

from collections import Counter
from dataclasses import dataclass
from random import Random

from bot.sandbox.entities import Json


@dataclass
class Failure:
    """What happens to the next calls of a method.

    Attributes:
        method: The method, or any when it is "*"; an answer to a response_url goes by that name,
            and can only be refused.
        kind: "ratelimited" (429 with Retry-After), a status such as "500", "drop_before" or
            "drop_after" (the connection is cut without, or with, the act done), "slow" (done at
            once, answered after `seconds`), or an error of Slack's such as "channel_not_found".
        times: How many calls fail.
        seconds: Seconds of a slow answer, or for Retry-After.
        channel: The channel whose calls fail; None for all.
        rate: The share of all calls that fail instead, until cleared.
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
    """Failures that wait for their call.

    Args:
        seed: The seed of the chance by which those with a rate strike.
    """

    def __init__(self, seed: int = 0) -> None:
        self._waiting: list[Failure] = []
        self.reseed(seed)

    def reseed(self, seed: int) -> None:
        """Begin another series of chances, and count again from zero."""
        self._chance = Random(seed)
        self.struck: Counter[str] = Counter()  # how often each kind did

    def add(self, failure: Failure) -> None:
        self._waiting.append(failure)

    def take(self, method: str, args: Json) -> Failure | None:
        """Return the failure that strikes this call, with one use less."""
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
