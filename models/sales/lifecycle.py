"""The lifecycle stage of a customer, worked out from the deals."""

from datetime import timedelta

from sqlalchemy import func, select

from models.core.context import Context
from models.core.entity.facts import Facts
from models.core.permissions import visibility
from models.customers.customer import Customer, Lifecycle
from models.sales.opportunity import Opportunity
from models.sales.stage import Stage

LOYAL_FROM = 4
"""Sales that make a customer loyal; a house rule, not a published threshold."""
LAPSED_AFTER = timedelta(days=365)


def facts(work: Context, customer: Customer) -> Facts:
    """Return the lifecycle stage as a line about the customer.

    Return nothing where it would reveal hidden deals.
    """
    if not customer.lifecycle and visibility.hidden(
        work, Opportunity.stage, Opportunity.close_date
    ):
        return []  # it reveals deals
    stage, reason = lifecycle_of(work, customer)
    return [("Lifecycle", f"{stage.value.capitalize()} ({reason})")]


def lifecycle_of(work: Context, customer: Customer) -> tuple[Lifecycle, str]:
    """Return the lifecycle stage and the reason for it in words.

    It is worked out from the customer's deals unless someone set it.
    """
    if customer.lifecycle:
        return Lifecycle(customer.lifecycle), "set by hand"
    won = Opportunity.stage.in_(Opportunity.options_like("stage", Stage.WON))
    row = select(
        func.count().filter(won),
        func.max(Opportunity.close_date).filter(won),
        func.count().filter(Opportunity.open()),
    ).where(Opportunity.customer == customer.id)
    sales, last, running = work.session.execute(row).one()
    if sales and last and work.today - last > LAPSED_AFTER and not running:
        return Lifecycle.LAPSED, f"last sale {last:%b %Y}"
    if sales:
        stage = (
            Lifecycle.CUSTOMER
            if sales == 1
            else Lifecycle.REPEAT
            if sales < LOYAL_FROM
            else Lifecycle.LOYAL
        )
        return stage, "1 sale" if sales == 1 else f"{sales} sales"
    if running:
        return Lifecycle.PROSPECT, "1 open deal" if running == 1 else f"{running} open deals"
    return Lifecycle.LEAD, "no deals yet"
