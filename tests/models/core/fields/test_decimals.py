"""Numbers and percentages with decimals: typed, kept, shown, filtered, sorted, sent as a file."""
# ruff: noqa: F811 — the fixture keeps its name here

from decimal import Decimal as Exact
from typing import Any

import pytest
from sqlalchemy import select

from models.core import records
from models.core.audit.entries import AuditEntry
from models.core.errors import Invalid
from models.core.search import filter_sql
from models.core.unit_of_work import UnitOfWorkFactory
from tests.ground import given
from tests.made_up import sold  # noqa: F401
from tests.models.exchange.steps import everything, exported, imported, rejected

pytestmark = pytest.mark.dialect
KEPT = {
    "0,1": ("0.1", "0.1"),
    "1.5": ("1.5", "1.5"),
    "1.1250": ("1.125", "1.125"),
    "999999999999.999": ("999999999999.999", "999,999,999,999.999"),
    "-2,50": ("-2.5", "-2.5"),
    "12k": ("12000", "12,000"),
}


def found(works: UnitOfWorkFactory, entity: Any, text: str) -> list[str]:
    """The names of the records that a filter finds, as the database sorts them by weight."""
    with works("T1", writes=False) as work:
        node = filter_sql.read(text, entity)
        assert node
        where = filter_sql.condition(node, entity, work)
        return list(work.session.scalars(select(entity.name).where(where).order_by(entity.weight)))


def test_a_decimal_comes_back_exactly(works: UnitOfWorkFactory, sold: tuple[Any, ...]) -> None:
    fare, kind = sold[1], sold[1].fields()["weight"]
    for text in KEPT:
        given(works, fare, name=text, weight=text)
    with works("T1", writes=False) as work:
        for each in work.session.scalars(select(fare)):
            exactly, shown = KEPT[each.name]
            assert (each.weight, kind.show(each.weight, work)) == (Exact(exactly), shown)
            assert kind.dump(each.weight) == exactly
            assert kind.load(exactly) == each.weight
            assert kind.read(kind.write(each.weight, work), work) == each.weight


def test_the_trail_and_undo_keep_decimals(works: UnitOfWorkFactory, sold: tuple[Any, ...]) -> None:
    given(works, sold[1], name="Deck", weight="1.5", tax="7.7 %")
    with works("T1", "U_RITA") as work:
        fare = work.find(sold[1], 1)
        records.update(work, fare, {"weight": "2,1250", "tax": "8,1"})
        records.update(work, fare, {"weight": "2.12500", "tax": "8.10 %"})
        written = {each["field"]: (each["old"], each["new"]) for each in work.changes}
        assert written == {"weight": ("1.5", "2.125"), "tax": ("7.7", "8.1")}
    with works("T1", writes=False) as work:
        entries = work.session.scalars(
            select(AuditEntry.new)
            .where(AuditEntry.entity == "fare", AuditEntry.field == "tax")
            .order_by(AuditEntry.id)
        )
        assert entries.all() == ["7.7", "8.1"]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"weight": "0.1234"}, {"weight": "“0.1234” has more than 3 decimals. Try 0.123."}),
        ({"weight": "1.125"}, {"weight": "“1.125” could be 1125 or 1.125. Try 1125 or 1.1250."}),
        ({"weight": "1,125"}, {"weight": "“1,125” could be 1125 or 1.125. Try 1125 or 1.1250."}),
        ({"weight": "1000 bn"}, {"weight": "“1000 bn” is too large. Try 12, 1.5 or 1,200."}),
        ({"weight": "5 EUR"}, {"weight": "“5 EUR” is not a number. Try 12, 1.5 or 1,200."}),
        ({"tax": "7.705"}, {"tax": "“7.705” has more than 2 decimals. Try 7.7."}),
        ({"tax": "100,1%"}, {"tax": "“100,1%” is not between 0 and 100. Try 7.5 or 7.5 %."}),
        ({"tax": "much"}, {"tax": "“much” is not a percentage. Try 7.5 or 7.5 %."}),
    ],
)
def test_what_does_not_fit_is_refused_and_not_rounded(
    works: UnitOfWorkFactory, sold: tuple[Any, ...], texts: dict[str, str], said: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as caught:
        given(works, sold[1], name="Deck", **texts)
    assert caught.value.errors == said


def test_filters_and_sorting_know_their_order(
    works: UnitOfWorkFactory, sold: tuple[Any, ...]
) -> None:
    for name, weight, tax in (("B", "1.5", "7.7"), ("C", "10.25", "19"), ("A", "0.9", "0,5 %")):
        given(works, sold[1], name=name, weight=weight, tax=tax)
    assert found(works, sold[1], "weight > 1.5") == ["C"]
    assert found(works, sold[1], "kg >= 1,5") == ["B", "C"]
    assert found(works, sold[1], "weight = 0.90") == ["A"]
    assert found(works, sold[1], "tax < 7.8%") == ["A", "B"]
    assert found(works, sold[1], "tax = 7,7") == ["B"]


def test_files_carry_them_there_and_back(works: UnitOfWorkFactory, sold: tuple[Any, ...]) -> None:
    for name, weight, tax in (("A", "1.1250", "7.7"), ("B", "1200", "0.25"), ("C", "0.5", "")):
        given(works, sold[1], name=name, weight=weight, tax=tax)
    assert imported(works, sold[1], exported(works, sold[1])).unchanged == 3
    assert "1.1250" in exported(works, sold[1])


def test_the_decimal_sign_of_a_column_counts(
    works: UnitOfWorkFactory, sold: tuple[Any, ...]
) -> None:
    imported(works, sold[1], 'Name,Weight,Tax\nA,"1,125","0,077"\nB,"1.200,5","0,19"\n')
    told = [(each.weight, each.tax) for each in everything(works, sold[1])]
    assert told == [(Exact("1.125"), Exact("7.7")), (Exact("1200.5"), Exact(19))]
    reasons = rejected(works, sold[1], "Name,Tax\nA,120 %\n", strict=True)
    assert reasons == ["Tax: “120 %” is not between 0 and 100. Try 7.5 or 7.5 %."]
