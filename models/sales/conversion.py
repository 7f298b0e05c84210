"""Who and what a lead may become that is here already: people, companies and open deals."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from models.core.context import Context
from models.core.search.duplicates import OFFERED, Duplicate, duplicates
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity


def customers(work: Context, lead: Lead) -> list[Duplicate]:
    """Return the customers that look like a lead, the surest first."""
    return [each for each in duplicates(work, lead) if isinstance(each.record, Customer)]


def accounts(work: Context, lead: Lead) -> list[Duplicate]:
    """Return the accounts that look like the company of a lead, the surest first.

    They have its name, or the domain of the lead's e-mail address.
    """
    _, _, domain = (lead.email or "").rpartition("@")
    company = Account(name=lead.company or "", domain=domain or None, title=lead.company or "")
    company.fold()
    return duplicates(work, company)


def deals(work: Context, customer: int | None, account: int | None) -> Sequence[Opportunity]:
    """Return the open deals of a customer or an account that the viewers may see, the newest first.

    Args:
        work: The unit of work.
        customer: The id of the customer, None for a new one.
        account: The id of the account, None for a new one.
    """
    whose = [
        column == id
        for column, id in ((Opportunity.customer, customer), (Opportunity.account, account))
        if id is not None
    ]
    if not whose:
        return []
    theirs = select(Opportunity).where(or_(*whose), Opportunity.open())
    return work.session.scalars(theirs.order_by(Opportunity.id.desc()).limit(OFFERED)).all()
