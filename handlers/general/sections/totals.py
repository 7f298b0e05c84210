"""Totals with their change in words, the trend with its causes, and the biggest deals."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from handlers.core.request import Request
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block
from handlers.general.focus import may
from handlers.general.sections import rows
from handlers.general.sections.my_records import closes
from handlers.notifications.report import money
from models.analytics import team, trend
from models.analytics.trend import ADDED, LOST, WON, Flow
from models.core.fields.words import said as in_our_words
from models.core.names import learn
from models.core.parsing import values
from models.core.parsing.dates import show_day
from models.core.unit_of_work import UnitOfWork
from models.sales.opportunity import Opportunity
from models.sales.pipeline import StageRow, closed_since
from models.sales.stage import Stage
from models.support.case import Case
from models.support.open_cases import cases_by_priority

SOON = timedelta(seconds=1)
"""What makes a span that ends now contain what happens now."""
WEEKS, BIG = 3, 3
"""The weeks of the trend before this one, and the biggest deals."""
KINDS = {ADDED: "added", WON: "won", LOST: "lost"}


class Figures:
    """The sums of the deals that the readers see: what is open, and what came and went."""

    def __init__(
        self,
        work: UnitOfWork,
        pipeline: Mapping[int | None, Sequence[StageRow]],
        weeks: int = 1,
    ) -> None:
        self.work = work
        self.open = [row for found in pipeline.values() for row in found]
        self.weeks = trend.starts(work, weeks)
        self.flows = trend.flows(work, self.weeks)

    def since(self, start: datetime, end: datetime | None = None) -> list[Flow]:
        """Return what came and went from the start of one week to that of a later one, or now."""
        first = self.weeks.index(end) + 1 if end else 0
        spans = range(first, self.weeks.index(start) + 1)
        return [each for each in self.flows if each.span in spans]

    @cached_property
    def currency(self) -> str:
        """Return the currency whose sums are compared: the one that most open deals have."""
        counts: dict[str, int] = {}
        for row in self.open:
            if row.amount:
                counts[row.currency] = counts.get(row.currency, 0) + row.count
        return max(sorted(counts), key=counts.__getitem__, default=self.work.currency)

    def open_at(self, start: datetime | None) -> Decimal:
        """Return the sum of what was open then, or is open now, in the currency compared."""
        now = sum((row.amount for row in self.open if row.currency == self.currency), Decimal(0))
        gone = self.since(start) if start else []
        return now - sum(
            (each.change for each in gone if each.currency == self.currency), Decimal(0)
        )


def four(request: Request, figures: Figures) -> list[Block]:
    """Return what is open, weighted, won and lost, each with its change in words."""
    work = request.work
    if secret := cards.concealed(work, Opportunity.stage):
        return [blocks.section(secret)]
    week, quarter = figures.weeks[0], trend.quarter(work)
    ended = closed_since(work, quarter)
    lately = closed_since(work, week) if ended and quarter < week else []
    told = {
        "Open": [sums(figures.open), compared(figures, week)],
        "Weighted": [weighted(figures)],
        "Won this quarter": closed(ended, lately, Stage.WON),
        "Lost this quarter": closed(ended, lately, Stage.LOST),
    }
    lines = (["*" + title + "*", *filter(None, said)] for title, said in told.items())
    return [blocks.columns("\n".join(each) for each in lines)]


def weighted(figures: Figures) -> str:
    """Return the sum of the open deals, each times its probability."""
    asked = (Opportunity.amount, Opportunity.probability)
    return cards.concealed(figures.work, *asked) or money(figures.open, "weighted")


def sums(found: Sequence[StageRow]) -> str:
    """Return some deals as one figure: €433,800 in 6 deals."""
    count = sum(row.count for row in found)
    said = rows.counted(count, "deal")
    return f"{money(found)} in {said}" if any(row.amount for row in found) else said


def compared(figures: Figures, start: datetime) -> str:
    """Return by how much the open pipeline differs from what it was, where amounts are shown."""
    if cards.concealed(figures.work, Opportunity.amount):
        return ""
    day = f"last {start.astimezone(figures.work.zone):%A}"
    more = figures.open_at(None) - figures.open_at(start)
    if not more:
        return f"as much as {day}"
    said = values.show_amount(abs(more), figures.currency)
    return f"{said} {'more' if more > 0 else 'less'} than {day}"


def closed(found: Sequence[StageRow], lately: Sequence[StageRow], stage: str) -> list[str]:
    """Return what was won or lost this quarter, and how much of it in the last week."""
    told = [row for row in found if row.stage == stage]
    late = [row for row in lately if row.stage == stage]
    return [sums(told) if told else "none", *([f"{part(late)} in the last 7 days"] if late else [])]


def part(found: Sequence[StageRow]) -> str:
    """Return some deals as a part of others: €14,000 of it, or without amounts 1 of them."""
    if any(row.amount for row in found):
        return f"{money(found)} of it"
    return f"{sum(row.count for row in found)} of them"


def cases(request: Request) -> list[Block]:
    """Return how many cases are open, urgent, unassigned and overdue."""
    work = request.work
    if not may(request, "case list"):
        return []
    if secret := cards.concealed(work, Case.priority, Case.status):
        return [blocks.section(f"*{in_our_words('Open cases')}*\n{secret}")]
    found = cases_by_priority(work)
    parts = {
        "urgent": sum(row.count for row in found if row.priority == "urgent"),
        "unassigned": sum(row.unclaimed for row in found),
        "overdue": sum(row.overdue for row in found),
    }
    told = [f"{count} {name}" for name, count in parts.items() if count]
    count = sum(row.count for row in found)
    said = f"{count or 'none'}{', of them ' if told else ''}{', '.join(told)}"
    return [blocks.section(f"*{in_our_words('Open cases')}*\n{said}")]


def weeks(request: Request, figures: Figures) -> list[Block]:
    """Return the open pipeline of the last four weeks, with what made it grow or shrink."""
    work = request.work
    if cards.concealed(work, Opportunity.stage, Opportunity.amount):
        return []
    starts: list[datetime | None] = [None, *figures.weeks]
    lines = []
    for now, before in zip(starts, [*starts[1:], None], strict=True):
        at = now or work.now
        day = show_day(at.astimezone(work.zone).date(), work.today)
        total = values.show_amount(figures.open_at(now), figures.currency)
        why = cause(figures, now, before) if before else ""
        lines.append(f"*{rows.capital(day)}:* {total}{why}")
    several = len({row.currency for row in figures.open if row.amount}) > 1
    kept = f", in {figures.currency}" if several else ""
    head = f"Open pipeline, last {len(starts)} {work.today:%A}s{kept}"
    return [blocks.header(head), blocks.section("\n".join(reversed(lines)))]


def cause(figures: Figures, now: datetime | None, before: datetime) -> str:
    """Return what happened between two weeks: (down €47,000: 1 won, 1 lost)."""
    between = [each for each in figures.since(before, now) if each.currency == figures.currency]
    counts = {
        said: sum(each.count for each in between if each.kind == kind)
        for kind, said in KINDS.items()
    }
    told = ", ".join(f"{count} {said}" for said, count in counts.items() if count)
    change = sum((each.change for each in between), Decimal(0))
    if not told:
        return ""
    way = values.show_amount(abs(change), figures.currency)
    return f" ({'up' if change >= 0 else 'down'} {way}: {told})" if change else f" ({told})"


def biggest(request: Request) -> list[Block]:
    """Return the open deals with the largest amounts, and their share of the pipeline."""
    work = request.work
    if cards.concealed(work, Opportunity.stage, Opportunity.amount):
        return []
    deals = team.biggest(work, BIG)
    if not deals:
        said = in_our_words("No deal is open. A deal begins with a customer.")
        return [blocks.header(in_our_words("Biggest open deals")), blocks.section(said)]
    learn(work, deals, ("owner",))
    drawn = [blocks.header(in_our_words("Biggest open deals"))]
    for deal in deals:
        seen = cards.texts(deal, work, "amount", "stage", "owner")
        then = [seen.get("stage", ""), closes(deal, work), blocks.escape(seen.get("owner", ""))]
        drawn.append(rows.row(deal, work, seen.get("amount", ""), then=then))
    return drawn
