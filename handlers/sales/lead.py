"""What people do with leads."""

from handlers.core.crud import Records
from handlers.core.request import Request
from handlers.core.responses import Response
from handlers.core.ui.receipts import receipt
from models.core.fields import Money, Text
from models.sales.lead import Lead, LeadStatus

router = Records(Lead)

ENDED = (LeadStatus.CONVERTED, LeadStatus.UNQUALIFIED)
DEAL = {
    "deal": Text("Name of the deal", hint="Left empty, it is called after the company"),
    "amount": Money("Amount", currency="currency", hint="Such as 12k or €1.2m"),
}


@router.verb(
    "convert", asks=DEAL, button="Convert", style="primary", when=lambda lead: not lead.converted
)
def convert(request: Request, lead: Lead) -> Response:
    """Turn the lead into a customer, an account and a deal."""
    became = lead.convert(request.work, request["deal"], request["amount"], request["currency"])
    assert became.opportunity
    return receipt(
        request,
        lead,
        f"{lead.spoken} is now {became.customer.ref}, with the deal {became.opportunity}",
    )


@router.verb("claim", button="Claim", when=lambda lead: not lead.owner and lead.status not in ENDED)
def claim(request: Request, lead: Lead) -> Response:
    """Take the lead and start working on it."""
    lead.claim(request.work)
    return receipt(request, lead)


@router.verb(
    "qualify",
    button="Qualify",
    when=lambda lead: lead.status in (LeadStatus.NEW, LeadStatus.WORKING),
)
def qualify(request: Request, lead: Lead) -> Response:
    """Mark the lead as worth a deal."""
    lead.qualify(request.work)
    return receipt(request, lead)


@router.verb("disqualify", button="Disqualify", when=lambda lead: lead.status not in ENDED)
def disqualify(request: Request, lead: Lead) -> Response:
    """Mark the lead as not worth pursuing."""
    lead.disqualify(request.work)
    return receipt(request, lead)
