"""How often an app may call each method of the Web API, and how long it waits after too many.

The tiers are those of `metadata/web-api/rate_limit_tiers.json` in Slack's Java SDK,
github.com/slackapi/java-slack-sdk, copyright (c) Slack Technologies, LLC, under the MIT licence.
"""

import math
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.entities import Json

MINUTE = 60.0


@dataclass(frozen=True)
class Rate:
    """A rate limit.

    Attributes:
        calls: How many calls are allowed at most.
        seconds: Within how many seconds.
        by: An argument, where each of its values is counted by itself.
    """

    calls: int
    seconds: float = MINUTE
    by: str = ""


TIERS = {tier: (Rate(calls),) for tier, calls in ((1, 1), (2, 20), (3, 50), (4, 100))}
SEVERAL_HUNDRED = Rate(300)
POSTING = (Rate(6, 5.0, by="channel"), SEVERAL_HUNDRED)
"""The rate limits of posts.

About one a second for each channel, with a short burst; several hundred a minute for each
workspace.
"""
CONNECTING = (Rate(20),)
"""Tier 1 with the burst that ten connections of one app make."""
RATES = {
    "apps.connections.open": CONNECTING,
    "auth.test": (SEVERAL_HUNDRED,),
    "bots.info": TIERS[3],
    "chat.delete": TIERS[3],
    "chat.getPermalink": (SEVERAL_HUNDRED,),
    "chat.postEphemeral": TIERS[4],
    "chat.postMessage": POSTING,
    "chat.update": TIERS[3],
    "conversations.history": TIERS[3],
    "conversations.info": TIERS[3],
    "conversations.join": TIERS[3],
    "conversations.list": TIERS[2],
    "conversations.members": TIERS[4],
    "conversations.open": TIERS[3],
    "conversations.replies": TIERS[3],
    "files.completeUploadExternal": TIERS[4],
    "files.getUploadURLExternal": TIERS[4],
    "oauth.v2.access": TIERS[4],
    "reactions.add": TIERS[3],
    "team.info": TIERS[3],
    "usergroups.list": TIERS[2],
    "usergroups.users.list": TIERS[2],
    "users.info": TIERS[4],
    "users.list": TIERS[2],
    "users.lookupByEmail": TIERS[3],
    "views.open": TIERS[4],
    "views.publish": TIERS[4],
    "views.push": TIERS[4],
    "views.update": TIERS[4],
}
"""Method → what Slack lets an app do; a method that is not named is not counted."""


class Rates:
    """Counts the calls of one app in one workspace.

    Args:
        now: A clock in seconds, which may run faster than the real one.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self.on = True
        self.rates = dict(RATES)
        self.refused: Counter[str] = Counter()
        """How often each method was called too often."""
        self._called: dict[tuple[str, Rate, str], deque[float]] = {}

    def limit(self, method: str, *rates: Rate) -> None:
        """Let a method be called so often from now on, even against its tier.

        Without a rate there is no limit.
        """
        self.rates[method] = rates

    def wait(self, method: str, args: Json) -> int:
        """Count a call, and return 0 where it may be made.

        Else it is not counted; return after how many whole seconds it may be made.
        """
        if not self.on:
            return 0
        now, windows = self.now(), self._windows(method, args)
        free = now
        for rate, calls in windows:
            while calls and calls[0] <= now - rate.seconds:
                calls.popleft()
            if len(calls) >= rate.calls:
                free = max(free, calls[-rate.calls] + rate.seconds)
        if free > now:
            self.refused[method] += 1
            return max(1, math.ceil(free - now))
        for _, calls in windows:
            calls.append(now)
        return 0

    def _windows(self, method: str, args: Json) -> list[tuple[Rate, deque[float]]]:
        """Return the recent calls that each rate of a method counts."""
        places = [
            (rate, (method, rate, str(args.get(rate.by, "")) if rate.by else ""))
            for rate in self.rates.get(method, ())
        ]
        return [(rate, self._called.setdefault(place, deque())) for rate, place in places]
