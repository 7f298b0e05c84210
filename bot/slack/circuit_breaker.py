"""Circuit breakers for Slack methods that were called too often.

Nobody calls such a method until the time that Slack says, and then one call tries first.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import TypeVar

T = TypeVar("T")
LONGEST = 300.0
"""Seconds after which one call tries, however long Slack says: deliveries wait at most so long."""
WAITS = 2.0
"""Seconds that other calls wait for the outcome of a trial.

A call that began much later would outlast its lease.
"""


class Limited(Exception):
    """Too many calls: this one was certainly not done."""

    def __init__(self, seconds: float) -> None:
        self.pause = timedelta(seconds=max(math.ceil(seconds), 1))
        super().__init__(f"{self.pause.seconds} s")


@dataclass
class CircuitBreaker:
    """The circuit breaker of one method.

    Attributes:
        until: When it may be tried again, on the monotonic clock.
        row: How many calls in a row Slack refused.
        trying: Held by the call that tries.
    """

    until: float = 0.0
    row: int = 0
    trying: Lock = field(default_factory=Lock)


class CircuitBreakers:
    """The circuit breakers for the methods of one workspace, for many threads."""

    def __init__(self) -> None:
        self.gates: dict[str, CircuitBreaker] = {}

    def through(self, method: str, call: Callable[[], T], patience: int = 1) -> T:
        """Return what a call answers.

        While the circuit breaker is open, raise Limited without calling. When Slack's time is over,
        one call tries, and the others wait a little for its outcome.

        Args:
            method: The name of the Slack method.
            call: Calls the method.
            patience: How many calls in a row must be refused before the circuit breaker opens.
        """
        gate = self.gates.setdefault(method, CircuitBreaker())
        if gate.row < patience:
            return self.tried(gate, call)
        if not gate.trying.acquire(timeout=WAITS):
            raise Limited(WAITS)
        try:
            if gate.row >= patience and (left := gate.until - time.monotonic()) > 0:
                raise Limited(left)
            if gate.row >= patience:
                return self.tried(gate, call)
        finally:
            gate.trying.release()
        return self.tried(gate, call)

    def tried(self, gate: CircuitBreaker, call: Callable[[], T]) -> T:
        """Call, and record whether Slack accepted the call.

        Any other answer of Slack's does not mean that the method was called too often.
        """
        try:
            answer = call()
        except Limited as limited:
            gate.row += 1
            gate.until = time.monotonic() + min(limited.pause.total_seconds(), LONGEST)
            raise
        gate.row = 0
        return answer
