"""What CONTRIBUTING quotes of a whole with parts stands in the repository, to the letter."""

import re
import textwrap

from tests.docs.generated import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PART = TEXT[TEXT.index("\n## Add an entity, part two") : TEXT.index("\n## Change a table")]
BLOCK = re.compile(
    r"^```(?P<kind>python|diff) (?P<path>\S+)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE
)
NAMED = re.compile(r"`((?:tests|models|handlers)/[\w/]+\.py)`")


def quotes() -> list[tuple[str, str]]:
    """The files that are quoted, each with its code; a diff shows what stands there now."""
    bare = re.compile(r"^[+ ]", re.MULTILINE)
    return [
        (block["path"], bare.sub("", block["code"]) if block["kind"] == "diff" else block["code"])
        for block in BLOCK.finditer(PART)
    ]


def stands(code: str, source: str) -> bool:
    """Whether code is in a file, however far it is indented there."""
    bare = textwrap.dedent(code)
    return any(f"\n{textwrap.indent(bare, ' ' * deep)}" in source for deep in (0, 4, 8))


def test_every_block_is_in_the_file_that_it_names() -> None:
    found = quotes()
    assert len(found) >= 10
    assert [
        (path, code)
        for path, code in found
        if not stands(code, (ROOT / path).read_text(encoding="utf-8"))
    ] == []


def test_every_file_that_is_named_exists() -> None:
    assert [path for path in NAMED.findall(PART) if not (ROOT / path).is_file()] == []


def test_a_quote_that_differs_is_noticed() -> None:
    assert stands("a = 1\nb = 2\n", "\nclass X:\n    a = 1\n    b = 2\n")
    assert not stands("a = 1\nb = 3\n", "\nclass X:\n    a = 1\n    b = 2\n")
