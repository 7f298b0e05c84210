"""Which cases the support channel hears about."""

from datetime import timedelta

import pytest

from models.core import records
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.support.case import Case
from models.support.triage import alarms, pressing
from tests.ground import StoppedClock, given

HOUR = timedelta(hours=1)


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Ada")


def case(works: UnitOfWorkFactory, ada: Customer, subject: str, **texts: str) -> Case:
    return given(works, Case, customer=ada.ref, subject=subject, **texts)


def listed(
    works: UnitOfWorkFactory, ids: list[int] | None = None, limit: int = 10
) -> tuple[list[str], int]:
    with works("T1", writes=False) as work:
        found, count = pressing(work, ids or [], limit)
        return [record.subject for record in found], count


def alarmed(works: UnitOfWorkFactory) -> list[int]:
    with works("T1") as work:
        return alarms(work)


def raised(works: UnitOfWorkFactory, made: Case, priority: str) -> None:
    with works("T1", "U_SOFIA") as work:
        records.update(work, work.find(Case, made.number), {"priority": priority})


def test_high_and_urgent_cases_that_nobody_has_are_pressing_the_most_urgent_first(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    case(works, ada, "Slow", priority="high")
    case(works, ada, "Curious", priority="low")
    case(works, ada, "On fire", priority="urgent")
    taken = case(works, ada, "Taken", priority="urgent")
    solved = case(works, ada, "Solved", priority="urgent")
    with works("T1", "U_SAM") as work:
        work.find(Case, taken.number).claim(work)
        work.find(Case, solved.number).resolve(work)
    assert listed(works) == (["On fire", "Slow"], 2)
    assert listed(works, limit=1) == (["On fire"], 2)
    assert listed(works, [solved.id]) == ([], 0)


def test_overdue_cases_are_pressing_whoever_has_them(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    late = case(works, ada, "Late", priority="low", resolve_by="+1h")
    with works("T1", "U_SAM") as work:
        work.find(Case, late.number).claim(work)
    assert listed(works) == ([], 0)
    clock.forward(2 * HOUR)
    assert listed(works) == (["Late"], 1)


def test_a_new_urgent_case_needs_no_alarm_because_its_card_is_the_newest(
    works: UnitOfWorkFactory, ada: Customer
) -> None:
    case(works, ada, "On fire", priority="urgent")
    assert alarmed(works) == []


def test_a_case_that_becomes_urgent_later_raises_one_alarm(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    made = case(works, ada, "Smoke")
    clock.forward(HOUR)
    assert alarmed(works) == []
    raised(works, made, "urgent")
    assert alarmed(works) == [made.id]
    assert alarmed(works) == []
    raised(works, made, "low")
    raised(works, made, "urgent")
    assert alarmed(works) == []


def test_a_case_that_somebody_has_raises_no_alarm(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    made = case(works, ada, "Smoke")
    clock.forward(HOUR)
    with works("T1", "U_SAM") as work:
        work.find(Case, made.number).claim(work)
    raised(works, made, "urgent")
    assert alarmed(works) == []


def test_an_old_case_is_left_to_the_daily_list(
    works: UnitOfWorkFactory, clock: StoppedClock, ada: Customer
) -> None:
    made = case(works, ada, "Smoke")
    clock.forward(timedelta(days=8))
    raised(works, made, "urgent")
    assert alarmed(works) == []
    assert listed(works) == (["Smoke"], 1)
