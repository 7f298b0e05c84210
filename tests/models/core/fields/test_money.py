"""Amounts whose currency stands on another record."""
# ruff: noqa: F811 — the fixture keeps its name here

from datetime import timedelta
from decimal import Decimal as Exact
from typing import Any

import pytest
from sqlalchemy import event, select

from models.core import records
from models.core.errors import Invalid
from models.core.history.as_of import as_of
from models.core.identity.rights import read
from models.core.unit_of_work import UnitOfWorkFactory
from tests.ground import given
from tests.made_up import sold  # noqa: F401
from tests.models.core.fields.test_decimals import found
from tests.models.exchange.steps import everything, exported, imported, rejected

pytestmark = pytest.mark.dialect


@pytest.fixture
def fare(works: UnitOfWorkFactory, sold: tuple[Any, ...]) -> Any:
    """Fare, with VY-1 in dollars and VY-2 in yen."""
    given(works, sold[0], name="Atlantic", currency="USD")
    given(works, sold[0], name="Pacific", currency="JPY")
    return sold[1]


@pytest.mark.parametrize(
    ("typed", "voyage", "shown"),
    [
        ("90", "VY-1", "$90"),
        ("90 USD", "Atlantic", "$90"),
        ("$12.5k", "VY-1", "$12,500"),
        ("99.50", "VY-1", "$99.50"),
        ("1200", "VY-2", "¥1,200"),
        ("90", "", "€90"),
    ],
)
def test_an_amount_is_in_the_currency_of_the_record_it_belongs_to(
    works: UnitOfWorkFactory, fare: Any, typed: str, voyage: str, shown: str
) -> None:
    made = given(works, fare, name="Deck", price=typed, voyage=voyage)
    with works("T1", writes=False) as work:
        assert fare.fields()["price"].show(made.price, work, made) == shown


def test_another_currency_is_refused_with_where_the_right_one_stands(
    works: UnitOfWorkFactory, fare: Any
) -> None:
    with pytest.raises(Invalid) as caught:
        given(works, fare, name="Deck", price="90 EUR", voyage="Atlantic")
    assert caught.value.errors == {"price": "Price is in USD, the currency of VY-1, not in EUR."}
    with pytest.raises(Invalid, match=r"^Price is in EUR, not in USD\.$"):
        given(works, fare, name="Deck", price="90 USD")
    with pytest.raises(Invalid) as caught:
        given(works, fare, name="Deck", price="90 USD", voyage="Nowhere")
    assert set(caught.value.errors) == {"voyage"}


def test_a_change_is_read_in_the_currency_that_counts_then(
    works: UnitOfWorkFactory, fare: Any
) -> None:
    given(works, fare, name="Deck", price="90", voyage="VY-1")
    with works("T1", "U_RITA") as work:
        record = work.find(fare, 1)
        with pytest.raises(Invalid, match="USD, the currency of VY-1"):
            records.update(work, record, {"price": "¥500"})
        records.update(work, record, {"price": "¥500", "voyage": "VY-2"})
        records.update(work, record, {"price": "¥600"})
        assert fare.fields()["price"].show(record.price, work, record) == "¥600"


def test_earlier_versions_show_the_currency_of_the_voyage_they_were_on(
    works: UnitOfWorkFactory, fare: Any
) -> None:
    given(works, fare, name="Deck", price="90", voyage="VY-1")
    before = works.clock()
    works.clock.forward(timedelta(hours=1))  # type: ignore[attr-defined]
    with works("T1", "U_RITA") as work:
        record = work.find(fare, 1)
        records.update(work, record, {"price": "500", "voyage": "VY-2"})
        then = as_of(work, record, before).of(record)
        assert fare.fields()["price"].show(then.price, work, then) == "$90"


def test_many_amounts_ask_for_the_other_record_once(works: UnitOfWorkFactory, fare: Any) -> None:
    for name in "ABCDE":
        given(works, fare, name=name, price="90", voyage="VY-1")
    asked: list[str] = []
    with works("T1", writes=False) as work:
        fares = work.session.scalars(select(fare)).all()
        engine = work.session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        shown = [fare.fields()["price"].show(each.price, work, each) for each in fares]
        assert shown == ["$90"] * 5
        assert len(asked) == 1


def test_filters_compare_the_amount_and_the_currency_where_one_is_named(
    works: UnitOfWorkFactory, fare: Any
) -> None:
    given(works, fare, name="A", price="90", voyage="VY-1", weight="1")
    given(works, fare, name="B", price="1200", voyage="VY-2", weight="2")
    given(works, fare, name="C", price="50", voyage="VY-1", weight="3")
    assert found(works, fare, "price > 60") == ["A", "B"]
    assert found(works, fare, "price > 60USD") == ["A"]
    assert found(works, fare, "price < 2000JPY") == ["B"]


def test_files_are_read_in_the_currency_of_each_row(works: UnitOfWorkFactory, fare: Any) -> None:
    rows = "Name,Voyage,Price\nA,Atlantic,$90\nB,Pacific,1200\n"
    outcome = imported(works, fare, rows)
    assert "Price: in the currency of its Voyage." in outcome.notes
    assert [each.price for each in everything(works, fare)] == [Exact(90), Exact(1200)]
    assert imported(works, fare, exported(works, fare)).unchanged == 2
    assert rejected(works, fare, "Name,Voyage,Price\nA,Atlantic,90 EUR\n", strict=True) == [
        "Price is in USD, the currency of VY-1, not in EUR."
    ]
    changed = exported(works, fare).replace("90.00", "95 EUR")
    assert rejected(works, fare, changed, strict=True) == [
        "Price is in USD, the currency of VY-1, not in EUR."
    ]


def test_a_file_costs_no_statement_a_row(works: UnitOfWorkFactory, fare: Any) -> None:
    def cost(rows: int) -> int:
        asked: list[str] = []
        listen = lambda *args: asked.append(args[2])  # noqa: E731
        event.listen(works.engine, "before_cursor_execute", listen)
        lines = (f"{rows}.{n},{('Atlantic', 'Pacific')[n % 2]},9{n}\n" for n in range(rows))
        imported(works, fare, "Name,Voyage,Price\n" + "".join(lines))
        event.remove(works.engine, "before_cursor_execute", listen)
        return len(asked)

    cost(3)
    assert cost(30) == cost(60)


def test_hiding_the_voyage_hides_the_amounts_in_its_currency(fare: Any) -> None:
    assert read("fare: look, hide voyage").hidden["fare"] >= {"voyage", "price"}
