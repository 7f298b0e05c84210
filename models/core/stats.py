"""Figures about the database for those who run the bot: what it is, what waits, what ran last."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.core.context import Context
from models.core.outbox.delivery import Delivery, JobRun
from models.core.outbox.results import WAITING

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Backlog:
    """How many deliveries wait, and how long the oldest of those that are due has waited."""

    depth: int
    lag: timedelta


def backlog(session: Session, now: datetime) -> Backlog:
    """Return what waits for Slack in all workspaces together."""
    depth, oldest = session.execute(
        select(func.count(Delivery.id), func.min(Delivery.not_before)).where(WAITING)
    ).one()
    return Backlog(depth, max(now - oldest, timedelta()) if oldest else timedelta())


def last_runs(work: Context) -> dict[str, datetime]:
    """Return when each job of this workspace last had something to do, the latest first."""
    last = func.max(JobRun.at)
    rows = work.session.execute(
        select(JobRun.job, last).group_by(JobRun.job).order_by(last.desc(), JobRun.job)
    )
    return {job: at for job, at in rows}


def kept_in(session: Session) -> str:
    """Return the kind of database and its version: PostgreSQL 18.6."""
    dialect = session.get_bind().dialect
    numbers = getattr(dialect, "server_version_info", None) or ()
    return " ".join(
        [NAMES.get(dialect.name, dialect.name), ".".join(str(number) for number in numbers)]
    ).strip()
