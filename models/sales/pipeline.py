"""Figures of the sales pipeline. Amounts of different currencies are never added up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Numeric, func, literal, select, type_coerce

from models.core.context import Context
from models.core.permissions import visibility
from models.sales import closed_deals
from models.sales.opportunity import Opportunity
from models.sales.stage import CLOSED, OPEN

ZERO, CENT = Decimal(0), Decimal("0.01")
FEW_DAYS = timedelta(days=7)
"""A span of which the deals are read sooner than the sums of its month."""
SINCE = Opportunity.stage_since


@dataclass(frozen=True)
class StageRow:
    """The deals of one stage and currency.

    Deals without an amount count, with the currency they have or "".

    Attributes:
        amount: The sum of the amounts in that currency.
        weighted: The sum of the amounts of open deals, each times its probability; else 0.
    """

    stage: str
    currency: str
    count: int
    amount: Decimal
    weighted: Decimal


def open_stages() -> tuple[str, ...]:
    """Return the stages of open deals, in the order of the pipeline."""
    return Opportunity.options_like("stage", *OPEN)


def by_stage(work: Context, pipeline: str = "") -> list[StageRow]:
    """Return the open deals by stage and currency, in the order of the pipeline: of one, or all."""
    return stage_rows(work, open_stages(), *those_in(pipeline))


def those_in(pipeline: str) -> tuple[object, ...]:
    """Return the condition for the deals of a pipeline; none for the deals of all."""
    return (Opportunity.pipeline == pipeline,) if pipeline else ()


def closed_between(
    work: Context, start: datetime, end: datetime, pipeline: str = ""
) -> list[StageRow]:
    """Return the deals won and lost in [start, end), UTC, by currency: of a pipeline, or of all.

    These are the deals that came to their stage then and are still there. Source: the last move,
    not the close date, which people set to what they expect.
    """
    return stage_rows(work, CLOSED, start <= SINCE, end > SINCE, *those_in(pipeline))


def closed_since(work: Context, start: datetime) -> list[StageRow]:
    """Return the deals won and lost since then, as `closed_between` does.

    Those of whole months are summed already; what was closed in the first month before the start
    is taken from it. The deals of a short span are read.
    """
    if visibility.hidden(work, Opportunity.stage):
        return []
    month = start.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if work.now - start <= max(FEW_DAYS, start - month):
        return stage_rows(work, CLOSED, start <= SINCE)
    secret, _ = hidden_money(work)
    found = closed_deals.since(work, closed_deals.month(start))
    for row in closed_between(work, month, start) if start > month else []:
        count, amount = found[row.stage, row.currency]
        found[row.stage, row.currency] = (count - row.count, amount - row.amount)
    rows = [
        StageRow(stage, currency, count, ZERO if secret else amount, ZERO)
        for (stage, currency), (count, amount) in found.items()
        if count
    ]
    return in_order(rows, CLOSED)


def stage_rows(work: Context, stages: tuple[str, ...], *conditions: object) -> list[StageRow]:
    """Return the deals of these stages by stage and currency."""
    return in_order([row for _, row in summed(work, stages, *conditions)], stages)


def by_owner(work: Context) -> dict[int | None, list[StageRow]]:
    """Return the open deals of each person by stage and currency; those of nobody are of None."""
    return owned(work, open_stages())


def closed_by_owner(
    work: Context, start: datetime, end: datetime
) -> dict[int | None, list[StageRow]]:
    """Return the deals of each person won and lost in [start, end), as `closed_between` does."""
    return owned(work, CLOSED, start <= SINCE, end > SINCE)


def owned(
    work: Context, stages: tuple[str, ...], *conditions: object
) -> dict[int | None, list[StageRow]]:
    """Return the deals of these stages by the person who owns them."""
    found: dict[int | None, list[StageRow]] = {}
    for (owner,), row in summed(work, stages, *conditions, by=(Opportunity.owner,)):
        found.setdefault(owner, []).append(row)
    return found


def summed(
    work: Context, stages: tuple[str, ...], *conditions: object, by: tuple[Any, ...] = ()
) -> list[tuple[tuple[Any, ...], StageRow]]:
    """Return the deals of these stages by stage, currency and further columns, with their values.

    Those that are closed are won or lost, whatever the workspace calls their stages.

    Return nothing where some readers may not see the stage: anybody who can count the deals of a
    stage knows where they are. One index holds all of this.
    """
    if visibility.hidden(work, Opportunity.stage, *by):
        return []
    money = Numeric(18, 2)
    amount = type_coerce(func.sum(Opportunity.amount), money)
    likely = func.sum(Opportunity.amount * Opportunity.probability) / 100
    stage: Any = Opportunity.meant_by("stage") if stages == CLOSED else Opportunity.stage
    weighted = type_coerce(literal(0) if stages == CLOSED else likely, money)
    groups = (stage, Opportunity.currency, *by)
    among = Opportunity.options_like("stage", *CLOSED) if stages == CLOSED else stages
    rows = (
        select(*groups, func.count(), amount, weighted)
        .where(Opportunity.stage.in_(among), *conditions)  # type: ignore[arg-type]
        .group_by(*groups)
    )
    secret, vague = hidden_money(work)
    found = []
    for at, currency, *others, count, total, expected in work.session.execute(rows):
        sums = (ZERO if secret else total or ZERO, ZERO if vague else expected or ZERO)
        found.append((tuple(others), StageRow(at, currency or "", count, *sums)))
    return found


def in_order(rows: Iterable[StageRow], stages: tuple[str, ...]) -> list[StageRow]:
    return sorted(rows, key=lambda row: (stages.index(row.stage), -row.amount, row.currency))


def hidden_money(work: Context) -> tuple[bool, bool]:
    """Return whether amounts are hidden from some readers, and whether weighted ones are.

    Anybody who knew the sum of one deal would know its amount.
    """
    secret = bool(visibility.hidden(work, Opportunity.amount))
    return secret, secret or bool(visibility.hidden(work, Opportunity.probability))


def shifted(
    work: Context, rows: Sequence[StageRow], changed: Iterable[tuple[Any, Any]]
) -> list[StageRow]:
    """Return the rows of the open deals as they are when some deals are in another state.

    Args:
        work: The unit of work.
        rows: What `by_stage` returned.
        changed: Two states of each deal, None where it is not there: the one that the rows count,
            and the one to count in its place.
    """
    if visibility.hidden(work, Opportunity.stage):
        return []
    money, stages = hidden_money(work), open_stages()
    found = {(row.stage, row.currency): row for row in rows}
    for counted, other in changed:
        for deal, times in ((counted, -1), (other, 1)):
            if deal is not None and deal.stage in stages:
                key = (deal.stage, deal.currency or "")
                row = found.get(key) or StageRow(*key, 0, ZERO, ZERO)
                found[key] = added(row, deal, times, *money)
    return in_order([row for row in found.values() if row.count], stages)


def added(row: StageRow, deal: Any, times: int, secret: bool, vague: bool) -> StageRow:
    """Return a row with one deal more, or less."""
    amount = ZERO if secret else (deal.amount or ZERO) * times
    weighted = ZERO if vague else (amount * (deal.probability or 0) / 100).quantize(CENT)
    return replace(
        row,
        count=row.count + times,
        amount=row.amount + amount,
        weighted=row.weighted + weighted,
    )
