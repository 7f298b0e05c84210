"""What people do with leads."""

from collections.abc import Mapping, Sequence

from handlers.core.crud import Records
from handlers.core.duplicates import in_common
from handlers.core.request import Request
from handlers.core.responses import Response
from handlers.core.ui import cards
from handlers.core.ui.receipts import receipt
from models.core.fields import Day, Match, Money, Text
from models.core.fields.kinds import NEW, NONE, Candidate
from models.core.search.duplicates import Duplicate
from models.core.unit_of_work import UnitOfWork
from models.sales import conversion
from models.sales.lead import Lead

router = Records(Lead)

NEW_DEAL = ("join", NEW)
"""What the fields of a new deal are asked for with."""


def people(work: UnitOfWork, lead: Lead, texts: Mapping[str, str]) -> Sequence[Candidate]:
    """Return the customers that the lead may be, and a new one."""
    known = [matched(work, each) for each in conversion.customers(work, lead)]
    return [*known, Candidate(NEW, "Add a new customer")]


def companies(work: UnitOfWork, lead: Lead, texts: Mapping[str, str]) -> Sequence[Candidate]:
    """Return the accounts that the company of the lead may be, a new one, and none."""
    known = [matched(work, each) for each in conversion.accounts(work, lead)]
    new = [Candidate(NEW, f"Add “{lead.company}”")] if lead.company else []
    return [*known, *new, Candidate(NONE, "No company")]


def matched(work: UnitOfWork, found: Duplicate) -> Candidate:
    """Return a record that the lead may be, with the reason."""
    record = found.record
    why = ", ".join(filter(None, (f"Here already: {in_common(found)}", found.place)))
    return Candidate(record.ref, f"{record.spoken} ({record.ref})", why)


def open_deals(work: UnitOfWork, lead: Lead, texts: Mapping[str, str]) -> Sequence[Candidate]:
    """Return a new deal, the open deals of whom the lead becomes, and none."""
    person = chosen(work, "customer", texts, people(work, lead, texts))
    company = chosen(work, "account", texts, companies(work, lead, texts))
    theirs = [
        Candidate(
            deal.ref,
            f"Join {deal.spoken} ({deal.ref})",
            ", ".join(cards.texts(deal, work, "amount", "stage", "owner").values()),
        )
        for deal in conversion.deals(work, person, company)
    ]
    return [Candidate(NEW, "Start a new deal"), *theirs, Candidate(NONE, "No deal yet")]


def chosen(
    work: UnitOfWork, to: str, texts: Mapping[str, str], offered: Sequence[Candidate]
) -> int | None:
    """Return the id of the record that was chosen, or is offered first; None for one to be made."""
    try:
        found = Match("", to=to).read(texts.get(to) or offered[0].value, work)
    except ValueError:
        return None
    return found if isinstance(found, int) else None


def of_lead(work: UnitOfWork, lead: Lead) -> dict[str, str]:
    """Return what the form of a conversion begins with."""
    return {"join": NEW, "deal": lead.company or lead.title}


ASKS = {
    "customer": Match("Person", to="customer", offers=people, also=("person",)),
    "account": Match("Company", to="account", offers=companies, also=("company",)),
    "join": Match("Deal", to="opportunity", offers=open_deals),
    "deal": Text(
        "Deal name",
        hint="Left empty, it is called after the company",
        when=NEW_DEAL,
        also=("name",),
    ),
    "amount": Money("Amount", currency="currency", hint="Such as 12k or €1.2m", when=NEW_DEAL),
    "close_date": Day("Close date", when=NEW_DEAL, also=("close", "closes", "closing")),
}


@router.verb(
    "convert",
    asks=ASKS,
    text="deal",
    button="Convert",
    style="primary",
    opens=True,
    begins=of_lead,
    when=lambda lead: not lead.converted,
)
def convert(request: Request, lead: Lead) -> Response:
    """Turn the lead into a customer, an account and a deal."""
    became = lead.convert(
        request.work,
        *(request[name] for name in ("deal", "amount", "currency", "close_date")),
        *(request[name] for name in ("customer", "account", "join")),
    )
    deal = f", with the deal {became.opportunity}" if became.opportunity else ""
    return receipt(request, lead, f"{lead.spoken} is now {became.customer.ref}{deal}")


@router.verb("claim", button="Claim", when=lambda lead: not lead.owner and not lead.ended)
def claim(request: Request, lead: Lead) -> Response:
    """Take the lead and start working on it."""
    lead.claim(request.work)
    return receipt(request, lead)


@router.verb(
    "qualify",
    button="Qualify",
    when=lambda lead: lead.undecided,
)
def qualify(request: Request, lead: Lead) -> Response:
    """Mark the lead as worth a deal."""
    lead.qualify(request.work)
    return receipt(request, lead)


@router.verb("disqualify", button="Disqualify", when=lambda lead: not lead.ended)
def disqualify(request: Request, lead: Lead) -> Response:
    """Mark the lead as not worth pursuing."""
    lead.disqualify(request.work)
    return receipt(request, lead)
