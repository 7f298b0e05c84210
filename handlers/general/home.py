"""App Home: my day, my open deals, my cases."""

from collections.abc import Sequence

from handlers.core.payloads import GLOBAL
from handlers.core.request import Request
from handlers.core.responses import Home, Message
from handlers.core.router import Verb
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block
from handlers.general.help import may
from models.activities.activity import Activity
from models.analytics.dashboard import my_cases, my_day, my_deals
from models.core.entity.base import Entity
from models.core.errors import Forbidden
from models.core.permissions import policy
from models.sales.opportunity import Opportunity
from models.support.case import Case

SHOWN = 10


def home(request: Request) -> Home:
    """Return the tab of the person who asks.

    What the person just did there is on top, with its Undo.
    """
    work, banner = request.work, request.state.get("banner")
    try:
        policy.check(work, "home", GLOBAL)
    except Forbidden as refusal:
        return tab([blocks.section(str(refusal))])
    done = request.catalogue.routers["activity"].verbs["done"]
    drawn: list[Block] = [*banner.blocks, blocks.divider()] if isinstance(banner, Message) else []
    drawn.append(blocks.header(f"Good day, {work.me}"))
    begin = [blocks.button(label, "crm.run", line) for label, line in BEGIN if may(request, line)]
    drawn += [blocks.actions(*begin)] if begin else []
    if may(request, "task list"):
        secret = cards.concealed(work, Activity.open())
        drawn += part(
            request, "My day", my_day(work, SHOWN + 1), secret or "Nothing is due. Enjoy it.", done
        )
    if may(request, "deal list"):
        secret = cards.concealed(work, Opportunity.open())
        drawn += part(
            request, "My open deals", my_deals(work, SHOWN + 1), secret or "You have no open deals."
        )
    if may(request, "case list"):
        secret = cards.concealed(work, Case.open())
        drawn += part(
            request, "My cases", my_cases(work, SHOWN + 1), secret or "You have no open cases."
        )
    return tab(drawn)


def tab(drawn: Sequence[Block]) -> Home:
    return Home(blocks.home(drawn))


BEGIN = (
    ("New lead", "lead new"),
    ("New deal", "deal new"),
    ("New task", "task new"),
    ("New case", "case new"),
)


def part(
    request: Request, title: str, records: Sequence[Entity], empty: str, *verbs: Verb
) -> list[Block]:
    drawn = [blocks.header(title)]
    if not records:
        return [*drawn, blocks.section(empty)]
    for record in records[:SHOWN]:
        drawn += cards.row(record, request.work, *verbs)
    if len(records) > SHOWN:
        drawn.append(
            blocks.context(f"and more: `{request.catalogue.root} {records[0].noun()} list mine`")
        )
    return drawn
