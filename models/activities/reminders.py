"""What is due, who owns it, and who was reminded of it.

Everybody is reminded once for each due moment, in their own working hours.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select, update

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
        ids: The ids of the activities.
        more: Whether it says how many more are due.
    """

    ids: list[int]
    more: bool = False


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

    Call it again until there is nothing. Each activity is named once, after its due moment; put
    off, it has a new one. The first reminder of a working day repeats what is overdue.
    """
    begins = bool(unwelcomed(work, [owner]))
    again = told_before(work, owner) if begins else []
    new = take_untold(work, owner)
    if begins and (again or new):
        first(work, "morning", morning(owner, work.now))
    if again and len(again) + len(new) <= TOGETHER:
        return [Reminder(again + new)]
    repeated = [Reminder(again[:TOGETHER], more=len(again) > TOGETHER)] if again else []
    return repeated + [
        Reminder(new[start : start + TOGETHER]) for start in range(0, len(new), TOGETHER)
    ]


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
    """Return the oldest activities that are due and not new.

    One more than a message names shows that there are more.
    """
    told = (Activity.owner == owner.id, Activity.overdue(work), Activity.remind_at.is_(None))
    oldest = (
        select(Activity.id)
        .where(*told)
        .order_by(Activity.due_date, Activity.id)
        .limit(TOGETHER + 1)
    )
    return list(work.session.scalars(oldest))


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


def due(work: Context, owner: int, ids: list[int], limit: int) -> tuple[list[Activity], int]:
    """Return the oldest activities of a person that are due now, and how many there are in all.

    Activities that were done, put off or given away meanwhile are not among them. There are none
    where some readers may not see when they are due and done.

    Args:
        work: The unit of work.
        owner: The id of the person.
        ids: Only these activities; all when empty.
        limit: The largest number of activities to return.
    """
    theirs = [Activity.owner == owner, Activity.open(), Activity.due_date <= work.now]
    if visibility.hidden(work, *theirs):
        return [], 0
    theirs += [Activity.id.in_(ids)] if ids else []
    count = work.session.scalar(select(func.count(Activity.id)).where(*theirs)) or 0
    oldest = select(Activity).where(*theirs).order_by(Activity.due_date, Activity.id).limit(limit)
    return list(work.session.scalars(oldest)), count


@dataclass(frozen=True)
class Plate:
    """The activities that one person has to do.

    Attributes:
        count: How many there are.
        overdue: How many of them are overdue.
        first: The first ones as (ref, title).
    """

    owner: str
    count: int
    overdue: int
    first: list[tuple[str, str]]


def plates(work: Context, until: datetime, shown: int) -> list[Plate]:
    """Return everybody's open activities due before `until`, the fullest plate first.

    Activities without an owner are listed as “Nobody”. There are none where some readers may not
    see when activities are due and done.

    Args:
        work: The unit of work.
        until: The moment (UTC) before which they are due.
        shown: How many of each person's activities are named.
    """
    wanted = (Activity.open(), Activity.due_date < until)
    if visibility.hidden(work, *wanted):
        return []
    place = func.row_number().over(
        partition_by=Activity.owner, order_by=(Activity.due_date, Activity.id)
    )
    overdue = func.count().filter(Activity.due_date <= work.now).over(partition_by=Activity.owner)
    ranked = (
        select(
            Activity.owner,
            Activity.number,
            Activity.title,
            place.label("place"),
            overdue.label("overdue"),
            func.count().over(partition_by=Activity.owner).label("together"),
        )
        .where(*wanted)
        .subquery()
    )
    each = ranked.c
    rows = (
        select(ranked, User.name)
        .join(User, User.id == each.owner, isouter=True)
        .where(each.place <= shown)
    )
    found: dict[int | None, Plate] = {}
    for row in work.session.execute(rows.order_by(each.together.desc(), each.owner, each.place)):
        plate = found.setdefault(
            row.owner, Plate(row.name or "Nobody", row.together, row.overdue, [])
        )
        plate.first.append((f"{Activity.prefix}-{row.number}", row.title))
    return list(found.values())
