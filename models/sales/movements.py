"""What happened to deals and leads between two moments, and which of them nobody looks after."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from types import SimpleNamespace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, exists, func, select

from models.activities.activity import Activity
from models.core.context import Context
from models.core.entity.base import Entity
from models.core.permissions import visibility
from models.sales.lead import Lead, LeadStatus
from models.sales.opportunity import Opportunity
from models.sales.stage import CLOSED, Stage

E = TypeVar("E", bound=Entity)


class Movement(StrEnum):
    """What happened to a deal, in the order in which it is told."""

    WON = "Won"
    LOST = "Lost"
    NEW = "New"
    REOPENED = "Reopened"
    MOVED = "Moved"
    GROWN = "Grown"
    SHRUNK = "Shrunk"
    SLIPPED = "Slipped"
    SOONER = "Closes sooner"
    DELETED = "Deleted"


def movements(
    before: SimpleNamespace | None,
    after: SimpleNamespace | None,
    seen: Collection[str],
    since: date,
) -> list[Movement]:
    """Return what happened to a deal, as far as the visible fields say.

    A deal that came closed, and was closed before, is only new: a file brought it.

    Args:
        before: The deal as it was, None where it was not there.
        after: The deal as it is, None where it is not there.
        seen: The fields that all readers may see.
        since: The day on which the time begins.
    """
    if before is None or after is None:
        return [
            *([Movement.DELETED] if before is not None else []),
            *([arrival(after, seen, since)] if after is not None else []),
        ]
    return [
        *(stage_move(before.stage, after.stage) if "stage" in seen else []),
        *(growth(before, after) if "amount" in seen else []),
        *(delay(before, after, seen) if "close_date" in seen else []),
    ]


def arrival(deal: Any, seen: Collection[str], since: date) -> Movement:
    """Return what to call it that a deal came."""
    fresh = deal.close_date is None or "close_date" not in seen or deal.close_date >= since
    if "stage" not in seen or is_open(deal.stage) or not fresh:
        return Movement.NEW
    return closing_move(deal.stage)


def stage_move(before: str, after: str) -> list[Movement]:
    if before == after:
        return []
    if not is_open(after):
        return [closing_move(after)]
    return [Movement.MOVED if is_open(before) else Movement.REOPENED]


def is_open(stage: str | None) -> bool:
    return Opportunity.meaning_of("stage", stage) not in CLOSED


def closing_move(stage: str | None) -> Movement:
    """Return what it is called that a deal came to a stage in which it is closed."""
    won = Opportunity.meaning_of("stage", stage) == Stage.WON
    return Movement.WON if won else Movement.LOST


def growth(before: Any, after: Any) -> list[Movement]:
    """Return whether the amount grew; another currency is no growth."""
    if before.currency and after.currency and before.currency != after.currency:
        return []
    old, new = before.amount or 0, after.amount or 0
    return [] if old == new else [Movement.GROWN if new > old else Movement.SHRUNK]


def delay(before: Any, after: Any, seen: Collection[str]) -> list[Movement]:
    """Return whether the close date of a deal moved; that closing one sets the date is no news."""
    old, new = before.close_date, after.close_date
    closed = "stage" in seen and not is_open(after.stage)
    if closed or not old or not new or old == new:
        return []
    return [Movement.SLIPPED if new > old else Movement.SOONER]


def lead_move(
    before: SimpleNamespace | None, after: SimpleNamespace | None, seen: Collection[str]
) -> str:
    """Return what happened to a lead in one word, "" where that is no news."""
    if before is None or after is None:
        return "" if before is after else "new" if before is None else "deleted"
    old, new = (Lead.meaning_of("status", each.status) for each in (before, after))
    if "status" not in seen or old == new:
        return ""
    return LEAD_NEWS.get(new, "")


LEAD_NEWS: Mapping[str, str] = {
    LeadStatus.QUALIFIED: "qualified",
    LeadStatus.UNQUALIFIED: "disqualified",
    LeadStatus.CONVERTED: "converted",
}


# ── what nobody looks after ───────────────────────────────────────────────────────────────────────


def untouched(before: datetime) -> ColumnElement[bool]:
    """Return the filter for open leads made before a moment with which nobody has talked."""
    talked = exists().where(Activity.lead == Lead.id, Activity.done_at.is_not(None))
    return Lead.open() & (Lead.created_at < before) & ~talked


def passed(today: date) -> ColumnElement[bool]:
    """Return the filter for open deals whose close date was before a day."""
    return Opportunity.open() & (Opportunity.close_date < today)


def closing(first: date, last: date) -> ColumnElement[bool]:
    """Return the filter for open deals that close between two days, both included."""
    return Opportunity.open() & Opportunity.close_date.between(first, last)


def oldest(
    work: Context, entity: type[E], wanted: ColumnElement[bool], order: Any, limit: int
) -> tuple[Sequence[E], int]:
    """Return the first records that a filter finds, in an order, and how many there are.

    There are none where a field of the filter is hidden from some readers.
    """
    if visibility.hidden(work, wanted, order):
        return [], 0
    found = select(entity).where(wanted).order_by(order, entity.id).limit(limit)
    return list(work.session.scalars(found)), count(work, entity, wanted)


def count(work: Context, entity: type[E], wanted: ColumnElement[bool]) -> int:
    """Return how many records a filter finds."""
    return work.session.scalar(select(func.count(entity.id)).where(wanted)) or 0
