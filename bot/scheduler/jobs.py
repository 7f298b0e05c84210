"""The jobs of the scheduler.

Each checks whether its time has come, and writes deliveries, once for each slot.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial, wraps
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from models.activities import reminders
from models.automation import clock, runner
from models.automation.run import RuleRun
from models.core import approval, drafts, summaries
from models.core import user_groups as people
from models.core.background.task import BackgroundTask
from models.core.db.deadline import at_leisure
from models.core.identity.installation import InstallState
from models.core.identity.notices import Notice, Seldom
from models.core.identity.rights import Preset
from models.core.identity.user import User
from models.core.identity.working_hours import numbers
from models.core.notifications.notify import KINDS, notify
from models.core.outbox.delivery import Delivery, DeliveryState, IdempotencyKey, JobRun, deliver
from models.core.outbox.posted import ListSubscription
from models.core.permissions import policy
from models.core.replica import Replica
from models.core.schedule import WORKING, Slot, struck
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.maintenance import statistics
from models.support import triage

log = logging.getLogger(__name__)

DAY = timedelta(days=1)
KEPT = timedelta(days=8)
KEPT_SENT = timedelta(days=30)
KEPT_RUNS = timedelta(days=90)
"""How long the log of a rule goes back."""
NIGHT = range(2, 6)
"""Hours in which few are at work."""
SWEPT = 500
"""Rows removed at a time, so that nobody waits for it."""
AT_ONCE = 200
"""Causes of rules that are worked on before the bot looks whether it must stop."""
ROUND = 20
"""Owners reminded before the job asks again who is left: other replicas do the same."""


@dataclass(frozen=True)
class Job:
    """Something to do regularly in every workspace, in as many units of work as it needs.

    Attributes:
        name: The name of the job.
        run: Runs the job in one workspace.
        every: How many looks at the clock lie between two runs.
        worth: How late it still does what it has missed; None for any time.
        seconds: How many seconds lie between two runs, where somebody waits for it.
    """

    name: str
    run: Callable[[UnitOfWorkFactory, str], None]
    every: int = 1
    worth: timedelta | None = None
    seconds: float | None = None


@dataclass(frozen=True)
class Hearer:
    """A person or a channel of the workspace, with a clock of their own.

    Attributes:
        channel: Where a channel is reached.
        zone: The time zone of their clock.
        person: The person, if it is one; else it is a channel.
        weekly: Whether it is told something on the first working day of a week alone.
    """

    channel: str
    zone: ZoneInfo
    person: User | None = None
    weekly: bool = False

    @property
    def name(self) -> str:
        """Return what distinguishes a person from the others."""
        return self.person.ref if self.person else ""

    def struck(self, now: datetime, at: str) -> Slot:
        """Return the latest of their working days on which a time of day has struck."""
        days = numbers(self.person.works_on) if self.person else WORKING
        return struck(now, self.zone, at, days={min(days)} if self.weekly else days)

    def slot(self, slot: Slot) -> str:
        return f"{slot.day}:{self.name}" if self.name else str(slot.day)


def in_one_unit(act: Callable[[UnitOfWork], None]) -> Callable[[UnitOfWorkFactory, str], None]:
    """Return a job that does all its work in one unit of work."""

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
    """Return a job that sends something to each hearer once a working day, at their own time.

    Args:
        name: The name of the job.
        kind: The kind of the delivery.
        at: The workspace's setting with the time.
        hearers: Finds the people and channels that it is sent to.
        worth: How late it is still sent; older slots are skipped: at most one is caught up with.
        besides: What else is done when it is sent.
    """

    @wraps(hearers)
    def look(work: UnitOfWork) -> None:
        found = [
            (hearer, hearer.struck(work.now, getattr(work.workspace, at)))
            for hearer in hearers(work)
        ]
        ours = set(reminders.take(work, name, [hearer.slot(slot) for hearer, slot in found]))
        for hearer, slot in found:
            if hearer.slot(slot) in ours and slot.is_worth(work.now, hearer.zone, worth):
                besides(work)
                send(work, kind, hearer, slot)
            elif hearer.slot(slot) in ours:
                log.info("The job %s of %s was missed and is not worth it any more", name, slot.day)

    return Job(name, in_one_unit(look), worth=worth)


def send(work: UnitOfWork, kind: str, hearer: Hearer, slot: Slot) -> None:
    """Ask for the message of a slot, of a person only if they want it."""
    key, about = f"{kind}:{hearer.slot(slot)}", since(work, slot)
    if hearer.person:
        notify(work, KINDS[kind][0], kind, hearer.person, key, about=about)
    else:
        deliver(work, kind, hearer.channel, key, about=about)


def skip_today(work: UnitOfWork, job: str, hearers: list[Hearer], at: str) -> None:
    """Take the latest slots of a daily job without doing anything: it begins with the next ones."""
    slots = [hearer.slot(hearer.struck(work.now, at)) for hearer in hearers]
    reminders.take(work, job, slots)


def since(work: UnitOfWork, slot: Slot) -> dict[str, str]:
    """Return when it was due, so that a late delivery says so.

    The bot cannot be late for a time before the workspace existed.
    """
    return {"due": slot.at.isoformat()} if slot.at >= work.workspace.created_at else {}


def sales_channel(work: UnitOfWork) -> list[Hearer]:
    """The sales channel hears each working day who has what due."""
    return [Hearer(work.workspace.sales_channel, ZoneInfo(work.workspace.zone))]


def support_channel(work: UnitOfWork) -> list[Hearer]:
    """The support channel hears each working day which cases need someone.

    These cases then need no alarm.
    """
    return [Hearer(work.workspace.support_channel, ZoneInfo(work.workspace.zone))]


def managers(work: UnitOfWork) -> list[Hearer]:
    """People whose role has a digest get one each working day, or each week, in their own time.

    Where there are none, the admins get it.
    """
    people = [user for user in reminders.colleagues(work) if policy.can(user, "digest", policy.CRM)]
    found = [user for user in people if user.role != Preset.ADMIN] or people
    return [
        Hearer(user.slack_id, user.tz, user, Seldom.DIGEST in (user.seldom or ())) for user in found
    ]


def remind(works: UnitOfWorkFactory, workspace: str) -> None:
    """Remind owners of what is due, in their working hours.

    Each is reminded in short units of work of their own, so that nobody waits for it. Some owners
    are chosen at random at a time, so that replicas seldom meet at the same owner. An owner that
    another replica holds is left to it.
    """
    visited: set[int] = set()
    while owners := expectant(works, workspace) - visited:
        for owner in random.sample(sorted(owners), min(ROUND, len(owners))):
            visited.add(owner)
            while works.attempt(partial(remind_owner, owner=owner), workspace):
                pass  # there may be more


def expectant(works: UnitOfWorkFactory, workspace: str) -> set[int]:
    """Return the ids of those to remind of something now."""
    with works(workspace, writes=False) as work:
        return {user.id for user in reminders.expectant(work)}


def remind_owner(work: UnitOfWork, owner: int) -> bool:
    """Remind someone of a part of what is due, and return whether there may be more."""
    user = reminders.hold(work, owner)
    told = reminders.reminders(work, user) if user else []
    for number, reminder in enumerate(told, 1):
        assert user
        key, about = f"due:{owner}:{work.unit}:{number}", {"ids": reminder.ids}
        notify(work, reminder.notice, "due", user, key, about=about)
    return sum(len(reminder.ids) for reminder in told) >= reminders.AT_ONCE


def alarm(work: UnitOfWork) -> None:
    """Alert the support channel at once of new cases that became high or urgent and have nobody."""
    if ids := triage.alarms(work):
        deliver(
            work, "cases", work.workspace.support_channel, f"alarm:{work.unit}", about={"ids": ids}
        )


def near_deadlines(work: UnitOfWork) -> None:
    """Tell people once of each deadline of their cases, an hour before."""
    for case in triage.deadlines(work):
        person = work.get(User, case.assignee or 0)
        key = f"deadline:{case.ref}:{case.resolve_by}"
        notify(work, Notice.DEADLINE, "deadline", person, key, case)


def gather(work: UnitOfWork) -> None:
    """Read once a day the teams that follow a Slack user group: an event may have been missed."""
    if reminders.first(work, "groups", str(work.now.date())):
        people.look_again(work)


def check_members(work: UnitOfWork) -> None:
    """Check for members of another company, who have no rights here.

    This runs once a day, and once after a new release was installed.
    """
    if reminders.first(work, people.MEMBERS, str(work.now.date())):
        people.ask_who_belongs(work)


def count(works: UnitOfWorkFactory, workspace: str) -> None:
    """Renew what the database knows of its tables, each night, once for all workspaces."""
    if workspace == min(works.workspaces()) and works.attempt(
        partial(tonight, job="statistics"), workspace
    ):
        statistics.renew(works.engine)


def compare_sums(works: UnitOfWorkFactory, workspace: str) -> None:
    """Compare each night the sums that are kept of records with the records, and mend them.

    They differ only where something else than Rapport, or an older release, wrote records.
    """
    if not works.attempt(partial(tonight, job="sums"), workspace):
        return
    with at_leisure():
        with works(workspace, writes=False) as work:
            wrong = any(summaries.differences(work, each) for each in summaries.all_summaries())
        if wrong:
            with works(workspace) as work:
                mended = summaries.mend(work)
            log.warning("%s rows of sums were not those of the records", mended)


def run_rules(works: UnitOfWorkFactory, workspace: str) -> None:
    """Do what rules say about what has just happened, each cause once."""
    runner.run_all(works, workspace, AT_ONCE)


def look_for_rules(work: UnitOfWork) -> None:
    """Find the rules for which a time has come: a schedule, or a day of a record."""
    clock.look(work)


def tonight(work: UnitOfWork, job: str) -> bool:
    """Return whether it is night where the workspace is, and nobody has done a job yet."""
    now = work.now.astimezone(ZoneInfo(work.workspace.zone))
    return now.hour in NIGHT and reminders.first(work, job, str(now.date()))


def sweep(work: UnitOfWork) -> None:
    """Remove what is not needed any more, a few rows at a time, the oldest first."""
    done = Delivery.state.in_((DeliveryState.SENT, DeliveryState.REFUSED))
    remove(work, IdempotencyKey, IdempotencyKey.at < work.now - KEPT)
    remove(work, JobRun, JobRun.at < work.now - KEPT)
    remove(work, drafts.Draft, drafts.outdated(work.now))
    remove(work, ListSubscription, ListSubscription.posted_at < work.now - KEPT_SENT)
    remove(work, BackgroundTask, BackgroundTask.ended_at < work.now - KEPT_SENT)
    remove(work, Delivery, done & (Delivery.created_at < work.now - KEPT_SENT))
    approval.forget(work)
    remove(work, RuleRun, RuleRun.done_at < work.now - KEPT_RUNS)
    work.session.execute(delete(Replica).where(Replica.seen_at < work.now - DAY))
    work.session.execute(delete(InstallState).where(InstallState.at < work.now - DAY))


def remove(work: UnitOfWork, rows: Any, condition: Any) -> None:
    """Delete those of the oldest rows that meet the condition.

    Ids rise with time, so no other index is needed.
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
    Job("deadlines", in_one_unit(near_deadlines)),
    daily("digest", "digest", "digest_at", managers, worth=DAY),
    Job("rules", run_rules, seconds=1),
    Job("times", in_one_unit(look_for_rules)),
    Job("approvals", in_one_unit(approval.expire)),
    Job("groups", in_one_unit(gather), every=10),
    Job("members", in_one_unit(check_members), every=10),
    Job("housekeeping", in_one_unit(sweep), every=10),
    Job("statistics", count, every=10),
    Job("sums", compare_sums, every=10),
)
