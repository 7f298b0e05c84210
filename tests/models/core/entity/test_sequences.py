"""The numbers of records."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from models.core import records
from models.core.entity.sequences import TURNS, take_numbers
from models.core.errors import Invalid
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import given, spoil, together

pytestmark = pytest.mark.dialect


def eventually(look: Callable[[], bool]) -> None:
    while not look():
        time.sleep(0.005)


def test_numbers_go_up_by_entity_and_workspace(works: UnitOfWorkFactory) -> None:
    assert [given(works, Lead, first_name="A").number for _ in range(3)] == [1, 2, 3]
    assert given(works, Customer, first_name="A").number == 1
    assert given(works, Lead, "U_OTTO", "T2", first_name="A").number == 1


def test_a_block_of_numbers_is_taken_at_once(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        assert take_numbers(work, Lead, 100) == 1
        assert take_numbers(work, Lead) == 101


def test_a_unit_that_fails_leaves_a_gap_where_numbers_are_taken_apart(
    works: UnitOfWorkFactory,
) -> None:
    with pytest.raises(ZeroDivisionError):
        spoil(works, lambda work: take_numbers(work, Lead, 100))
    assert given(works, Lead, first_name="A").number == (1 if works.sqlite else 101)


def test_a_tentative_unit_gives_its_numbers_back(works: UnitOfWorkFactory) -> None:
    def store(work: UnitOfWork) -> None:
        work.tentative = True
        take_numbers(work, Lead, 100)

    with pytest.raises(ZeroDivisionError):
        spoil(works, store)
    assert given(works, Lead, first_name="A").number == 1


def test_what_breaks_a_rule_takes_no_number(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada")
    with pytest.raises(Invalid), works("T1", "U_RITA") as work:
        records.create(work, Opportunity, {"name": "Deal"})
    assert given(works, Opportunity, customer="CU-1", name="Deal").number == 1


def test_who_creates_a_record_does_not_wait_for_who_is_at_it(works: UnitOfWorkFactory) -> None:
    if works.sqlite:
        pytest.skip("writers queue there: the second begins when the first has ended")
    with works("T1", "U_RITA") as first:
        ours = records.create(first, Lead, {"first_name": "Ada"})
        theirs = given(works, Lead, "U_RAVI", first_name="Grace")
        assert (ours.number, theirs.number) == (1, 2)
    with works("T1") as work:
        assert set(work.session.scalars(select(Lead.number))) == {1, 2}


def test_an_import_that_holds_a_counter_keeps_nobody_from_the_others(
    works: UnitOfWorkFactory,
) -> None:
    if works.sqlite:
        pytest.skip("writers queue there: nobody writes while an import does")
    with ThreadPoolExecutor(1) as pool:
        with works("T1", "U_RITA") as work:
            work.tentative = True
            take_numbers(work, Lead)
            behind = pool.submit(given, works, Lead, "U_RAVI", first_name="Grace")
            eventually(lambda: TURNS["T1", "lead"].held)
            assert given(works, Customer, "U_RAVI", first_name="Ada").ref == "CU-1"
            assert given(works, Lead, "U_OTTO", "T2", first_name="Ada").ref == "LD-1"
            assert not behind.done()
        assert behind.result().ref == "LD-2"


def test_numbers_have_no_gaps_and_no_doubles_when_many_write(works: UnitOfWorkFactory) -> None:
    def make() -> None:
        for _ in range(5):
            given(works, Lead, first_name="Ada")

    assert together([make] * 8) == [None] * 8
    with works("T1") as work:
        found = work.session.scalars(text("SELECT number FROM lead ORDER BY number")).all()
        assert found == list(range(1, 5 * 8 + 1))
