"""Hand over several records at once, of whatever kind, to a colleague: one act, one undo."""

from collections.abc import Mapping, Sequence

from sqlalchemy import or_, select

from handlers.core.request import Request
from handlers.core.responses import Response
from handlers.core.ui import cards
from handlers.core.ui.receipts import receipt, together
from models.analytics import dashboard
from models.core import records
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Invalid
from models.core.fields import Person, References
from models.core.fields.kinds import Candidate
from models.core.permissions import policy, visibility
from models.core.unit_of_work import UnitOfWork
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case

EACH = 30
"""Records of a kind that are offered."""


def mine(work: UnitOfWork, record: object, texts: Mapping[str, str]) -> Sequence[Candidate]:
    """Return the open deals, leads and cases of the person, as far as they may give them away."""
    found: list[Entity] = [
        *dashboard.my_deals(work, EACH),
        *dashboard.my_leads(work, EACH),
        *dashboard.my_cases(work, EACH),
    ]
    return [
        Candidate(
            each.ref,
            f"{each.spoken} ({each.ref})",
            "".join(cards.texts(each, work, "amount").values()),
        )
        for each in found
        if policy.can(work.actor, "assign", each)
    ]


def has_some(work: UnitOfWork) -> bool:
    """Return whether the person has an open deal, lead or case that they may give away."""
    asked = ((Opportunity, Opportunity.open()), (Lead, dashboard.open_leads()), (Case, Case.open()))
    there = [
        select(entity.id).where(dashboard.owned(work, entity), wanted).exists()
        for entity, wanted in asked
        if policy.can(work.actor, "assign", entity) and not visibility.hidden(work, wanted)
    ]
    return bool(there and work.session.scalar(select(or_(*there))))


ASKS = {
    "records": References("What", required=True, offers=mine, also=("what",)),
    "to": Person("To", required=True),
}


def hand_over(request: Request) -> Response:
    """Give each of the records to the person, all or none."""
    work = request.work
    entities = {entity.prefix: entity for entity in ENTITIES.values() if entity.owned}
    found: list[Entity] = []
    for prefix, number in request["records"]:
        if prefix not in entities:
            raise Invalid({"records": f"Nobody owns {prefix}-{number}: it cannot be handed over."})
        found.append(work.find(entities[prefix], number))
    for record in found:
        policy.check(work, "assign", record)
    for record in found:
        records.assign(work, record, request["to"])
    return together(request, found, [receipt(request, each) for each in found])
