"""The running bot: connected to Slack, sending what is waiting, watching the clock; and its orderly end."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from queue import Empty, SimpleQueue

from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.app import create_app, create_client, create_dispatcher, create_works
from bot.config import Settings, SettingsError
from bot.delivery import Courier
from bot.scheduler import Scheduler
from models.core import schema
from models.core.database import THREADS
from models.core.work import Clock, Works

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds for closing the socket; the library's own way takes up to three."""
LOCAL = "LOCAL"
"""The workspace of what was imported before there was a Slack workspace; the first one that connects adopts it."""


def prepare(settings: Settings, clock: Clock | None = None) -> Works:
    """The units of work over a database that is up to date. SQLite is brought there; PostgreSQL by `crm db upgrade`."""
    works = create_works(settings, clock)
    if works.sqlite:
        schema.upgrade(works.engine)
    elif schema.current(works.engine) != schema.head():
        works.close()
        raise SettingsError("The database is not up to date. Run: crm db upgrade")
    return works


def introduce(client: WebClient, works: Works, settings: Settings) -> str:
    """Ask Slack who we are and keep the workspace's settings; returns its id. SettingsError says why not."""
    try:
        me = client.auth_test()
    except SlackApiError as error:
        why = error.response["error"]
        raise SettingsError(
            f"SLACK_BOT_TOKEN is refused by Slack ({why}). Copy it again from OAuth & Permissions."
        ) from None
    except OSError as error:
        raise SettingsError(f"Slack cannot be reached: {error}. Check the network and SLACK_API_URL.") from None
    team = str(me["team_id"])
    if works.workspaces() == [LOCAL]:
        works.adopt(LOCAL, team)
    works.settle(team, name=str(me.get("team") or team), **settings.workspace)
    return team


@contextmanager
def running(settings: Settings, works: Works, look_every: float = 60) -> Iterator[Scheduler]:
    """Connect over Socket Mode and work until the block ends; then finish what is in hand, the socket last.

    look_every: seconds between two looks of the scheduler at the clock.
    """
    client = create_client(settings)
    introduce(client, works, settings)
    dispatcher = create_dispatcher(works, settings.root_command)
    courier = Courier(works, client, dispatcher.catalogue)
    works.committed.append(courier.wake)
    scheduler = Scheduler(works, look_every)
    app = create_app(client, dispatcher)
    socket = SocketModeHandler(app, settings.slack_app_token, web_client=client, concurrency=THREADS)
    socket.connect()  # type: ignore[no-untyped-call]
    courier.start()
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.stop()
        courier.stop()
        hang_up(socket)


def hang_up(socket: SocketModeHandler) -> None:
    """Close the socket. Its library waits for ever when it had only just connected; we do not."""
    ending = threading.Thread(target=socket.close, name="hang up", daemon=True)
    ending.start()
    ending.join(PATIENCE)


def told_to_stop() -> Callable[[], None]:
    """Notice SIGTERM and Ctrl-C from now on; call what this returns to wait for them."""
    told: SimpleQueue[int] = SimpleQueue()  # unlike an Event, a signal handler may fill it at any moment
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, _: told.put(number))

    def wait() -> None:
        while True:
            try:
                told.get(timeout=1)  # an endless wait would sleep through a signal that comes just before it
            except Empty:
                continue
            return

    return wait


def run(settings: Settings) -> None:
    """Run until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    wait = told_to_stop()
    with closing(prepare(settings)) as works, running(settings, works):
        log.info("Rapport is running. Type %s in Slack.", settings.root_command)
        wait()
        log.info("Stopping: finishing what is in hand")
