"""One deadline for all that is done while a person waits."""

import math
import time

import pytest
from sqlalchemy import text

from models.core.db.deadline import STATEMENT, at_leisure, left, within
from models.core.db.errors import DatabaseProblem
from models.core.errors import Busy
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from tests.models.marks import SQLITE

pytestmark = pytest.mark.dialect


def test_without_a_deadline_each_wait_has_its_own_limit() -> None:
    assert left() == STATEMENT
    assert left(0.5) == 0.5


def test_a_deadline_shortens_what_is_left_and_ends_with_its_block() -> None:
    with within(0.1):
        assert left() <= 0.1
        assert left(0.01) == 0.01
    assert left() == STATEMENT


def test_a_deadline_that_is_over_leaves_nothing() -> None:
    with within(0):
        assert left() == 0


def test_an_earlier_deadline_stays() -> None:
    with within(0.1), within(60):
        assert left() <= 0.1


def test_what_nobody_waits_for_has_all_the_time() -> None:
    with within(0.1), at_leisure():
        assert left() == math.inf
    assert left() == STATEMENT


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@SQLITE  # PostgreSQL's own time-out is tried with the outages
def test_a_statement_without_end_ends_at_the_deadline(works: UnitOfWorkFactory) -> None:
    """Nobody else would get to write until it does."""

    def look(work: UnitOfWork) -> None:
        work.session.execute(text(ENDLESS))

    began = time.monotonic()
    with pytest.raises(Busy, match="did not finish this in time") as refused:
        works.attempt(look, "T1", "U_RITA")
    assert time.monotonic() - began < 10
    assert str(refused.value) == DatabaseProblem.SLOW.told
    with works("T1", "U_RITA") as work:
        assert work.session.scalar(text("SELECT count(*) FROM lead")) == 0


@SQLITE  # copying and migrating tell PostgreSQL so themselves
def test_a_long_statement_that_nobody_waits_for_is_not_ended(works: UnitOfWorkFactory) -> None:
    counting = ENDLESS.replace("FROM n)", "FROM n WHERE i < 300000)")
    with within(0.01), works("T1", writes=False) as work:
        with pytest.raises(Exception, match="interrupted"):
            work.session.scalar(text(counting))
        with at_leisure():
            assert work.session.scalar(text(counting)) == 300_000
