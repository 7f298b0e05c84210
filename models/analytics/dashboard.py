"""What one person has to do and owns; nothing where a field that shows it is hidden from them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, func, or_, select

from models.activities.activity import Activity, ActivityType
from models.core.audit.entries import AuditEntry
from models.core.context import Context
from models.core.entity.base import Entity
from models.core.names import kept
from models.core.notifications import marks
from models.core.permissions import policy, visibility
from models.customers.customer import Customer
from models.sales.lead import Lead, LeadStatus
from models.sales.opportunity import Opportunity
from models.sales.pipeline import StageRow, open_stages, stage_rows
from models.support.case import Case

E = TypeVar("E", bound=Entity)

COUNTED = 100
"""The most records of a person that are counted."""
NEWEST = 200
"""The newest cases among which those of a person's customers are looked for."""
LATEST, ENTRIES = 20, 300
"""The records that changed last, and the entries of their trail, among which news are."""
OPEN_LEADS = (LeadStatus.NEW, LeadStatus.WORKING, LeadStatus.QUALIFIED)


def my_day(work: Context, limit: int) -> list[Activity]:
    """Return the actor's open activities due until the end of today, the oldest first.

    Today ends in the actor's zone. Overdue activities are included.
    """
    return due_between(work, None, midnight(work, 1), limit)


def my_deals(work: Context, limit: int) -> list[Opportunity]:
    """Return the actor's open deals, the next to close on top and those without a date last."""
    order = (Opportunity.close_date.is_(None), Opportunity.close_date)
    return mine(work, Opportunity, Opportunity.open(), *order, limit=limit)


def my_cases(work: Context, limit: int) -> list[Case]:
    """Return the actor's open cases, the oldest first."""
    return mine(work, Case, Case.open(), limit=limit)


def my_leads(work: Context, limit: int) -> list[Lead]:
    """Return the actor's leads that are neither converted nor disqualified, the oldest first."""
    return mine(work, Lead, open_leads(), limit=limit)


def open_leads() -> ColumnElement[bool]:
    """Return the filter for leads that somebody should still talk to."""
    return Lead.status.in_(Lead.options_like("status", *OPEN_LEADS))


def mine(
    work: Context, entity: type[E], wanted: ColumnElement[bool], *order: Any, limit: int
) -> list[E]:
    """Return the actor's records that a filter matches, in an order.

    They are ordered by age where the order is hidden from some readers.
    """
    if visibility.hidden(work, wanted):
        return []
    mine = select(entity).where(owned(work, entity), wanted)
    first = [] if visibility.hidden(work, *order) else order
    return list(work.session.scalars(mine.order_by(*first, entity.id).limit(limit)))


def count_mine(work: Context, entity: type[Entity], wanted: ColumnElement[bool]) -> int:
    """Return how many of the actor's records a filter matches, `COUNTED` where they are more."""
    if visibility.hidden(work, wanted):
        return 0
    some = select(entity.id).where(owned(work, entity), wanted).limit(COUNTED).subquery()
    return work.session.scalar(select(func.count()).select_from(some)) or 0


def owned(work: Context, entity: type[Entity]) -> ColumnElement[bool]:
    """Return the condition for records that the actor owns."""
    owner: ColumnElement[bool] = getattr(entity, entity.owned) == me(work)
    return owner


def me(work: Context) -> int:
    return work.actor.id if work.actor else 0


def midnight(work: Context, days: int = 0) -> datetime:
    """Return when the day begins, so many days from today, in the actor's zone."""
    return datetime.combine(work.today + timedelta(days=days), time(), work.zone)


# ── tasks ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Load:
    """How many activities of a person were due before today, are due today, and tomorrow."""

    overdue: int = 0
    today: int = 0
    tomorrow: int = 0


def loads(work: Context, people: Collection[int]) -> Mapping[int, Load]:
    """Return how many open activities each of these people has to do, in one statement.

    The days are those of the actor. There is nothing where it is hidden when activities are due.
    Who was asked about before is not asked about again.
    """
    readers = tuple(reader.id for reader in work.viewers)
    known: dict[int, Load] = kept(work.session).setdefault(("loads", readers, me(work)), {})
    if others := [person for person in people if person not in known]:
        known.update({person: Load() for person in others} | counted_loads(work, others))
    return known


def counted_loads(work: Context, people: Collection[int]) -> dict[int, Load]:
    """Return the same, of those who have something to do; nothing is kept."""
    today, tomorrow, after = (midnight(work, days) for days in range(3))
    due = Activity.due_date
    wanted = (Activity.owner.in_(sorted(people)), Activity.open(), due < after)
    if not people or visibility.hidden(work, *wanted):
        return {}
    spans = (due < today, (due >= today) & (due < tomorrow), due >= tomorrow)
    counts = [func.count(Activity.id).filter(span) for span in spans]
    rows = select(Activity.owner, *counts).where(*wanted).group_by(Activity.owner)
    found = work.session.execute(rows)
    return {owner: Load(*counted) for owner, *counted in found if owner is not None}


def due_between(work: Context, start: datetime | None, end: datetime, limit: int) -> list[Activity]:
    """Return the actor's open activities due in [start, end), the oldest first."""
    span = Activity.due_date < end
    span = span if start is None else span & (Activity.due_date >= start)
    return mine(work, Activity, Activity.open() & span, Activity.due_date, limit=limit)


@dataclass(frozen=True)
class Talk:
    """When somebody last talked with or about a record, and when the next activity is due."""

    last: datetime | None = None
    next: datetime | None = None


def talks(work: Context, by: str, ids: Sequence[int]) -> Mapping[int, Talk] | None:
    """Return when records were talked about last and when the next activity is due.

    A task that was done is no talk. The result is None where the fields that say so are hidden.

    Args:
        work: The unit of work.
        by: The field of an activity that names the records.
        ids: The ids of the records.
    """
    column = getattr(Activity, by)
    if visibility.hidden(work, column, Activity.done_at, Activity.due_date, Activity.type):
        return None
    if not ids:
        return {}
    tasks = Activity.options_like("type", ActivityType.TASK)
    last = func.max(Activity.done_at).filter(Activity.type.not_in(tasks))
    coming = func.min(Activity.due_date).filter(Activity.done_at.is_(None))
    rows = select(column, last, coming).where(column.in_(ids)).group_by(column)
    return {id: Talk(*found) for id, *found in work.session.execute(rows)}


# ── deals and cases ───────────────────────────────────────────────────────────────────────────────


def my_pipeline(work: Context) -> list[StageRow]:
    """Return the actor's open deals by stage and currency."""
    return stage_rows(work, open_stages(), Opportunity.owner == me(work))


def cases_of(work: Context, customers: Collection[int]) -> list[Case]:
    """Return the open cases of these customers, the oldest first."""
    wanted = (Case.customer.in_(sorted(customers)), Case.open())
    if not customers or visibility.hidden(work, *wanted):
        return []
    return list(work.session.scalars(select(Case).where(*wanted).order_by(Case.id).limit(COUNTED)))


def cases_of_my_customers(work: Context, since: datetime, limit: int) -> list[Case]:
    """Return the open cases that came since then from the actor's customers, the newest first.

    The actor's own cases are not among them. They are looked for among the newest of all cases.
    """
    theirs = select(Customer.id).where(Customer.id == Case.customer, owned(work, Customer))
    others = or_(Case.assignee.is_(None), Case.assignee != me(work))
    wanted = (Case.open(), Case.created_at >= since, others, theirs.exists())
    if visibility.hidden(work, Case.open(), Case.customer):
        return []
    newest = select(Case.id).order_by(Case.id.desc()).limit(NEWEST).subquery()
    found = select(Case).where(Case.id.in_(select(newest.c.id)), *wanted)
    return list(work.session.scalars(found.order_by(Case.id.desc()).limit(limit)))


# ── what others did ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class News:
    """What somebody else changed last on a record of the actor's, in one act."""

    record: Entity
    entries: Sequence[AuditEntry]

    @property
    def by(self) -> int | None:
        return self.entries[0].actor


def news(
    work: Context,
    filters: Iterable[tuple[type[Entity], ColumnElement[bool]]],
    since: datetime,
    limit: int,
) -> list[News]:
    """Return what other people changed on the actor's records, the latest first.

    Only fields that all readers may see count, and only records whose history they may see.

    Args:
        work: The unit of work.
        filters: Which records count: entities, each with a condition.
        since: The moment since which a change is news.
        limit: The largest number of records to return.
    """
    records = {
        (entity.slug(), record.id): record
        for entity, wanted in filters
        if policy.can(work.actor, "history", entity)
        for record in changed_since(work, entity, wanted, since)
    }
    found: dict[tuple[str, int], list[AuditEntry]] = {}
    for entry in entries_of_others(work, records, since):
        acts = found.setdefault((entry.entity, entry.record_id), [])
        if not acts or acts[0].unit == entry.unit:
            acts.append(entry)
    told = [News(records[key], entries) for key, entries in found.items()]
    return told[:limit]


def changed_since(
    work: Context, entity: type[Entity], wanted: ColumnElement[bool], since: datetime
) -> list[Entity]:
    """Return the records that the actor owns or follows and that changed since, the latest first.

    What they have muted is left out.
    """
    changed = wanted & (entity.updated_at >= since)
    if visibility.hidden(work, changed):
        return []
    marked = marks.marked(work, me(work), entity)
    theirs = or_(owned(work, entity), entity.id.in_(marked.followed))
    found = select(entity).where(theirs, changed, entity.id.not_in(marked.muted))
    return list(work.session.scalars(found.order_by(entity.updated_at.desc()).limit(LATEST)))


def entries_of_others(
    work: Context, records: Mapping[tuple[str, int], Entity], since: datetime
) -> Iterable[AuditEntry]:
    """Yield what other people changed on these records since then, the latest first.

    What is hidden from some readers, or was erased, is left out.
    """
    ids: dict[str, list[int]] = {}
    for slug, id in records:
        ids.setdefault(slug, []).append(id)
    if not ids:
        return
    theirs = [
        and_(AuditEntry.entity == slug, AuditEntry.record_id.in_(found))
        for slug, found in ids.items()
    ]
    others = (AuditEntry.actor.is_not(None), AuditEntry.actor != me(work), AuditEntry.at >= since)
    latest = select(AuditEntry).where(or_(*theirs), *others).order_by(AuditEntry.id.desc())
    for entry in work.session.scalars(latest.limit(ENTRIES)):
        seen = policy.fields(work, records[entry.entity, entry.record_id])
        if entry.field in seen and entry.field != "deleted_at" and not entry.erased:
            yield entry
