"""How long the database may keep someone waiting.

There is one deadline for everything that is done while a person waits.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

STATEMENT = 2.0
"""Seconds for a statement, a lock or a turn.

They are well under Slack's three, so that a stuck database gets a sentence.
"""
PERSON = 2.5
"""Seconds for everything together that happens between a click and its answer."""

deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)
leisure: ContextVar[bool] = ContextVar("leisure", default=False)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """End every wait in the block after so many seconds; an earlier deadline around it stays."""
    before = deadline.set(min(monotonic() + seconds, deadline.get()))
    try:
        yield
    finally:
        deadline.reset(before)


@contextmanager
def at_leisure() -> Iterator[None]:
    """Run the block without a deadline, because nobody waits for it: a migration, a copy."""
    before = leisure.set(True)
    try:
        yield
    finally:
        leisure.reset(before)


def left(most: float = 0) -> float:
    """Return the seconds that may still be waited.

    Args:
        most: the most seconds, by default as long as for a statement.
    """
    return (
        math.inf
        if leisure.get()
        else max(0.0, min(most or STATEMENT, deadline.get() - monotonic()))
    )
