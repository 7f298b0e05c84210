"""What a person owns: their leads, deals and cases, and what others changed on them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from handlers.core.request import Request
from handlers.core.ui import blocks, cards, receipts
from handlers.core.ui.blocks import Block, escape
from handlers.general.focus import may
from handlers.general.sections import rows
from handlers.notifications.report import figures, money
from models.activities.activity import Activity
from models.analytics import dashboard
from models.analytics.dashboard import COUNTED, News, Talk, talks
from models.core.entity.base import Entity
from models.core.fields.words import said as in_our_words
from models.core.identity.notices import Where
from models.core.names import learn
from models.core.permissions import visibility
from models.core.unit_of_work import UnitOfWork
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.sales.pipeline import StageRow
from models.support.case import Case

SHOWN, TOLD, SHORT = 5, 2, 60
"""Records of a list, changes of an act, and letters of a next step."""
NEWS = timedelta(days=3)
"""What happened longer ago is no news."""


def my_leads(request: Request, always: bool) -> list[Block]:
    """Return the person's open leads with when somebody talked with them.

    Args:
        request: The request.
        always: Whether the section is there even if it has nothing to show.
    """
    work = request.work
    if not may(request, "lead list"):
        return []
    if secret := cards.concealed(work, dashboard.open_leads()):
        return [blocks.header(in_our_words("My leads")), blocks.section(secret)] if always else []
    leads = dashboard.my_leads(work, SHOWN + 1)
    if not leads:
        said = "You have no open leads."
        drawn = [rows.empty(request, said, "New lead", "lead new")]
        return [blocks.header(in_our_words("My leads")), *drawn] if always else []
    count = counted(work, Lead, dashboard.open_leads(), len(leads))
    talked = talks(work, "lead", [lead.id for lead in leads[:SHOWN]])
    open_count = f"{count} or more" if count >= COUNTED else count
    drawn = [blocks.header(in_our_words(f"My leads: {open_count} open"))]
    for lead in leads[:SHOWN]:
        seen = cards.texts(lead, work, "company", "status")
        company = seen.get("company", "")
        since = f"here since {rows.day_of(lead.created_at, work)}"
        then = [seen.get("status", ""), since, talk(talked, lead, work)]
        ripe = "status" in seen and lead.qualified
        offers = [("convert", "Convert")] if ripe else []
        first = [company] if company != lead.title else []
        drawn.append(rows.row(lead, work, *first, then=then, offers=offers))
    return [*drawn, *rows.more(request, SHOWN, count, "lead list mine open", COUNTED)]


def talk(talked: Mapping[int, Talk] | None, record: Entity, work: UnitOfWork) -> str:
    """Return when somebody talks with a record next, or did last; nothing where that is hidden."""
    if talked is None:
        return ""
    known = talked.get(record.id, Talk())
    if known.next:
        late = known.next <= work.now
        return f"{'overdue since' if late else 'next'} {rows.day_of(known.next, work)}"
    return f"last talk {rows.day_of(known.last, work)}" if known.last else "*no talk yet*"


def my_deals(request: Request, always: bool) -> list[Block]:
    """Return the person's open deals, with their sum, by stage, and the next to close first.

    Args:
        request: The request.
        always: Whether the section is there even if it has nothing to show.
    """
    work = request.work
    if not may(request, "deal list"):
        return []
    if secret := cards.concealed(work, Opportunity.open()):
        return [blocks.header(in_our_words("My deals")), blocks.section(secret)] if always else []
    deals = dashboard.my_deals(work, SHOWN)
    if not deals:
        said = "You have no open deals."
        drawn = [rows.empty(request, said, "New deal", "deal new")]
        return [blocks.header(in_our_words("My deals")), *drawn] if always else []
    sums = dashboard.my_pipeline(work)
    count = sum(row.count for row in sums)
    talked = talks(work, "opportunity", [deal.id for deal in deals])
    total = f", {money(sums)}" if any(row.amount for row in sums) else ""
    drawn = [
        blocks.header(in_our_words(f"My deals: {count} open{total}")),
        blocks.context(by_stage(sums)),
    ]
    for deal in deals:
        seen = cards.texts(deal, work, "amount")
        then = [closes(deal, work), next_step(deal, work, talked)]
        drawn.append(rows.row(deal, work, seen.get("amount", ""), then=then))
    return [*drawn, *rows.more(request, len(deals), count, "deal list mine open")]


def by_stage(sums: Sequence[StageRow]) -> str:
    """Return the deals and their sum by stage: Proposal 3 deals, €243,800."""
    stages_named = Opportunity.choice_of("stage")
    stages = dict.fromkeys(row.stage for row in sums)
    told = [
        f"{stages_named.name(stage)} {figures([row for row in sums if row.stage == stage])}"
        for stage in stages
    ]
    return f"By stage: {' · '.join(told)}"


def closes(deal: Opportunity, work: UnitOfWork) -> str:
    """Return when a deal closes; that it does not say so is news as well."""
    seen = cards.texts(deal, work, "close_date")
    if "close_date" in seen:
        late = deal.close_date is not None and deal.close_date < work.today
        return f"{'should have closed' if late else 'closes'} {seen['close_date']}"
    return "" if visibility.hidden(work, Opportunity.close_date) else "*no close date*"


def next_step(deal: Opportunity, work: UnitOfWork, talked: Mapping[int, Talk] | None) -> str:
    """Return what comes next for a deal: its next step, or the next task about it."""
    seen = cards.texts(deal, work, "next_step")
    if "next_step" in seen:
        return f"next: {escape(blocks.cut(seen['next_step'], SHORT))}"
    known = (talked or {}).get(deal.id, Talk())
    if known.next:
        return f"next task {rows.day_of(known.next, work)}"
    hidden = talked is None or visibility.hidden(work, Opportunity.next_step)
    return "" if hidden else "*no next step*"


def my_cases(request: Request, always: bool) -> list[Block]:
    """Return the person's open cases, the oldest first.

    Args:
        request: The request.
        always: Whether the section is there even if it has nothing to show.
    """
    work = request.work
    if not may(request, "case list"):
        return []
    if secret := cards.concealed(work, Case.open()):
        return [blocks.header(in_our_words("My cases")), blocks.section(secret)] if always else []
    cases = dashboard.my_cases(work, SHOWN + 1)
    if not cases:
        drawn = [blocks.section(in_our_words("No open case is yours."))]
        return [blocks.header(in_our_words("My cases")), *drawn] if always else []
    count = counted(work, Case, Case.open(), len(cases))
    learn(work, cases[:SHOWN], ("customer",))
    said = rows.counted(count, "open case", COUNTED)
    drawn = [blocks.header(f"{in_our_words('My cases')}: {said}")]
    drawn += [case_row(case, work, ("reply", "Reply")) for case in cases[:SHOWN]]
    return [*drawn, *rows.more(request, SHOWN, count, "case list mine open", COUNTED)]


def case_row(case: Case, work: UnitOfWork, *offers: tuple[str, ...]) -> Block:
    """Return a case with its customer, since when it waits and until when, and one button."""
    seen = cards.texts(case, work, "priority", "customer", "resolve_by")
    late = case.resolve_by is not None and case.resolve_by < work.now
    until = (
        f"{'overdue since' if late else 'due'} {seen['resolve_by']}" if "resolve_by" in seen else ""
    )
    since = f"since {rows.day_of(case.created_at, work)}"
    then = [escape(seen.get("customer", "")), since, until]
    return rows.row(case, work, seen.get("priority", ""), then=then, offers=offers)


def counted(work: UnitOfWork, entity: type[Entity], wanted: Any, found: int) -> int:
    """Return how many open records the person has, where more were found than are shown."""
    return dashboard.count_mine(work, entity, wanted) if found > SHOWN else found


# ── what others did ───────────────────────────────────────────────────────────────────────────────


def news(request: Request) -> list[Block]:
    """Return what others changed on the person's records, and new cases of their customers.

    No block where there is nothing new.
    """
    work, since = request.work, request.work.now - NEWS
    if work.actor and work.actor.told_in == Where.OFF:
        return []
    lately = (work.now - NEWS).date()
    closed = ~Opportunity.open() & (Opportunity.close_date >= lately)
    filters: list[tuple[type[Entity], Any]] = [
        (Opportunity, Opportunity.open()),
        (Opportunity, closed),
        (Lead, dashboard.open_leads()),
        (Case, Case.open()),
        (Activity, Activity.open()),
    ]
    seen = [each for each in filters if may(request, f"{each[0].noun()} list")]
    changed = dashboard.news(work, seen, since, SHOWN)
    cases = dashboard.cases_of_my_customers(work, since, SHOWN) if may(request, "case list") else []
    learn(work, cases, ("customer",))
    drawn = [changed_row(each, work) for each in changed]
    drawn += [new_case(case, work) for case in cases]
    return [blocks.header("New on your records"), *drawn] if drawn else []


def changed_row(told: News, work: UnitOfWork) -> Block:
    """Return what somebody changed on a record, old → new, with who and when."""
    first, line = told.entries[0], told.record.line
    entries = sorted(told.entries, key=lambda each: (each.field not in line, each.id))
    if any(entry.action == "create" for entry in told.entries):
        lines = ["new"]
    else:
        lines = [change(work, told, entry) for entry in entries[:TOLD]]
    more = len(told.entries) - TOLD if lines != ["new"] else 0
    lines += [f"and {more} more"] if more > 0 else []
    by = f"by {escape(work.who(told.by))}, {rows.day_of(first.at, work)}"
    return rows.row(told.record, work, then=[*lines, by])


def change(work: UnitOfWork, told: News, entry: Any) -> str:
    """Return a change as the receipt of it said: Stage: Proposal → Won."""
    row = {name: getattr(entry, name) for name in ("entity", "record_id", "field", "old", "new")}
    was = receipts.before(told.record, [row])
    return escape(receipts.difference(work, told.record, was, row))


def new_case(case: Case, work: UnitOfWork) -> Block:
    """Return a case that one of the person's customers has, and who has taken it."""
    seen = cards.texts(case, work, "customer", "assignee")
    of = f"case of {escape(seen['customer'])}" if "customer" in seen else "case"
    then = [f"{of}, since {rows.day_of(case.created_at, work)}"]
    return rows.row(case, work, then=[*then, escape(seen.get("assignee", "unassigned"))])
