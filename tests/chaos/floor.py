"""The floor on which every scenario plays: a small Slack, a database, replicas of the bot, and
people at work.
"""

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, or_, select, update

from bot.manifest import manifest
from bot.sandbox.entities import Channel, Member
from bot.sandbox.server import serve
from bot.sandbox.slack import Slack
from bot.sandbox.socket_mode import Sockets
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.activities.activity import Activity
from models.core import records
from models.core.background.task import BackgroundTask
from models.core.db.deadline import at_leisure
from models.core.db.engine import open_engine
from models.core.errors import Busy
from models.core.identity.rights import Preset
from models.core.identity.user import User
from models.core.outbox.delivery import Delivery, DeliveryState, JobRun
from models.core.unit_of_work import Clock, UnitOfWorkFactory
from models.customers.customer import Customer
from models.maintenance import schema
from tests.chaos.balancer import Balancer
from tests.chaos.databases import Database
from tests.chaos.replicas import Replica
from tests.chaos.weekday import NAME, local_now, weekday
from tests.chaos.witness import Witness

TEAM = "T1"
CHANNELS = ("C_GENERAL", "C_SALES", "C_SUPPORT")
OPEN = (DeliveryState.WAITING, DeliveryState.UNKNOWN)
SILENT = re.compile(
    r"not acknowledged|did not respond \(|trouble connecting. Try again\? \(|not be loaded \("
)
"""What Slack tells people when nobody answers it, which scenarios count themselves."""
RETRIES = [0.0, 1.0, 3.0]
"""Seconds; Slack's own patience is longer than ours."""


PATIENCE = 90.0
"""Seconds in which everything is sent: that a deal is won is told a minute later."""


@dataclass
class Floor:
    """Everything a scenario needs. works: the harness's own look at the database."""

    database: Database
    folder: Path
    slack: Slack
    sockets: Sockets
    witness: Witness
    works: UnitOfWorkFactory
    people: list[str]
    settings: dict[str, str]
    door: str = "socket"
    kind: type[Replica] = Replica
    replicas: list[Replica] = field(default_factory=list)

    def start(self, count: int) -> list[Replica]:
        """Start so many replicas more, all at once, and wait until they are connected."""
        new = [self.replica(len(self.replicas) + number) for number in range(count)]
        self.replicas += new
        for replica in new:
            replica.start()
        for replica in new:
            replica.wait_until_ready()
        if self.door == "socket":
            eventually(
                lambda: self.sockets.connections >= len(self.replicas), "they are all connected"
            )
        return new

    def replica(self, number: int) -> Replica:
        """One with a port of its own, where Slack posts to it."""
        if self.door == "socket":
            return self.kind(self.folder, self.settings, number)
        assert isinstance(self.witness.inner, Balancer)
        port = self.witness.inner.add()
        http = {
            "SLACK_APP_TOKEN": "",
            "SLACK_SIGNING_SECRET": Slack.signing_secret,
            "HTTP_PORT": str(port),
        }
        return self.kind(self.folder, {**self.settings, **http}, number)

    def kill(self) -> None:
        """All of them, as a power failure does."""
        for replica in self.replicas:
            replica.kill()

    def restart(self) -> None:
        """Stop all that run, in order, and start all anew: their first look at the clock is at
        once.
        """
        for replica in self.replicas:
            replica.stop()
        for replica in self.replicas:
            replica.start()
        for replica in self.replicas:
            replica.wait_until_ready()

    def end_leases(self) -> None:
        """Make it as late as when every lease has run out. Only while no replica runs: what they
        hold, nobody holds.
        """
        assert not any(replica.alive for replica in self.replicas)
        with self.works(TEAM) as work:
            for table in (Delivery, BackgroundTask):
                held = update(table).where(table.claimed_until > work.now)
                work.session.execute(held.values(claimed_until=work.now))

    def plan(self, dues: Sequence[tuple[str, datetime]]) -> dict[str, datetime]:
        """Give these people tasks that are due then; returns when each is due, by its reference."""
        with at_leisure(), self.works(TEAM) as work:
            owners = {
                row.slack_id: row.id for row in work.session.execute(select(User.slack_id, User.id))
            }
            customer = work.find(Customer, 1).id
            tasks = [
                Activity(
                    description=f"Call number {number}",
                    due_date=due,
                    owner=owners[person],
                    customer=customer,
                )
                for number, (person, due) in enumerate(dues)
            ]
            work.session.add_all(tasks)
            work.session.flush()
            return {task.ref: due for task, (_, due) in zip(tasks, dues, strict=True)}

    def left(self) -> int:
        """How many deliveries are not done."""
        with self.works(TEAM, writes=False) as work:
            waiting = select(func.count(Delivery.id)).where(
                or_(*(Delivery.state == state for state in OPEN))
            )
            return work.session.scalar(waiting) or 0

    def untold(self) -> int:
        """How many activities are due and have not been told."""
        with self.works(TEAM, writes=False) as work:
            due = select(func.count(Activity.id)).where(
                Activity.open(), Activity.remind_at <= work.now
            )
            return work.session.scalar(due) or 0

    def settled(self) -> bool:
        """Whether nothing is left to do, as far as the database says so at all."""
        try:
            return self.left() == 0 and self.untold() == 0
        except Busy:
            return False

    def settle(
        self, within: float = PATIENCE, calm: float = 0.5, done: Callable[[], bool] | None = None
    ) -> float:
        """Wait until nothing is left to do; returns the seconds it took.

        within: the longest; calm: seconds without anything to do, after which nothing more will
        come; done: whether there is nothing to do.
        """
        done = done or self.settled
        began = time.monotonic()
        quiet: float | None = None
        while (now := time.monotonic()) - began < within:
            quiet = (quiet or now) if done() else None
            if quiet and time.monotonic() - quiet >= calm:
                return quiet - began
            time.sleep(0.05)
        return within

    def posted(self) -> int:
        """How many messages of the bot stand in Slack for all to see."""
        return sum(
            one.user == self.slack.bot.id and one.only_for is None for one in self.slack.timeline
        )

    def doubted(self) -> int:
        """How many deliveries were begun more than once."""
        with self.works(TEAM, writes=False) as work:
            return (
                work.session.scalar(select(func.count(Delivery.id)).where(Delivery.attempts > 1))
                or 0
            )

    def problems(self) -> list[str]:
        """What Slack refused of what the bot sent, beyond what the scenario is about."""
        return sorted({each for each in self.slack.problems if not SILENT.search(each)})

    def log(self) -> str:
        return "\n".join(replica.words for replica in self.replicas)


def eventually(look: Callable[[], object], what: str, within: float = 20.0) -> None:
    deadline = time.monotonic() + within
    while not look():
        if time.monotonic() > deadline:
            raise AssertionError(f"It did not happen that {what}")
        time.sleep(0.02)


def members(count: int) -> list[Member]:
    """So many people; Slack says their zone, too, for who acts becomes what it says of them."""
    return [
        Member(f"U{number:05d}", f"person{number}", f"Person {number}", tz=NAME)
        for number in range(1, count + 1)
    ]


@contextmanager
def floor(
    database: Database,
    people: int = 24,
    replicas: int = 0,
    door: str = "socket",
    clock: Clock | None = None,
    online: bool = True,
    kind: type[Replica] = Replica,
) -> Iterator[Floor]:
    """A company of so many people and a customer, and replicas that run; all of it gone at the end.

    door: "socket" or "http" · clock: of the small Slack and the harness, never of the replicas ·
    online: whether Slack is on the network · kind: of the replicas.
    """
    clock = clock or Clock()
    with tempfile.TemporaryDirectory(prefix="rapport-floor-") as name:
        folder = Path(name)
        with (
            weekday(folder / "zones") as environment,
            at_leisure(),
        ):  # nobody waits for what the harness does itself
            engine = open_engine(url := database.fresh())
            schema.upgrade(engine)
            works = UnitOfWorkFactory(engine, clock)
            staff = members(people)
            furnish(works, staff)
            channels = [Channel(each, each[2:].lower()) for each in CHANNELS]
            slack = Slack(manifest(Catalogue(ROUTERS)), staff, channels, clock, (TEAM, "Chaos"))
            slack.retry_after = RETRIES
            slack.rates.on = False  # a day's work is done in minutes
            made = Floor(
                database,
                folder,
                slack,
                Sockets(),
                Witness(slack.transport),
                works,
                [member.id for member in staff],
                settings_of(url, environment),
                door,
                kind,
            )
            if online:
                yield from played(made, replicas)
            else:
                yield made
            engine.dispose()


def played(floor: Floor, replicas: int) -> Iterator[Floor]:
    with serve(floor.slack, port=0) as url:
        sockets = floor.slack.transport
        assert isinstance(sockets, Sockets)
        floor.sockets, floor.slack.transport = sockets, floor.witness
        floor.witness.inner = sockets if floor.door == "socket" else Balancer(Slack.signing_secret)
        floor.settings["SLACK_API_URL"] = f"{url}/api/"
        try:
            floor.start(replicas)
            yield floor
        finally:
            floor.kill()
            floor.slack.transport = sockets


def settings_of(url: str, environment: dict[str, str]) -> dict[str, str]:
    """The replicas' environment."""
    return {
        **environment,
        "DATABASE_URL": url,
        "SLACK_BOT_TOKEN": Slack.bot_token,
        "SLACK_APP_TOKEN": Slack.app_token,
        "SALES_CHANNEL": "C_SALES",
        "SUPPORT_CHANNEL": "C_SUPPORT",
        "ZONE": NAME,
        "DIGEST_AT": "00:00",
        "REMIND_AT": "00:00",
        "LOG_LEVEL": "INFO",
    }


def furnish(works: UnitOfWorkFactory, staff: list[Member]) -> None:
    """The workspace, its people, who work at all hours and were greeted today, and one customer,
    CU-1.
    """
    works.settle(
        TEAM, name="Chaos", sales_channel="C_SALES", support_channel="C_SUPPORT", zone=NAME
    )
    hours = {"zone": NAME, "starts_at": "00:00", "ends_at": "23:59"}
    with works(TEAM) as work:
        work.session.add_all(
            [User(slack_id=one.id, name=one.real_name, role=Preset.REP, **hours) for one in staff]
        )
        work.session.flush()
        day = f"{local_now():%Y%m%d}"
        for id in work.session.scalars(select(User.id)):
            work.session.add(JobRun(job="morning", slot=f"{day}:{id}", at=work.now))
    with works(TEAM, staff[0].id) as work:
        records.create(work, Customer, {"first_name": "Ada", "last_name": "Abel"})
