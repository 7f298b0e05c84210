"""The threat model names only tests that there are, and a proof for whatever it says stops
somebody.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.docs.generated import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROW = re.compile(
    r"^\| (?!What |---)(?P<tried>[^|]+) \| (?P<stops>[^|]+) \| (?P<proof>[^|]*) \|$", re.MULTILINE
)
PARTS = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]


@cache
def written(path: Path) -> frozenset[str]:
    """The names of the tests in a file."""
    if not path.exists():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(each.name for each in tree.body if isinstance(each, ast.FunctionDef))


def missing(text: str) -> list[str]:
    """The tests that a document names and nobody wrote."""
    return [
        f"{path}::{name}" for path, name in NAMED.findall(text) if name not in written(ROOT / path)
    ]


def test_every_test_that_is_named_exists() -> None:
    assert len(NAMED.findall(TEXT)) > 40
    assert missing(TEXT) == []


def test_a_test_that_nobody_wrote_is_noticed() -> None:
    assert missing("`tests/docs/test_security.py::test_nothing`") == [
        "tests/docs/test_security.py::test_nothing"
    ]
    assert missing("`tests/nowhere.py::test_it`") == ["tests/nowhere.py::test_it"]


def test_whatever_is_said_to_stop_somebody_is_proved() -> None:
    rows = ROW.findall(TEXT)
    assert len(rows) > 20
    assert [tried for tried, _, proof in rows if not NAMED.search(proof)] == []


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.partition("\n")[0])
def test_every_part_says_what_proves_it_or_what_remains(part: str) -> None:
    assert NAMED.search(part) or part.startswith("What remains")


def test_it_is_known_how_to_report_a_hole_and_what_is_supported() -> None:
    said = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", said, re.MULTILINE)[:2] == [
        "Reporting a hole",
        "What is supported",
    ]
    assert "Report a vulnerability" in said
    assert "SECURITY.md" in TEXT
