"""What happens while the bot runs, told to whoever counts it; what it finds of itself; the
reference of each act.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_REFERENCE: ContextVar[str] = ContextVar("reference", default="")


class Watch:
    """Hears of everything and keeps nothing; `bot.http.metrics` keeps figures. No name of a person
    or record gets here.
    """

    def handled(self, name: str, outcome: str, seconds: float) -> None:
        """Somebody's act was answered. name: of the verb; outcome: done, invalid, refused, busy,
        late or failed.
        """

    def delivered(self, kind: str, outcome: str, lag: float) -> None:
        """A delivery ended or was put back. outcome: sent, refused, unknown, limited or dropped;
        lag: seconds since it was due.
        """

    def rejected(self, reason: str) -> None:
        """A request over HTTP was refused before anybody acted. reason: one of
        `bot.http.rejections.REASONS`.
        """

    def ran(self, job: str, outcome: str, seconds: float) -> None:
        """A job looked whether it had something to do. outcome: done or failed."""


@dataclass(frozen=True)
class Check:
    """One thing a running bot looks at in itself. vital: without it, people are better served by
    another replica.
    """

    name: str
    ok: bool
    text: str
    vital: bool = True


@contextmanager
def referred() -> Iterator[str]:
    """Give all that is logged in this block one reference; a person who is told it can name it to
    whoever reads logs.

    with referred() as reference: …   around each act, delivery and look of a job.
    """
    reference = uuid.uuid4().hex[:8]
    before = _REFERENCE.set(reference)
    try:
        yield reference
    finally:
        _REFERENCE.reset(before)


def reference() -> str:
    """The reference of what is being done in this thread; empty where nothing is."""
    return _REFERENCE.get()
