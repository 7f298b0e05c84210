"""The jobs of the scheduler: each looks whether its time has come and writes deliveries, once for
each slot.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial, wraps
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from models.activities import reminders
from models.core import user_groups as people
from models.core.identity.installation import InstallState
from models.core.identity.rights import Preset
from models.core.outbox.delivery import Delivery, DeliveryState, IdempotencyKey, JobRun, deliver
from models.core.outbox.posted import ListSubscription
from models.core.permissions import policy
from models.core.replica import Replica
from models.core.schedule import Slot, struck
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.maintenance import statistics
from models.support import triage

log = logging.getLogger(__name__)

DAY = timedelta(days=1)
KEPT = timedelta(days=8)
KEPT_SENT = timedelta(days=30)
NIGHT = range(2, 6)
"""Hours in which few are at work."""
SWEPT = 500
"""Rows removed at a time, so that nobody waits for it."""
ROUND = 20
"""Owners reminded before one asks again who is left: other replicas are at it, too."""


@dataclass(frozen=True)
class Job:
    """Something to look at regularly in every workspace, in as many units of work as it needs.

    every: how many looks lie between two · worth: how late it still does what it has missed; None:
    however late.
    """

    name: str
    run: Callable[[UnitOfWorkFactory, str], None]
    every: int = 1
    worth: timedelta | None = None


@dataclass(frozen=True)
class Hearer:
    """Someone with a clock of their own: a person, or a channel of the workspace. name: what tells
    them apart.
    """

    channel: str
    zone: ZoneInfo
    name: str = ""

    def slot(self, slot: Slot) -> str:
        return f"{slot.day}:{self.name}" if self.name else str(slot.day)


def in_one_unit(act: Callable[[UnitOfWork], None]) -> Callable[[UnitOfWorkFactory, str], None]:
    """A job that does all it does in one unit of work."""

    @wraps(act)
    def run(works: UnitOfWorkFactory, workspace: str) -> None:
        works.attempt(act, workspace)

    return run


def daily(
    name: str,
    kind: str,
    at: str,
    hearers: Callable[[UnitOfWork], list[Hearer]],
    worth: timedelta,
    besides: Callable[[UnitOfWork], object] = lambda work: None,
) -> Job:
    """A job that tells each of its hearers something once a working day, when their clock strikes.

    kind: of the delivery · at: the workspace's setting with the time · besides: what else is done
    when it is told. What was missed for longer than it is worth is skipped: there is never more
    than one to catch up with.
    """

    @wraps(hearers)
    def look(work: UnitOfWork) -> None:
        found = [
            (hearer, struck(work.now, hearer.zone, getattr(work.workspace, at)))
            for hearer in hearers(work)
        ]
        ours = set(reminders.take(work, name, [hearer.slot(slot) for hearer, slot in found]))
        for hearer, slot in found:
            if hearer.slot(slot) in ours and slot.is_worth(work.now, hearer.zone, worth):
                besides(work)
                deliver(
                    work,
                    kind,
                    hearer.channel,
                    f"{kind}:{hearer.slot(slot)}",
                    about=since(work, slot),
                )
            elif hearer.slot(slot) in ours:
                log.info("The job %s of %s was missed and is not worth it any more", name, slot.day)

    return Job(name, in_one_unit(look), worth=worth)


def since(work: UnitOfWork, slot: Slot) -> dict[str, str]:
    """When it should have come, so that one that comes late says so; the bot cannot be late where
    it was not yet.
    """
    return {"due": slot.at.isoformat()} if slot.at >= work.workspace.created_at else {}


def sales_channel(work: UnitOfWork) -> list[Hearer]:
    """The sales channel, each working day: who has what due."""
    return [Hearer(work.workspace.sales_channel, ZoneInfo(work.workspace.zone))]


def support_channel(work: UnitOfWork) -> list[Hearer]:
    """The support channel, each working day: cases that need someone, and so no alarm for any of
    them.
    """
    return [Hearer(work.workspace.support_channel, ZoneInfo(work.workspace.zone))]


def managers(work: UnitOfWork) -> list[Hearer]:
    """Those whose role has a digest, each working day in their own time; where there are none, the
    admins.
    """
    people = [user for user in reminders.colleagues(work) if policy.can(user, "digest", policy.CRM)]
    found = [user for user in people if user.role != Preset.ADMIN] or people
    return [Hearer(user.slack_id, user.tz, user.ref) for user in found]


def remind(works: UnitOfWorkFactory, workspace: str) -> None:
    """Owners of what is due, in their working hours: each in short units of their own, so that
    nobody waits for it.

    By chance, some at a time, so that replicas seldom meet at the same owner. Who was held by
    another is left to it.
    """
    visited: set[int] = set()
    while owners := expectant(works, workspace) - visited:
        for owner in random.sample(sorted(owners), min(ROUND, len(owners))):
            visited.add(owner)
            while works.attempt(partial(remind_owner, owner=owner), workspace):
                pass  # there may be more


def expectant(works: UnitOfWorkFactory, workspace: str) -> set[int]:
    """The ids of those to remind of something now."""
    with works(workspace, writes=False) as work:
        return {user.id for user in reminders.expectant(work)}


def remind_owner(work: UnitOfWork, owner: int) -> bool:
    """Tell someone a part of what is due; whether there may be more."""
    user = reminders.hold(work, owner)
    told = reminders.reminders(work, user) if user else []
    for number, reminder in enumerate(told, 1):
        about = {"ids": reminder.ids, **({"more": True} if reminder.more else {})}
        deliver(
            work,
            "due",
            user.slack_id if user else "",
            f"due:{owner}:{work.unit}:{number}",
            about=about,
        )
    return sum(len(reminder.ids) for reminder in told) >= reminders.AT_ONCE


def alarm(work: UnitOfWork) -> None:
    """The support channel, at once: new cases that became high or urgent and have nobody."""
    if ids := triage.alarms(work):
        deliver(
            work, "cases", work.workspace.support_channel, f"alarm:{work.unit}", about={"ids": ids}
        )


def gather(work: UnitOfWork) -> None:
    """Teams that follow a Slack user group, once a day: an event may have been missed."""
    if reminders.first(work, "groups", str(work.now.date())):
        people.look_again(work)


def check_members(work: UnitOfWork) -> None:
    """Once a day, and once after a new release came: who belongs to another company has no rights
    here.
    """
    if reminders.first(work, people.MEMBERS, str(work.now.date())):
        people.ask_who_belongs(work)


def count(works: UnitOfWorkFactory, workspace: str) -> None:
    """What the database knows of its tables, anew each night, once for all workspaces."""
    if workspace == min(works.workspaces()) and works.attempt(tonight, workspace):
        statistics.renew(works.engine)


def tonight(work: UnitOfWork) -> bool:
    """Whether it is night where the workspace is, and nobody has counted yet."""
    now = work.now.astimezone(ZoneInfo(work.workspace.zone))
    return now.hour in NIGHT and reminders.first(work, "statistics", str(now.date()))


def sweep(work: UnitOfWork) -> None:
    """Remove what has served its purpose, a few rows at a time, the oldest first."""
    done = Delivery.state.in_((DeliveryState.SENT, DeliveryState.REFUSED))
    remove(work, IdempotencyKey, IdempotencyKey.at < work.now - KEPT)
    remove(work, JobRun, JobRun.at < work.now - KEPT)
    remove(work, ListSubscription, ListSubscription.posted_at < work.now - KEPT_SENT)
    remove(work, Delivery, done & (Delivery.created_at < work.now - KEPT_SENT))
    work.session.execute(delete(Replica).where(Replica.seen_at < work.now - DAY))
    work.session.execute(delete(InstallState).where(InstallState.at < work.now - DAY))


def remove(work: UnitOfWork, rows: Any, condition: Any) -> None:
    """Delete, of the oldest rows, those the condition fits. Ids rise with time, so no other index
    is needed.
    """
    oldest = select(rows.id).order_by(rows.id).limit(SWEPT)
    work.session.execute(delete(rows).where(rows.id.in_(oldest), condition))


JOBS = (
    Job("reminders", remind),
    daily("team", "team_due", "remind_at", sales_channel, worth=timedelta(hours=6)),
    daily(
        "cases",
        "cases",
        "remind_at",
        support_channel,
        worth=timedelta(hours=12),
        besides=triage.alarms,
    ),
    Job("alarm", in_one_unit(alarm)),
    daily("digest", "digest", "digest_at", managers, worth=DAY),
    Job("groups", in_one_unit(gather), every=10),
    Job("members", in_one_unit(check_members), every=10),
    Job("housekeeping", in_one_unit(sweep), every=10),
    Job("statistics", count, every=10),
)
