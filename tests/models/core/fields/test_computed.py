"""Formulas are read once, and say what they do not understand."""

from decimal import Decimal as D
from types import SimpleNamespace
from typing import Any

import pytest

from models.core.errors import Invalid
from models.core.fields import Currency, Decimal, Money, Number, Percent, Text
from models.core.fields.base import read_all
from models.core.fields.computed import Formula, Rollup, bound, fitted, in_order
from models.core.fields.operands import operands_of
from tests.tables import table

HELD = {"a": 3, "b": D("2.50"), "c": 0, "d": None}
KINDS = {name: Decimal(name) for name in HELD}


def worked_out(text: str) -> Any:
    return bound(Formula(text).node, operands_of("order", KINDS)).value(SimpleNamespace(**HELD))


@table(
    ("text", "amounts_to"),
    [
        ("a * b", D("7.50")),
        ("a + b * 2", D("8.00")),
        ("(a + b) * 2", D("11.00")),
        ("-a - 1", D(-4)),
        ("a * 0.1", D("0.3")),
        ("a / b", D("1.2")),
        ("a / c", None),
        ("1 / (a - 3)", None),
        ("a * d", None),
        ("min(a, b, 9)", D("2.50")),
        ("max(a, b, -9)", D(3)),
        ("min(a, d)", None),
        ("round(b)", D(3)),
        ("round(b * 1.002, 2)", D("2.51")),
        ("round(-b)", D(-3)),
        ("round(a / c, 2)", None),
        (" a ", D(3)),
    ],
)
def test_a_formula_is_worked_out_exactly(text: str, amounts_to: D | None) -> None:
    assert worked_out(text) == amounts_to


@table(
    ("text", "said"),
    [
        ("a ** 2", "“\\*” \\(letter 4\\) needs a field, a number or a text here"),
        ("a.real", "“\\.” \\(letter 2\\) is not expected here"),
        ("a if a else b", "“if” \\(letter 3\\) is not expected here"),
        ("a[0]", "“\\[0\\]” \\(letter 2\\) is not expected here"),
        ("min(*a)", "“\\*” \\(letter 5\\)"),
        ("a // b", "“/” \\(letter 4\\)"),
        ("~a", "“~” \\(letter 1\\) is not known here"),
        ("a +", "ends too early"),
        ("", "ends too early"),
    ],
)
def test_what_a_formula_may_not_have_is_named_when_it_is_declared(text: str, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        Formula(text)


def ordered(kinds: dict[str, Any]) -> tuple[str, ...]:
    return tuple(in_order("order", kinds, operands_of("order", kinds)))


def test_the_fields_of_a_formula_exist_and_hold_numbers_and_go_in_no_circle() -> None:
    kinds = {"name": Text("Name"), "quantity": Number("Quantity"), "rate": Percent("Rate")}
    later = Money("Tax", computed=Formula("net * rate"))
    net = Money("Net", computed=Formula("quantity * 2"))
    assert ordered(kinds | {"tax": later, "net": net}) == ("net", "tax")
    with pytest.raises(TypeError, match="order.net: “price” .letter 1. is no field of an order"):
        ordered(kinds | {"net": Money("Net", computed=Formula("price * 2"))})
    with pytest.raises(TypeError, match="works with numbers, and “name” is a text"):
        ordered(kinds | {"net": Money("Net", computed=Formula("name * 2"))})
    around = kinds | {"net": Money("Net", computed=Formula("tax - 1")), "tax": later}
    with pytest.raises(TypeError, match="It is worked out from itself: net → tax → net"):
        ordered(around)


def test_a_formula_that_was_added_and_is_not_understood_any_more_is_empty() -> None:
    kinds = {"net": Money("Net", computed=Formula("price * 2", must_fit=False))}
    found = in_order("order", kinds, operands_of("order", kinds))
    assert found["net"].value(SimpleNamespace()) is None


def test_a_result_is_rounded_half_up_to_the_decimals_of_its_column() -> None:
    money, number = Money("Net"), Number("Count")
    assert [fitted(money, D(each)) for each in ("0.125", "-0.125", "2", "1e3")] == [
        D("0.13"),
        D("-0.13"),
        D(2),
        D(1000),
    ]
    assert [fitted(number, D(each)) for each in ("2.5", "-2.5", "2.4999")] == [3, -3, 2]
    assert fitted(money, None) is None
    for kind, much in ((money, D(10) ** 16), (number, D(2) ** 31)):
        assert fitted(kind, much - 1) == much - 1
        with pytest.raises(OverflowError):
            fitted(kind, much)


def test_a_computed_field_is_readonly_and_in_no_form() -> None:
    total = Money("Total", computed=Formula("quantity * 2"))
    assert (total.readonly, total.form, total.card) == (True, False, True)
    assert (Text("Seal", readonly=True).form, Text("Name").readonly) == (False, False)


def test_a_text_that_would_set_a_readonly_field_beside_its_own_is_refused() -> None:
    """An amount with a currency of its own sets that as well."""
    kinds = {
        "amount": Money("Amount", currency="currency"),
        "currency": Currency("Currency", readonly=True),
    }
    reader: Any = SimpleNamespace(currency="EUR")
    assert read_all(kinds, {"amount": "5"}, reader) == {"amount": 5}
    with pytest.raises(Invalid) as refused:
        read_all(kinds, {"amount": "5 USD"}, reader)
    assert refused.value.errors == {
        "amount": "Currency is kept by Rapport, and nobody types it. Leave it out."
    }


def test_a_rollup_is_of_one_kind() -> None:
    with pytest.raises(TypeError, match="takes one of: sum, min, max, average, count"):
        Rollup(of="cargo", by="voyage")
    with pytest.raises(TypeError, match="takes one of"):
        Rollup(of="cargo", by="voyage", sum="price", count=True)
