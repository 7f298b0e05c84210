"""What one person has to do; nothing where a field that shows it is hidden from them."""

from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select

from models.activities.activity import Activity
from models.core.context import Context
from models.core.entity.base import Entity
from models.core.permissions import visibility
from models.sales.opportunity import Opportunity
from models.support.case import Case

E = TypeVar("E", bound=Entity)


def my_day(work: Context, limit: int) -> list[Activity]:
    """Return the actor's open activities due until the end of today, the oldest first.

    Today ends in the actor's zone. Overdue activities are included.
    """
    midnight = datetime.combine(work.today + timedelta(days=1), time(), work.zone)
    return mine(
        work,
        Activity,
        Activity.open() & (Activity.due_date < midnight),
        Activity.due_date,
        limit=limit,
    )


def my_deals(work: Context, limit: int) -> list[Opportunity]:
    """Return the actor's open deals, the next to close on top and those without a date last."""
    order = (Opportunity.close_date.is_(None), Opportunity.close_date)
    return mine(work, Opportunity, Opportunity.open(), *order, limit=limit)


def my_cases(work: Context, limit: int) -> list[Case]:
    """Return the actor's open cases, the oldest first."""
    return mine(work, Case, Case.open(), limit=limit)


def mine(
    work: Context, entity: type[E], wanted: ColumnElement[bool], *order: Any, limit: int
) -> list[E]:
    """Return the actor's records that a filter matches, in an order.

    They are ordered by age where the order is hidden from some readers.
    """
    if visibility.hidden(work, wanted):
        return []
    mine = select(entity).where(
        getattr(entity, entity.owned) == (work.actor.id if work.actor else 0), wanted
    )
    first = [] if visibility.hidden(work, *order) else order
    return list(work.session.scalars(mine.order_by(*first, entity.id).limit(limit)))
