"""`crm sandbox`: the Slack emulator, its company, and the bot over Socket Mode."""

import errno
import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select

from bot.app import create_dispatcher
from bot.config import Settings
from bot.manifest import manifest
from bot.runner import prepare, running, told_to_stop
from bot.sandbox import keeping, seed
from bot.sandbox.server import serve
from bot.sandbox.slack import Slack
from bot.scheduler.jobs import managers, skip_today
from models.core.outbox.delivery import Delivery, DeliveryState
from models.core.unit_of_work import Clock, UnitOfWorkFactory

log = logging.getLogger(__name__)

PATIENCE, LOOK = 10.0, 0.05
"""Seconds that the clock waits on its way for what is due, and between two looks at it."""
HALF_A_DAY = timedelta(hours=12)


class SandboxClock(Clock):
    """A clock people move forward; what is due then happens at once.

    On its way it stops at nine in the morning of each zone, so that what comes every morning is on
    time for everybody, whoever moved the clock.
    """

    def __init__(self) -> None:
        super().__init__()
        self.moved: list[Callable[[], object]] = []
        self.zones = sorted({member.tz for member in seed.PEOPLE})
        self.settled: Callable[[], bool] = lambda: True

    def forward(self, by: timedelta) -> None:
        target = self() + by
        for stop in mornings(self(), target, self.zones):
            self.reach(stop)
            until = monotonic() + PATIENCE
            while not self.settled() and monotonic() < until:
                sleep(LOOK)
        self.reach(target)

    def reach(self, moment: datetime) -> None:
        """Go to this moment, and let everything happen that is due by then."""
        super().forward(moment - self())
        for listener in self.moved:
            listener()


def mornings(start: datetime, end: datetime, zones: Sequence[str]) -> list[datetime]:
    """Return when it is nine in any of these zones on the last half a day before a moment.

    What would have come on mornings before that is skipped, as by a bot that was off.
    """
    found: set[datetime] = set()
    for zone in map(ZoneInfo, zones):
        nine = end.astimezone(zone).replace(hour=9, minute=0, second=0, microsecond=0)
        if nine >= end:
            nine -= timedelta(days=1)
        if nine > max(start, end - HALF_A_DAY):
            found.add(nine.astimezone(UTC))
    return sorted(found)


def nothing_waits(works: UnitOfWorkFactory) -> bool:
    """Return whether all that should be sent by now is sent."""
    with works(seed.TEAM[0], writes=False) as work:
        due = select(Delivery.id).where(
            Delivery.state == DeliveryState.WAITING, Delivery.not_before <= work.now
        )
        return work.session.scalar(due.limit(1)) is None


def settings_for(database: str, url: str = "") -> Settings:
    return Settings(
        slack_bot_token=Slack.bot_token,
        slack_app_token=Slack.app_token,
        slack_api_url=f"{url}/api/" if url else "",
        database_url=database,
        currency="EUR",
        region="DE",
        zone="Europe/Berlin",
        digest_at="09:00",  # when the button of the page for the next morning strikes
        webhook_hosts="localhost,127.0.0.0/8,::1",
        log_level="WARNING",
    )


def furnish(works: UnitOfWorkFactory, clock: Clock) -> None:
    """Fill an empty database with the company and its last weeks."""
    if seed.TEAM[0] in works.workspaces():
        return
    works.settle(seed.TEAM[0], name=seed.TEAM[1], **settings_for("").workspace)
    seed.settle(works)
    seed.tell(works, create_dispatcher(works), clock)
    with works(seed.TEAM[0]) as work:
        skip_today(work, "digest", managers(work), work.workspace.digest_at)


@contextmanager
def opened(
    port: int, database: str = "", pace: float = 1.0, keep: Path | None = None
) -> Iterator[str]:
    """Run the sandbox while the block runs, and yield the address of its page.

    Args:
        port: The port of the page.
        database: The URL of the database; '' for a temporary one.
        pace: Seconds that a channel rests after a post.
        keep: The file of a company that is there again at the next start, with what was said and
            with its clock; the file is brought up to date where an older version made it.
    """
    clock = SandboxClock()
    if keep:
        database = f"sqlite:///{keep.absolute()}"
        keeping.wind(clock, keeping.beside(keep))
    with (
        tempfile.TemporaryDirectory(prefix="rapport-") as folder,
        closing(
            prepare(settings_for(database or f"sqlite:///{Path(folder) / 'sandbox.db'}"), clock)
        ) as works,
    ):
        furnish(works, clock)
        slack = Slack(
            manifest(create_dispatcher(works).catalogue),
            seed.PEOPLE,
            seed.CHANNELS,
            clock,
            seed.TEAM,
        )
        slack.kept = str(keep or database)
        memory = keeping.kept(slack, clock, keeping.beside(keep)) if keep else nullcontext()
        with (
            memory,
            serve(slack, port) as url,
            running(settings_for(database, url), works, 5, pace=pace) as scheduler,
        ):
            clock.moved.append(scheduler.tick)
            clock.settled = partial(nothing_waits, works)
            yield url


def sandbox(port: int, database: str, keep: Path | None = None) -> None:
    """Run until Ctrl-C."""
    logging.basicConfig(level="WARNING", format="%(levelname)s %(name)s %(message)s")
    wait = told_to_stop()
    try:
        with opened(port, database, keep=keep) as url:
            click.echo(
                f"The sandbox is ready: {url}\nYou are Rita Reyes, a sales rep. Type /crm to begin; Ctrl-C ends it."
            )
            click.echo(
                f"The company is kept in {keep or database}."
                if keep or database
                else "The company is new each time. To keep it: crm sandbox --keep"
            )
            wait()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise click.ClickException(
            f"Port {port} is taken. Try: crm sandbox --port {port + 1}"
        ) from None
