"""Draw what the bot sends by itself, when it is sent and for the people who will read it.

That is cards, thread lines, reminders, lists, receipts and the managers' digest.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from handlers.admin import access_requests, audit
from handlers.core.executor import again
from handlers.core.request import Request
from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks, cards, charts, receipts
from handlers.core.ui.blocks import Block, escape
from handlers.notifications import record_events, reminders
from models.core.audit.entries import AuditEntry
from models.core.context import RenderContext
from models.core.errors import CRMError
from models.core.outbox.delivery import Delivery
from models.core.parsing import values
from models.core.permissions import policy
from models.core.schedule import PUNCTUAL
from models.core.unit_of_work import UnitOfWork
from models.sales.opportunity import OPEN, Opportunity, Stage
from models.sales.pipeline import StageRow, by_stage, closed_between
from models.support.case import Case
from models.support.open_cases import PriorityRow, cases_by_priority

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
        drawing = partial(FOLLOWING[delivery.kind], work, catalogue, named)
    message = drawing()
    if delivery.kind in LISTS and len(work.viewers) > 1:
        message = narrowed(work, drawing, message)
    if message is None or delivery.kind == "message":
        return message
    message = excused(work, delivery, message)
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
    if not record_events.is_open(work, record):
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


def digest(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return a manager's morning digest."""
    return report(work, catalogue)


def report(work: UnitOfWork, catalogue: Catalogue) -> Message:
    """Return the pipeline by stage, what was won and lost this week, and the open cases.

    The cases are by priority. The report has a chart and the same as text. Where a field that the
    figures are counted by is hidden from the reader, the report says that in place of the figures.
    """
    pipeline, priorities = by_stage(work), cases_by_priority(work)
    closed, week = closed_this_week(work)
    day = f"{work.today:%A} {work.today.day} {work.today:%B}"
    drawn = [blocks.header(f"Good day, {work.me}"), blocks.context(day)]
    no_stages, no_cases = (
        no_figures(work, Opportunity.stage),
        no_figures(work, Case.priority, Case.status),
    )
    if not (pipeline or closed or priorities or no_stages or no_cases):
        quiet = f"Nothing is open, and nothing was closed {week}."
        begin = f"A deal is one line away: `{catalogue.root} deal new`"
        return Message(
            f"Good day, {work.me}. {quiet}", [*drawn, blocks.section(f"{quiet} {begin}")]
        )
    parts = [("Open pipeline", no_stages or pipeline_lines(pipeline))]
    parts.append((f"Closed {week}", no_stages or closed_lines(closed)))
    parts.append(("Open cases", no_cases or case_lines(priorities)))
    for title, lines in parts:
        drawn.append(blocks.section("\n".join([f"*{title}*", *lines])))
    drawn[3:3] = pipeline_chart(pipeline, work.currency)
    told = "\n".join(line for title, lines in parts for line in (f"{title}:", *lines))
    return Message(f"Good day, {work.me}. {day}\n{told}", drawn)


def no_figures(work: UnitOfWork, *counted: Any) -> list[str]:
    """Return what is shown in place of figures that are counted by hidden columns.

    These are columns that not every reader may see.
    """
    return list(filter(None, [cards.concealed(work, *counted)]))


def closed_this_week(work: UnitOfWork) -> tuple[list[StageRow], str]:
    """Return what was won and lost since Monday in the reader's zone, and the name of that time.

    On a Monday, it is since the Monday before.
    """
    monday = work.today - timedelta(days=work.today.weekday())
    start, end, week = monday, monday + timedelta(days=7), "this week"
    if work.today == monday:
        start, week = monday - timedelta(days=7), "last week and today"
    midnights = [datetime.combine(day, time(), work.zone) for day in (start, end)]
    return closed_between(work, midnights[0], midnights[1]), week


def pipeline_lines(rows: Sequence[StageRow]) -> list[str]:
    """Return a line for each stage, and one for all: Proposal: 3 deals, €120,000 and $4,000."""
    lines = [
        f"{stage.capitalize()}: {figures([row for row in rows if row.stage == stage])}"
        for stage in stages(rows)
    ]
    return (
        [*lines, f"Together: {figures(rows)}; weighted {money(rows, 'weighted')}"]
        if rows
        else ["No open deals."]
    )


def closed_lines(rows: Sequence[StageRow]) -> list[str]:
    told = {stage: [row for row in rows if row.stage == stage] for stage in (Stage.WON, Stage.LOST)}
    return [
        f"{stage.capitalize()}: {figures(found) if found else 'none'}"
        for stage, found in told.items()
    ]


def case_lines(rows: Sequence[PriorityRow]) -> list[str]:
    """Return a line for each priority: Urgent: 2, 1 nobody has, 1 overdue."""
    lines = []
    for row in rows:
        more = [f"{row.unclaimed} nobody has"] if row.unclaimed else []
        more += [f"{row.overdue} overdue"] if row.overdue else []
        lines.append(f"{row.priority.capitalize()}: {', '.join([str(row.count), *more])}")
    return lines or ["No open cases."]


def stages(rows: Sequence[StageRow]) -> list[str]:
    return list(dict.fromkeys(row.stage for row in rows))


def figures(rows: Sequence[StageRow]) -> str:
    """Return the figures of some rows: 3 deals, €120,000 and $4,000."""
    count = sum(row.count for row in rows)
    return f"{count} deal{'' if count == 1 else 's'}, {money(rows)}"


def money(rows: Sequence[StageRow], figure: str = "amount") -> str:
    """Return one figure for each currency, the one with the most deals first.

    The figures are never added up.
    """
    currencies = sorted(
        {row.currency for row in rows if row.amount}, key=lambda code: (-deals(rows, code), code)
    )
    sums = {
        code: sum(getattr(row, figure) for row in rows if row.currency == code)
        for code in currencies
    }
    return (
        " and ".join(values.show_amount(total, code) for code, total in sums.items())
        or "no amounts"
    )


def deals(rows: Sequence[StageRow], currency: str) -> int:
    return sum(row.count for row in rows if row.currency == currency)


def pipeline_chart(rows: Sequence[StageRow], currency: str) -> list[Block]:
    """Return the stages as bars, in the workspace's currency or else the one most deals have.

    The text has all currencies.
    """
    known = {row.currency for row in rows if row.amount}
    if not known:
        return []
    shown = (
        currency if currency in known else max(sorted(known), key=lambda code: deals(rows, code))
    )
    sums = {
        stage: sum(row.amount for row in rows if (row.stage, row.currency) == (stage, shown))
        for stage in OPEN
    }
    points = [(stage.capitalize(), float(total)) for stage, total in sums.items()]
    return [charts.bars(f"Open pipeline in {shown}", shown, points, x="Stage", y=shown)]


LISTS = ("team_due", "cases", "digest", "line")
"""The kinds that say more or less to different readers."""
DRAWINGS: dict[str, Drawing] = {
    "card": card,
    "redraw": card,
    "event": record_events.event,
    "assigned": record_events.assigned,
    "won": record_events.won,
    "message": message,
    "line": line,
    "receipt": receipt,
    "due": reminders.due,
    "team_due": reminders.team_due,
    "cases": reminders.pressing,
    "digest": digest,
    "verdict": audit.verdict,
    "wish": access_requests.wish,
    "answer": access_requests.answered,
}
"""The function that draws each kind of delivery."""
FOLLOWING: dict[str, Callable[[UnitOfWork, Catalogue, Sequence[int]], Message]] = {
    "due": reminders.due_still,
    "cases": reminders.pressing_still,
}
"""The functions that draw lists that are already posted and follow the records they name."""
