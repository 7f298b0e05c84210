"""The mutants themselves: each is one change, is Python, and has a name that stays."""

from pathlib import Path

from tests.mutations import relevant
from tests.mutations.__main__ import chosen, equivalents
from tests.mutations.mutants import is_python, mutants, sources
from tests.processes import ROOT
from tests.tables import table

SOURCE = b'''"""A module."""
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from x import y

log = logging.getLogger()
MOST = 5


@router.verb("claim", when=lambda lead: not lead.owner)
def claim(lead: "int | str", n: int = 2) -> bool:
    """Claim."""
    log.info("a and b" if n else "c", extra=1)
    if lead and n < MOST:
        lead.claim(n, quiet=True)
    n += 1
    return [each for each in lead if each in (1, 2)]
'''
EXPECTED = {
    "module | other constant | 5 -> 6",
    'claim | drop decorator | router.verb("claim", when=lambda lead: not lead.owner) -> (lambda function: function)',
    "claim | drop when= | router.verb(\"claim\", when=lambda lead: not lead.owner) -> router.verb('claim')",
    "claim | drop not | not lead.owner -> (lead.owner)",
    "claim | other constant | 2 -> 3",
    "claim | negate | lead and n < MOST -> (not (lead and n < MOST))",
    "claim | swap and/or | lead and n < MOST -> (lead or n < MOST)",
    "claim | drop an operand | lead and n < MOST -> (n < MOST)",
    "claim | drop an operand | lead and n < MOST -> (lead)",
    "claim | compare otherwise | n < MOST -> (n <= MOST)",
    "claim | drop | lead.claim(n, quiet=True) -> pass",
    "claim | drop quiet= | lead.claim(n, quiet=True) -> lead.claim(n)",
    "claim | other constant | True -> False",
    "claim | drop | n += 1 -> pass",
    "claim | other constant | 1 -> 2",
    "claim | take all | each in (1, 2) -> True",
    "claim | compare otherwise | each in (1, 2) -> (each not in (1, 2))",
    "claim | other constant | 1 -> 2 #2",
    "claim | other constant | 2 -> 3 #2",
}


def test_every_place_is_found_and_nothing_that_nobody_would_notice() -> None:
    assert {each.key.partition(" | ")[2] for each in mutants("a.py", SOURCE)} == EXPECTED


def test_a_mutant_changes_its_place_alone_and_keeps_its_name_when_lines_move() -> None:
    moved = b"# a comment\n" + SOURCE
    for one, same in zip(mutants("a.py", SOURCE), mutants("a.py", moved), strict=True):
        assert one.apply(SOURCE) != SOURCE
        assert b"# a comment\n" + one.apply(SOURCE) == same.apply(moved)
        assert one.key == same.key


def test_names_are_unique_and_the_same_seed_chooses_the_same() -> None:
    picked = chosen(ROOT, 7, 200)
    assert len({each.key for each in picked}) == 200
    assert all(is_python(each.apply((ROOT / each.path).read_bytes())) for each in picked[:20])
    once, again = (chosen(ROOT, 7, 50, "models/core/permissions/policy.py") for _ in range(2))
    assert once == again
    assert {each.path for each in once} == {"models/core/permissions/policy.py"}


@table("path", sources(ROOT))
def test_every_source_has_tests_near_it_and_names_in_the_list_have_reasons(path: str) -> None:
    found = [*relevant.near(ROOT, path), *relevant.wide(path)]
    assert all((ROOT / each).exists() for each in found)
    assert found


def test_a_name_in_the_list_of_equivalents_stands_with_its_reason() -> None:
    listed = equivalents(Path(__file__).with_name("equivalent.txt").read_text())
    assert all(listed.values())
    text = "# x\na | b\n    because\n    of this\nc | d\n    so\n"
    assert equivalents(text) == {"a | b": "because of this", "c | d": "so"}
