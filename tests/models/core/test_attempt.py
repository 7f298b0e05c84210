"""What two do who stand in each other's way: one of them does it again, as a whole, and nobody
hears of it.
"""

import threading

import pytest
from sqlalchemy import text, update

from models.core.errors import Busy, Conflict
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import given
from tests.models.core.test_unit_of_work import together

pytestmark = pytest.mark.dialect


def test_a_deadlock_is_done_again_as_a_whole(works: UnitOfWorkFactory) -> None:
    for name in ("Ada", "Grace"):
        given(works, Lead, first_name=name)
    tries: list[str] = []
    both_hold_one = threading.Barrier(2, timeout=5)

    def change(first: int, second: int, who: str) -> None:
        def act(work: UnitOfWork) -> None:
            tries.append(who)
            if not works.sqlite:
                work.session.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
            work.session.execute(update(Lead).where(Lead.number == first).values(company=who))
            if not works.sqlite and tries.count(who) == 1:
                both_hold_one.wait()
            work.session.execute(update(Lead).where(Lead.number == second).values(company=who))

        works.attempt(act, "T1", "U_RITA")

    assert together([lambda: change(1, 2, "one"), lambda: change(2, 1, "two")]) == [None, None]
    assert len(tries) == (2 if works.sqlite else 3)
    with works("T1") as work:
        companies = {lead.company for lead in work.session.query(Lead)}
        assert companies in ({"one"}, {"two"})


def test_a_serialisation_failure_is_done_again(works: UnitOfWorkFactory) -> None:
    if works.sqlite:
        pytest.skip("one writer at a time: there is nothing to serialise")
    tries = []

    def act(work: UnitOfWork) -> None:
        tries.append(1)
        work.add(Lead(first_name="Ada", title="Ada", key="ada"))
        if len(tries) == 1:
            fail_with(work, "40001")

    works.attempt(act, "T1", "U_RITA")
    with works("T1") as work:
        assert [lead.title for lead in work.session.query(Lead)] == ["Ada"]


def test_after_the_last_attempt_the_person_is_told(works: UnitOfWorkFactory) -> None:
    if works.sqlite:
        pytest.skip("there are no deadlocks")
    tries = []

    def act(work: UnitOfWork) -> None:
        tries.append(1)
        fail_with(work, "40P01")

    with pytest.raises(Busy, match="Nothing was saved; please try again"):
        works.attempt(act, "T1", "U_RITA")
    assert len(tries) == 4


def fail_with(work: UnitOfWork, code: str) -> None:
    work.session.execute(
        text(f"DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '{code}'; END $$")
    )


def test_what_would_not_succeed_the_next_time_is_not_done_again(works: UnitOfWorkFactory) -> None:
    tries = []

    def act(work: UnitOfWork) -> None:
        tries.append(1)
        raise Conflict("Someone was faster.")

    with pytest.raises(Conflict):
        works.attempt(act, "T1", "U_RITA")
    assert tries == [1]


def test_what_was_done_is_returned_and_saved_once(works: UnitOfWorkFactory) -> None:
    def act(work: UnitOfWork) -> str:
        work.add(Lead(first_name="Ada", title="Ada", key="ada"))
        return work.me

    assert works.attempt(act, "T1", "U_RITA") == "Rita Reyes"
    with works("T1") as work:
        assert work.session.query(Lead).count() == 1
