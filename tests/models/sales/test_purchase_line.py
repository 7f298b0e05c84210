"""Sale lines as text: what is understood, what is not, and that it reads back the same."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, strategies
from hypothesis import given as drawn

from models.core import part_lines, records
from models.core.errors import Invalid
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.sales.product import Product
from models.sales.purchase import Purchase
from models.sales.purchase_line import PurchaseLine
from tests.ground import given
from tests.models.marks import tried
from tests.tables import table

FIELDS = ("quantity", "name", "price", "discount", "tax_rate", "total")


def made(works: UnitOfWorkFactory, lines: str, **texts: str) -> list[dict[str, Any]]:
    """What the parts of a new sale hold, by the fields that a line says."""
    with works("T1", "U_RITA", "command") as work:
        if not work.session.query(Account).count():
            records.create(work, Account, {"name": "Acme"})
        sale = records.create(work, Purchase, {"account": "Acme", "lines": lines} | texts)
        found = work.session.query(PurchaseLine).filter(PurchaseLine.purchase == sale.id)
        return [{name: getattr(each, name) for name in FIELDS} for each in found]


def written(works: UnitOfWorkFactory, number: int = 1) -> str:
    with works("T1", "U_RITA", writes=False) as work:
        sale = work.find(Purchase, number)
        return part_lines.write(work, sale, sale.line_fields()["lines"])


@table(
    ("line", "quantity", "name", "price", "discount", "tax_rate", "total"),
    [
        ("3 × Box @ 90", "3", "Box", "90", "0", "0", "270"),
        ("3 x Box @ 90", "3", "Box", "90", "0", "0", "270"),
        ("3*Box@90", "3", "Box", "90", "0", "0", "270"),
        ("Box @ 90", "1", "Box", "90", "0", "0", "90"),
        (
            "2,5 × Consulting day @ 800 -10% +19%",
            "2.5",
            "Consulting day",
            "800",
            "10",
            "19",
            "2142",
        ),
        (
            "2.5 × Consulting day @ €800 - 10 % + 19 %",
            "2.5",
            "Consulting day",
            "800",
            "10",
            "19",
            "2142",
        ),
        ("1 × Box @ 1.200,50 €", "1", "Box", "1200.50", "0", "0", "1200.50"),
        ("1 × Box @ 1,200.50 EUR", "1", "Box", "1200.50", "0", "0", "1200.50"),
        ("1 × Box @ 12k -2,5%", "1", "Box", "12000", "2.5", "0", "11700"),
        ('2 × "5 x Cable @ home" @ 3', "2", "5 x Cable @ home", "3", "0", "0", "6"),
        ("3 × Widget", "3", "Widget", "45", "0", "0", "135"),
        ("Widget", "1", "Widget", "45", "0", "0", "45"),
        ("pr-1 -50%", "1", "Widget", "45", "50", "0", "22.50"),
        ("2 × Widget @ 40", "2", "Widget", "40", "0", "0", "80"),
        ('2 × "Widget" @ 40', "2", "Widget", "40", "0", "0", "80"),
    ],
)
def test_a_line_is_read_as_people_write_it(
    works: UnitOfWorkFactory,
    line: str,
    quantity: str,
    name: str,
    price: str,
    discount: str,
    tax_rate: str,
    total: str,
) -> None:
    with works("T1", "U_ADA", "command") as work:  # one database serves all rows
        if not work.session.query(Product).count():
            records.create(work, Product, {"name": "Widget", "price": "45"})
    (found,) = made(works, line)
    figures = (quantity, price, discount, tax_rate, total)
    assert found.pop("name") == name
    assert list(found.values()) == [Decimal(each) for each in figures]


@table(
    ("lines", "why"),
    [
        ("Gizmo", "Line 1, “Gizmo”: There is no product “Gizmo”"),
        ("1 × Box @ 9\n2 × Box @ cheap", "Line 2, “2 × Box @ cheap”: "),
        ("1 × Box @ 9 -200%", "Line 1, “1 × Box @ 9 -200%”: "),
        ("1 × Box @ 9 -5% -6%", "Line 1, “1 × Box @ 9 -5% -6%”: Discount is given twice."),
        ("0 × Box @ 9", "Line 1, “0 × Box @ 9”: Quantity must be more than 0."),
        ("1 × Box @ $9", "Line 1, “1 × Box @ $9”: Price is in EUR, not in USD."),
        ("1,2345 × Box @ 9", "Line 1, “1,2345 × Box @ 9”: "),
        ("1 × B" + "o" * 400 + "x @ 9", "What holds at most 255 characters"),
    ],
)
def test_what_is_not_understood_is_named(works: UnitOfWorkFactory, lines: str, why: str) -> None:
    with pytest.raises(Invalid) as raised:
        made(works, lines)
    assert why in raised.value.errors["lines"]


def test_too_many_lines_are_refused(works: UnitOfWorkFactory) -> None:
    with pytest.raises(Invalid, match="Lines has 101 lines; at most 100 are possible"):
        made(works, "\n".join(f"1 × Box {each} @ 9" for each in range(101)))


def test_amounts_are_in_the_currency_of_the_sale(works: UnitOfWorkFactory) -> None:
    given(works, Product, by="U_ADA", name="Widget", price="45")
    (box, widget) = made(works, "1 × Box @ $9; 2 × Widget @ 50", currency="USD")
    assert (box["price"], widget["price"]) == (9, 50)
    with works("T1", "U_RITA", "command") as work:
        sale = work.find(Purchase, 1)
        records.update(work, sale, {"lines": "1 × Box @ $10"})
        assert (sale.currency, sale.total) == ("USD", 10)
    (widget,) = made(works, "2 × Widget", currency="USD")
    assert (widget["price"], widget["total"]) == (None, None)


def test_a_name_that_could_be_two_products_is_written_in_quotes(works: UnitOfWorkFactory) -> None:
    with works("T1", "U_ADA", "command") as work:
        account = records.create(work, Account, {"name": "Acme"})
        sale = work.add(Purchase(account=account.id))
        work.add(
            PurchaseLine(purchase=sale.id, name="Chair", quantity=Decimal(1), price=Decimal(9))
        )
        records.create(work, Product, {"name": "Chair red"})
        records.create(work, Product, {"name": "Chair blue"})
        text = part_lines.write(work, sale, sale.line_fields()["lines"])
        assert text == '1 × "Chair" @ 9'
        before = len(work.changes)
        records.update(work, sale, {"lines": text})
        assert len(work.changes) == before


WORDS = strategies.text(
    strategies.sampled_from('aB ×x*@-+%;.,19"“”&<>ß\n'), min_size=1, max_size=12
)
AMOUNTS = strategies.decimals(0, 10_000, places=2)
RATES = strategies.decimals(0, 100, places=2)


@tried(80)
@drawn(
    names=strategies.lists(WORDS, min_size=1, max_size=3),
    quantity=strategies.decimals("0.001", 5_000, places=3),
    price=AMOUNTS,
    discount=RATES,
    tax=RATES,
    product=strategies.booleans(),
)
@example(["5 x Cable @ 3"], Decimal(2), Decimal(3), Decimal(0), Decimal(19), False)
@example(["a;b"], Decimal("1.234"), Decimal("1.10"), Decimal("2.5"), Decimal(0), True)
@example(["PR-1"], Decimal(1), Decimal(3), Decimal(0), Decimal(0), False)
def test_what_is_written_is_read_as_the_same(
    works: UnitOfWorkFactory,
    names: list[str],
    quantity: Decimal,
    price: Decimal,
    discount: Decimal,
    tax: Decimal,
    product: bool,
) -> None:
    """Whatever products and other things are called, and in the same lines no record changes."""
    names = [" ".join(name.split()) for name in names]
    with works("T1", "U_ADA", "command") as work:
        account = records.create(work, Account, {"name": "Acme"})
        sale = work.add(Purchase(account=account.id))
        for name in filter(None, names):
            thing = work.add(Product(name=name)) if product else None
            work.add(
                PurchaseLine(
                    purchase=sale.id,
                    product=thing.id if thing else None,
                    name=name,
                    quantity=quantity,
                    price=price,
                    discount=discount,
                    tax_rate=tax,
                )
            )
        kind = sale.line_fields()["lines"]
        text = part_lines.write(work, sale, kind)
        lines = part_lines.read_all(work, Purchase, {"lines": text}, {}, sale)["lines"]
        assert not part_lines.differ(work, sale, "lines", lines), text
        before = len(work.changes)
        records.update(work, sale, {"lines": text.replace("\n", " ; ")})
        assert len(work.changes) == before
