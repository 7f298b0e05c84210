"""Requests over HTTP that are refused before anybody acts.

They are counted by reason, and logged in one line a minute at most.
"""

import asyncio
import logging
from collections import Counter

from starlette.responses import PlainTextResponse, Response

from handlers.core.telemetry import Watch

log = logging.getLogger(__name__)
MINUTE = 60.0
"""Seconds between two lines in the log."""
REASONS: dict[str, tuple[int, str]] = {
    "unsigned": (401, "without the signature of Slack"),
    "too_large": (413, "too large"),
    "wrong_type": (415, "of a content type that Slack does not send"),
    "malformed": (400, "malformed"),
    "no_http": (400, "that are no HTTP"),
    "too_slow": (408, "too slow"),
    "too_many": (503, "too many at once"),
    "not_ready": (503, "while the bot starts or stops"),
    "wrong_address": (404, "for an address or a method that does not exist"),
}
"""Reason → the status that answers it, and what the log calls such requests."""


class Rejected(Exception):
    """A request is refused; the text of the error is one of the REASONS."""


class Rejections:
    """Counts refusals, each where it is decided: in the thread of the event loop.

    Args:
        watch: Counts each refusal.
        pause: Seconds between two lines in the log.
    """

    def __init__(self, watch: Watch | None = None, pause: float = MINUTE) -> None:
        self.watch, self.pause = watch or Watch(), pause
        self.untold: Counter[str] = Counter()
        self.resting = False

    def note(self, reason: str) -> None:
        """Count one refusal; the first is logged at once, those of the next minute together."""
        self.watch.rejected(reason)
        self.untold[reason] += 1
        if not self.resting:
            self.tell()

    def tell(self) -> None:
        """Write one line about the refusals that were not logged yet.

        After a minute without any, the next is logged at once again.
        """
        self.resting = bool(self.untold)
        if self.untold:
            kinds = ", ".join(
                f"{count} {REASONS[reason][1]}" for reason, count in self.untold.most_common()
            )
            log.warning("Refused requests over HTTP: %s", kinds)
            self.untold.clear()
            asyncio.get_running_loop().call_later(self.pause, self.tell)

    def answer(self, reason: str) -> Response:
        """Count a refusal and return the answer to it."""
        self.note(reason)
        status, _ = REASONS[reason]
        return PlainTextResponse(
            reason.replace("_", " "), status, {"Retry-After": "1"} if status == 503 else {}
        )
