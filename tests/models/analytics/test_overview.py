"""What is happening around a record: how the database finds it."""

import pytest
from sqlalchemy import func, insert, select

from models.activities.activity import Activity
from models.analytics import overview
from models.core.entity.base import Entity
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.plans import plans

pytestmark = pytest.mark.dialect

MANY = 5_000
"""Activities from which both databases prefer an index to reading them all."""
EACH = 10
"""Leads and deals that they are about, as many activities each."""


@pytest.mark.parametrize(
    ("entity", "ways"),
    [(Customer, ["customer"]), (Account, ["account", "customer", "opportunity"])],
)
def test_the_talks_and_tasks_around_a_record_are_found_by_an_index(
    works: UnitOfWorkFactory, entity: type[Entity], ways: list[str]
) -> None:
    record = given(works, entity, name="Ada Lovelace")
    for number in range(EACH):
        lead = given(works, Lead, first_name="Grace")
        given(works, Activity, description="Call", lead=lead.ref, due_date="+1d")
        customer = given(works, Customer, first_name=f"Grace {number}")
        deal = given(works, Opportunity, name="Ten", customer=customer.ref)
        given(works, Activity, description="Call", opportunity=deal.ref, due_date="+1d")
    multiply(works)

    def look(work: UnitOfWork) -> None:
        overview.nearest(work, work.find(entity, record.number))

    plan, *_ = plans(works, look, "activity.done_at DESC")
    assert [way for way in ways if f"ix_activity_workspace_{way}" not in plan] == []


def multiply(works: UnitOfWorkFactory) -> None:
    """Make many of the activities that are there."""
    table = Activity.__table__
    with works("T1") as work:
        connection = work.session.connection()
        first = [dict(row) for row in connection.execute(select(table)).mappings()]
        for row in first:
            del row["id"]
        copies = [{**first[n % len(first)], "number": n} for n in range(len(first) + 1, MANY + 1)]
        connection.execute(insert(table), copies)
        assert work.session.scalar(select(func.count(Activity.id))) == MANY
