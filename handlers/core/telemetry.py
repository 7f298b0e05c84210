"""Report what happens while the bot runs and what it finds of itself; give each act a reference."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_REFERENCE: ContextVar[str] = ContextVar("reference", default="")


class Watch:
    """Receive every event and keep nothing; `bot.http.metrics` keeps figures.

    No name of a person or record gets here.
    """

    def handled(self, name: str, outcome: str, seconds: float) -> None:
        """Note that a person's interaction was answered.

        Args:
            name: The name of the verb.
            outcome: One of done, invalid, refused, busy, late or failed.
            seconds: How long it took.
        """

    def delivered(self, kind: str, outcome: str, lag: float) -> None:
        """Note that a delivery ended or was put back.

        Args:
            kind: The kind of the delivery.
            outcome: One of sent, refused, unknown, limited or dropped.
            lag: Seconds since it was due.
        """

    def rejected(self, reason: str) -> None:
        """Note that a request over HTTP was refused before anybody acted.

        Args:
            reason: One of `bot.http.rejections.REASONS`.
        """

    def ran(self, job: str, outcome: str, seconds: float) -> None:
        """Note that a job looked whether it had something to do.

        Args:
            job: The name of the job.
            outcome: One of done or failed.
            seconds: How long it took.
        """


@dataclass(frozen=True)
class Check:
    """One thing a running bot looks at in itself.

    Attributes:
        vital: Without it, people are better served by another replica.
    """

    name: str
    ok: bool
    text: str
    vital: bool = True


@contextmanager
def referred() -> Iterator[str]:
    """Give all that is logged in this block one reference.

    A person who gets the reference can name it to the people who read the logs.

        with referred() as reference: …   around each interaction, delivery and look of a job.
    """
    reference = uuid.uuid4().hex[:8]
    before = _REFERENCE.set(reference)
    try:
        yield reference
    finally:
        _REFERENCE.reset(before)


def reference() -> str:
    """Return the reference of what is being done in this thread; empty where nothing is."""
    return _REFERENCE.get()
