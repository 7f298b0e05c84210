"""What is due, whose it is, and who has been told: once for each due moment, in each person's own working hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from sqlalchemy import exists, func, select

from models.activity import Activity
from models.core.outbox import JobRun, insert_once
from models.core.user import User
from models.core.work import Work

DAY = timedelta(days=1)
FRIDAY = 4


def first(work: Work, job: str, slot: str) -> bool:
    """Whether this is the first firing of a job for this slot, in this and every other replica."""
    return insert_once(work, JobRun, job=job, slot=slot, at=work.now) is not None


def struck(now: datetime, zone: tzinfo, at: str) -> date | None:
    """The local date, once the clock has reached `at` ("08:30") there on a working day; None before and at weekends.

    A date, not a moment: an hour that comes twice or not at all when the clocks change makes one slot all the same.
    """
    local = now.astimezone(zone)
    return local.date() if local.weekday() <= FRIDAY and local.time() >= time.fromisoformat(at) else None


def at_work(user: User, now: datetime) -> bool:
    """Whether it is a working day and working hours for someone."""
    return struck(now, user.tz, user.starts_at) is not None and f"{now.astimezone(user.tz):%H:%M}" < user.ends_at


def colleagues(work: Work) -> list[User]:
    """Everyone who can be told something: no guests, nobody who has left."""
    return list(work.session.scalars(select(User).where(~User.left, ~User.guest).order_by(User.id)))


def reminders(work: Work) -> list[tuple[User, list[int]]]:
    """Whom to remind of what, now, and mark it as told: (owner, ids of activities).

    No ids stand for everything that is due: the first reminder of someone's working day, which repeats what is overdue.
    After it each activity comes up once, at its due moment; put off, it has a new one. Outside their working hours
    people are left alone, and the next working day begins with what fell there.
    """
    people = {user.id: user for user in colleagues(work) if at_work(user, work.now)}
    late = with_something_due(work, unwelcomed(work, people.values()))
    found = []
    for owner, activities in untold(work, people).items():
        new = [activity for activity, slot in activities if first(work, "due", slot)]
        if new and owner not in late:
            found.append((people[owner], new))
    mornings = [people[id] for id in late if first(work, "morning", morning(people[id], work.now))]
    return found + [(user, []) for user in mornings]


def morning(user: User, now: datetime) -> str:
    """The slot of someone's working day."""
    return f"{now.astimezone(user.tz):%Y%m%d}:{user.id}"


def unwelcomed(work: Work, people: Iterable[User]) -> list[int]:
    """The ids of those whose working day has not begun with a reminder yet."""
    yesterday = f"{work.now - DAY:%Y%m%d}"
    begun = set(work.session.scalars(select(JobRun.slot).where(JobRun.job == "morning", JobRun.slot >= yesterday)))
    return [user.id for user in people if morning(user, work.now) not in begun]


def with_something_due(work: Work, owners: list[int]) -> list[int]:
    """Those of these people who have anything due, looked up by owner, one row each."""
    anything = exists().where(Activity.owner == User.id, Activity.open(), Activity.due_date <= work.now)
    return list(work.session.scalars(select(User.id).where(User.id.in_(owners), anything).order_by(User.id)))


def untold(work: Work, people: Iterable[int]) -> dict[int, list[tuple[int, str]]]:
    """What came due within a day and was not told: owner → (activity id, slot). Older ones come with the morning."""
    since = work.now - DAY
    window = (Activity.open(), Activity.due_date > since, Activity.due_date <= work.now)
    slots = select(JobRun.slot).where(JobRun.job == "due", JobRun.slot >= due_slot(since))
    told = set(work.session.scalars(slots))
    found: dict[int, list[tuple[int, str]]] = {}
    rows = select(Activity.id, Activity.owner, Activity.due_date).where(*window, Activity.owner.in_(list(people)))
    for row in work.session.execute(rows.order_by(Activity.due_date, Activity.id)):
        slot = due_slot(row.due_date, row.id)
        if slot not in told:
            found.setdefault(row.owner, []).append((row.id, slot))
    return found


def due_slot(moment: datetime, id: int | str = "") -> str:
    """The slot of an activity's due moment; they sort as the moments do."""
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S%f}:{id}"


def due(work: Work, owner: int, ids: list[int], limit: int) -> tuple[list[Activity], int]:
    """What of someone's is due now, the oldest first: at most `limit`, and how many there are in all.

    ids: only these of them, all when empty. Done, put off or given away meanwhile, it is not among them.
    """
    theirs = [Activity.owner == owner, Activity.open(), Activity.due_date <= work.now]
    theirs += [Activity.id.in_(ids)] if ids else []
    count = work.session.scalar(select(func.count(Activity.id)).where(*theirs)) or 0
    oldest = select(Activity).where(*theirs).order_by(Activity.due_date, Activity.id).limit(limit)
    return list(work.session.scalars(oldest)), count


@dataclass(frozen=True)
class Plate:
    """What one person has before them: how many activities, how many of them overdue, and the first as (ref, title)."""

    owner: str
    count: int
    overdue: int
    first: list[tuple[str, str]]


def plates(work: Work, until: datetime, shown: int) -> list[Plate]:
    """Everybody's open activities due before `until` (UTC), the fullest plate first; nobody's as “Nobody”.

    shown: how many of each are named.
    """
    place = func.row_number().over(partition_by=Activity.owner, order_by=(Activity.due_date, Activity.id))
    overdue = func.count().filter(Activity.due_date <= work.now).over(partition_by=Activity.owner)
    ranked = (
        select(
            Activity.owner, Activity.number, Activity.title,
            place.label("place"), overdue.label("overdue"),
            func.count().over(partition_by=Activity.owner).label("together"),
        )
        .where(Activity.open(), Activity.due_date < until)
        .subquery()
    )  # fmt: skip
    each = ranked.c
    rows = select(ranked, User.name).join(User, User.id == each.owner, isouter=True).where(each.place <= shown)
    found: dict[int | None, Plate] = {}
    for row in work.session.execute(rows.order_by(each.together.desc(), each.owner, each.place)):
        plate = found.setdefault(row.owner, Plate(row.name or "Nobody", row.together, row.overdue, []))
        plate.first.append((f"{Activity.prefix}-{row.number}", row.title))
    return list(found.values())
