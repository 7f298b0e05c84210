"""What a task holds: the ids that were chosen, and why records were left out."""

from hypothesis import given
from hypothesis import strategies as st

from models.core.background.task import (
    EXAMPLES,
    OTHERS,
    REASONS,
    Skips,
    following,
    packed,
    with_skip,
)


@given(st.sets(st.integers(1, 300)), st.integers(1, 40))
def test_chosen_ids_come_back_in_order_however_they_are_divided(ids: set[int], limit: int) -> None:
    chosen, cursor, found = packed(ids), 0, list[int]()
    while some := following(chosen, cursor, limit):
        assert len(some) <= limit
        found += some
        cursor = some[-1]
    assert found == sorted(ids)


def test_ids_that_follow_one_another_take_little_room() -> None:
    assert packed([*range(3, 501), 502, *range(600, 9001), 502]) == "3-500 502 600-9000"
    assert packed([]) == ""


def test_reasons_are_counted_with_some_examples() -> None:
    skips: Skips = {}
    for number in range(5):
        skips = with_skip(skips, f"LD-{number}", "It was deleted.")
    assert skips == {"It was deleted.": [5, ["LD-0", "LD-1", "LD-2"]]}
    assert EXAMPLES == 3


def test_too_many_reasons_are_counted_together() -> None:
    skips: Skips = {}
    for number in range(REASONS + 4):
        skips = with_skip(skips, f"LD-{number}", f"Reason {number}.")
    assert len(skips) == REASONS + 1
    assert skips[OTHERS][0] == 4
