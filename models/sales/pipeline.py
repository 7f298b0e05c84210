"""Figures of the sales pipeline. Amounts of different currencies are never added up."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Numeric, func, select, tuple_, type_coerce

from models.core.context import Context
from models.core.permissions import visibility
from models.sales.opportunity import CLOSED, OPEN, Opportunity, StageChange

ZERO = Decimal(0)


@dataclass(frozen=True)
class StageRow:
    """The deals of one stage and currency.

    Deals without an amount count, with the currency they have or "".

    Attributes:
        amount: The sum of the amounts in that currency.
        weighted: The sum of the amounts, each times its probability.
    """

    stage: str
    currency: str
    count: int
    amount: Decimal
    weighted: Decimal


def by_stage(work: Context) -> list[StageRow]:
    """Return the open deals by stage and currency, in the order of the pipeline."""
    return stage_rows(work, OPEN)


def closed_between(work: Context, start: datetime, end: datetime) -> list[StageRow]:
    """Return the deals won and lost in [start, end), UTC, by currency.

    These are the deals that moved there then and are still there. Source: the recorded moves, not
    the close date, which people set to what they expect.
    """
    moves = select(StageChange.opportunity, StageChange.after).where(
        StageChange.at >= start, StageChange.at < end
    )
    return stage_rows(work, CLOSED, tuple_(Opportunity.id, Opportunity.stage).in_(moves))


def stage_rows(work: Context, stages: tuple[str, ...], *conditions: object) -> list[StageRow]:
    """Return the deals of these stages by stage and currency."""
    found = [row for _, row in summed(work, stages, *conditions)]
    return sorted(found, key=lambda row: (stages.index(row.stage), -row.amount, row.currency))


def by_owner(work: Context) -> dict[int | None, list[StageRow]]:
    """Return the open deals of each person by stage and currency; those of nobody are of None."""
    found: dict[int | None, list[StageRow]] = {}
    for (owner,), row in summed(work, OPEN, by=(Opportunity.owner,)):
        found.setdefault(owner, []).append(row)
    return found


def summed(
    work: Context, stages: tuple[str, ...], *conditions: object, by: tuple[Any, ...] = ()
) -> list[tuple[tuple[Any, ...], StageRow]]:
    """Return the deals of these stages by stage, currency and further columns, with their values.

    Return nothing where some readers may not see the stage: anybody who can count the deals of a
    stage knows where they are. The groups are in the order of the index that holds all of this.
    """
    if visibility.hidden(work, Opportunity.stage, *by):
        return []
    money = Numeric(18, 2)
    amount = type_coerce(func.sum(Opportunity.amount), money)
    weighted = type_coerce(func.sum(Opportunity.amount * Opportunity.probability) / 100, money)
    groups = (Opportunity.stage, Opportunity.currency, *by)
    rows = (
        select(*groups, func.count(), amount, weighted)
        .where(Opportunity.stage.in_(stages), *conditions)  # type: ignore[arg-type]
        .group_by(*groups)
    )
    secret = visibility.hidden(
        work, Opportunity.amount
    )  # anybody who knew the sum of one deal would know its amount
    vague = secret or visibility.hidden(work, Opportunity.probability)
    found = []
    for stage, currency, *others, count, total, expected in work.session.execute(rows):
        sums = (ZERO if secret else total or ZERO, ZERO if vague else expected or ZERO)
        found.append((tuple(others), StageRow(stage, currency or "", count, *sums)))
    return found
