"""Only Slack gets in: a wrong signature or an old timestamp is refused with 401.

Nothing of the body is logged. Bolt's own check answers 500 to a timestamp that is no number, and
logs the body of what it refuses.
"""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.middleware import Middleware
from slack_sdk.signature import Clock, SignatureVerifier

log = logging.getLogger(__name__)

REFUSAL = '{"error": "invalid request"}'
STAMP, SIGNATURE = "x-slack-request-timestamp", "x-slack-signature"
DIGITS = 12
"""More digits than a timestamp has until the year 33658; a longer number is no real timestamp."""
FORM = re.compile(r"v0=[0-9a-f]{64}")
RECENT = 300
"""Seconds for which a timestamp may be good, according to Slack's documentation."""


class Signature(Middleware):
    """Checks Slack's signature on requests over HTTP; without a secret nothing gets in.

    Socket Mode has signed in already.
    """

    def __init__(self, secret: str, clock: Clock | None = None) -> None:
        self.verifier = SignatureVerifier(secret, clock or Clock()) if secret else None

    def process(
        self, *, req: BoltRequest, resp: BoltResponse, next: Callable[[], BoltResponse], **_: Any
    ) -> BoltResponse:
        if req.mode == "socket_mode" or self.signed(req.headers, req.raw_body):
            return next()
        log.warning("Refused a request whose signature or timestamp is wrong")
        return BoltResponse(status=401, body=REFUSAL)

    def signed(self, headers: Mapping[str, Sequence[str]], body: str | bytes) -> bool:
        """Return whether Slack sent this request, not more than five minutes ago.

        Args:
            headers: The headers by their names in small letters.
            body: The body of the request.
        """
        if self.verifier is None or not self.plausible(headers):
            return False
        [stamp], [signature] = headers[STAMP], headers[SIGNATURE]
        try:
            return self.verifier.is_valid(body=body, timestamp=stamp, signature=signature)
        except UnicodeDecodeError:  # Slack sends UTF-8
            return False

    def plausible(self, headers: Mapping[str, Sequence[str]]) -> bool:
        """Return whether the headers alone could be Slack's.

        They need one signature and one timestamp, both well-formed and recent.
        """
        stamps, signatures = list(headers.get(STAMP, ())), list(headers.get(SIGNATURE, ()))
        if self.verifier is None or len(stamps) != 1 or len(signatures) != 1:
            return False
        [stamp], [signature] = stamps, signatures
        if not (
            stamp.isascii()
            and stamp.isdigit()
            and len(stamp) <= DIGITS
            and FORM.fullmatch(signature)
        ):
            return False
        return abs(self.verifier.clock.now() - int(stamp)) <= RECENT
