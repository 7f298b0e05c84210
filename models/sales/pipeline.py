"""Figures of the sales pipeline. Amounts of different currencies are never added up."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Numeric, func, select, tuple_, type_coerce

from models.core.context import Context
from models.core.permissions import visibility
from models.sales.opportunity import CLOSED, OPEN, Opportunity, StageChange

ZERO = Decimal(0)


@dataclass(frozen=True)
class StageRow:
    """The deals of one stage and currency. amount: their sum in that currency; weighted: each times
    its probability.

    Deals without an amount count, with the currency they have or "".
    """

    stage: str
    currency: str
    count: int
    amount: Decimal
    weighted: Decimal


def by_stage(work: Context) -> list[StageRow]:
    """The open deals by stage and currency, in the order of the pipeline."""
    return stage_rows(work, OPEN)


def closed_between(work: Context, start: datetime, end: datetime) -> list[StageRow]:
    """The deals won and lost in [start, end), UTC, by currency: those that moved there then and
    stand there still.

    Source: the written moves, not the close date, which people set to what they expect.
    """
    moves = select(StageChange.opportunity, StageChange.after).where(
        StageChange.at >= start, StageChange.at < end
    )
    return stage_rows(work, CLOSED, tuple_(Opportunity.id, Opportunity.stage).in_(moves))


def stage_rows(work: Context, stages: tuple[str, ...], *conditions: object) -> list[StageRow]:
    """Nothing where not everybody who reads may see the stage: who counts the deals of a stage
    knows where they are.
    """
    if visibility.hidden(work, Opportunity.stage):
        return []
    money = Numeric(18, 2)
    amount = type_coerce(func.sum(Opportunity.amount), money)
    weighted = type_coerce(func.sum(Opportunity.amount * Opportunity.probability) / 100, money)
    rows = (
        select(Opportunity.stage, Opportunity.currency, func.count(), amount, weighted)
        .where(Opportunity.stage.in_(stages), *conditions)  # type: ignore[arg-type]
        .group_by(Opportunity.stage, Opportunity.currency)
    )
    secret = visibility.hidden(
        work, Opportunity.amount
    )  # whoever knew the sum of one deal would know its amount
    vague = secret or visibility.hidden(work, Opportunity.probability)
    found = [
        StageRow(
            stage,
            currency or "",
            count,
            ZERO if secret else total or ZERO,
            ZERO if vague else expected or ZERO,
        )
        for stage, currency, count, total, expected in work.session.execute(rows)
    ]
    return sorted(found, key=lambda row: (stages.index(row.stage), -row.amount, row.currency))
