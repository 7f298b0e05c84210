"""App Home: what each person does first, by what they may see and do."""

from collections.abc import Callable, Sequence

from handlers.core.payloads import GLOBAL
from handlers.core.request import Request
from handlers.core.responses import Home, Message
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block
from handlers.general import handover, lists
from handlers.general.focus import Focus, changes, focus, may
from handlers.general.sections import approvals, health, my_records, rows, support, team, totals
from handlers.general.sections.my_day import my_day
from models.core.errors import Forbidden
from models.core.fields.words import said as in_our_words
from models.core.permissions import policy
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.sales.pipeline import by_owner

NEW = (
    ("New customer", "customer new"),
    ("New lead", "lead new"),
    ("New deal", "deal new"),
    ("New task", "task new"),
    ("New case", "case new"),
    ("New company", "account new"),
)
"""What can be made from the Home tab, with the line that opens its form."""


def home(request: Request) -> Home:
    """Return the tab of the person who asks.

    What the person just did there is on top, with its Undo.
    """
    work, banner = request.work, request.state.get("banner")
    try:
        policy.check(work, "home", GLOBAL)
    except Forbidden as refusal:
        return tab([blocks.section(str(refusal))])
    drawn: list[Block] = []
    if isinstance(banner, Message):
        drawn = [*blocks.plainer(banner.blocks), blocks.divider()]
    day = f"{work.today:%A} {work.today.day} {work.today:%B}"
    drawn += [blocks.header(day), *top(request)]
    for place, section in enumerate(sections(request)):
        drawn += [blocks.divider(), *section] if place else section
    now = f"{work.now.astimezone(work.zone):%H:%M}"
    return tab([*drawn, *foot(request), blocks.context(f"Updated {now}")])


def tab(drawn: Sequence[Block]) -> Home:
    return Home(blocks.home(drawn))


def top(request: Request) -> list[Block]:
    """Return the row to search with, and to make something new."""
    new = [blocks.option(in_our_words(label), line) for label, line in NEW if may(request, line)]
    elements = [
        blocks.search(in_our_words("Find a person, company, deal, case…"), "crm.more"),
        rows.run(request, "Log", "log new"),
        blocks.select("New…", "crm.menu", new) if new else None,
    ]
    return [blocks.actions(*filter(None, elements))]


def foot(request: Request) -> list[Block]:
    """Return the person's own lists, and the row with what they may want at the end."""
    hand = may(request, "handover") and handover.has_some(request.work)
    elements = [
        blocks.button("Hand over…", "crm.handover", "") if hand else None,
        blocks.button("Help", "crm.run", "help"),
        blocks.button("Notifications", "crm.notify", "--form"),
    ]
    return [*lists.on_home(request), blocks.actions(*filter(None, elements))]


def sections(request: Request) -> list[list[Block]]:
    """Return the sections of a person, in their order; one that has nothing to say is left out.

    What a person may do says what they look at first: the CRM itself, the work of others, cases,
    their own deals, or figures alone. What they own themselves follows in any case.
    """
    every = [approvals.waiting(request), *SECTIONS[focus(request)](request)]
    found = [section for section in every if section]
    return found or [nothing(request)]


def nothing(request: Request) -> list[Block]:
    """Return what somebody reads whose role shows them nothing."""
    work = request.work
    role = work.actor.role if work.actor else ""
    said = f"Your role ({role}) shows you nothing here. {policy.helpers(work, 'change that')}"
    return [blocks.section(blocks.escape(said))]


def own(request: Request, *parts: Callable[[Request, bool], list[Block]]) -> list[list[Block]]:
    """Return what a person owns: the parts they are here for, and the others where there is any."""
    every = (my_records.my_cases, my_records.my_leads, my_records.my_deals)
    order = [*parts, *(part for part in every if part not in parts)]
    return [part(request, part in parts) for part in order]


def of_admin(request: Request) -> list[list[Block]]:
    """Return the sections of people who give others their rights."""
    here = health.health(request)
    here += health.deliveries(request) if may(request, "deliveries list") else []
    here += health.without_a_role(request)
    return [here, my_day(request, always=False), *own(request), my_records.news(request)]


def of_manager(request: Request) -> list[list[Block]]:
    """Return the sections of people who answer for the deals of others."""
    pipeline = by_owner(request.work)
    return [
        totals.four(request, totals.Figures(request.work, pipeline)),
        team.looks(request, pipeline),
        team.closing(request),
        team.people(request, pipeline),
        my_day(request, always=False),
        *own(request),
    ]


def of_support(request: Request) -> list[list[Block]]:
    """Return the sections of people who answer customers."""
    return [
        support.deadline(request.work),
        support.unassigned(request),
        my_records.my_cases(request, always=True),
        my_day(request),
        *own(request)[1:],
        my_records.news(request),
    ]


def of_seller(request: Request) -> list[list[Block]]:
    """Return the sections of people who have deals or leads of their own."""
    leads = (my_records.my_leads,) if changes(request, Lead) else ()
    deals = (my_records.my_deals,) if changes(request, Opportunity) else ()
    first = [my_day(request), my_records.news(request)]
    return [*first, *own(request, *leads, *deals)]


def of_reader(request: Request) -> list[list[Block]]:
    """Return the sections of people who read figures and change nothing they are counted from."""
    work = request.work
    figures = (
        totals.Figures(work, by_owner(work), totals.WEEKS) if may(request, "deal list") else None
    )
    found: list[list[Block]] = []
    if may(request, "report"):
        four = totals.four(request, figures) if figures else []
        found.append([*four, *totals.cases(request), *charts(request)])
        if figures and not cards.concealed(work, Opportunity.stage):
            found += [totals.weeks(request, figures), totals.biggest(request)]
    return [*found, my_day(request, always=not found), *own(request)]


def charts(request: Request) -> list[Block]:
    """Return the button that sends the figures with their charts, which no Home tab can draw."""
    return [blocks.actions(blocks.button("Send me the charts", "crm.run", "report --here"))]


SECTIONS: dict[Focus, Callable[[Request], list[list[Block]]]] = {
    Focus.ADMIN: of_admin,
    Focus.TEAM: of_manager,
    Focus.CASES: of_support,
    Focus.DEALS: of_seller,
    Focus.FIGURES: of_reader,
}
"""The sections of people, by what they look at first."""
