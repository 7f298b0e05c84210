"""What becomes of the close date of a deal that is opened again."""

from datetime import date, time
from typing import Any

from sqlalchemy import select

from models.core.audit.entries import AuditEntry
from models.core.context import Context
from models.sales.stage import CLOSED

NOON = time(12)
"""When a deal was closed of which only the day is known: the same day in nearly every zone."""


def when_open_again(work: Context, deal: Any) -> date | None:
    """Return the day on which a deal should close that was closed until now.

    It is the day that was expected before the deal was closed. Where that has passed meanwhile,
    nobody knows when the deal will close, and it has no close date.
    """
    expected = before_it_closed(work, deal)
    return expected if expected and expected >= work.today else None


def is_closed(deal: Any, stage: str | None) -> bool:
    """Return whether a deal in a stage is won or lost."""
    return deal.meaning_of("stage", stage) in CLOSED


def before_it_closed(work: Context, deal: Any) -> date | None:
    """Return the close date that the deal had while it was open, as its audit trail says."""
    about = (AuditEntry.entity == deal.slug(), AuditEntry.record_id == deal.id)
    fields = AuditEntry.field.in_(("stage", "close_date"))
    with work.session.no_autoflush:
        found = select(AuditEntry).where(*about, fields).order_by(AuditEntry.id)
        entries = work.session.scalars(found).all()
    closings = [
        entry
        for entry in entries
        if entry.field == "stage" and is_closed(deal, entry.new) and not is_closed(deal, entry.old)
    ]
    kind = deal.fields()["close_date"]
    day: date | None = deal.close_date
    for entry in reversed(entries if closings else []):
        if entry.field == "close_date" and (
            entry.id > closings[-1].id or entry.unit == closings[-1].unit
        ):
            day = kind.load(entry.old)
    return day
