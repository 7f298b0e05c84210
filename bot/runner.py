"""The running bot, and its orderly end.

It is connected to Slack, sends what is waiting, and watches the clock.
"""

import gc
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from math import inf
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from bot import logging_config
from bot.app import (
    create_app,
    create_background,
    create_clients,
    create_dispatcher,
    create_works,
    move_in,
)
from bot.config import Settings, SettingsError
from bot.database_watch import DatabaseWatch
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.http.health import HealthMonitor
from bot.outside import Allowed
from bot.scheduler.scheduler import Scheduler
from bot.slack.circuit_breaker import Limited
from bot.slack.clients import Clients
from bot.slack.gateway import Refused, Unclear, understood
from bot.slack.socket_mode import DrainGate, SocketModeConnection
from handlers.core.telemetry import Watch
from models.core.db.sqlite_file import UNSOUND, is_sound
from models.core.errors import Unusable
from models.core.unit_of_work import Clock, UnitOfWorkFactory
from models.maintenance import schema

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from bot.http.metrics import Metrics
    from bot.http.server import Web

log = logging.getLogger(__name__)
T = TypeVar("T")
Wait = Callable[[float], bool]
"""Waits so many seconds; returns True, earlier, once the bot must stop."""

AGAIN = 5.0
"""Seconds between two attempts to reach a Slack that is away."""
IN_HAND = 5.0
"""Seconds for the acts in hand when the bot must stop; Slack gives up on each after three."""
LOOK = 1.0
"""Seconds between two checks whether the database is still the same."""
MADE = "There is no database at %s; a new, empty one was made. If you expected your records, check DATABASE_URL."
ENDING = 10.0
"""Seconds for what is being sent then, which takes as long as a client waits for Slack."""


def never(seconds: float) -> bool:
    """Wait where nobody can stop the bot."""
    time.sleep(seconds)
    return False


class Stopped(Exception):
    """The bot must stop while it waits for Slack."""


def prepare(settings: Settings, clock: Clock | None = None) -> UnitOfWorkFactory:
    """Return the units of work over a database that is up to date.

    SQLite is brought up to date here; PostgreSQL by `crm db upgrade`.
    """
    works = create_works(settings, clock)
    try:
        if works.sqlite:
            schema.upgrade(works.engine)
        else:
            schema.check(works.engine)
    except BaseException:
        works.close()
        raise
    return works


def open_database(settings: Settings) -> UnitOfWorkFactory:
    """Prepare the database, and return its units of work.

    It logs where an empty one was made although there is a Slack workspace, whose records somebody
    may miss.
    """
    missing = is_missing(settings)
    works = prepare(settings)
    if missing and settings.reachable:
        log.warning(MADE, works.place)
    return works


def open_again(settings: Settings) -> UnitOfWorkFactory:
    """Prepare the database that is in the place of another, and return its units of work.

    Nothing is made here.

    Raises:
        Unusable: The file is no database.
    """
    works = create_works(settings)
    works.close()
    if works.place and not is_sound(works.place):
        raise Unusable(UNSOUND.format(works.place))
    return prepare(settings)


def is_missing(settings: Settings) -> bool:
    works = create_works(settings)
    works.close()
    return works.is_missing()


def warn(works: UnitOfWorkFactory) -> None:
    """Log what is not as it should be and keeps nobody from working."""
    with works.everywhere() as session:
        if unguarded := schema.unguarded(session.connection()):
            log.warning("%s", unguarded)


def introduce(settings: Settings, works: UnitOfWorkFactory, clients: Clients, wait: Wait) -> None:
    """Ask Slack once for the bot's identity with the token of the settings.

    Then make its workspace ready.
    """
    client = clients.client(settings.slack_bot_token)
    with refusal_of("SLACK_BOT_TOKEN", "OAuth & Permissions"):
        me = patiently(client.auth_test, wait)
    team = str(me["team_id"])
    move_in(works, settings, team, str(me.get("team") or team))
    clients.add(
        team, settings.slack_bot_token, str(me.get("bot_id") or ""), str(me.get("user_id") or "")
    )


def patiently(ask: Callable[[], T], wait: Wait) -> T:
    """Ask Slack until it answers.

    A bot that is restarted on Slack's bad day starts when that is over.
    """
    while True:
        try:
            with understood():
                return ask()
        except Limited as limit:
            pause, why = limit.pause.total_seconds(), "it asks for a pause"
        except Unclear as unclear:
            pause, why = AGAIN, str(unclear)
        log.warning(
            "Slack cannot be reached (%s). Trying again in %.0f s; check the network, if it lasts.",
            why,
            pause,
        )
        if wait(pause):
            raise Stopped


@contextmanager
def refusal_of(setting: str, where: str) -> Iterator[None]:
    """Raise SettingsError with the name of the token that Slack refuses."""
    try:
        yield
    except Refused as refused:
        raise SettingsError(
            f"{setting} is refused by Slack ({refused}). Copy it again from {where}."
        ) from None


class Bot:
    """Everything that runs, put together; `start` it, and `stop` it in order.

    Args:
        settings: The settings.
        works: Begins units of work.
        look_every: Seconds between two looks of the scheduler at the clock.
        pace: Seconds that a channel rests after a post.
    """

    def __init__(
        self,
        settings: Settings,
        works: UnitOfWorkFactory,
        look_every: float = 60,
        pace: float = 1.0,
    ) -> None:
        self.settings, self.works = settings, works
        self.metrics = self.create_metrics() if settings.port is not None else None
        watch = self.metrics or Watch()
        self.clients = create_clients(settings, works)
        dispatcher = create_dispatcher(
            works, settings.root_command, watch=watch, checks=lambda: self.vitals.checks()
        )
        self.courier = DeliveryDispatcher(
            works,
            self.clients,
            dispatcher.catalogue,
            pace=pace,
            watch=watch,
            allowed=Allowed.read(settings.webhook_hosts),
        )
        self.scheduler = Scheduler(works, look_every, watch=watch)
        self.background = create_background(works)
        self.app = create_app(self.clients, dispatcher, settings.slack_signing_secret)
        self.gate = DrainGate()
        self.line = self.create_line() if settings.mode == "socket" else None
        self.vitals: HealthMonitor = HealthMonitor(
            works, self.scheduler, self.courier, self.connected, look_every, self.metrics
        )
        self.web = self.create_web(settings.port) if settings.port is not None else None

    def create_metrics(self) -> "Metrics":
        """Return the metrics, for a bot where somebody can fetch them."""
        from bot.http.metrics import Metrics

        return Metrics()

    def create_line(self) -> SocketModeConnection:
        return SocketModeConnection(
            self.app, self.settings.slack_app_token, self.clients.client(), self.gate
        )

    def create_web(self, port: int) -> "Web":
        """Return the HTTP server.

        In Socket Mode it serves only the health checks, and the installation where that is set up.
        """
        from bot.http.rejections import Rejections
        from bot.http.server import Events, Web

        rejections = Rejections(self.metrics)
        routes: list[BaseRoute] = [*self.vitals.routes()]
        if self.line is None:
            routes += Events(
                self.app, self.settings.slack_signing_secret, self.gate, rejections
            ).routes()
        if self.settings.installs and self.clients.vault:
            from bot.slack.oauth import Installs

            routes += Installs(self.settings, self.works, self.clients, self.clients.vault).routes()
        return Web(routes, self.settings.http_host, port, rejections)

    def connected(self) -> bool:
        return self.gate.open and (self.line is None or self.line.connected())

    def start(self, wait: Wait) -> None:
        """Serve health checks at once, and people as soon as Slack has identified the bot."""
        self.vitals.start()
        if self.web:
            self.web.start()
        if self.settings.slack_bot_token:
            introduce(self.settings, self.works, self.clients, wait)
        self.gate.unlock()
        if self.line:
            with refusal_of("SLACK_APP_TOKEN", "Basic Information → App-Level Tokens"):
                address = patiently(self.line.address, wait)
            self.line.pick_up(address)
        self.works.committed.append(self.courier.wake)
        self.courier.start()
        self.scheduler.start()
        self.background.start()

    def stop(self) -> None:
        """Take no more work, and finish what is in hand with its answers.

        Only then the bot disconnects from Slack. What is not sent any more waits in the database.
        The time is bounded: nobody waits for ever.
        """
        self.vitals.stop()
        if not self.shut():
            log.warning(
                "What was in hand did not end within %.0f s; nothing of it was acknowledged",
                IN_HAND,
            )
        endings = [self.line.hang_up] if self.line else []
        late = together(
            [*endings, self.scheduler.stop, self.background.stop, self.courier.stop], ENDING
        )
        if late:
            log.warning("Not waiting any longer for: %s", ", ".join(late))
        if self.line and self.web:
            self.web.stop(1)

    def shut(self) -> bool:
        """Let nothing more in, and return whether what was in hand ended in time.

        Over HTTP even the port is closed at once, so that a load balancer before several replicas
        turns to another one.
        """
        if self.line:
            return self.gate.shut(IN_HAND)
        return self.web is None or self.web.stop(IN_HAND)


def together(acts: Sequence[Callable[[], object]], seconds: float) -> list[str]:
    """Run these at once, each in a thread of its own.

    Return the names of those that take longer.
    """
    threads = [threading.Thread(target=act, name=act.__qualname__, daemon=True) for act in acts]
    for thread in threads:
        thread.start()
    until = monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, until - monotonic()))
    return [thread.name for thread in threads if thread.is_alive()]


@contextmanager
def running(
    settings: Settings,
    works: UnitOfWorkFactory,
    look_every: float = 60,
    wait: Wait = never,
    pace: float = 1.0,
) -> Iterator[Scheduler]:
    """Connect to Slack and work until the block ends; then finish what is in hand."""
    bot = Bot(settings, works, look_every, pace)
    try:
        bot.start(wait)
        yield bot.scheduler
    finally:
        bot.stop()


def told_to_stop() -> Callable[..., bool]:
    """Notice SIGTERM and Ctrl-C from now on.

    Return a function that waits for them, or for so many seconds.
    """
    told: SimpleQueue[int] = (
        SimpleQueue()
    )  # unlike an Event, a signal handler may fill it at any moment
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, _: told.put(number))

    def wait(seconds: float = inf) -> bool:
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0:
            with suppress(Empty):
                told.get(
                    timeout=min(left, 1)
                )  # an endless wait would sleep through a signal that comes just before it
                return True
        return False

    return wait


def run(settings: Settings) -> None:
    """Run until SIGTERM or Ctrl-C.

    Where another database was put in the place of the opened one, begin again on that.
    """
    logging_config.configure(settings.log_level, settings.log_format)
    wait = told_to_stop()
    open_works = open_database
    with suppress(Stopped):
        while run_on(settings, open_works(settings), wait):
            log.warning(
                "Another database stands in the place of the one that was opened. Beginning anew on that"
            )
            gc.unfreeze()
            open_works = open_again
    log.info("Stopped")


def waited(watch: DatabaseWatch, wait: Wait) -> bool:
    """Wait until the bot must stop, or another database is in the place of the opened one.

    Return whether it was the database.
    """
    while not wait(LOOK):
        if watch.is_replaced():
            return True
    return False


def run_on(settings: Settings, works: UnitOfWorkFactory, wait: Wait) -> bool:
    """Run on this database until the bot must stop, or until it is another database.

    Return whether it was the database.
    """
    with closing(works), running(settings, works, wait=wait):
        warn(works)
        watch = DatabaseWatch(works)
        log.info("Rapport is running. Type %s in Slack.", settings.root_command)
        gc.collect()
        gc.freeze()  # what exists now stays: to search it for garbage again and again keeps people waiting
        replaced = waited(watch, wait)
        log.info("Stopping: finishing what is in hand")
    return replaced
