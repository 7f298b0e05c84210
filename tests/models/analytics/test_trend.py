"""What came into the pipeline and left it, against deals counted by hand."""

from datetime import timedelta
from decimal import Decimal

import pytest

from models.analytics.trend import ADDED, LOST, WON, Flow, flows, quarter, starts
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from models.sales.pipeline import by_owner
from tests.ground import StoppedClock, given

WEEK = timedelta(days=7)


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada")


def deal(works: UnitOfWorkFactory, ada: Customer, amount: str, **texts: str) -> Opportunity:
    return given(
        works, Opportunity, name=f"Deal {amount}", customer=ada.ref, amount=amount, **texts
    )


def found(works: UnitOfWorkFactory, weeks: int = 3, by: str = "U_MONA") -> list[Flow]:
    with works("T1", by, writes=False) as work:
        return sorted(flows(work, starts(work, weeks)), key=lambda each: (each.span, each.kind))


def test_each_week_says_what_came_and_what_was_won_and_lost(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    made = [deal(works, ada, f"€{number}k") for number in (1, 2, 4)]
    clock.forward(WEEK)
    with works("T1", "U_RITA") as work:
        work.find(Opportunity, made[0].number).win(work)
    clock.forward(WEEK)
    with works("T1", "U_RITA") as work:
        work.find(Opportunity, made[1].number).lose(work, "too expensive")
    deal(works, ada, "€8k", close_date="+7d")
    assert found(works) == [
        Flow(0, ADDED, "EUR", 1, Decimal(8000)),
        Flow(0, LOST, "EUR", 1, Decimal(2000)),
        Flow(0, WON, "EUR", 1, Decimal(1000)),
        Flow(1, ADDED, "EUR", 3, Decimal(7000)),
    ]


def test_the_changes_lead_from_then_to_now_also_where_a_deal_came_back(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    made = deal(works, ada, "€3k")
    clock.forward(WEEK + timedelta(hours=1))
    for stage, reason in (("lost", "no answer"), ("proposal", None), ("won", None)):
        with works("T1", "U_RITA") as work:
            work.find(Opportunity, made.number).move(work, stage, reason)
    with works("T1", "U_MONA", writes=False) as work:
        now = sum(row.amount for rows in by_owner(work).values() for row in rows)
        then = now - sum(each.change for each in flows(work, starts(work, 1)))
    assert (now, then) == (0, 3000)


def test_who_sees_only_a_part_gets_the_figures_of_that_part(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works, ada, "€1k")
    given(works, Opportunity, by="U_OLGA", name="North", customer=ada.ref, amount="€5k")
    assert [each.amount for each in found(works)] == [Decimal(1000)]
    assert [each.amount for each in found(works, by="U_ELI")] == [Decimal(6000)]


def test_a_quarter_begins_at_midnight_of_its_first_day(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    clock.forward(timedelta(days=30))
    with works("T1", "U_RITA", writes=False) as work:
        assert quarter(work).isoformat() == "2026-04-01T00:00:00+02:00"
