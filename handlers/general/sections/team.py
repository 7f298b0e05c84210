"""What a manager looks at: what needs a look, what closes next, and what everybody has in hand."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from handlers.core.request import Request
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block, escape
from handlers.general.focus import may
from handlers.general.sections import rows
from handlers.general.sections.my_records import closes
from handlers.notifications.report import figures
from models.analytics import team
from models.analytics.dashboard import Load, loads, me
from models.analytics.team import BIGGEST, Look
from models.core.fields.words import said as in_our_words
from models.core.identity.user import User
from models.core.names import learn
from models.core.unit_of_work import UnitOfWork
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.sales.pipeline import StageRow

DEALS, LEADS, CLOSING, PEOPLE = 5, 3, 5, 8
"""The most records and people of each list."""
DAYS = 14
"""How far ahead deals that close are named."""
MUCH = Decimal("0.5")
"""The share of the pipeline from which on it is said that one person holds it."""

Pipeline = Mapping[int | None, Sequence[StageRow]]
"""The open deals of each person."""


def looks(request: Request, pipeline: Pipeline) -> list[Block]:
    """Return the deals and leads that need a look, and why each is here."""
    work = request.work
    if secret := cards.concealed(work, Opportunity.open()):
        return [blocks.header("Needs a look"), blocks.section(secret)]
    found = team.needing_a_look(work)
    cold = team.cold_leads(work, LEADS) if may(request, "lead list") else []
    learn(work, [*(look.deal for look in found[:DEALS]), *cold], ("owner",))
    counts = [rows.counted(len(found), "deal")] if found else []
    counts += [rows.counted(len(cold), "lead")] if cold else []
    drawn = [blocks.header(f"Needs a look: {', '.join(counts)}" if counts else "Needs a look")]
    drawn += [deal_row(look, work) for look in found[:DEALS]]
    drawn += [lead_row(lead, work) for lead in cold]
    drawn += (
        []
        if counts
        else [blocks.section(in_our_words("Every deal has a date, a next step and a talk."))]
    )
    drawn += rows.more(request, DEALS, len(found), "deal list open")
    many = sum(row.count for theirs in pipeline.values() for row in theirs) > BIGGEST
    return [
        *drawn,
        *(
            [blocks.context(in_our_words(f"Among the {BIGGEST} biggest open deals"))]
            if many
            else []
        ),
    ]


def deal_row(look: Look, work: UnitOfWork) -> Block:
    """Return a deal that needs a look, with the reasons."""
    deal = look.deal
    seen = cards.texts(deal, work, "amount", "stage", "owner")
    reasons = []
    if look.since and "stage" in seen:
        days = (work.now - look.since).days
        reasons.append(f"{rows.counted(days, 'day')} in {seen['stage']}, no talk since")
    reasons.append(closes(deal, work))
    reasons += ["*no next step*"] if look.unplanned else []
    first = (seen.get("amount", ""), seen.get("owner", "unassigned"))
    return rows.row(deal, work, *first, then=reasons)


def lead_row(lead: Lead, work: UnitOfWork) -> Block:
    """Return a lead that nobody has talked with."""
    seen = cards.texts(lead, work, "company", "owner")
    company = seen.get("company", "")
    days = rows.counted((work.now - lead.created_at).days, "day")
    first = (company if company != lead.title else "", f"lead of {seen.get('owner', 'nobody')}")
    return rows.row(lead, work, *first, then=[f"{days} old", "no talk yet"])


def closing(request: Request) -> list[Block]:
    """Return the deals that close in the next two weeks, what closes today first."""
    work = request.work
    if secret := cards.concealed(work, Opportunity.close_date):
        return [blocks.header("Closing next"), blocks.section(secret)]
    deals = team.closing(work, DAYS, CLOSING)
    learn(work, deals, ("owner",))
    today = [deal for deal in deals if deal.close_date == work.today]
    lines = [] if today else ["Nothing closes today."]
    for deal in deals:
        seen = cards.texts(deal, work, "close_date", "amount", "owner")
        day = seen.pop("close_date", "")
        name = f"{blocks.cut(deal.title, rows.TITLE)} ({deal.ref})"
        lines.append(f"• {rows.capital(day)}: {escape(', '.join([name, *seen.values()]))}")
    if not deals:
        lines = [f"Nothing closes in the next {DAYS} days."]
    return [blocks.header("Closing next"), blocks.section("\n".join(lines))]


def people(request: Request, pipeline: Pipeline) -> list[Block]:
    """Return what each person of the team has in hand, as facts; who has most comes first."""
    work = request.work
    them = {person.id: person for person in team.members(work)}
    if work.actor and work.actor.id in pipeline:
        them[work.actor.id] = work.actor
    order = sorted(them, key=lambda id: (-amount_of(pipeline.get(id, ())), id))[:PEOPLE]
    if not order:
        said = "Nobody is in your team yet."
        return [blocks.header("The team"), rows.empty(request, said, "Teams", "team list")]
    tasks = loads(work, {*order, me(work)})  # whose own day comes later
    leads = team.open_leads_of(work, order) if may(request, "lead list") else None
    cases = team.open_cases_of(work, order) if may(request, "case list") else {}
    drawn = [blocks.header("The team")]
    for id in order:
        led = None if leads is None else leads.get(id, 0)
        first = in_hand(pipeline.get(id, ()), led, cases.get(id, 0))
        second = [*to_do(tasks.get(id, Load())), *share(id, pipeline)]
        text = f"*{escape(them[id].name)}* · {rows.DASH.join(first)}\n{rows.DASH.join(second)}"
        line = f"deal list open owner = {them[id].ref}"
        drawn.append(blocks.section(text, shows(request, them[id], line)))
    left = len(them) - len(order)
    return [*drawn, *([blocks.context(f"and {left} more")] if left else []), *nobodys(pipeline)]


def shows(request: Request, person: User, line: str) -> Block | None:
    """Return the button that lists what somebody has."""
    button = rows.run(request, "Show", line)
    if button:
        button["accessibility_label"] = blocks.cut(f"Show the deals of {person.name}", rows.LABEL)
    return button


def amount_of(found: Sequence[StageRow]) -> Decimal:
    return sum((row.amount for row in found), Decimal(0))


def in_hand(found: Sequence[StageRow], leads: int | None, cases: int) -> list[str]:
    """Return how many deals, leads and cases somebody has."""
    told = [figures(found) if found else in_our_words("no deals")]
    told += (
        [rows.counted(leads, "lead") if leads else in_our_words("no leads")]
        if leads is not None
        else []
    )
    return [*told, *([rows.counted(cases, "case")] if cases else [])]


def to_do(load: Load) -> list[str]:
    """Return how many tasks somebody has today, and how many are overdue."""
    told = [
        f"{rows.counted(load.today, 'task')} today" if load.today else in_our_words("no task today")
    ]
    return [f"{told[0]}, {load.overdue} overdue"] if load.overdue else told


def share(id: int, pipeline: Pipeline) -> list[str]:
    """Return that somebody holds most of the pipeline, where all of it is in one currency."""
    currencies = {row.currency for found in pipeline.values() for row in found if row.amount}
    total = sum((amount_of(found) for found in pipeline.values()), Decimal(0))
    if len(currencies) != 1 or len(pipeline) < 2 or not total:
        return []
    part = amount_of(pipeline.get(id, ())) / total
    return [f"holds {part * 100:.0f} % of the pipeline"] if part >= MUCH else []


def nobodys(pipeline: Pipeline) -> list[Block]:
    """Return how many open deals nobody has."""
    found = pipeline.get(None, ())
    return [blocks.context(f"Unassigned: {figures(found)}")] if found else []
