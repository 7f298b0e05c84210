"""Many records, made in a moment, and what became of them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from models.core import rules
from models.core.audit.entries import AuditEntry
from models.core.background import bulk_change
from models.core.background.task import BackgroundTask
from models.core.entity.base import Entity, Row
from models.core.listeners import insert_many
from models.core.unit_of_work import UnitOfWorkFactory
from models.exchange.batch import bare
from models.sales.lead import Lead


def many_leads(works: UnitOfWorkFactory, count: int, owner: str = "U_RITA") -> list[int]:
    """So many leads of a person; returns their ids."""
    with works("T1", owner) as work:
        made = []
        for number in range(count):
            lead: Lead = bare(Lead, {"first_name": f"Ada {number}", "owner": work.actor.id})
            rules.begin(work, lead)
            rules.prepare(work, lead)
            made.append(lead)
        insert_many(work, made)
        return [lead.id for lead in made]


def asked(
    works: UnitOfWorkFactory,
    entity: type[Entity],
    ids: Sequence[int],
    by: str = "U_RITA",
    **texts: str,
) -> BackgroundTask:
    """A bulk change that a person asked for, as a task."""
    with works("T1", by, "command") as work:
        return bulk_change.as_task(work, entity, ids, texts)


def task_of(works: UnitOfWorkFactory, task: BackgroundTask) -> BackgroundTask:
    """The task as it is now."""
    with works("T1", writes=False) as work:
        return work.session.get_one(BackgroundTask, task.id)


def fields_of(works: UnitOfWorkFactory, entity: type[Row], name: str) -> Counter[Any]:
    """How many rows hold which value; hidden records do not count."""
    column = getattr(entity, name)
    with works("T1", writes=False) as work:
        found = select(column, func.count()).group_by(column)
        return Counter({value: count for value, count in work.session.execute(found)})


def changes_of(works: UnitOfWorkFactory, unit: str, field: str) -> list[int]:
    """The ids of the records of which a unit of work changed a field, one for each time."""
    theirs = (AuditEntry.unit == unit, AuditEntry.field == field)
    with works("T1", writes=False) as work:
        return sorted(work.session.scalars(select(AuditEntry.record_id).where(*theirs)))
