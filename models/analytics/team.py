"""What a team has in hand: what needs a look, what closes next, and how much everybody has.

Each of these takes one or two statements, however many deals there are.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from models.analytics.dashboard import Talk, open_leads, talks
from models.core.context import Context
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.permissions import policy, visibility
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case

BIGGEST = 50
"""The open deals, by amount, among which those that need a look are found."""
STUCK = timedelta(days=21)
"""Time in one stage, without a talk, after which a deal needs a look."""
SOON = timedelta(days=7)
"""Time before the close date within which a deal should have a next step."""
COLD = timedelta(days=7)
"""Age from which a lead that nobody talked with needs a look."""
RECENT = 200
"""The newest open leads among which those are looked for."""


@dataclass(frozen=True)
class Look:
    """A deal that needs a look.

    Attributes:
        deal: The deal.
        since: When it came to its stage, where it has been there for long without a talk.
        unplanned: Whether it closes soon and has no next step.
    """

    deal: Opportunity
    since: datetime | None = None
    unplanned: bool = False


def leads_a_team(work: Context) -> bool:
    """Return whether the actor leads a team."""
    mine = select(Team.id).where(Team.lead == (work.actor.id if work.actor else 0)).limit(1)
    return work.session.scalar(mine) is not None


def members(work: Context) -> list[User]:
    """Return the people of the actor's teams, without the actor and those who have left."""
    if not work.actor:
        return []
    theirs = (User.id.in_(policy.circle(work.actor)), User.id != work.actor.id)
    here = select(User).where(*theirs, ~User.left, ~User.guest).order_by(User.id)
    return list(work.session.scalars(here))


def biggest(work: Context, limit: int) -> list[Opportunity]:
    """Return the open deals with the largest amounts, by their numbers where those are hidden.

    Their ids come from the index of the pipeline; only these deals are read.
    """
    if visibility.hidden(work, Opportunity.stage):
        return []
    amount = func.coalesce(Opportunity.amount, 0)
    order = [] if visibility.hidden(work, Opportunity.amount) else [amount.desc()]
    ids = select(Opportunity.id).where(Opportunity.open())
    found = list(work.session.scalars(ids.order_by(*order, Opportunity.id).limit(limit)))
    records = work.session.scalars(select(Opportunity).where(Opportunity.id.in_(found)))
    return sorted(records, key=lambda deal: found.index(deal.id))


def needing_a_look(work: Context) -> list[Look]:
    """Return those of the biggest open deals that need a look, the biggest first.

    They are late, have no close date, close soon without a next step, or stay in their stage
    without a talk. What depends on a hidden field is no reason.
    """
    deals = biggest(work, BIGGEST)
    talked = talks(work, "opportunity", [deal.id for deal in deals])
    dated = not visibility.hidden(work, Opportunity.close_date)
    planned = not visibility.hidden(work, Opportunity.next_step)
    found = []
    for deal in deals:
        talk = (talked or {}).get(deal.id, Talk())
        came = deal.stage_since
        still = talked is not None and came is not None and came <= work.now - STUCK
        stuck = still and (talk.last is None or talk.last <= work.now - STUCK)
        close = deal.close_date
        soon = dated and close is not None and work.today <= close <= work.today + SOON
        unplanned = bool(
            planned and soon and not deal.next_step and talked is not None and talk.next is None
        )
        if stuck or unplanned or (dated and (close is None or close < work.today)):
            found.append(Look(deal, came if stuck else None, unplanned))
    return found


def cold_leads(work: Context, limit: int) -> list[Lead]:
    """Return open leads that nobody has talked with, the oldest first.

    They are looked for among the newest leads that somebody has.
    """
    wanted = (open_leads(), Lead.owner.is_not(None), Lead.created_at <= work.now - COLD)
    if visibility.hidden(work, *wanted):
        return []
    newest = select(Lead.id).where(*wanted).order_by(Lead.id.desc()).limit(RECENT)
    ids = sorted(work.session.scalars(newest))
    talked = talks(work, "lead", ids)
    if talked is None:
        return []
    cold = [id for id in ids if talked.get(id, Talk()) == Talk()][:limit]
    found = select(Lead).where(Lead.id.in_(cold)).order_by(Lead.id)
    return list(work.session.scalars(found)) if cold else []


def closing(work: Context, days: int, limit: int) -> list[Opportunity]:
    """Return the open deals that close from today on within so many days, the next first."""
    until = work.today + timedelta(days=days)
    wanted = (Opportunity.open(), Opportunity.close_date.between(work.today, until))
    if visibility.hidden(work, *wanted):
        return []
    order = (Opportunity.close_date, Opportunity.id)
    return list(
        work.session.scalars(select(Opportunity).where(*wanted).order_by(*order).limit(limit))
    )


def open_leads_of(work: Context, people: Collection[int]) -> dict[int, int]:
    """Return how many open leads each of these people has."""
    return counted(work, Lead.owner, open_leads(), people)


def open_cases_of(work: Context, people: Collection[int]) -> dict[int, int]:
    """Return how many open cases each of these people has."""
    return counted(work, Case.assignee, Case.open(), people)


def counted(
    work: Context, owner: Any, wanted: ColumnElement[bool], people: Collection[int]
) -> dict[int, int]:
    """Return how many records each of these people owns, where it is not hidden which count."""
    if not people or visibility.hidden(work, wanted):
        return {}
    rows = select(owner, func.count()).where(owner.in_(sorted(people)), wanted).group_by(owner)
    return {id: count for id, count in work.session.execute(rows) if id is not None}
