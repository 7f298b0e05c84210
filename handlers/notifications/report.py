"""Draw the figures of sales and support: the report, and the last part of the digest."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks, cards, charts
from handlers.core.ui.blocks import Block
from models.core.fields.words import said as in_our_words
from models.core.parsing import values
from models.core.unit_of_work import UnitOfWork
from models.sales.opportunity import Opportunity
from models.sales.pipeline import StageRow, by_stage, closed_between, open_stages
from models.sales.stage import Stage
from models.support.case import Case
from models.support.open_cases import PriorityRow, cases_by_priority


def report(work: UnitOfWork, catalogue: Catalogue) -> Message:
    """Return the pipeline by stage, what was won and lost this week, and the open cases.

    The cases are by priority. The report has a chart and the same as text. Where a field that the
    figures are counted by is hidden from the reader, the report says that in place of the figures.
    """
    pipeline, priorities = by_stage(work), cases_by_priority(work)
    closed, week = closed_this_week(work)
    day = f"{work.today:%A} {work.today.day} {work.today:%B}"
    drawn = [blocks.header(f"Good day, {work.me}"), blocks.context(day)]
    no_stages, no_cases = no_deals(work), no_figures(work, Case.priority, Case.status)
    if not (pipeline or closed or priorities or no_stages or no_cases):
        quiet = f"Nothing is open, and nothing was closed {week}."
        begin = in_our_words(f"A deal is one line away: `{catalogue.root} deal new`")
        return Message(
            f"Good day, {work.me}. {quiet}", [*drawn, blocks.section(f"{quiet} {begin}")]
        )
    parts = [("Open pipeline", no_stages or pipeline_lines(pipeline))]
    parts.append((f"Closed {week}", no_stages or closed_lines(closed)))
    parts.append((in_our_words("Open cases"), no_cases or case_lines(priorities)))
    for title, lines in parts:
        drawn.append(blocks.section("\n".join([f"*{title}*", *lines])))
    drawn[3:3] = pipeline_chart(work.currency, {"": pipeline})
    told = "\n".join(line for title, lines in parts for line in (f"{title}:", *lines))
    return Message(f"Good day, {work.me}. {day}\n{told}", drawn)


def of_pipeline(work: UnitOfWork, pipeline: str) -> Message:
    """Return the open deals of a pipeline by stage, and what of it was won and lost this week."""
    title = f"Pipeline {Opportunity.choice_of('pipeline').name(pipeline)}"
    no_stages = no_figures(work, Opportunity.stage, Opportunity.pipeline)
    rows = [] if no_stages else by_stage(work, pipeline)
    closed, week = ([], "") if no_stages else closed_this_week(work, pipeline)
    parts = [(in_our_words("Open deals"), no_stages or pipeline_lines(rows))]
    parts += [] if no_stages else [(f"Closed {week}", closed_lines(closed))]
    drawn = [blocks.header(title), *pipeline_chart(work.currency, {"": rows}, pipeline)]
    drawn += [blocks.section("\n".join([f"*{name}*", *lines])) for name, lines in parts]
    told = "\n".join(line for name, lines in parts for line in (f"{name}:", *lines))
    return Message(f"{title}\n{told}", drawn)


def no_deals(work: UnitOfWork) -> list[str]:
    """Return what is shown in place of the figures of deals where the stage is hidden."""
    return no_figures(work, Opportunity.stage)


def no_figures(work: UnitOfWork, *counted: Any) -> list[str]:
    """Return what is shown in place of figures that are counted by hidden columns.

    These are columns that not every reader may see.
    """
    return list(filter(None, [cards.concealed(work, *counted)]))


def closed_this_week(work: UnitOfWork, pipeline: str = "") -> tuple[list[StageRow], str]:
    """Return what was won and lost since Monday in the reader's zone, and the name of that time.

    On a Monday, it is since the Monday before.
    """
    monday = work.today - timedelta(days=work.today.weekday())
    start, end, week = monday, monday + timedelta(days=7), "this week"
    if work.today == monday:
        start, week = monday - timedelta(days=7), "last week and today"
    midnights = [datetime.combine(day, time(), work.zone) for day in (start, end)]
    return closed_between(work, midnights[0], midnights[1], pipeline), week


def pipeline_lines(rows: Sequence[StageRow], before: Sequence[StageRow] | None = None) -> list[str]:
    """Return a line for each stage, and one for all: Proposal: 3 deals, €120,000 and $4,000.

    Args:
        rows: The open deals.
        before: The open deals of an earlier moment; each line then says what changed since.
    """
    was = rows if before is None else before
    lines = [
        f"{stage_name(stage)}: {figures(at(rows, stage))}{change(at(rows, stage), at(was, stage))}"
        for stage in open_stages()
        if at(rows, stage) or at(was, stage)
    ]
    if not lines:
        return [in_our_words("No open deals.")]
    weighted = f"weighted {money(rows, 'weighted')}{money_change(rows, was, 'weighted')}"
    return [*lines, f"Total: {figures(rows)}{change(rows, was)}; {weighted}"]


def stage_name(stage: str) -> str:
    return Opportunity.choice_of("stage").name(stage)


def at(rows: Sequence[StageRow], stage: str) -> list[StageRow]:
    return [row for row in rows if row.stage == stage]


def closed_lines(rows: Sequence[StageRow]) -> list[str]:
    told = {stage: at(rows, stage) for stage in (Stage.WON, Stage.LOST)}
    return [
        f"{stage_name(stage)}: {figures(found) if found else 'none'}"
        for stage, found in told.items()
    ]


def case_lines(rows: Sequence[PriorityRow]) -> list[str]:
    """Return a line for each priority: Urgent: 2, 1 unassigned, 1 overdue."""
    lines = []
    for row in rows:
        more = [f"{row.unclaimed} unassigned"] if row.unclaimed else []
        more += [f"{row.overdue} overdue"] if row.overdue else []
        lines.append(f"{row.priority.capitalize()}: {', '.join([str(row.count), *more])}")
    return lines or [in_our_words("No open cases.")]


def figures(rows: Sequence[StageRow]) -> str:
    """Return the figures of some rows: 3 deals, €120,000 and $4,000."""
    count = deals(rows)
    if not count:
        return "nothing"
    noun = in_our_words("deal" if count == 1 else "deals")
    return f"{count} {noun}, {money(rows)}"


def change(rows: Sequence[StageRow], before: Sequence[StageRow]) -> str:
    """Return what changed since an earlier moment: (€47,000 less); "" where nothing did."""
    if told := money_change(rows, before):
        return told
    more = deals(rows) - deals(before)
    if not more:
        return ""
    named = in_our_words("deal" if abs(more) == 1 else "deals")
    return f" ({abs(more)} {named} {'more' if more > 0 else 'fewer'})"


def money_change(
    rows: Sequence[StageRow], before: Sequence[StageRow], figure: str = "amount"
) -> str:
    """Return what changed in one figure, for each currency in which it did."""
    old, new = sums(before, figure), sums(rows, figure)
    zero = Decimal(0)
    moved = {code: new.get(code, zero) - old.get(code, zero) for code in [*new, *old]}
    told = [
        f"{values.show_amount(abs(total), code)} {'more' if total > 0 else 'less'}"
        for code, total in moved.items()
        if total
    ]
    return f" ({', '.join(told)})" if told else ""


def money(rows: Sequence[StageRow], figure: str = "amount") -> str:
    """Return one figure for each currency, the one with the most deals first.

    The figures are never added up.
    """
    told = [values.show_amount(total, code) for code, total in sums(rows, figure).items()]
    return " and ".join(told) or "no amounts"


def sums(rows: Sequence[StageRow], figure: str = "amount") -> dict[str, Decimal]:
    """Return one figure by currency, the one with the most deals first."""
    currencies = sorted(
        {row.currency for row in rows if row.amount}, key=lambda code: (-deals(rows, code), code)
    )
    return {
        code: sum((getattr(row, figure) for row in rows if row.currency == code), Decimal(0))
        for code in currencies
    }


def deals(rows: Sequence[StageRow], currency: str | None = None) -> int:
    """Return how many deals there are, of one currency where one is named."""
    return sum(row.count for row in rows if currency in (None, row.currency))


def pipeline_chart(
    currency: str, series: Mapping[str, Sequence[StageRow]], pipeline: str = ""
) -> list[Block]:
    """Return the stages as bars, in the workspace's currency or else the one most deals have.

    The text has all currencies.

    Args:
        currency: The currency of the workspace.
        series: The open deals of each moment, by its name; the last one decides the currency.
        pipeline: The pipeline whose stages are shown; "" for those of all.
    """
    rows = list(series.values())[-1]
    known = {row.currency for row in rows if row.amount}
    if not known:
        return []
    shown = (
        currency if currency in known else max(sorted(known), key=lambda code: deals(rows, code))
    )
    kind = Opportunity.choice_of("stage")
    stages = [each for each in open_stages() if not pipeline or kind.belongs(each, pipeline)]
    bars = {
        name or shown: [
            (stage_name(stage), float(sums(at(found, stage)).get(shown, 0))) for stage in stages
        ]
        for name, found in series.items()
    }
    return [charts.bars(f"Open pipeline in {shown}", bars, x="Stage", y=shown)]
