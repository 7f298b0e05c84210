"""Whatever a document points at is there: files, headings, pictures."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.generated import ROOT, documents
from tests.tables import table

FENCE = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")
PATH = re.compile(
    r"`((?:bot|handlers|models|tests|docs|\.ci|\.github)/[\w./-]*|[\w-]+\.(?:md|toml|txt|yaml))`"
)
EXAMPLE = re.compile(r"^ *```\w+ (\S+/\S+)$", re.MULTILINE)
PNG = b"\x89PNG\r\n\x1a\n"


def broken(document: str, folder: Path) -> Iterator[str]:
    """The links and paths of a document in this folder that lead nowhere."""
    text = FENCE.sub("", document)
    for target in LINK.findall(text):
        if not target.startswith(("https://", "http://127.0.0.1")) and not leads(
            target, document, folder
        ):
            yield target
    for path in PATH.findall(text):
        if not (ROOT / path).exists() and path not in EXAMPLE.findall(document):
            yield path


def leads(target: str, document: str, folder: Path) -> bool:
    """Whether a link to a file, a heading of a file or a heading of the document itself finds
    it.
    """
    path, _, heading = target.partition("#")
    if path and not (folder / path).exists():
        return False
    return not heading or heading in headings(
        (folder / path).read_text(encoding="utf-8") if path else document
    )


def headings(document: str) -> list[str]:
    """The anchors of a document, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", document), flags=re.MULTILINE)
    return [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]


def pictures(document: str) -> list[str]:
    return re.findall(r"!\[[^]]+\]\(([^)\s]+)\)", document)


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_link_and_path_in_a_document_leads_somewhere(path: Path) -> None:
    assert list(broken(path.read_text(encoding="utf-8"), path.parent)) == []


@table(
    ("text", "missing"),
    [
        ("[here](docs/nowhere.md)", "docs/nowhere.md"),
        ("[here](README.md#no-such-heading)", "README.md#no-such-heading"),
        ("[here](#no-such-heading)", "#no-such-heading"),
        ("![a picture](docs/pictures/nothing.png)", "docs/pictures/nothing.png"),
        ("see `models/nothing.py`", "models/nothing.py"),
        ("see `nothing.toml`", "nothing.toml"),
    ],
)
def test_what_leads_nowhere_is_found(text: str, missing: str) -> None:
    assert list(broken(text, ROOT)) == [missing]


@table(
    "text",
    [
        "[here](README.md#try-it) and [there](https://example.org/x)",
        "# Try it\n\n[above](#try-it)",
        "see `models/sales/lead.py`, `tests/` and `pyproject.toml`",
        "```python models/new.py\n```\nwhich makes `models/new.py`",
        "```sh\ncat models/nothing.py\n```",
    ],
)
def test_what_leads_somewhere_is_left_alone(text: str) -> None:
    assert list(broken(text, ROOT)) == []


def shown() -> list[Path]:
    """The pictures that the documents show."""
    return [
        path.parent / name
        for path in documents()
        for name in pictures(path.read_text(encoding="utf-8"))
    ]


@table("path", shown())
def test_what_documents_show_are_pictures(path: Path) -> None:
    content = path.read_bytes()
    assert content.startswith(PNG)
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    assert width >= 300
    assert height >= 200


def test_the_readme_shows_the_product() -> None:
    assert len(pictures((ROOT / "README.md").read_text(encoding="utf-8"))) >= 4


def test_the_changelog_says_what_is_coming() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE)[0] == "[Unreleased]"
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert "Added" in kinds
