"""Files that are hard to read are read right, or the person is asked; nothing is read wrong without
a word.
"""

import io
from typing import Any

import pytest

from models.core.entity.base import ENTITIES
from models.core.errors import CRMError
from models.core.unit_of_work import UnitOfWorkFactory
from models.exchange import Answers, Unanswered
from models.exchange.importer import surveyed
from models.exchange.rows import Translation
from tests.files.nasty import FILES, FOLDER, Nasty
from tests.models.marks import SQLITE
from tests.tables import table

ENCODINGS = 13


def reading(
    works: UnitOfWorkFactory, nasty: Nasty, **answers: Any
) -> tuple[list[dict[str, str]], list[str]]:
    """What the rows of a file say, and what is told about it. Unanswered where something is
    asked.
    """
    entity = ENTITIES[nasty.entity]
    with works("T1", "U_ADA", writes=False) as work:
        survey = surveyed(
            work, entity, io.BytesIO((FOLDER / nasty.name).read_bytes()), Answers(**answers)
        )
        if survey.questions:
            raise Unanswered(survey)
        translation = Translation(entity, survey.sheet.headers, survey.decisions, work.workspace)
        rows = [translation.read(cells).texts for cells in survey.sheet.lines()]
        return rows, survey.notes


@SQLITE
@table("nasty", FILES)
def test_a_nasty_file_is_read_right_or_asked_about(works: UnitOfWorkFactory, nasty: Nasty) -> None:
    answers: dict[str, Any] = {}
    if nasty.asked:
        with pytest.raises(CRMError) as asked:
            reading(works, nasty, **nasty.first)
        assert nasty.asked in str(asked.value)
        answers = nasty.answers
    if nasty.rows:
        rows, notes = reading(works, nasty, **answers)
        assert len(rows) == len(nasty.rows)
        seen = [
            {name: row.get(name, "") for name in right}
            for row, right in zip(rows, nasty.rows, strict=True)
        ]
        assert seen == nasty.rows
        assert nasty.told in "\n".join(notes)


def test_the_files_are_those_that_the_module_writes() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {nasty.name for nasty in FILES}
    assert all((FOLDER / nasty.name).read_bytes() == nasty.content for nasty in FILES)


def test_there_are_forty_files_and_thirteen_encodings() -> None:
    assert len(FILES) >= 40
    assert (
        len([nasty for nasty in FILES if nasty.told.count("(") or "utf" in nasty.name]) >= ENCODINGS
    )
