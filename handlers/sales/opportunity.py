"""What people do with deals."""

from handlers.core.crud import Records
from handlers.core.request import Request
from handlers.core.responses import Response
from handlers.core.ui.receipts import receipt
from models.core.fields import Choice, Text
from models.core.fields.synonyms import STAGES
from models.sales.opportunity import Opportunity, Stage

router = Records(Opportunity, besides=("lost_reason",))

WHY = {"reason": Text("Lost because", required=True), "competitor": Text("Competitor")}
TO = {
    "stage": Choice("Stage", options=Stage, others=STAGES, required=True),
    "lost_reason": Opportunity.fields()["lost_reason"],
}


def is_open(deal: Opportunity) -> bool:
    return not deal.closed


@router.verb("stage", asks=TO, button="Move")
def stage(request: Request, deal: Opportunity) -> Response:
    """Move the deal to another stage: `deal stage OP-42 proposal`."""
    deal.move(request.work, request["stage"], request["lost_reason"])
    return receipt(request, deal)


@router.verb("won", button="Won", style="primary", when=is_open)
def won(request: Request, deal: Opportunity) -> Response:
    """Close the deal as won today."""
    deal.win(request.work)
    return receipt(request, deal)


@router.verb("lost", asks=WHY, button="Lost", when=is_open)
def lost(request: Request, deal: Opportunity) -> Response:
    """Close the deal as lost today, with the reason: `deal lost OP-42 too expensive`."""
    deal.lose(request.work, request["reason"], request["competitor"])
    return receipt(request, deal)
