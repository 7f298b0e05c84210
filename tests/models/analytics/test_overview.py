"""What is happening around a record: how the database finds it."""

import pytest
from sqlalchemy import func, insert, literal, select

from models.activities.activity import Activity
from models.analytics import overview
from models.core.entity.base import Entity
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from tests.ground import given
from tests.plans import plans

pytestmark = pytest.mark.dialect

MANY = 5_000
"""Activities from which both databases prefer an index to reading them all."""


@pytest.mark.parametrize("entity", [Customer, Account])
def test_the_talks_and_tasks_around_a_record_are_found_by_an_index(
    works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    record = given(works, entity, name="Ada Lovelace")
    lead = given(works, Lead, first_name="Grace")
    given(works, Activity, description="Call", lead=lead.ref, due_date="+1d")
    multiply(works)

    def look(work: UnitOfWork) -> None:
        overview.nearest(work, work.find(entity, record.number))

    plan, *_ = plans(works, look, "activity.done_at DESC")
    assert "SCAN activity" not in plan
    assert "Seq Scan on activity" not in plan


def multiply(works: UnitOfWorkFactory) -> None:
    """Make many of the first activity."""
    table = Activity.__table__
    numbers = select(literal(2).label("number")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.number + 1).where(numbers.c.number < MANY))
    kept = [column for column in table.columns if column.name not in ("id", "number")]
    joined = numbers.join(table, numbers.c.number > table.c.number)
    copies = select(numbers.c.number, *kept).select_from(joined)
    with works("T1") as work:
        names = ["number", *(column.name for column in kept)]
        work.session.connection().execute(insert(table).from_select(names, copies))
        assert work.session.scalar(select(func.count(Activity.id))) == MANY
