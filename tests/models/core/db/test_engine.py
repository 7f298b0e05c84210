"""Rows that are inserted many at a time come back as they went in, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.core.db.engine import insert_into, insert_rows
from models.core.outbox.delivery import Delivery, DeliveryState
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import START

pytestmark = pytest.mark.dialect

Rows = list[dict[str, Any]]
TEXTS = (
    "plain",
    'it\'s "quoted" \\ and %s :name',
    "two\nlines\tand €, Zoë, 👍",
    "[1, 2]",
    "null",
    "{}",
)


def waiting(key: str, **more: Any) -> dict[str, Any]:
    """The columns of a message."""
    moments = {"not_before": START, "created_at": START}
    about = {
        "workspace": "T1",
        "kind": "event",
        "channel": "C",
        "about": {},
        "thread": None,
        "attempts": 0,
    }
    return {"key": key, "state": DeliveryState.WAITING, **moments, **about, **more}


def stored(work: UnitOfWork, rows: Rows) -> list[Delivery]:
    insert_rows(work.session, insert_into(work.session, Delivery.__table__), rows)
    return list(work.session.scalars(select(Delivery).order_by(Delivery.id)))


@pytest.mark.parametrize("count", [1, 2, 300])
def test_rows_keep_their_order_and_every_value(works: UnitOfWorkFactory, count: int) -> None:
    later = START + timedelta(microseconds=1)
    rows = [waiting(f"key:{number}", attempts=number, not_before=later) for number in range(count)]
    with works("T1") as work:
        found = stored(work, rows)
        assert [{name: getattr(row, name) for name in rows[0]} for row in found] == rows


def test_a_text_is_stored_letter_by_letter(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        found = stored(
            work, [waiting(f"key:{text}", thread=text, about={"text": text}) for text in TEXTS]
        )
        assert [(row.thread, row.about) for row in found] == [
            (text, {"text": text}) for text in TEXTS
        ]


def test_nothing_stays_nothing_and_a_document_may_be_empty(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        found = stored(
            work, [waiting("a", about={}), waiting("b", about={"a": [1, None, {"b": True}]})]
        )
        assert [(row.thread, row.about) for row in found] == [
            (None, {}),
            (None, {"a": [1, None, {"b": True}]}),
        ]


def test_the_same_statement_takes_rows_with_other_columns(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        stored(work, [waiting(key) for key in ("a", "b")])
        found = stored(work, [waiting(key, error="lost") for key in ("c", "d")])
        assert [row.error for row in found] == [None, None, "lost", "lost"]


def test_an_insert_is_made_once_for_each_table(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        first, again = (insert_into(work.session, Delivery.__table__) for _ in range(2))
        assert first is again
        assert insert_into(work.session, Lead.__table__) is not first
