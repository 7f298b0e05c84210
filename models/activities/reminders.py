"""What is due, who owns it, and who was reminded of it.

Everybody is reminded once for each due moment, in their own working hours, and once more when the
next working day begins. What is overdue for longer is counted, not named.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select, update

from models.activities.activity import Activity
from models.core.context import Context
from models.core.entity.bulk import insert_once
from models.core.identity.user import User
from models.core.outbox.delivery import JobRun
from models.core.permissions import visibility
from models.core.schedule import DAY, FRIDAY, strikes

TOGETHER = 10
"""Activities that one message names: with its buttons, about what Slack accepts."""
AT_ONCE = 10 * TOGETHER
"""Activities marked as reminded in one unit of work, so that nobody waits for it."""


@dataclass(frozen=True)
class Reminder:
    """One message to an owner.

    Attributes:
        ids: The ids of the activities that it names; without any it only counts what is overdue.
    """

    ids: list[int]


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


class Hours(NamedTuple):
    """When a person works, by the clock of their town: all that is needed from most people."""

    id: int
    zone: str
    starts_at: str
    ends_at: str


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


def at_work(user: User | Hours, now: datetime) -> bool:
    """Return whether it is a working day and working hours for a person."""
    return shift(user, now) is not None


def shift(user: User | Hours, now: datetime) -> date | None:
    """Return the working day on which a person's present working hours began, None outside of them.

    The hours may end on the next day.
    """
    zone = ZoneInfo(user.zone)
    today = now.astimezone(zone).date()
    overnight = user.ends_at <= user.starts_at
    for day in (today, today - DAY) if overnight else (today,):
        start, end = (
            strikes(day, user.starts_at, zone),
            strikes(day + DAY * overnight, user.ends_at, zone),
        )
        if day.weekday() <= FRIDAY and start <= now < end:
            return day
    return None


def colleagues(work: Context) -> list[User]:
    """Return everybody who can get a message: no guests, and nobody who has left."""
    return list(work.session.scalars(select(User).where(~User.left, ~User.guest).order_by(User.id)))


def expectant(work: Context) -> list[User]:
    """Return the people to remind now.

    They are at work and were not reminded of all that is due, or not yet today. Outside their
    working hours people are left alone; the next working day begins with what came due in between.
    """
    people = present(work)
    found = with_any(work, [user.id for user in people], Activity.untold(work))
    found |= with_any(work, unwelcomed(work, people), Activity.overdue(work))
    them = select(User).where(User.id.in_(found)).order_by(User.id)
    return list(work.session.scalars(them)) if found else []


def present(work: Context) -> list[Hours]:
    """Return who can get a message and is at work now.

    Loading whole users would take far longer, each minute.
    """
    hours = select(User.id, User.zone, User.starts_at, User.ends_at).where(~User.left, ~User.guest)
    return [
        person for row in work.session.execute(hours) if at_work(person := Hours(*row), work.now)
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
    before began; where there is only what is overdue for longer, it names nothing.
    """
    begins = bool(unwelcomed(work, [owner]))
    named = (told_before(work, owner) if begins else []) + take_untold(work, owner)
    messages = [
        Reminder(named[start : start + TOGETHER]) for start in range(0, len(named), TOGETHER)
    ]
    if begins and not messages and with_any(work, [owner.id], Activity.overdue(work)):
        messages = [Reminder([])]
    if begins and messages:
        first(work, "morning", morning(owner, work.now))
    return messages


def day_before(user: User | Hours, now: datetime) -> datetime:
    """Return when the working day of a person before the present one began."""
    zone = ZoneInfo(user.zone)
    day = (shift(user, now) or now.astimezone(zone).date()) - DAY
    while day.weekday() > FRIDAY:
        day -= DAY
    return strikes(day, user.starts_at, zone)


def morning(user: User | Hours, now: datetime) -> str:
    """Return the slot of a person's working day."""
    day = shift(user, now) or now.astimezone(ZoneInfo(user.zone)).date()
    return f"{day:%Y%m%d}:{user.id}"


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
