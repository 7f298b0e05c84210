"""The door for Slack over HTTP in a process of its own, so that its memory can be measured."""

import sys

from slack_bolt import App

from bot.http.server import Events, Web
from bot.slack.socket_mode import DrainGate


def main(seconds: float) -> None:
    """Serve until the standard input ends; the port is printed. seconds: for a head, and for a
    body.
    """
    gate = DrainGate()
    gate.unlock()
    app = App(token="xoxb-0", signing_secret="sandbox", token_verification_enabled=False)
    web = Web(Events(app, "sandbox", gate).routes(), "127.0.0.1", 0, seconds=seconds)
    web.start()
    print(web.port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(float(sys.argv[1]))
