"""Only Slack gets in: a wrong signature or an old timestamp is refused with 401, and nothing of the body is logged.

Bolt's own check answers 500 to a timestamp that is no number and logs the body of what it refuses.
"""

import logging
from collections.abc import Callable
from typing import Any

from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.middleware import Middleware
from slack_sdk.signature import Clock, SignatureVerifier

log = logging.getLogger(__name__)


class Signature(Middleware):
    """Checks Slack's signature on what came over HTTP; without a secret nothing gets in. Socket Mode is signed in."""

    def __init__(self, secret: str, clock: Clock | None = None) -> None:
        self.verifier = SignatureVerifier(secret, clock or Clock()) if secret else None

    def process(
        self, *, req: BoltRequest, resp: BoltResponse, next: Callable[[], BoltResponse], **_: Any
    ) -> BoltResponse:
        if req.mode == "socket_mode" or self.signed(req):
            return next()
        log.warning("Refused a request whose signature or timestamp is wrong")
        return BoltResponse(status=401, body='{"error": "invalid request"}')

    def signed(self, req: BoltRequest) -> bool:
        timestamp = req.headers.get("x-slack-request-timestamp", [""])[0]
        signature = req.headers.get("x-slack-signature", [""])[0]
        usable = timestamp.isascii() and timestamp.isdigit() and signature and signature.isascii()
        if self.verifier is None or not usable:
            return False
        return self.verifier.is_valid(body=req.raw_body, timestamp=timestamp, signature=signature)
