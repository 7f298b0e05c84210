"""The jobs of the scheduler: each looks whether its time has come and writes deliveries, once for each slot."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from models.core.outbox import Delivery, DeliveryState, JobRun, Seen, deliver
from models.core.user import Role, User
from models.core.work import Work
from models.operations import agenda, triage

KEPT = timedelta(days=8)
KEPT_SENT = timedelta(days=30)
SWEPT = 500
"""Rows removed at a time, so that nobody waits for it."""


@dataclass(frozen=True)
class Job:
    """Something to look at regularly, in the unit of work of one workspace. every: how many looks lie between two."""

    name: str
    run: Callable[[Work], None]
    every: int = 1


def remind(work: Work) -> None:
    """Owners of what is due, in their working hours."""
    for user, ids in agenda.reminders(work):
        deliver(work, "due", user.slack_id, f"due:{user.ref}:{work.unit}", about={"ids": ids} if ids else {})


def tell_team(work: Work) -> None:
    """The sales channel, each working day: who has what due."""
    if day := channels_day(work, "team"):
        deliver(work, "team_due", work.workspace.sales_channel, f"team_due:{day}")


def tell_support(work: Work) -> None:
    """The support channel, each working day: cases that need someone, and so no alarm for any of them."""
    if day := channels_day(work, "cases"):
        triage.alarms(work)
        deliver(work, "cases", work.workspace.support_channel, f"cases:{day}")


def channels_day(work: Work, job: str) -> str:
    """The day whose slot this job has just taken, in the workspace's zone; "" when it is not time or was done."""
    place = work.workspace
    day = agenda.struck(work.now, ZoneInfo(place.zone), place.remind_at)
    return str(day) if day and agenda.first(work, job, str(day)) else ""


def alarm(work: Work) -> None:
    """The support channel, at once: new cases that became high or urgent and have nobody."""
    if ids := triage.alarms(work):
        deliver(work, "cases", work.workspace.support_channel, f"alarm:{work.unit}", about={"ids": ids})


def send_digests(work: Work) -> None:
    """Managers, each working day in their own time; where there are none, the admins."""
    people = agenda.colleagues(work)
    managers = [user for user in people if user.role == Role.MANAGER]
    for user in managers or [user for user in people if user.role == Role.ADMIN]:
        send_digest(work, user)


def send_digest(work: Work, user: User) -> None:
    day = agenda.struck(work.now, user.tz, work.workspace.digest_at)
    if day and agenda.first(work, "digest", f"{day}:{user.id}"):
        deliver(work, "digest", user.slack_id, f"digest:{day}:{user.ref}")


def sweep(work: Work) -> None:
    """Remove what has served its purpose, a few rows at a time, the oldest first."""
    done = Delivery.state.in_((DeliveryState.SENT, DeliveryState.REFUSED))
    remove(work, Seen, Seen.at < work.now - KEPT)
    remove(work, JobRun, JobRun.at < work.now - KEPT)
    remove(work, Delivery, done & (Delivery.created_at < work.now - KEPT_SENT))


def remove(work: Work, rows: Any, condition: Any) -> None:
    """Delete, of the oldest rows, those the condition fits. Ids rise with time, so no other index is needed."""
    oldest = select(rows.id).order_by(rows.id).limit(SWEPT)
    work.session.execute(delete(rows).where(rows.id.in_(oldest), condition))


JOBS = (
    Job("reminders", remind),
    Job("team", tell_team),
    Job("cases", tell_support),
    Job("alarm", alarm),
    Job("digest", send_digests),
    Job("housekeeping", sweep, every=10),
)
