"""Socket Mode: what arrives is handled and acknowledged, or not begun once the gate is shut."""

import logging
from contextlib import suppress
from socket import SHUT_RDWR
from threading import Condition

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from models.core.db.engine import THREADS

log = logging.getLogger(__name__)
MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""The errors of Bolt's own parsing, for a request that Slack would not send."""
PART = 16_384
"""Bytes to take from the socket at once.

Most forms arrive in one piece, which are five with the library's own 1,024.
"""


class DrainGate:
    """Counts the acts in progress; once shut, it lets no more in."""

    def __init__(self) -> None:
        self.changed = Condition()
        self.inside, self.open = 0, False

    def unlock(self) -> None:
        self.open = True

    def enter(self) -> bool:
        """Return whether one may go in; who goes in must call `leave`."""
        with self.changed:
            self.inside += self.open
            return self.open

    def leave(self) -> None:
        with self.changed:
            self.inside -= 1
            self.changed.notify_all()

    def shut(self, seconds: float) -> bool:
        """Let nobody in any more, and return whether all came out within these seconds."""
        with self.changed:
            self.open = False
            return self.changed.wait_for(lambda: not self.inside, seconds)


class SocketModeConnection(SocketModeHandler):
    """A connection over which Slack sends people's acts; it stays connected until `hang_up`.

    Its library cannot stop receiving without closing. So what arrives once the gate is shut stays
    unacknowledged: Slack informs the person that it did not work, and sends an event again to
    another replica that is connected then.
    """

    def __init__(self, app: App, app_token: str, client: WebClient, gate: DrainGate) -> None:
        super().__init__(
            app, app_token, web_client=client, concurrency=THREADS, receive_buffer_size=PART
        )
        self.gate = gate

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        if self.gate.enter():
            try:
                super().handle(client, req)
            except MALFORMED:
                log.error("What came over the line could not be read", exc_info=True)
            finally:
                self.gate.leave()

    def address(self) -> str:
        """Ask Slack where to connect to.

        The library would sleep for as long as Slack says.
        """
        return str(self.client.web_client.apps_connections_open(app_token=self.app_token)["url"])

    def pick_up(self, address: str) -> None:
        """Connect; should that fail, it tries again by itself, every ten seconds."""
        self.client.wss_uri = address
        self.connect()  # type: ignore[no-untyped-call]

    def hang_up(self) -> None:
        """Close the socket at once.

        The library's own way waits for its threads: three seconds, or for ever.
        """
        client = self.client
        client.closed, client.auto_reconnect_enabled = True, False
        client.current_session_state.terminated = True
        for runner in (
            client.current_session_runner,
            client.current_app_monitor,
            client.message_processor,
        ):
            runner.event.set()
        session = client.current_session
        if session and session.sock:
            with suppress(OSError):  # the other side was faster
                session.sock.shutdown(
                    SHUT_RDWR
                )  # wakes the thread that reads, which holds what `disconnect` needs
        client.disconnect()
        client.message_workers.shutdown(wait=False)

    def connected(self) -> bool:
        return bool(self.client.is_connected())
