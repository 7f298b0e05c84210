"""python -m tests.bench.served SETTINGS DOOR DATABASE SLACK: the bot in a process of its own, as
ours or as Bolt's.

SETTINGS is `ours`, or `default` for the same handlers in an App made without any, behind the same
server. DOOR is `http` or `socket`. Says where it listens; ends with its standard input.
"""

import gc
import sys

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.app import create_app, create_dispatcher
from bot.http.server import Events, Web
from bot.slack.clients import Clients
from bot.slack.socket_mode import DrainGate, SocketModeConnection
from handlers.core.dispatcher import Dispatcher
from handlers.core.listeners import Listeners
from models.core.db.engine import open_engine
from models.core.unit_of_work import UnitOfWorkFactory

SECRET = "bench"


def default_app(client: WebClient, dispatcher: Dispatcher) -> App:
    """Bolt with its default settings, and one listener a type like ours: what it answers is the
    same.
    """
    app = App(name="default", client=client, signing_secret=SECRET)
    Listeners(dispatcher).open(app)
    return app


def over_http(app: App, gate: DrainGate) -> str:
    """Bolt's own servers take one request after the other while a listener waits for Slack, so
    neither app has one.
    """
    web = Web(Events(app, SECRET, gate).routes(), "127.0.0.1", 0)
    web.start()
    return f"http://127.0.0.1:{web.port}/slack/events"


def main(settings: str, door: str, database: str, slack: str) -> None:
    works, clients, gate = UnitOfWorkFactory(open_engine(database)), Clients(slack), DrainGate()
    client, dispatcher = clients.add("T1", "xoxb-bench", "B0BOT", "U0BOT"), create_dispatcher(works)
    gate.unlock()
    is_ours = settings == "ours"
    app = create_app(clients, dispatcher, SECRET) if is_ours else default_app(client, dispatcher)
    if door == "http":
        where = over_http(app, gate)
    else:
        line = (
            SocketModeConnection(app, "xapp-1", client, gate)
            if is_ours
            else SocketModeHandler(app, "xapp-1", web_client=client)
        )
        line.connect()  # type: ignore[no-untyped-call]
        where = "connected"
    if is_ours:
        gc.collect()
        gc.freeze()  # as `bot.runner` does
    print(where, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
