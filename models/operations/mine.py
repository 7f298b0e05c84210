"""What one person has on their plate."""

from datetime import datetime, time, timedelta

from sqlalchemy import select

from models.activity import Activity
from models.case import Case
from models.core.work import Work
from models.opportunity import Opportunity


def my_day(work: Work, limit: int) -> list[Activity]:
    """The actor's open activities due until the end of today in their zone, overdue ones included, the oldest first."""
    midnight = datetime.combine(work.today + timedelta(days=1), time(), work.zone)
    mine = select(Activity).where(Activity.owner == me(work), Activity.open(), Activity.due_date < midnight)
    return list(work.session.scalars(mine.order_by(Activity.due_date, Activity.id).limit(limit)))


def my_deals(work: Work, limit: int) -> list[Opportunity]:
    """The actor's open deals, those that close first on top and those without a date last."""
    mine = select(Opportunity).where(Opportunity.owner == me(work), Opportunity.open())
    order = (Opportunity.close_date.is_(None), Opportunity.close_date, Opportunity.id)
    return list(work.session.scalars(mine.order_by(*order).limit(limit)))


def my_cases(work: Work, limit: int) -> list[Case]:
    """The actor's open cases, the oldest first."""
    mine = select(Case).where(Case.assignee == me(work), Case.open())
    return list(work.session.scalars(mine.order_by(Case.id).limit(limit)))


def me(work: Work) -> int:
    return work.actor.id if work.actor else 0
