"""Methods of Slack's that were called too often: nobody calls them until Slack says, and then one
tries first.
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
"""Seconds after which one tries, however long Slack says: so long deliveries wait at most."""
WAITS = 2.0
"""Seconds that others wait for what becomes of a trial: a call that began much later would outlast
its lease.
"""


class Limited(Exception):
    """Too many calls: certainly not done."""

    def __init__(self, seconds: float) -> None:
        self.pause = timedelta(seconds=max(math.ceil(seconds), 1))
        super().__init__(f"{self.pause.seconds} s")


@dataclass
class CircuitBreaker:
    """until: on the monotonic clock · row: how many calls in a row Slack would not have."""

    until: float = 0.0
    row: int = 0
    trying: Lock = field(default_factory=Lock)


class CircuitBreakers:
    """The gates before the methods of one workspace, for many threads."""

    def __init__(self) -> None:
        self.gates: dict[str, CircuitBreaker] = {}

    def through(self, method: str, call: Callable[[], T], patience: int = 1) -> T:
        """What a call answers; Limited without calling while the gate is shut.

        patience: so many calls in a row have to be refused before it shuts. When Slack's time is
        over one call tries, and the others wait a little for what becomes of it.
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
        """Call, and write down whether Slack would have it; whatever else it says, it is not that
        it was too often.
        """
        try:
            answer = call()
        except Limited as limited:
            gate.row += 1
            gate.until = time.monotonic() + min(limited.pause.total_seconds(), LONGEST)
            raise
        gate.row = 0
        return answer
