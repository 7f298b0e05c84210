"""The token is revoked while people work: everything waits, and goes out when the bot has its new
token.
"""

import time
from typing import Any

from bot.sandbox.transport import Nobody
from tests.chaos.crowd import Crowd
from tests.chaos.databases import Database
from tests.chaos.figures import Figure
from tests.chaos.floor import floor
from tests.chaos.scene import play

NAME = "token revoked"
METHODS = (
    "chat.postMessage",
    "chat.update",
    "chat.postEphemeral",
    "conversations.history",
    "conversations.replies",
)
NEW = "xoxb-second"


def run(database: Database, replicas: int, seconds: float, seed: int, people: int = 24) -> Figure:
    """Revoke it for so many seconds; then somebody sets the new one and restarts the replicas."""
    with floor(database, people, replicas) as ground:
        due = ground.plan([(person, ground.works.clock()) for person in ground.people])

        def trouble(crowd: Crowd) -> dict[str, Any]:
            time.sleep(seconds / 4)
            ground.slack.transport = Nobody()  # Slack sends nothing to an app that has no token
            for method in METHODS:
                ground.slack.fail(method, with_="token_revoked", rate=1)
            time.sleep(seconds)
            return {"refusals": ground.slack.failures.struck["token_revoked"]}

        def heal() -> None:
            ground.slack.failures.clear()
            ground.slack.bot_token, ground.slack.transport = NEW, ground.witness
            for replica in ground.replicas:
                replica.settings = {**replica.settings, "SLACK_BOT_TOKEN": NEW}
            ground.restart()

        return play(ground, NAME, trouble, seed, heal=heal, tasks=due)
