"""The tables in the documents say what the code says."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from bot.config import Settings
from models.core.entity.base import ENTITIES
from tests.docs.generated import FRAMEWORK, PART, PARTS, documents, renewed

README = next(path for path in documents() if path.name == "README.md")


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_the_generated_parts_of_a_document_are_up_to_date(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert renewed(text) == text, "run: make docs"


def test_every_part_is_in_some_document() -> None:
    used = {
        part["name"]
        for path in documents()
        for part in PART.finditer(path.read_text(encoding="utf-8"))
    }
    assert used == set(PARTS)


def test_a_part_that_somebody_edited_is_brought_back_and_what_surrounds_it_is_left_alone() -> None:
    text = README.read_text(encoding="utf-8")
    assert "`SALES_CHANNEL`" in text
    assert renewed(text.replace("`SALES_CHANNEL`", "`CHANNEL`")) == text
    assert "Two words more." in renewed(f"Two words more.\n{text}")


def test_a_part_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        renewed("<!-- generated: weather -->\n<!-- end -->")


def test_the_readme_has_every_setting_with_its_default() -> None:
    text = README.read_text(encoding="utf-8")
    for each in fields(Settings):
        assert f"| `{each.name.upper()}` |" in text
        assert not each.default or f"| `{each.default}` |" in text


def test_the_data_model_has_every_entity_and_every_field() -> None:
    text = next(path for path in documents() if path.name == "data-model.md").read_text(
        encoding="utf-8"
    )
    chapters = {
        part.partition("\n")[0]: part for part in re.split("^### ", text, flags=re.MULTILINE)
    }
    for entity in ENTITIES.values():
        for name in entity.fields().keys() - {"deleted_at"}:
            assert f"| `{name}` |" in chapters[entity.__name__]


@pytest.mark.parametrize("part", FRAMEWORK)
def test_everything_of_the_framework_says_what_it_is(part: str) -> None:
    head, rows = FRAMEWORK[part]
    at = next(place for place, column in enumerate(head) if column.startswith("What "))
    found = rows()
    assert len(found) > 3
    assert [row[0] for row in found if not row[at].endswith((".", "`"))] == []
