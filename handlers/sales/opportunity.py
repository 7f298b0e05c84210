"""What people do with deals."""

from dataclasses import replace

from handlers.core.crud import Records
from handlers.core.request import Request
from handlers.core.responses import Response
from handlers.core.ui import cards
from handlers.core.ui.receipts import receipt
from models.core.fields import Text
from models.core.fields.shape import Shaped
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork
from models.sales.opportunity import Opportunity
from models.sales.purchase import Purchase
from models.sales.stage import OPEN

router = Records(Opportunity, besides=("lost_reason",), menus={"stage": OPEN})

WHY = Shaped(
    lambda: {
        "reason": replace(Opportunity.fields()["lost_reason"], required=True, when=None),
        "competitor": Text("Competitor"),
    }
)
TO = Shaped(lambda: {name: Opportunity.fields()[name] for name in ("stage", "lost_reason")})


SALE = {
    "lines": replace(Purchase.line_fields()["lines"], required=True),
    **{name: Purchase.fields()[name] for name in ("sold_on", "notes")},
}


def is_open(deal: Opportunity) -> bool:
    return not deal.closed


@router.verb("reopen", button="Reopen", when=lambda deal: deal.closed)
def reopen(request: Request, deal: Opportunity) -> Response:
    """Take the deal back to the stage at which it was closed, and to the close date of before.

    A close date that has passed meanwhile is left out.
    """
    deal.reopen(request.work)
    request.work.session.flush()
    dated = cards.texts(deal, request.work, "close_date")
    asks = not dated and "close_date" in policy.fields(request.work, deal)
    more = [f"When will it close? `deal edit {deal.ref} close=fri`"] if asks else []
    return receipt(request, deal, more=more)


@router.verb("stage", asks=TO)
def stage(request: Request, deal: Opportunity) -> Response:
    """Move the deal to another stage: `deal stage OP-42 proposal`."""
    deal.move(request.work, request["stage"], request["lost_reason"])
    return receipt(request, deal)


@router.verb("won", button="Won", style="primary", when=is_open)
def won(request: Request, deal: Opportunity) -> Response:
    """Close the deal as won today."""
    deal.win(request.work)
    return receipt(request, deal)


def of_deal(work: UnitOfWork, deal: Opportunity) -> dict[str, str]:
    """Return what the form of a sale begins with: the deal as the one thing that is sold."""
    return {"lines": deal.as_line(work), "sold_on": "", "notes": ""}


@router.verb(
    "sell",
    asks=SALE,
    button="Sell",
    begins=of_deal,
    title="Sale of",
    when=lambda deal: not deal.lost,
)
def sell(request: Request, deal: Opportunity) -> Response:
    """Make a sale of the deal, which is won by that: `deal sell OP-42 3 × Widget @ 90`."""
    sale = deal.sell(request.work, request["lines"], request["sold_on"], request["notes"])
    return receipt(request, deal, f"{deal.spoken} is sold: {sale}")


@router.verb("lost", asks=WHY, button="Lost", when=is_open)
def lost(request: Request, deal: Opportunity) -> Response:
    """Close the deal as lost today, with the reason: `deal lost OP-42 too expensive`."""
    deal.lose(request.work, request["reason"], request["competitor"])
    return receipt(request, deal)
