"""What is due, who owns it, and who was reminded of it.

Everybody is reminded once for each due moment, in their own working hours, and once more when the
next working day begins. What is overdue for longer is counted, not named.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select, update

from models.activities.activity import Activity
from models.core.context import Context
from models.core.entity.bulk import insert_once
from models.core.identity.notices import Notice
from models.core.identity.user import User
from models.core.identity.working_hours import Hours as Hours
from models.core.identity.working_hours import at_work as at_work
from models.core.identity.working_hours import day_before, is_reachable
from models.core.identity.working_hours import morning as morning
from models.core.notifications import marks
from models.core.outbox.delivery import JobRun
from models.core.permissions import visibility
from models.core.schedule import DAY

TOGETHER = 10
"""Activities that one message names: with its buttons, about what Slack accepts."""
AT_ONCE = 10 * TOGETHER
"""Activities marked as reminded in one unit of work, so that nobody waits for it."""


@dataclass(frozen=True)
class Reminder:
    """One message to an owner.

    Attributes:
        ids: The ids of the activities that it names; without any it only counts what is overdue.
        notice: What it is, as people choose it.
    """

    ids: list[int]
    notice: Notice = field(default=Notice.DUE, compare=False)


@dataclass(frozen=True)
class Overdue:
    """The activities of a person that should have been done before today.

    Attributes:
        count: How many there are.
        since: When the oldest was due, None where there is none.
        first: The oldest few.
    """

    count: int = 0
    since: datetime | None = None
    first: Sequence[Activity] = ()


def first(work: Context, job: str, slot: str) -> bool:
    """Return whether this is the first firing of a job for this slot, in any replica."""
    return insert_once(work, JobRun, job=job, slot=slot, at=work.now) is not None


def take(work: Context, job: str, slots: Sequence[str]) -> list[str]:
    """Return those of a job's slots that nobody had taken, here or in another replica.

    Now they are taken. This looks first, and then writes.
    """
    taken = set(
        work.session.scalars(select(JobRun.slot).where(JobRun.job == job, JobRun.slot.in_(slots)))
    )
    return [slot for slot in slots if slot not in taken and first(work, job, slot)]


def colleagues(work: Context) -> list[User]:
    """Return everybody who can get a message: no guests, and nobody who has left."""
    return list(work.session.scalars(select(User).where(~User.left, ~User.guest).order_by(User.id)))


def expectant(work: Context) -> list[User]:
    """Return the people to remind now.

    They may be told something and were not reminded of all that is due, or are at work and not yet
    today. Outside their working hours people are left alone unless they wish otherwise; the next
    working day begins with what came due in between.
    """
    people = present(work)
    found = with_any(work, [user.id for user in people], Activity.untold(work))
    working = [user for user in people if at_work(user, work.now)]
    found |= with_any(work, unwelcomed(work, working), Activity.overdue(work))
    them = select(User).where(User.id.in_(found)).order_by(User.id)
    return list(work.session.scalars(them)) if found else []


def present(work: Context) -> list[Hours]:
    """Return who can get a message and may be told something now.

    Loading whole users would take far longer, each minute.
    """
    columns = [getattr(User, name) for name in Hours._fields]
    hours = select(*columns).where(~User.left, ~User.guest)
    return [
        person
        for row in work.session.execute(hours)
        if is_reachable(person := Hours(*row), work.now)
    ]


def with_any(work: Context, owners: Collection[int], wanted: ColumnElement[bool]) -> set[int]:
    """Return those of these people who have a wanted activity, with one index look-up per person.

    A subquery ends at its first row; EXISTS may become a join with everything that is wanted of
    anybody.
    """
    anything = (
        select(Activity.id).where(Activity.owner == User.id, wanted).limit(1).scalar_subquery()
    )
    return set(
        work.session.scalars(
            select(User.id).where(User.id.in_(list(owners)), anything.is_not(None))
        )
    )


def hold(work: Context, owner: int) -> User | None:
    """Return a person, locked against every other replica until this unit of work ends.

    So their messages come in order. Return None when another replica is sending to them just now.
    """
    free = select(User).where(User.id == owner).with_for_update(skip_locked=True, key_share=True)
    return work.session.scalar(free)


def reminders(work: Context, owner: User) -> list[Reminder]:
    """Return the reminders for a person now, the oldest first, and mark what they name.

    Call it again until there is nothing. Each activity is named after its due moment; put off, it
    has a new one. The first reminder of a working day names once more what came due since the one
    before began; where there is only what is overdue for longer, it names nothing, and is not sent
    again until that has changed. What the person has muted is not named.
    """
    begins = at_work(owner, work.now) and bool(unwelcomed(work, [owner]))
    daily = begins and Notice.DAY in owner.notices
    notice = Notice.DAY if daily else Notice.DUE
    named = (told_before(work, owner) if daily else []) + take_untold(work, owner)
    named = not_muted(work, owner, named)
    messages = [
        Reminder(named[start : start + TOGETHER], notice)
        for start in range(0, len(named), TOGETHER)
    ]
    only_late = daily and not messages and with_any(work, [owner.id], Activity.overdue(work))
    if only_late and is_news(work, owner):
        messages = [Reminder([], notice)]
    if begins and (messages or only_late or not daily):
        first(work, "morning", morning(owner, work.now))
    return messages


def is_news(work: Context, owner: User) -> bool:
    """Return whether it is new what a person has overdue; from then on it was told."""
    due = Activity.due_date
    theirs = (Activity.owner == owner.id, Activity.overdue(work))
    sums = select(func.count(Activity.id), func.min(due), func.max(due)).where(*theirs)
    count, *between = work.session.execute(sums).one()
    told = ":".join(f"{moment.timestamp():.0f}" for moment in between if moment)
    return first(work, "overdue", f"{owner.id}:{count}:{told}")


def not_muted(work: Context, owner: User, ids: list[int]) -> list[int]:
    """Return those of these activities that their owner wants to hear of.

    Whoever mutes a deal hears nothing of the tasks about it either.
    """
    muted = marks.muted_by(work, owner.id) if ids else set()
    if not muted:
        return ids
    quiet = {
        record.id
        for record in work.session.scalars(select(Activity).where(Activity.id.in_(ids)))
        if marks.is_muted(record, muted)
    }
    return [id for id in ids if id not in quiet]


def unwelcomed(work: Context, people: Iterable[User | Hours]) -> list[int]:
    """Return the ids of those whose working day has not begun with a reminder yet."""
    slots = {morning(user, work.now): user.id for user in people}
    begun = set(
        work.session.scalars(
            select(JobRun.slot).where(JobRun.job == "morning", JobRun.slot.in_(slots))
        )
    )
    return [id for slot, id in slots.items() if slot not in begun]


def told_before(work: Context, owner: User) -> list[int]:
    """Return what came due since the working day before began, and was told, the oldest first.

    Where that is more than a message names, the oldest are left to the count.
    """
    told = (Activity.owner == owner.id, Activity.overdue(work), Activity.remind_at.is_(None))
    latest = (
        select(Activity.id)
        .where(*told, Activity.due_date >= day_before(owner, work.now))
        .order_by(Activity.due_date.desc(), Activity.id.desc())
        .limit(TOGETHER)
    )
    return list(reversed(work.session.scalars(latest).all()))


def untold(work: Context, owner: int, limit: int = AT_ONCE) -> list[int]:
    """Return the ids of what came due without a reminder to its owner, the oldest first."""
    theirs = select(Activity.id).where(Activity.owner == owner, Activity.untold(work))
    return list(work.session.scalars(theirs.order_by(Activity.remind_at, Activity.id).limit(limit)))


def take_untold(work: Context, owner: User) -> list[int]:
    """Return what came due without a reminder, and mark it as reminded.

    What its owner puts off or ticks off at this very moment is left alone.
    """
    ids = untold(work, owner.id)
    still = (Activity.id.in_(ids), Activity.owner == owner.id, Activity.untold(work))
    told = update(Activity).where(*still).values(remind_at=None).returning(Activity.id)
    marked = (
        set(work.session.scalars(told, execution_options={"synchronize_session": False}))
        if ids
        else set()
    )
    return [id for id in ids if id in marked]


def due(
    work: Context, owner: int, ids: Sequence[int] | None, limit: int
) -> tuple[list[Activity], int]:
    """Return the oldest activities of a person that are due now, and how many there are in all.

    Activities that were done, put off or given away meanwhile are not among them. There are none
    where some readers may not see when they are due and done.

    Args:
        work: The unit of work.
        owner: The id of the person.
        ids: Only these activities; all when None.
        limit: The largest number of activities to return.
    """
    theirs = [Activity.owner == owner, Activity.open(), Activity.due_date <= work.now]
    if visibility.hidden(work, *theirs):
        return [], 0
    theirs += [] if ids is None else [Activity.id.in_(ids)]
    count = work.session.scalar(select(func.count(Activity.id)).where(*theirs)) or 0
    oldest = select(Activity).where(*theirs).order_by(Activity.due_date, Activity.id).limit(limit)
    return list(work.session.scalars(oldest)), count


def overdue(
    work: Context,
    owner: int,
    limit: int,
    without: Collection[int] = (),
    after: tuple[datetime, int] | None = None,
) -> Overdue:
    """Return what a person should have done before today, which begins in the reader's zone.

    It is nothing where some readers may not see when activities are due and done.

    Args:
        work: The unit of work.
        owner: The id of the person.
        limit: The largest number of activities to return.
        without: The ids of activities that do not count.
        after: Only what comes after the one that is due then and has this id.
    """
    midnight = datetime.combine(work.today, time(), work.zone)
    theirs = [Activity.owner == owner, Activity.open(), Activity.due_date < midnight]
    if visibility.hidden(work, *theirs):
        return Overdue()
    if without:
        theirs.append(Activity.id.not_in(without))
    if after:
        due, id = after
        later = (Activity.due_date == due) & (Activity.id > id)
        theirs.append(or_(Activity.due_date > due, later))
    sums = select(func.count(Activity.id), func.min(Activity.due_date)).where(*theirs)
    count, since = work.session.execute(sums).one()
    oldest = select(Activity).where(*theirs).order_by(Activity.due_date, Activity.id).limit(limit)
    return Overdue(count, since, list(work.session.scalars(oldest)) if count else [])


@dataclass(frozen=True)
class Tasks:
    """How many activities there are to do on a day.

    Attributes:
        due: How many are due on the day.
        overdue: How many were due before it.
    """

    due: int
    overdue: int


def on_day(work: Context, day: date, zone: ZoneInfo, *also: ColumnElement[bool]) -> Tasks | None:
    """Return how many open activities are due on a day, and how many before it.

    Return None where some readers may not see what they are counted by.

    Args:
        work: The unit of work.
        day: The day.
        zone: The zone in which it begins and ends.
        *also: What else they must fulfil.
    """
    begins, ends = (datetime.combine(each, time(), zone) for each in (day, day + DAY))
    late = func.count(Activity.id).filter(Activity.due_date < begins)
    wanted = (Activity.open(), Activity.due_date < ends, *also)
    if visibility.hidden(work, *wanted):
        return None
    count, overdue = work.session.execute(
        select(func.count(Activity.id), late).where(*wanted)
    ).one()
    return Tasks(count - overdue, overdue)
