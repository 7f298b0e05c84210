"""Find the colleagues who are after the same business, so that nobody is called by two people."""

from typing import Any

from sqlalchemy import or_, select

from models.core.context import Context
from models.core.permissions import visibility

NAMED = 3
"""The open deals of colleagues that are named at most."""


def colleagues_with(work: Context, deal: Any) -> list[str]:
    """Return a sentence for each open deal of a colleague with the same customer or account.

    Only deals that the viewers may see are named.

    Args:
        work: The unit of work.
        deal: The deal that somebody makes.
    """
    deals = type(deal)
    about = {"customer": deal.customer, "account": deal.account}
    same = [getattr(deals, name) == id for name, id in about.items() if id]
    theirs = (deals.open(), deals.owner != deal.owner, deals.id != deal.id)
    if not same or deal.closed or visibility.hidden(work, *same, *theirs):
        return []
    found = select(deals).where(or_(*same), *theirs).order_by(deals.id.desc()).limit(NAMED)
    return [
        f"{work.who(other.owner)} has an open deal with the same {shared(deal, other)}: {other}"
        for other in work.session.scalars(found)
    ]


def shared(one: Any, other: Any) -> str:
    """Return what two deals have in common, in a word."""
    return "customer" if one.customer and one.customer == other.customer else "account"
