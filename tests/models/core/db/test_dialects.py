"""SQL that both databases understand."""

import pytest
from sqlalchemy import literal, null, select

from models.core.db.dialects import folded
from models.core.parsing import values
from models.core.unit_of_work import UnitOfWorkFactory
from tests.tables import table

pytestmark = pytest.mark.dialect


@table(
    "word",
    [
        "Ada",
        "Zoë",
        "MÜNCHEN",
        "Straße",
        "Søren",
        "Łódź",
        "Æsop",
        "Ñandú",
        "Жуков",
        "Iñtërnâtiônàl",
        "O'Neil",
        "50 %",
        "山田",
        "O’Brien",
        "O‘Brien",
        "O`Brien",
        "O´Brien",
        "L’Oréal",
        "Meyer – Sons",
        "Meyer — Söhne",
        "“Acme” GmbH",
        "«Été»",
    ],
)
def test_the_database_folds_as_we_do(works: UnitOfWorkFactory, word: str) -> None:
    with works("T1", writes=False) as work:
        key = literal(word).collate(
            "BINARY" if works.sqlite else "C"
        )  # as the columns for sorting are
        for text in (literal(word), key):
            assert work.session.scalar(select(folded(text))) == values.fold(word)


def test_nothing_stays_nothing(works: UnitOfWorkFactory) -> None:
    with works("T1", writes=False) as work:
        assert work.session.scalar(select(folded(null()))) is None
