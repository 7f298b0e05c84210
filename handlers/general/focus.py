"""What a person is here for: the CRM itself, the work of others, cases, deals, or figures.

What they may do says it, never the name of their role.
"""

from enum import StrEnum

from handlers.core.request import Request
from models.analytics.team import leads_a_team
from models.core.identity.rights import Scope
from models.core.permissions import policy
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case

OTHERS = (Scope.TEAM, Scope.ALL)
"""The scopes of a right that reach what other people own."""


class Focus(StrEnum):
    """What a person looks at first."""

    ADMIN = "admins"
    TEAM = "managers"
    CASES = "support"
    DEALS = "sales"
    FIGURES = "figures"


def may(request: Request, line: str) -> bool:
    """Return whether this person may do what a line says, to some record at least."""
    return request.catalogue.may(request.work.actor, line)


def focus(request: Request) -> Focus:
    """Return what the person looks at first."""
    if may(request, "status") and may(request, "role give"):
        return Focus.ADMIN
    if oversees(request):
        return Focus.TEAM
    if policy.can(request.work.actor, "claim", Case) and not changes(request, Opportunity):
        return Focus.CASES
    if changes(request, Opportunity) or changes(request, Lead):
        return Focus.DEALS
    return Focus.FIGURES


def changes(request: Request, entity: type[Lead | Opportunity]) -> bool:
    """Return whether a person may change records of an entity, their own at least."""
    return policy.can(request.work.actor, "edit", entity)


def oversees(request: Request) -> bool:
    """Return whether a person answers for the deals of others.

    They may give those to somebody else, and they get the digest or lead a team.
    """
    actor = request.work.actor
    if not actor or policy.rights_of(actor).scope(Opportunity.slug(), "assign") not in OTHERS:
        return False
    return may(request, "digest") or leads_a_team(request.work)
