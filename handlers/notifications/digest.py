"""Draw what the bot sends by itself, when it is sent and for the people who will read it.

That is cards, thread lines, reminders, lists, receipts and the managers' digest, which
`handlers.notifications.news` draws.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select

from handlers.admin import access_requests, audit
from handlers.automation import approval_messages
from handlers.core.executor import again
from handlers.core.request import Request
from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks, cards, previews, receipts
from handlers.core.ui.blocks import escape
from handlers.notifications import (
    changes,
    channel_day,
    channel_digest,
    export_file,
    news,
    progress,
    reasons,
    record_events,
    reminders,
    rules,
    together,
)
from models.core.audit.entries import AuditEntry
from models.core.context import RenderContext
from models.core.errors import CRMError
from models.core.notifications.notify import KINDS
from models.core.outbox import reposting
from models.core.outbox.delivery import Delivery
from models.core.parsing import values
from models.core.permissions import masking, policy
from models.core.schedule import PUNCTUAL
from models.core.unit_of_work import UnitOfWork

TOLD = ("entity", "record_id", "action", "field", "old", "new")
"""What a receipt contains of a change."""
Drawing = Callable[[UnitOfWork, Catalogue, Delivery], Message | None]


def draw(
    work: UnitOfWork, catalogue: Catalogue, delivery: Delivery, named: Sequence[int] = ()
) -> Message | None:
    """Return what a delivery says now; None where there is nothing to say any more.

    Its text is inert, like its blocks.

    Args:
        work: The unit of work.
        catalogue: All verbs, by noun.
        delivery: The delivery.
        named: The ids of the records of a list that is already posted and follows them.
    """
    drawing: Callable[[], Message | None] = partial(
        DRAWINGS[delivery.kind], work, catalogue, delivery
    )
    if named:
        drawing = partial(FOLLOWING[delivery.kind], work, catalogue, delivery, named)
    personal = delivery.kind in KINDS
    if personal and not delivery.ts and reasons.is_needless(work, delivery):
        return None
    message = drawing()
    if delivery.kind in LISTS and len(work.viewers) > 1:
        message = narrowed(work, drawing, message)
    if message is None or delivery.kind == "message":
        return message
    if is_repeated(work, delivery, message):
        return None
    message = excused(work, delivery, message)
    if personal:
        message = reasons.reasoned(work, catalogue, delivery, message)
    return replace(message, text=escape(message.text))


def narrowed(
    work: UnitOfWork, drawing: Callable[[], Message | None], message: Message | None
) -> Message | None:
    """Return a list for several readers, with a note if something is missing from it.

    The note does not say how much is missing.
    """
    with policy.among(work.session, (work.actor,)):
        whole = drawing()
    if whole is None or (message and (message.text, message.blocks) == (whole.text, whole.blocks)):
        return message
    said, drawn = f"{cards.LEFT_OUT}.", message or Message("")
    return replace(
        drawn, text=f"{drawn.text}\n{said}".strip(), blocks=[*drawn.blocks, blocks.context(said)]
    )


def is_repeated(work: UnitOfWork, delivery: Delivery, message: Message) -> bool:
    """Return whether a list with figures says what the last one of its kind in the channel said.

    One that is posted already stays.
    """
    if not message.figures or delivery.ts:
        return False
    at = delivery.created_at or work.now
    last = reposting.last_figures(work, delivery.kind, delivery.channel or "", at)
    return last == list(message.figures)


def excused(work: UnitOfWork, delivery: Delivery, message: Message) -> Message:
    """Return the message with a note if it comes late.

    `delivery.about` has `due`, the moment (ISO 8601) at which it should have come.
    """
    due = datetime.fromisoformat(delivery.about.get("due") or work.now.isoformat())
    if work.now - due <= PUNCTUAL:
        return message
    zone = work.zone if work.actor else ZoneInfo(work.workspace.zone)
    said = f"Late: this should have come {values.show_moment(due, work.now, zone)}."
    heading, *rest = message.blocks
    return replace(
        message, text=f"{message.text}\n{said}", blocks=[heading, blocks.context(said), *rest]
    )


def card(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return the card of the record, as it is now."""
    return cards.card(record_events.record_of(work, delivery), work, catalogue)


def line(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return the answer to what a person asked with --here, for all who are there.

    The result is None where it cannot be answered to all of them, as when it asks for a field that
    some do not see. `delivery.about` has `line`, as it was typed, and `person`.
    """
    try:
        return again(
            work, catalogue, delivery.about["line"], delivery.channel, delivery.thread or ""
        )
    except CRMError:
        if len(work.viewers) < 2:
            raise
        return None


def receipt(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return what a person did with --here, from the audit trail.

    `delivery.about` has `unit`, the unit of what was changed, and `person`.
    """
    record = record_events.record_of(work, delivery)
    if not masking.is_open(work, record):
        return record_events.hint(record)
    unit = delivery.about["unit"]
    entries = select(AuditEntry).where(AuditEntry.unit == unit).order_by(AuditEntry.id)
    changes = [
        {name: getattr(entry, name) for name in TOLD} for entry in work.session.scalars(entries)
    ]
    with work.rendering(RenderContext(unit=unit, changes=changes)):
        return receipts.receipt(Request(work, catalogue, catalogue.command(record.ref)), record)


def message(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return a text and blocks that were drawn before."""
    return Message(delivery.about["text"], delivery.about.get("blocks", []))


LISTS = ("team_due", "cases", "digest", "line", "rule_digest")
"""The kinds that say more or less to different readers."""
DRAWINGS: dict[str, Drawing] = {
    "card": card,
    "redraw": card,
    "event": record_events.event,
    "assigned": record_events.assigned,
    "changed": changes.changed,
    "followed": changes.changed,
    "own": changes.changed,
    "together": together.together,
    "mentioned": changes.changed,
    "deadline": reminders.deadline,
    "won": record_events.won,
    "message": message,
    "line": line,
    "receipt": receipt,
    "due": reminders.due,
    "team_due": channel_day.team_due,
    "cases": reminders.pressing,
    "digest": news.digest,
    "preview": previews.preview,
    "made": previews.made,
    "verdict": audit.verdict,
    "wish": access_requests.wish,
    "answer": access_requests.answered,
    "progress": progress.progress,
    "export": export_file.exported,
    "rule": rules.message,
    "rule_post": rules.message,
    "rule_trouble": rules.trouble,
    "approval": approval_messages.put,
    "approval_decided": approval_messages.decided,
    "rule_digest": channel_digest.sections,
    "mail": rules.mail,
}
"""The function that draws each kind of delivery."""
FOLLOWING: dict[str, Callable[[UnitOfWork, Catalogue, Delivery, Sequence[int]], Message]] = {
    "due": reminders.due_still,
    "cases": reminders.pressing_still,
    "approval": approval_messages.put_still,
}
"""The functions that draw lists that are already posted and follow the records they name."""
