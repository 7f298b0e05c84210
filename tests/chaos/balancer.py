"""What stands before several replicas in HTTP mode: signed requests, to one after the other that
takes them.
"""

import itertools
import json
import socket
import time
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from bot.sandbox.transport import EVENT, Answer, Envelope, form_of


class Balancer:
    """Posts to the ports in turn. Where nobody listens it turns to the next; what was begun is
    never sent again.
    """

    def __init__(self, signing_secret: str) -> None:
        self.verifier = SignatureVerifier(signing_secret)
        self.ports: list[int] = []
        self.turns = itertools.count()

    @property
    def connected(self) -> bool:
        return bool(self.ports)

    def add(self) -> int:
        """A free port for one replica more."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.ports.append(int(listener.getsockname()[1]))
        return self.ports[-1]

    def send(self, envelope: Envelope, seconds: float) -> Answer:
        first = next(self.turns)
        for number in range(len(self.ports)):
            try:
                return self.posted(
                    self.ports[(first + number) % len(self.ports)], envelope, seconds
                )
            except ConnectionRefusedError:
                continue
            except TimeoutError:
                return Answer(acknowledged=False, why=f"no answer within {seconds:g} s")
            except (OSError, HTTPException) as error:
                return Answer(
                    acknowledged=False, why=f"the connection broke: {type(error).__name__}"
                )
        return Answer(acknowledged=False, why="nobody listens")

    def posted(self, port: int, envelope: Envelope, seconds: float) -> Answer:
        is_event = envelope.kind == EVENT
        body = json.dumps(envelope.payload) if is_event else urlencode(form_of(envelope))
        connection = HTTPConnection("127.0.0.1", port, timeout=seconds)
        try:
            connection.request("POST", "/slack/events", body, self.headers(envelope, body))
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        if response.status != 200:
            return Answer(
                acknowledged=False, why=f"the app answered {response.status} {text}".strip()
            )
        is_json = (response.getheader("content-type") or "").startswith("application/json")
        return Answer(json.loads(text) if text and is_json else {"text": text} if text else {})

    def headers(self, envelope: Envelope, body: str) -> dict[str, str]:
        stamp = str(int(time.time()))
        headers = {
            "content-type": "application/json"
            if envelope.kind == EVENT
            else "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": self.verifier.generate_signature(timestamp=stamp, body=body) or "",
        }
        retry = {
            "x-slack-retry-num": str(envelope.retry),
            "x-slack-retry-reason": envelope.retry_reason,
        }
        return {**headers, **retry} if envelope.retry else headers
