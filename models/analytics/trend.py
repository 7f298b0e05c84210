"""How the pipeline came to be what it is: what came in and what was won and lost, week by week.

The source is the recorded moves of deals. Amounts are those of today, so that the sums fit to each
other; deals that were deleted since are not among them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import Numeric, and_, case, func, literal, or_, select, type_coerce

from models.core.context import Context
from models.core.permissions import visibility
from models.sales.opportunity import Opportunity, StageChange
from models.sales.stage import OPEN, Stage

WEEK = timedelta(days=7)
ADDED, WON, LOST = "added", "won", "lost"
"""The ways in which an open deal comes and goes."""


@dataclass(frozen=True)
class Flow:
    """The deals of one currency that came into the pipeline, or left it, in one span of time.

    Attributes:
        span: The place of the span among those that were asked for; the latest is 0.
        kind: added, won or lost.
    """

    span: int
    kind: str
    currency: str
    count: int
    amount: Decimal

    @property
    def change(self) -> Decimal:
        """Return by how much the open pipeline grew."""
        return self.amount if self.kind == ADDED else -self.amount


def starts(work: Context, weeks: int) -> list[datetime]:
    """Return the same moment of the day, one week ago, two weeks ago and so on, in UTC."""
    return [work.now - WEEK * number for number in range(1, weeks + 1)]


def quarter(work: Context) -> datetime:
    """Return when the quarter of today began, in the actor's zone."""
    today = work.today
    first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    return datetime.combine(first, time(), work.zone)


def flows(work: Context, starts: Sequence[datetime]) -> list[Flow]:
    """Return what came into the open pipeline and left it in each span, in one statement.

    A deal that left and came back counts each time, so that the changes add up. There is nothing
    where the stage is hidden from some readers, and there are no sums where the amount is.

    Args:
        work: The unit of work.
        starts: Where the spans begin, the latest first; each ends where the one before it begins,
            and the latest ends now.
    """
    if visibility.hidden(work, Opportunity.stage):
        return []
    still_open, won = (Opportunity.options_like("stage", *each) for each in (OPEN, (Stage.WON,)))
    was, now = StageChange.before.in_(still_open), StageChange.after.in_(still_open)
    came = and_(now, or_(StageChange.before.is_(None), ~was))
    went = and_(was, ~now)
    kind = case((now, literal(ADDED)), (StageChange.after.in_(won), literal(WON)), else_=LOST)
    spans = [(StageChange.at >= at, place) for place, at in enumerate(starts)]
    amount = type_coerce(func.sum(Opportunity.amount), Numeric(18, 2))
    rows = (
        select(
            case(*spans).label("span"),
            kind.label("kind"),
            Opportunity.currency,
            func.count(),
            amount,
        )
        .select_from(StageChange)
        .join(Opportunity, Opportunity.id == StageChange.opportunity)
        .where(StageChange.at >= starts[-1], StageChange.at <= work.now, or_(came, went))
        .group_by("span", "kind", Opportunity.currency)
    )
    secret = visibility.hidden(work, Opportunity.amount)
    return [
        Flow(place, how, currency or "", count, Decimal(0) if secret else total or Decimal(0))
        for place, how, currency, count, total in work.session.execute(rows)
    ]
