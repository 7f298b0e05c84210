"""How the CRM itself is doing, in words, for admins."""

from collections.abc import Sequence
from datetime import timedelta

from handlers.core import blocks
from handlers.core.blocks import escape
from handlers.core.replies import Message, Request
from handlers.core.watch import Check
from models.core import schema
from models.core.replica import Replica, release, replicas
from models.core.work import Work
from models.operations import deliveries, figures

REPLICAS, JOBS = 4, 6
"""As many as fit into twelve lines; the rest is counted."""
UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def status(request: Request) -> Message:
    """This process, what waits for Slack, what ran last, and every process that serves this database."""
    work = request.work
    checks = request.checks()
    lines = [*found(checks), waiting(work, request.catalogue.root), ran(work), *serving(work), *kept(work)]
    heading = headline(checks, replicas(work.session), work)
    drawn = [blocks.section(f"*{escape(heading)}*"), blocks.section("\n".join(escape(line) for line in lines))]
    return Message("\n".join([heading, *lines]), drawn)


def headline(checks: Sequence[Check], known: Sequence[Replica], work: Work) -> str:
    """One sentence for who has time for one."""
    if any(not check.ok for check in checks):
        return "Something needs attention"
    alive = [replica for replica in known if not replica.is_gone(work.now)]
    if not checks and not alive:
        return "No bot is running on this database. Start one: crm run"
    others = [check for replica in alive for check in replica.checks if not check[1]]
    return "Something needs attention" if others or len(alive) < len(known) else "All is well"


def found(checks: Sequence[Check]) -> list[str]:
    """What is right in one line, and a line with its sentence for each thing that is not."""
    if not checks:
        return []
    fine = ", ".join(check.name for check in checks if check.ok) or "nothing"
    return [f"Here: OK {fine}", *(f"NOT OK {check.name}: {check.text}" for check in checks if not check.ok)]


def waiting(work: Work, root: str) -> str:
    """Deliveries: 3 wait, the oldest due for 12 s; 2 refused, see /crm deliveries."""
    depth, (_, refused) = deliveries.depth(work), deliveries.refused(work, 0)
    told = f"{depth} wait, the oldest due for {span(deliveries.lag(work))}" if depth else "none waits"
    return f"Deliveries: {told}; {f'{refused} refused, see {root} deliveries' if refused else 'none refused'}"


def ran(work: Work) -> str:
    """Jobs: digest 3 min ago, team 1 h ago."""
    runs = [f"{job} {span(work.now - at)} ago" for job, at in figures.last_runs(work).items()]
    return f"Jobs that had something to do: {', '.join(counted(runs, JOBS)) or 'none in the last days'}"


def serving(work: Work) -> list[str]:
    """A line for every replica: when it was last seen, and what it found wrong."""
    lines = []
    for replica in replicas(work.session):
        seen = f"seen {span(work.now - replica.seen_at)} ago"
        wrong = [f"{name}: {text.removesuffix('.')}" for name, ok, text in replica.checks if not ok]
        state = "GONE" if replica.is_gone(work.now) else f"NOT OK {'; '.join(wrong)}" if wrong else "OK"
        up = f"up for {span(replica.seen_at - replica.started_at)}"
        lines.append(f"Replica {replica.host}: {blocks.cut(state, 200)}, {seen}, {up}, version {replica.version}")
    return counted(lines, REPLICAS)


def kept(work: Work) -> list[str]:
    """Rapport 0.1.0 on PostgreSQL 18.6, tables at 0003. And whether PostgreSQL keeps the workspaces apart."""
    connection = work.session.connection()
    stands = f"Rapport {release()} on {figures.kept_in(work.session)}, tables at {schema.step(connection)}"
    unguarded = schema.unguarded(connection)
    return [stands, f"NOT OK {unguarded}"] if unguarded else [stands]


def counted(texts: list[str], limit: int) -> list[str]:
    """The first few, and how many more there are."""
    return texts[:limit] + ([f"and {len(texts) - limit} more"] if len(texts) > limit else [])


def span(time: timedelta) -> str:
    """The largest unit that fits: 12 s, 3 min, 5 h, 2 d."""
    seconds = max(int(time.total_seconds()), 0)
    for size, unit in UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
