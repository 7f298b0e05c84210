"""Figures of the pipeline and of cases, against records counted by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from models.core import records
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from models.sales.pipeline import StageRow, by_stage, closed_between
from models.support.case import Case
from models.support.open_cases import PriorityRow, cases_by_priority
from tests.ground import START, StoppedClock, given
from tests.models.marks import SQLITE
from tests.plans import plans

DAY = timedelta(days=1)


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada")


def deal(works: UnitOfWorkFactory, ada: Customer, amount: str = "", **texts: str) -> Opportunity:
    texts |= {"amount": amount} if amount else {}
    return given(works, Opportunity, name=f"Deal {amount}", customer=ada.ref, **texts)


def pipeline(works: UnitOfWorkFactory) -> list[StageRow]:
    with works("T1", writes=False) as work:
        return by_stage(work)


def closed(works: UnitOfWorkFactory, start: datetime, end: datetime) -> list[StageRow]:
    with works("T1", writes=False) as work:
        return closed_between(work, start, end)


def test_open_deals_are_added_up_by_stage_and_currency_in_pipeline_order(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works, ada, "€1000", stage="proposal")
    deal(works, ada, "€2500.50", stage="proposal", probability="10")
    deal(works, ada, "$4k", stage="proposal")
    deal(works, ada, "12k")
    deal(works, ada)
    deal(works, ada, "€9m", stage="won")
    assert pipeline(works) == [
        StageRow("qualification", "EUR", 1, Decimal("12000.00"), Decimal("1200.00")),
        StageRow("qualification", "", 1, Decimal(0), Decimal(0)),
        StageRow("proposal", "USD", 1, Decimal("4000.00"), Decimal("2000.00")),
        StageRow("proposal", "EUR", 2, Decimal("3500.50"), Decimal("750.05")),
    ]


@SQLITE
def test_the_pipeline_is_summed_from_an_index_alone(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works, ada, "1000")
    (plan,) = plans(works, by_stage, "sum(opportunity.amount)")
    assert "USING COVERING INDEX ix_opportunity_pipeline" in plan


def test_an_empty_pipeline_has_no_rows(works: UnitOfWorkFactory) -> None:
    assert pipeline(works) == []


def test_deleted_deals_and_those_of_another_workspace_do_not_count(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    gone = deal(works, ada, "12k")
    with works("T1", "U_RITA") as work:
        records.delete(work, work.find(Opportunity, gone.number))
    olaf = given(works, Customer, by="U_OTTO", workspace="T2", first_name="Olaf")
    given(
        works,
        Opportunity,
        by="U_OTTO",
        workspace="T2",
        name="Theirs",
        customer=olaf.ref,
        amount="1m",
    )
    assert pipeline(works) == []


def test_deals_closed_in_a_span_are_those_that_moved_there_in_it(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    made = [deal(works, ada, f"{number}k") for number in (1, 2, 4, 8)]
    with works("T1", "U_RITA") as work:
        work.find(Opportunity, made[0].number).win(work)
    clock.forward(DAY)
    with works("T1", "U_RITA") as work:
        work.find(Opportunity, made[1].number).win(work)
        work.find(Opportunity, made[2].number).lose(work, "too expensive")
    assert closed(works, START, START + DAY) == [
        StageRow("won", "EUR", 1, Decimal(1000), Decimal(0))
    ]
    assert closed(works, START + DAY, START + 2 * DAY) == [
        StageRow("won", "EUR", 1, Decimal(2000), Decimal(0)),
        StageRow("lost", "EUR", 1, Decimal(4000), Decimal(0)),
    ]
    assert closed(works, START + 2 * DAY, START + 3 * DAY) == []


def test_a_deal_that_was_won_twice_counts_once_and_a_reopened_one_not_at_all(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    twice, reopened = deal(works, ada, "1k"), deal(works, ada, "2k")
    for stages, made in ((("won", "lost", "won"), twice), (("won", "proposal"), reopened)):
        for stage in stages:
            with works("T1", "U_RITA") as work:
                work.find(Opportunity, made.number).move(work, stage)
    assert closed(works, START, START + DAY) == [
        StageRow("won", "EUR", 1, Decimal(1000), Decimal(0))
    ]


def test_a_deal_entered_as_won_counts_when_it_was_entered(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    deal(works, ada, "1k", stage="won", close_date="2020-01-01")
    assert [row.count for row in closed(works, START, START + DAY)] == [1]
    assert closed(works, datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC)) == []


def test_open_cases_are_counted_by_priority(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    made = [
        given(
            works, Case, customer=ada.ref, subject=f"Case {index}", priority=priority, resolve_by=by
        )
        for index, (priority, by) in enumerate(
            [("urgent", "+1h"), ("urgent", "+3h"), ("low", ""), ("normal", ""), ("urgent", "")]
        )
    ]
    with works("T1", "U_SAM") as work:
        work.find(Case, made[0].number).claim(work)
        work.find(Case, made[3].number).close(work)
    clock.forward(2 * timedelta(hours=1))
    with works("T1", writes=False) as work:
        assert cases_by_priority(work) == [
            PriorityRow("urgent", 3, 2, 1),
            PriorityRow("low", 1, 1, 0),
        ]
