"""The health of a running bot, for load balancers, Prometheus, admins and the other replicas."""

import json
import logging
import socket
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from bot.http.health_probe import CachedProbe
from handlers.admin.status import BEHIND, span
from handlers.core.telemetry import Check
from models.core import stats as figures
from models.core.db.errors import DatabaseProblem, advice, trouble_of
from models.core.replica import beat, leave
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import schema

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from bot.http.metrics import Metrics

log = logging.getLogger(__name__)

BEAT, SOON = 10.0, 2.0
"""Seconds between two heartbeats in the database.

While something is wrong the interval is shorter, so that the recovery shows soon.
"""
LOOKS = 3
"""Runs of the scheduler that may be missed; fewer would be a single long one."""
STUCK = 30.0
"""Seconds without a sign of life after which a thread counts as stuck.

They apply however short its rounds are.
"""


class Living(Protocol):
    """Something with a thread of its own.

    `alive` gives the seconds since that last finished a round.
    """

    def alive(self) -> float: ...


@dataclass(frozen=True)
class Found:
    """What the database said of itself."""

    step: str
    backlog: figures.Backlog


class HealthMonitor:
    """Checks the health of this replica.

    Anyone may ask it at any time; it answers within two seconds.

    Example:
        vitals = HealthMonitor(works, scheduler, courier, connected=lambda: True, metrics=metrics)
        vitals.start()    # from now on the other replicas and `/crm status` see it
        vitals.routes()   # /healthz, /readyz and /metrics for bot.http.server
        vitals.stop()     # first of all when stopping: /readyz answers 503 from then on

    Args:
        works: Begins units of work.
        scheduler: The scheduler, whose thread is watched.
        courier: The dispatcher, whose thread is watched.
        connected: Whether Slack reaches the bot.
        look_every: Seconds between two runs of the scheduler.
        metrics: The figures for Prometheus, where they are counted.
    """

    def __init__(
        self,
        works: UnitOfWorkFactory,
        scheduler: Living,
        courier: Living,
        connected: Callable[[], bool],
        look_every: float = 60,
        metrics: "Metrics | None" = None,
    ) -> None:
        self.works, self.scheduler, self.courier, self.connected = (
            works,
            scheduler,
            courier,
            connected,
        )
        self.patience, self.metrics = max(LOOKS * look_every, STUCK), metrics
        self.id, self.host = uuid.uuid4().hex, socket.gethostname()
        self.needed = schema.head()
        self.pulse = CachedProbe(self.ask, unusable)
        self.unwritten = ""
        """Why nothing can be written into a database that answers; empty while it can."""
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.live, name="heartbeat", daemon=True)

    def start(self) -> None:
        self.pulse.start()
        self.thread.start()

    def stop(self) -> None:
        """Report from now on that this replica is stopping.

        Its row is taken out of the database, if that answers soon.
        """
        self.ended.set()
        if self.thread.is_alive():
            self.thread.join(2)
        self.pulse.stop()

    def live(self) -> None:
        """Write a heartbeat again and again.

        Without one for a minute the others show this replica as gone.
        """
        while not self.ended.is_set():
            well = self.try_to(self.show_life)
            self.ended.wait(BEAT if well else SOON)
        self.try_to(self.leave)

    def show_life(self) -> bool:
        """Write a heartbeat, and return whether all is well."""
        checks = self.checks()
        beat(
            self.works, self.id, self.host, [[check.name, check.ok, check.text] for check in checks]
        )
        return all(check.ok for check in checks)

    def leave(self) -> bool:
        leave(self.works, self.id)
        return True

    def try_to(self, write: Callable[[], bool]) -> bool:
        """Write once and return whether all is well.

        A failure does not prevent the next heartbeat.
        """
        try:
            well = write()
        except Exception as error:
            before, self.unwritten = self.unwritten, unwritable(error)
            if self.unwritten and not before:
                log.error("%s", self.unwritten)
            log.debug("The sign of life was not written; /readyz says why", exc_info=error)
            return False
        self.unwritten = ""
        return well

    def ask(self) -> Found:
        with self.works.everywhere() as session:
            return Found(
                schema.step(session.connection()), figures.backlog(session, self.works.clock())
            )

    def checks(self) -> list[Check]:
        """Return the health checks of this replica, as they are now.

        They show nothing of a workspace's contents, not even how much there is: the admins of all
        workspaces see them.
        """
        felt = self.pulse.feel()
        return [
            Check(
                "running",
                not self.ended.is_set(),
                "It is stopping." if self.ended.is_set() else "It is running.",
            ),
            Check("database", felt.ok and not self.unwritten, self.unwritten or felt.text),
            self.tables(felt.found),
            self.slack(),
            self.clockwork(),
            self.delivery(),
        ]

    def tables(self, found: Found | None) -> Check:
        """Check the schema; a newer step is fine.

        The release that brought it left this one running on purpose.
        """
        if found is None:
            return Check("tables", False, "Nobody knows while the database does not answer.")
        stand = f"They stand at {found.step or 'nothing'}"
        if found.step < self.needed:
            return Check(
                "tables",
                False,
                f"{stand}, and this version needs {self.needed}. Run: crm db upgrade",
            )
        return Check("tables", True, f"{stand}.")

    def slack(self) -> Check:
        ok = self.connected()
        return Check(
            "slack", ok, "Connected to Slack." if ok else "Not connected to Slack; it keeps trying."
        )

    def clockwork(self) -> Check:
        age = self.scheduler.alive()
        return Check(
            "scheduler", age <= self.patience, f"It last looked at the clock {seconds(age)} ago."
        )

    def delivery(self) -> Check:
        age = self.courier.alive()
        return Check("courier", age <= STUCK, f"It last looked for deliveries {seconds(age)} ago.")

    def queue(self) -> Check:
        """Check what waits in all workspaces together, for the people who run the bot.

        The check is not vital: a replica taken out of service because much waits would make more
        wait.
        """
        found = self.pulse.feel().found
        if found is None:
            return Check(
                "deliveries", False, "Nobody knows while the database does not answer.", vital=False
            )
        depth, lag = found.backlog.depth, found.backlog.lag
        text = f"{depth} wait, the oldest due for {span(lag)}." if depth else "None waits."
        return Check("deliveries", lag <= BEHIND, text, vital=False)

    def figures(self) -> dict[str, float]:
        """Return the figures for Prometheus in addition to the counters.

        What nobody knows now is left out.
        """
        ready = all(check.ok for check in self.checks() if check.vital)
        felt, pool = self.pulse.feel(), self.works.engine.pool
        known: dict[str, float] = {
            "ready": ready,
            "database_up": felt.ok,
            "connected": self.connected(),
            "scheduler_age_seconds": self.scheduler.alive(),
            "courier_age_seconds": self.courier.alive(),
        }
        if isinstance(pool, QueuePool):
            known |= {
                "database_connections_in_use": pool.checkedout(),
                "database_connections": pool.size(),
            }
        if felt.found:
            lag = felt.found.backlog.lag.total_seconds()
            known |= {
                "deliveries_waiting": felt.found.backlog.depth,
                "delivery_oldest_seconds": lag,
            }
        return known

    def routes(self) -> "list[Route]":
        """Return the routes for monitoring: alive, ready, and metrics where they are counted."""
        from starlette.responses import PlainTextResponse, Response
        from starlette.routing import Route

        def healthz(request: "Request") -> Response:
            return PlainTextResponse("ok\n")

        def readyz(request: "Request") -> Response:
            checks = [*self.checks(), self.queue()]
            ready = all(check.ok for check in checks if check.vital)
            return answer(
                {"ready": ready, "checks": [vars(check) for check in checks]}, 200 if ready else 503
            )

        def metrics(request: "Request") -> Response:
            assert self.metrics is not None
            self.metrics.note(self.figures())
            return Response(self.metrics.text(), media_type="text/plain; version=0.0.4")

        found = [Route("/healthz", healthz), Route("/readyz", readyz)]
        return [*found, Route("/metrics", metrics)] if self.metrics else found


def seconds(number: float) -> str:
    return span(timedelta(seconds=number))


LASTING = (
    DatabaseProblem.FULL,
    DatabaseProblem.READ_ONLY,
    DatabaseProblem.DISK,
    DatabaseProblem.MOVED,
    DatabaseProblem.FOREIGN,
    DatabaseProblem.DAMAGED,
)
"""What somebody has to mend before anything can be written."""


def unwritable(error: Exception) -> str:
    """Return what to do about a full disk, or a file that is not what it was.

    The text is empty where that is not in the way.
    """
    return (
        advice(error) if isinstance(error, SQLAlchemyError) and trouble_of(error) in LASTING else ""
    )


def unusable(error: Exception) -> str:
    """Return what to do about a database that cannot even be read; empty where nobody knows.

    It leaves out what the database says.
    """
    trouble = trouble_of(error) if isinstance(error, SQLAlchemyError) else None
    return trouble.advice if trouble in LASTING else ""


def answer(content: Mapping[str, Any], status: int) -> "Response":
    """Return a JSON answer that a person can read, too."""
    from starlette.responses import Response

    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    return Response(text, status, {"Cache-Control": "no-store"}, "application/json")
