"""A formula amounts to what it says, or the word that is wrong is named."""

from datetime import UTC, date, datetime
from decimal import Decimal as D
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

import pytest

from models.core.fields import (
    Choice,
    Day,
    Decimal,
    Flag,
    Moment,
    Money,
    Number,
    Percent,
    Person,
    Text,
)
from models.core.fields.computed import Bound, bound
from models.core.fields.operands import operands_of
from models.core.formula.functions import FUNCTIONS
from models.core.formula.syntax import parse
from models.core.formula.tokens import LONGEST, FormulaError
from tests.tables import table


class Stage(StrEnum):
    WON = "won"
    ON_HOLD = "on_hold"


KINDS = {
    "amount": Money("Amount", also=("value",), currency="currency"),
    "fee": Money("Fee", currency="currency"),
    "budget": Money("Budget"),
    "probability": Percent("Probability"),
    "seats": Number("Seats"),
    "ratio": Decimal("Ratio"),
    "close_date": Day("Close date"),
    "since": Moment("Since"),
    "signed": Flag("Signed"),
    "stage": Choice("Stage", options=Stage, names={"on_hold": "On hold"}),
    "name": Text("Name"),
    "owner": Person("Owner"),
    "x_contract_type": Text("Contract type"),
    "x_e_mail": Text("E-mail: first"),
    "nothing": Number("Nothing"),
}
HELD = {
    "amount": D("1000.50"),
    "fee": D("0.10"),
    "budget": D(10),
    "probability": 40,
    "seats": 7,
    "ratio": D("2.50"),
    "close_date": date(2026, 3, 31),
    "since": datetime(2026, 1, 30, 23, 30, tzinfo=UTC),
    "signed": True,
    "stage": "on_hold",
    "name": "Ärger & Oars",
    "owner": 3,
    "x_contract_type": "annual",
    "x_e_mail": None,
    "nothing": None,
    "created_at": datetime(2026, 1, 1, 12, tzinfo=UTC),
}


def understood(text: str) -> Bound:
    return bound(parse(text), operands_of("deal", KINDS))


def value(text: str) -> Any:
    return understood(text).value(SimpleNamespace(**HELD))


@table(
    ("text", "amounts_to"),
    [
        ("amount * probability / 100", D("400.2")),
        ("VALUE - fee × 2", D("1000.30")),
        ("-(seats + 1) * 2", D(-16)),
        ("days(close_date - created_at)", D(89)),
        ("close_date - created_at", D(89)),
        ("days(created, close_date)", D(89)),
        ("days(since - created_at)", D(29)),
        ("months(since, close_date)", D(2)),
        ("years(created, close_date)", D(0)),
        ("add_months(2026-01-31, 1 + seats - 7)", date(2026, 2, 28)),
        ("close_date + 30", date(2026, 4, 30)),
        ("2026-03-31 = close_date and close_date >= since", True),
        ("if(amount > 50000, 'big', 'small')", "small"),
        ("if(amount > 50000, 'big')", None),
        ("if(nothing > 5, 'big', 'small')", None),
        ("stage = on_hold", True),
        ("stage = 'On hold'", True),
        ("stage != WON", True),
        ("name = ‘arger & oars’", True),
        (
            "concat(stage, ' / ', seats, ' / ', nothing, ratio, ' ', signed)",
            "On hold / 7 / 2.5 yes",
        ),
        ("concat(close_date, ' ', since)", "2026-03-31 2026-01-30 23:30"),
        ("upper(left(name, 2))", "ÄR"),
        ("right(name, 4)", "Oars"),
        ("len(name)", D(12)),
        ("left(name, -3)", None),
        ("contract_type", "annual"),
        ("[Contract type]", "annual"),
        ("coalesce([E-mail: first], contract_type)", "annual"),
        ("coalesce(nothing, 0) + seats", D(7)),
        ("empty(nothing) and not empty(owner)", True),
        ("nothing = empty", True),
        ("owner != empty", True),
        ("nothing > 3 or signed", True),
        ("nothing > 3 and signed", None),
        ("not (nothing > 3)", None),
        ("min(seats, ratio, 9)", D("2.5")),
        ("max(close_date, since)", date(2026, 3, 31)),
        ("round(amount / 3)", D(334)),
        ("round(ratio / 3, 2)", D("0.83")),
        ("abs(seats - 10)", D(3)),
        ("number(amount) - amount / amount", D("999.50")),
        ("seats / (seats - 7)", None),
        ("year(close_date) * 100 + month(close_date)", D(202603)),
        ("close_date + 99999999", None),
        ("add_months(close_date, seats * 1000000)", None),
    ],
)
def test_a_formula_amounts_to_what_it_says(text: str, amounts_to: Any) -> None:
    assert value(text) == amounts_to


@table(
    ("text", "kind"),
    [
        ("amount * probability / 100", "money"),
        ("amount / fee", "decimal"),
        ("amount / 3", "money"),
        ("round(amount)", "money"),
        ("number(amount)", "decimal"),
        ("number(seats)", "number"),
        ("seats * 2", "number"),
        ("seats / 2", "decimal"),
        ("round(seats / 2)", "number"),
        ("probability", "percent"),
        ("coalesce(probability, 0)", "percent"),
        ("days(close_date - created_at)", "number"),
        ("ratio + seats", "decimal"),
    ],
)
def test_what_a_number_counts_follows_from_the_formula(text: str, kind: str) -> None:
    found = understood(text).type
    assert found
    assert str(found.figure) == kind
    assert found.currency == ("currency" if kind == "money" else "")


@table(
    ("text", "said"),
    [
        ("amont * 2", "“amont” (letter 1) is no field of a deal. Did you mean “amount”?"),
        (
            "amount * (seets + 1)",
            "“seets” (letter 11) is no field of a deal. Did you mean “seats”?",
        ),
        ("roundd(amount)", "“roundd” (letter 1) is no function. Did you mean “round”?"),
        ("__import__('os')", "“__import__” (letter 1) is no function. There are abs, "),
        ("eval(name)", "“eval” (letter 1) is no function."),
        ("name.real", "“.” (letter 5) is not expected here."),
        ("name + 'x'", "“+” (letter 6) works with numbers, and “name” is a text. Join texts with"),
        ("amount * name", "“*” (letter 8) works with numbers, and “name” is a text."),
        ("amount > 'x'", "“>” (letter 8) compares a number with a text."),
        ("close_date > '2026-01-01'", "Write a day as 2026-12-31, without quotes."),
        ("close_date > 2026-13-01", "“2026-13-01” (letter 14) is no day."),
        ("close_date * 2", "“*” (letter 12) does not go with a day and a number."),
        ("close_date + since", "“+” (letter 12) does not go with a day and a date and time."),
        ("stage = wonn", "“wonn” (letter 9) is no Stage. Did you mean “won”?"),
        ("stage > won", "“>” (letter 7) compares sizes, and “stage” is a choice."),
        ("signed > 1", "compares sizes, and “signed” is yes or no."),
        ("if(amount, 1, 2)", "“amount” (letter 4) is a number, and yes or no is needed here."),
        ("if(signed, 1, 'x')", "“'x'” (letter 15) is a text, and a number comes before it."),
        ("if(signed)", "“if” (letter 1) is used with if(amount > 50000, 'big', 'small')."),
        ("min(name, 'x')", "“name” (letter 5) is a text; numbers or days are needed here."),
        ("round(amount, seats)", "“seats” (letter 15) should be a number of decimals"),
        ("amount + budget", "“budget” (letter 10) is an amount in another currency"),
        ("amount > budget", "is an amount in another currency"),
        ("days(close_date)", "“days” (letter 1) counts the days between two"),
        ("days(close_date - today)", "“today” (letter 19) depends on the day on which somebody"),
        ("days(close_date - today())", "depends on the day on which somebody looks"),
        ("owner", "“owner” (letter 1) is a record, and a field cannot hold that."),
        ("owner = seats", "“=” (letter 7) compares a record with a number."),
        ("concat(name, owner)", "“owner” (letter 14) is a record, and no text."),
        ("empty", "names no field"),
        ("1 + 2", "names no field"),
        ("", "The formula ends too early"),
        ("amount *", "The formula ends too early"),
        ("(amount", "The formula ends too early: its last word should be followed by “)”."),
        ("amount)", "“)” (letter 7) is not expected here."),
        ("amount 2", "“2” (letter 8) is not expected here. A sign such as + is missing before it."),
        ("amount > 1 > 0", "“>” (letter 12) compares a third value."),
        ("amount * 12k", "“12k” (letter 10) is no number."),
        ("amount * 10%", "“%” (letter 12) is not known here. Divide by 100."),
        ("name = 'x", "“'” (letter 8) has no second quote."),
        ("amount; seats", "“;” (letter 7) is not known here."),
        ("not amount", "“amount” (letter 5) is a number, and yes or no is needed here."),
        ("amount and signed", "is a number, and yes or no is needed here."),
        ("amount + " + "(" * 30 + "1" + ")" * 30, "is nested too deep."),
        ("not " * 40 + "signed", "is nested too deep."),
        ("- " * 40 + "seats", "is nested too deep."),
        ("amount" + " + 1" * 100, "A formula has at most 150 words; this has 201."),
        ("a" * (LONGEST + 1), "A formula has at most 1000 letters; this has 1001."),
        ("seats * " + "9" * 40, "is too large."),
    ],
)
def test_the_word_that_is_wrong_is_named_with_its_place(text: str, said: str) -> None:
    with pytest.raises(FormulaError) as refused:
        understood(text)
    assert said in str(refused.value)


def test_each_function_is_used_as_its_example_says() -> None:
    kinds = {**KINDS, "start": Day("Start"), "end": Day("End")}
    for name, function in FUNCTIONS.items():
        assert function.example.startswith(f"{name}(")
        bound(parse(function.example), operands_of("deal", kinds))


def test_nothing_grows_without_an_end() -> None:
    held = SimpleNamespace(**{**HELD, "name": "x" * 12_000, "amount": D(10) ** 15, "seats": 2**31})
    longest = "concat(" + ", ".join(["name"] * 20) + ")"
    for text in (longest, f"upper({longest})", f"concat({longest}, {longest}, {longest})"):
        assert len(understood(text).value(held)) == 4000
    assert understood("amount" + " * seats" * 60).value(held) is None
    assert understood("round(amount / 0.000001, 6)").value(held) == D(10) ** 21
    assert understood("1" + " / amount" * 60).value(held) is not None
