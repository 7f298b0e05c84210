"""Draw the digest: what changed since the last one, what to look at, and then the figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from handlers.core.responses import Message
from handlers.core.router import Catalogue
from handlers.core.ui import blocks, card_text, cards, history
from handlers.core.ui.blocks import Block, escape
from handlers.notifications import filter_sections, report
from models.core.entity.base import Entity
from models.core.fields.words import said as in_our_words
from models.core.history.since import Difference, differences
from models.core.identity.notices import Seldom
from models.core.outbox.delivery import Delivery
from models.core.outbox.results import last_sent
from models.core.parsing.calendar import name_day
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork
from models.sales.lead import Lead
from models.sales.movements import (
    Movement,
    lead_move,
    movements,
    oldest,
    passed,
    untouched,
)
from models.sales.opportunity import Opportunity
from models.sales.pipeline import StageRow, by_stage, shifted
from models.support.case import OPEN, Case
from models.support.open_cases import cases_by_priority

FIRST = timedelta(days=7)
"""How far back the first digest of a person goes."""
UNTOUCHED = timedelta(days=7)
"""How long a lead may wait for a first talk before the digest names it."""
LISTED, NAMED = 5, 3
"""How many things of a kind, and how many leads in a sentence, are named; the rest is counted."""


@dataclass(frozen=True)
class Part:
    """A few lines of a digest under one word, as plain text."""

    title: str
    lines: Sequence[str]
    left: int = 0
    """How many more there are than lines."""

    def drawn(self) -> str:
        """Return the part as mrkdwn: one line beside its title, several below it."""
        lines = [escape(line) for line in self.all]
        if len(lines) == 1:
            return f"*{self.title}:* {lines[0]}"
        return "\n".join([f"*{self.title}:*", *(f"• {line}" for line in lines)])

    def told(self) -> str:
        return f"{self.title}: {'; '.join(self.all)}"

    @property
    def all(self) -> list[str]:
        return [*self.lines, *([f"and {self.left} more"] if self.left else [])]


@dataclass(frozen=True)
class News:
    """What happened between two moments, for the readers of the unit of work.

    Attributes:
        start: The first moment (UTC).
        end: The second moment (UTC).
        deals: The deals that changed.
        leads: The leads that changed.
        cases: The cases that changed.
    """

    start: datetime
    end: datetime
    deals: Sequence[Difference[Opportunity]]
    leads: Sequence[Difference[Lead]]
    cases: Sequence[Difference[Case]]


def digest(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return what changed since a manager's last digest, what to look at, and the figures."""
    weekly = work.actor and Seldom.DIGEST in (work.actor.seldom or ())
    often = "on the first working day of a week" if weekly else "every working day"
    why = (
        f"You get this {often} at {work.workspace.digest_at}, because your role has the digest. It "
        "tells what changed since the last one."
    )
    return since_last(work, catalogue, delivery.created_at or including(work.now), why)


def since_last(work: UnitOfWork, catalogue: Catalogue, end: datetime, why: str = "") -> Message:
    """Return the digest of the actor up to a moment; one line where nothing changed.

    It begins where the last digest that reached them ends, so nothing is told twice.

    Args:
        work: The unit of work.
        catalogue: All verbs, by noun.
        end: The moment (UTC) at which it ends.
        why: Why the reader gets it; "" for who asked for it.
    """
    person = work.actor.slack_id if work.actor else ""
    start = last_sent(work, "digest", person, end) or end - FIRST
    news = News(
        start,
        end,
        differences(work, Opportunity, start, end),
        differences(work, Lead, start, end),
        differences(work, Case, start, end),
    )
    filters = filter_sections.sections(work)
    told = [
        Part(each.title, each.lines, each.left)
        for each in filter_sections.fresh(work, filters, end)
    ]
    changed = [*deal_parts(work, news), *lead_parts(work, news), *case_parts(work, news), *told]
    look, fresh = to_look_at(work, news)
    secret = cards.concealed(
        work, Opportunity.stage, Opportunity.amount, Opportunity.close_date, Lead.status
    )
    figures = filter_sections.figures(filters, end) if filters else ()
    if not (changed or fresh):
        return replace(quiet(work, catalogue, news, secret), figures=figures)
    message = drawn(work, news, changed, look, secret)
    more = [blocks.context(why)] if why else []
    return replace(message, blocks=[*message.blocks, *more], figures=figures)


def including(moment: datetime) -> datetime:
    """Return the end of a time that includes a moment."""
    return moment + timedelta.resolution


def quiet(work: UnitOfWork, catalogue: Catalogue, news: News, secret: str) -> Message:
    """Return the one line of a digest without news."""
    rows = by_stage(work)
    open_now = f"Open: {report.figures(rows)}." if rows else in_our_words("No deal is open.")
    told = f"Nothing changed since {moment_of(work, news.start)}. {secret or open_now}"
    begin = (
        ""
        if rows or secret
        else in_our_words(f" A deal is one line away: `{catalogue.root} deal new`")
    )
    return Message(told, [blocks.section(f"{escape(told)}{begin}")])


def drawn(
    work: UnitOfWork, news: News, changed: Sequence[Part], look: Sequence[Part], secret: str
) -> Message:
    """Return the digest of a time in which something changed."""
    heading = f"Sales since {moment_of(work, news.start)}"
    now = by_stage(work)
    after = shifted(work, now, [(each.now, each.after) for each in news.deals])
    before = shifted(work, now, [(each.now, each.before) for each in news.deals])
    sections: list[Block] = [*paragraphs(part.drawn() for part in changed)]
    if look:
        sections += [blocks.section("*Look at*"), *paragraphs(part.drawn() for part in look)]
    sections += [blocks.context(escape(secret))] if secret else []
    sections += ways(work, look)
    sections += report.pipeline_chart(work.currency, chart_of(work, news, before, after))
    told = [part.told() for part in (*changed, *look)]
    for title, lines in figures(work, news, after, before):
        sections.append(blocks.section("\n".join([f"*{title}*", *map(escape, lines)])))
        told += [f"{title}:", *lines]
    text = "\n".join(filter(None, [heading, *told, secret]))
    return Message(text, blocks.distinct([blocks.header(heading), *sections]))


def paragraphs(texts: Iterable[str]) -> list[Block]:
    """Return texts as few blocks as hold them."""
    found: list[str] = []
    for text in texts:
        if found and len(found[-1]) + len(text) < blocks.SECTION:
            found[-1] = f"{found[-1]}\n{text}"
        else:
            found.append(text)
    return [blocks.section(text) for text in found]


def ways(work: UnitOfWork, look: Sequence[Part]) -> list[Block]:
    """Return the buttons that open the lists behind the digest."""
    offers = (
        [("Past their close date", "deal list overdue")]
        if any(part.title == PASSED for part in look)
        else []
    )
    offers.append(("Whole pipeline", "deal list open"))
    found = [
        blocks.button(label, "crm.run", line)
        for label, line in offers
        if cards.usable(["list"], Opportunity.slug(), work)
    ]
    return [blocks.actions(*found)] if found else []


def moment_of(work: UnitOfWork, moment: datetime) -> str:
    """Return a past moment in the reader's zone: Thursday 26 November, or today 08:30."""
    local = moment.astimezone(work.zone)
    if local.date() == work.today:
        return f"today {local:%H:%M}"
    return f"{local:%A} {local.day} {local:%B}"


def short_day(work: UnitOfWork, moment: datetime) -> str:
    """Return the day of a moment in the reader's zone: Thu 26 Nov."""
    return name_day(moment.astimezone(work.zone).date()).rpartition(" ")[0]


# ── what changed ──────────────────────────────────────────────────────────────────────────────────


def deal_parts(work: UnitOfWork, news: News) -> list[Part]:
    """Return what happened to deals, a part for each kind."""
    found: dict[Movement, list[str]] = {}
    since = news.start.astimezone(work.zone).date()
    for each in news.deals:
        seen = policy.fields(work, each.record)
        if seen:
            for kind in movements(each.before, each.after, seen, since):
                found.setdefault(kind, []).append(deal_line(work, each, kind))
    return [listed(kind, found[kind]) for kind in Movement if kind in found]


def listed(title: str, lines: Sequence[str]) -> Part:
    return Part(title, lines[:LISTED], max(0, len(lines) - LISTED))


MOVED = {
    Movement.MOVED: "stage",
    Movement.REOPENED: "stage",
    Movement.GROWN: "amount",
    Movement.SHRUNK: "amount",
    Movement.SLIPPED: "close_date",
    Movement.SOONER: "close_date",
}
"""The field of which a movement says what it held before and after."""


def deal_line(work: UnitOfWork, each: Difference[Opportunity], kind: Movement) -> str:
    """Return a deal with its owner and what happened: Sails (OP-4), €210,000, Rita Reyes."""
    field = MOVED.get(kind, "")
    names = ["owner"] if field == "amount" else ["amount", "owner"]
    line = named(work, each.record, *names)
    if kind == Movement.LOST:
        reason = cards.texts(each.record, work, "lost_reason").get("lost_reason", "")
        return f"{line}. {blocks.cut(reason, card_text.SHORT)}" if reason else line
    return f"{line}: {history.moved(work, each, field)}" if field else line


def named(work: UnitOfWork, record: Entity, *names: str) -> str:
    """Return a record with its number and some fields: Spare parts (OP-6), €14,000, Ravi Rao."""
    told = cards.texts(record, work, *names).values()
    title = blocks.cut(record.title, card_text.SHORT)
    return ", ".join([f"{title} ({record.ref})", *told])


def lead_parts(work: UnitOfWork, news: News) -> list[Part]:
    """Return what happened to leads in one line: 1 new (Lena Vogt, Rita Reyes)."""
    found: dict[str, list[Lead]] = {}
    for each in news.leads:
        seen = policy.fields(work, each.record)
        if seen and (word := lead_move(each.before, each.after, seen)):
            found.setdefault(word, []).append(each.record)
    lines = [f"{len(leads)} {word} ({people(work, leads)})" for word, leads in found.items()]
    return [Part(in_our_words("Leads"), [", ".join(lines)])] if lines else []


def people(work: UnitOfWork, leads: Sequence[Lead]) -> str:
    """Return the first few leads with their owners; the others are counted."""
    told = [
        ", ".join(
            [blocks.cut(lead.title, card_text.SHORT), *cards.texts(lead, work, "owner").values()]
        )
        for lead in leads[:NAMED]
    ]
    more = [f"{len(leads) - NAMED} more"] if len(leads) > NAMED else []
    return "; ".join([*told, *more])


def case_parts(work: UnitOfWork, news: News) -> list[Part]:
    """Return how many cases came and how many were solved; nothing where the status is hidden."""
    if report.no_figures(work, Case.status):
        return []
    moves = [(is_open(each.before), is_open(each.after)) for each in news.cases]
    came, ended = moves.count((False, True)), moves.count((True, False))
    told = [f"{came} new"] if came else []
    told += [f"{ended} solved"] if ended else []
    return [Part(in_our_words("Cases"), [", ".join(told)])] if told else []


def is_open(state: Any) -> bool:
    return state is not None and Case.meaning_of("status", state.status) in OPEN


# ── what to look at ───────────────────────────────────────────────────────────────────────────────

PASSED = "Close date passed"


def to_look_at(work: UnitOfWork, news: News) -> tuple[list[Part], bool]:
    """Return what nobody looks after, and whether some of it was not so at the last digest."""
    today = news.end.astimezone(work.zone).date()
    last = news.start.astimezone(work.zone).date()
    late, deals = oldest(work, Opportunity, passed(today), Opportunity.close_date.desc(), LISTED)
    parts = (
        [Part(PASSED, [passed_line(work, deal) for deal in late], deals - len(late))]
        if late
        else []
    )
    alone, leads = oldest(
        work, Lead, untouched(news.end - UNTOUCHED), Lead.created_at.desc(), LISTED
    )
    if alone:
        said = "1 lead without a talk" if leads == 1 else f"{leads} leads without a talk"
        title = in_our_words(said)
        parts.append(Part(title, [lead_line(work, lead) for lead in alone], leads - len(alone)))
    fresh = [bool(deal.close_date and deal.close_date >= last) for deal in late]
    fresh += [lead.created_at + UNTOUCHED > news.start for lead in alone]
    return parts, any(fresh)


def passed_line(work: UnitOfWork, deal: Opportunity) -> str:
    """Return a deal that should have closed, and when."""
    day = cards.texts(deal, work, "close_date").get("close_date", "")
    return f"{named(work, deal, 'amount', 'owner')}: {day}"


def lead_line(work: UnitOfWork, lead: Lead) -> str:
    """Return a lead and how long it has waited."""
    days = (work.now - lead.created_at).days
    return f"{named(work, lead, 'owner')}: {days} days"


# ── the figures ───────────────────────────────────────────────────────────────────────────────────


def figures(
    work: UnitOfWork, news: News, after: Sequence[StageRow], before: Sequence[StageRow]
) -> list[tuple[str, Sequence[str]]]:
    """Return the titles and lines of the figures, each with its change since the last digest."""
    found: list[tuple[str, Sequence[str]]] = []
    secret = report.no_deals(work)
    if secret or after or before:
        title = f"Open on {short_day(work, news.end)}"
        found.append((title, secret or report.pipeline_lines(after, before)))
    secret, rows = report.no_figures(work, Case.priority, Case.status), cases_by_priority(work)
    if secret or rows:
        found.append((in_our_words("Open cases"), secret or report.case_lines(rows)))
    return found


def chart_of(
    work: UnitOfWork, news: News, before: Sequence[StageRow], after: Sequence[StageRow]
) -> dict[str, Sequence[StageRow]]:
    """Return the open deals of both moments by the names of the bars."""
    names = [short_day(work, news.start), short_day(work, news.end)]
    then, now = names if names[0] != names[1] else ("Before", "Now")
    return {then: before, now: after}
