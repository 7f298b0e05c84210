"""The app, installed in a small Slack."""

from bot.sandbox.slack import BOT_ID, BOT_USER, Slack
from bot.slack.clients import Clients


def installed(slack: Slack) -> Clients:
    """The clients of a bot that has the token of this workspace, which is being served."""
    clients = Clients(f"{slack.url}/api/")
    clients.add(slack.team_id, slack.bot_token, BOT_ID, BOT_USER)
    return clients
