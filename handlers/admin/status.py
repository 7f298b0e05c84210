"""Say how the CRM itself is doing, in words, for admins."""

from collections.abc import Sequence
from datetime import timedelta

from handlers.core.request import Request
from handlers.core.responses import Message
from handlers.core.telemetry import Check
from handlers.core.ui import blocks
from handlers.core.ui.blocks import escape
from models.core import stats
from models.core.background import queue as background
from models.core.outbox import results
from models.core.replica import Replica, release, replicas
from models.core.unit_of_work import UnitOfWork
from models.maintenance import schema

REPLICAS, JOBS = 4, 6
"""As many as fit into twelve lines; the rest is counted."""
BEHIND = timedelta(minutes=5)
"""A delivery that has waited longer is reported."""
UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def status(request: Request) -> Message:
    """Return this process, what waits for Slack, what ran last, and every process of this database.

    What waits and what ran is this workspace's alone: other workspaces are not shown, not even
    counted.
    """
    work = request.work
    checks, lag = request.checks(), results.lag(work)
    lines = [
        *found(checks),
        waiting(work, lag, request.catalogue.root),
        ran(work),
        *working(work, request.catalogue.root),
        *serving(work),
        *kept(work),
    ]
    heading = headline(checks, replicas(work.session), work, lag > BEHIND)
    drawn = [
        blocks.section(f"*{escape(heading)}*"),
        blocks.section("\n".join(escape(line) for line in lines)),
    ]
    return Message("\n".join([heading, *lines]), drawn)


def headline(
    checks: Sequence[Check], known: Sequence[Replica], work: UnitOfWork, behind: bool = False
) -> str:
    """Return one sentence for people who have time for only one.

    Args:
        checks: What this process found of itself.
        known: The replicas of this database.
        work: The unit of work.
        behind: Whether something waits too long to be sent.
    """
    if any(not check.ok for check in checks):
        return "Something needs attention"
    alive = [replica for replica in known if not replica.is_gone(work.now)]
    if not checks and not alive:
        return "No bot is running on this database. Start one: crm run"
    others = [check for replica in alive for check in replica.checks if not check[1]]
    return (
        "Something needs attention"
        if others or len(alive) < len(known) or behind
        else "All is well"
    )


def found(checks: Sequence[Check]) -> list[str]:
    """Return what is right in one line, and a line with its sentence for each thing that is not."""
    if not checks:
        return []
    fine = ", ".join(check.name for check in checks if check.ok) or "nothing"
    return [
        f"Here: OK {fine}",
        *(f"NOT OK {check.name}: {check.text}" for check in checks if not check.ok),
    ]


def waiting(work: UnitOfWork, lag: timedelta, root: str) -> str:
    """Return how many deliveries wait and how many were refused, in one line.

    An example is `Deliveries: 3 wait, the oldest due for 12 s; 2 refused, see /crm deliveries`.
    """
    depth, (_, refused) = results.depth(work), results.refused(work, 0)
    told = f"{depth} wait, the oldest due for {span(lag)}" if depth else "none waits"
    what = "NOT OK deliveries" if lag > BEHIND else "Deliveries"
    return f"{what}: {told}; {f'{refused} refused, see {root} deliveries' if refused else 'none refused'}"


def ran(work: UnitOfWork) -> str:
    """Return a line such as `Jobs: digest 3 min ago, team 1 h ago`."""
    runs = [f"{job} {span(work.now - at)} ago" for job, at in stats.last_runs(work).items()]
    return f"Jobs that had something to do: {', '.join(counted(runs, JOBS)) or 'none in the last days'}"


def working(work: UnitOfWork, root: str) -> list[str]:
    """Return a line such as `Background: 1 at work, 2 wait, see /crm background`, or none."""
    running, queued = background.open_counts(work)
    said = f"Background: {running} at work, {queued} wait, see {root} background"
    return [said] if running or queued else []


def serving(work: UnitOfWork) -> list[str]:
    """Return a line for every replica: when it was last seen, and what it found wrong."""
    lines = []
    for replica in replicas(work.session):
        seen = f"seen {span(work.now - replica.seen_at)} ago"
        wrong = [f"{name}: {text.removesuffix('.')}" for name, ok, text in replica.checks if not ok]
        state = (
            "GONE" if replica.is_gone(work.now) else f"NOT OK {'; '.join(wrong)}" if wrong else "OK"
        )
        up = f"up for {span(replica.seen_at - replica.started_at)}"
        lines.append(
            f"Replica {replica.host}: {blocks.cut(state, 200)}, {seen}, {up}, version {replica.version}"
        )
    return counted(lines, REPLICAS)


def kept(work: UnitOfWork) -> list[str]:
    """Return a line such as `Rapport 0.1.0 on PostgreSQL 18.6, tables at 0003`.

    Another line follows where PostgreSQL does not keep the workspaces apart.
    """
    connection = work.session.connection()
    stands = (
        f"Rapport {release()} on {stats.kept_in(work.session)}, tables at {schema.step(connection)}"
    )
    unguarded = schema.unguarded(connection)
    return [stands, f"NOT OK {unguarded}"] if unguarded else [stands]


def counted(texts: list[str], limit: int) -> list[str]:
    """Return the first few texts, and how many more there are."""
    return texts[:limit] + ([f"and {len(texts) - limit} more"] if len(texts) > limit else [])


def span(time: timedelta) -> str:
    """Return a duration in the largest unit that fits: 12 s, 3 min, 5 h, 2 d."""
    seconds = max(int(time.total_seconds()), 0)
    for size, unit in UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
