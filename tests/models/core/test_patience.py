"""One deadline for all that is done while a person waits."""

import math

from models.core.patience import STATEMENT, at_leisure, left, within


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
