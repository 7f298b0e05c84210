"""A health probe of the database.

It asks in a thread of its own, so that nobody hangs when the database does.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")

FRESH = 1.0
"""Seconds for which an answer is good; the database is asked at most once a second."""
PATIENCE = 1.0
"""Seconds to wait for an answer."""


@dataclass(frozen=True)
class ProbeResult(Generic[T]):
    """The outcome of a probe.

    Attributes:
        ok: Whether there was an answer in time.
        text: The same in words.
        found: The last answer, if it is good.
    """

    ok: bool
    text: str
    found: T | None = None


class CachedProbe(Generic[T]):
    """Asks one question, never twice at once, and only when someone wants to know.

    Args:
        ask: Asks the question; it takes as long as it likes and may fail.
        explain: Returns why it failed, in words; an empty text where there are none.
    """

    def __init__(
        self, ask: Callable[[], T], explain: Callable[[Exception], str] = lambda error: ""
    ) -> None:
        self.ask, self.explain = ask, explain
        self.changed = threading.Condition()
        self.ended = False
        self.asked_at: float | None = None
        """When the question that is not answered yet was asked."""
        self.answered_at: float | None = None
        self.last: ProbeResult[T] = ProbeResult(False, "The database was not asked yet.")
        self.thread = threading.Thread(target=self.work, name="pulse", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        """Ask nothing more; a question that hangs is left to itself."""
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def feel(self) -> ProbeResult[T]:
        """Return the last answer, at most a second old, or a result without an answer.

        All callers together wait at most a second for it.
        """
        with self.changed:
            if self.is_fresh() or self.ended:
                return self.last
            if self.asked_at is None:
                self.asked_at = time.monotonic()
                self.changed.notify_all()
            asked = self.asked_at
            self.changed.wait_for(
                lambda: self.asked_at != asked, max(0, asked + PATIENCE - time.monotonic())
            )
            if self.asked_at == asked:
                return ProbeResult(
                    False, f"It has not answered for {time.monotonic() - asked:.0f} s."
                )
            return self.last

    def is_fresh(self) -> bool:
        return self.answered_at is not None and time.monotonic() - self.answered_at <= FRESH

    def work(self) -> None:
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.asked_at is not None or self.ended)
                if self.ended:
                    return
            beat = self.answer()
            with self.changed:
                self.last, self.answered_at, self.asked_at = beat, time.monotonic(), None
                self.changed.notify_all()

    def answer(self) -> ProbeResult[T]:
        began = time.monotonic()
        try:
            found = self.ask()
        except Exception as error:  # for any error, there was no answer
            if self.last.ok or self.answered_at is None:  # logged once, not once a second
                log.warning("The database does not answer", exc_info=error)
            return ProbeResult(
                False, self.explain(error) or f"It refuses us: {type(error).__name__}."
            )
        return ProbeResult(
            True, f"It answered in {(time.monotonic() - began) * 1000:.0f} ms.", found
        )
