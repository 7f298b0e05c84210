"""Numbers and money as people write them."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.core.parsing.currencies import CODES, SHOWN, SIGNS, WHOLE, read_currency
from models.core.parsing.money import (
    read_amount,
    read_number,
    read_percent,
    show_amount,
    write_amount,
)
from tests.tables import table

MONEY = st.decimals(min_value=0, max_value=10**13, places=2, allow_nan=False, allow_infinity=False)


@table(
    ("typed", "amount", "currency"),
    [
        ("1200", "1200", "EUR"),
        ("12k", "12000", "EUR"),
        ("€1.2m", "1200000", "EUR"),
        ("12,5k EUR", "12500", "EUR"),
        ("12k€", "12000", "EUR"),
        ("3 Mio €", "3000000", "EUR"),
        ("1.5bn usd", "1500000000", "USD"),
        ("2 million euros", "2000000", "EUR"),
        ("1,200", "1200", "EUR"),
        ("1,200.50", "1200.50", "EUR"),
        ("1.200,50 €", "1200.50", "EUR"),
        ("1.200.000", "1200000", "EUR"),
        ("₹12,34,567.00", "1234567", "INR"),
        ("$ 3", "3", "USD"),
        ("CHF 12'000", "12000", "CHF"),
        ("CHF 12’000.-", "12000", "CHF"),
        ("12 500,50", "12500.50", "EUR"),
        ("12\u202f500 €", "12500", "EUR"),
        (".5", "0.50", "EUR"),
        ("0,125", "0.12", "EUR"),
        ("1234.565", "1234.56", "EUR"),
        ("1234.575", "1234.58", "EUR"),
        ("JPY 12.5", "12", "JPY"),
        ("¥1,200", "1200", "JPY"),
        ("12 mxn", "12", "MXN"),
        ("12 kr", "12", "SEK"),
        ("$5 CAD", "5", "CAD"),
        ("+5", "5", "EUR"),
        ("１２", "12", "EUR"),
        ("٣٤٫٥", "34.50", "EUR"),
        ("10000b", "10000000000000", "EUR"),
        ("2 lakh", "200000", "EUR"),
        ("2 lakh rupees", "200000", "INR"),
        ("1.5 crore", "15000000", "EUR"),
        ("₹5 cr", "50000000", "INR"),
        ("Rs. 5,00,000", "500000", "INR"),
        ("Rs.500", "500", "INR"),
        ("Fr. 12'000.-", "12000", "CHF"),
        ("500 Fr.", "500", "CHF"),
        ("12.000,-", "12000", "EUR"),
        ("12,--", "12", "EUR"),
        ("3 Mio. €", "3000000", "EUR"),
        ("5 grand", "5000", "EUR"),
        ("~12k", "12000", "EUR"),
        ("ca. 12k", "12000", "EUR"),
        ("about 5000 USD", "5000", "USD"),
        ("12 000 EUR", "12000", "EUR"),
    ],
)
def test_an_amount_is_read_as_people_write_it(typed, amount, currency):
    assert read_amount(typed, "EUR") == (Decimal(amount), currency)


@table(
    ("typed", "sentence"),
    [
        ("abc", "“abc” is not an amount. Try 1200, 12k or €1.2m."),
        ("", "“” is not an amount. Try 1200, 12k or €1.2m."),
        ("NaN", "“NaN” is not an amount. Try 1200, 12k or €1.2m."),
        ("Infinity", "“Infinity” is not an amount. Try 1200, 12k or €1.2m."),
        ("1e9", "“1e9” is not an amount. Try 1200, 12k or €1.2m."),
        ("12²", "“²” is not a currency. Try 12k EUR or $500."),
        ("--5", "“--5” is not an amount. Try 1200, 12k or €1.2m."),
        ("-5", "“-5” is below zero. Try 1200, 12k or €1.2m."),
        ("(500.00)", "“(500.00)” is below zero. Try 1200, 12k or €1.2m."),
        ("500-", "“500-” is below zero. Try 1200, 12k or €1.2m."),
        ("minus 500 EUR", "“minus 500 EUR” is below zero. Try 1200, 12k or €1.2m."),
        ("€-500", "“€-500” is below zero. Try 1200, 12k or €1.2m."),
        ("−500 EUR", "“−500 EUR” is below zero. Try 1200, 12k or €1.2m."),
        ("~", "“~” is not an amount. Try 1200, 12k or €1.2m."),
        ("12k/month", "“K/MONTH” is not a currency. Try 12k EUR or $500."),
        ("10001b", "“10001b” is too large. Try 1200, 12k or €1.2m."),
        ("1,2,3", "“1,2,3” is not written as a number. Try 1200, 12k or €1.2m."),
        ("12 xyz", "“XYZ” is not a currency. Try 12k EUR or $500."),
        ("€12 USD", "“€12 USD” names two currencies. Try 12k EUR or $500."),
        ("1.200", "“1.200” could be 1200 or 1.2. Try 1200 or 1.2."),
        ("1,200k", "“1,200k” could be 1200000 or 1200. Try 1200000 or 1200."),
    ],
)
def test_what_is_no_amount_is_refused_in_a_sentence(typed, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        read_amount(typed, "EUR")


def test_an_amount_below_zero_is_read_where_it_is_allowed():
    assert read_amount("-€5", "EUR", negative=True) == (Decimal("-5"), "EUR")
    assert str(read_amount("-0.001", "EUR", negative=True)[0]) == "0.00"


def test_a_shared_sign_means_the_currency_of_the_workspace():
    assert read_amount("$5", "CAD")[1] == "CAD"
    assert read_amount("$5", "EUR")[1] == "USD"
    assert read_amount("US$5", "CAD")[1] == "USD"


@table(
    ("typed", "given", "amount"),
    [
        ("$1,200.00", "CAD", 1200),
        ("¥500", "CNY", 500),
        ("500 kr", "NOK", 500),
        ("Rs. 500", "PKR", 500),
        ("12k", "USD", 12000),
    ],
)
def test_a_sign_is_read_by_the_currency_that_stands_beside_it(typed, given, amount):
    assert read_amount(typed, "EUR", given=given) == (Decimal(amount), given)


@table(("typed", "given"), [("€5", "USD"), ("US$5", "CAD"), ("5 EUR", "USD"), ("¥5", "EUR")])
def test_an_amount_that_contradicts_the_currency_beside_it_is_refused(typed, given):
    with pytest.raises(
        ValueError, match=rf"is in [A-Z]{{3}}, and {given} stands beside it\. Try 5 {given}\."
    ):
        read_amount(typed, "EUR", given=given)


@table(
    ("typed", "decimal", "amount"),
    [
        ("1.200", ",", "1200"),
        ("1.200,5", ",", "1200.5"),
        ("1 200,50", ",", "1200.5"),
        ("12,5k", ",", "12500"),
        ("1,200", ".", "1200"),
        ("12,34,567.5", ".", "1234567.5"),
        (".5", ".", "0.5"),
    ],
)
def test_figures_of_a_column_are_read_as_the_column_is_written(typed, decimal, amount):
    assert read_amount(typed, "EUR", decimal=decimal)[0] == Decimal(amount)


@table(("typed", "decimal"), [("1,200.5", ","), ("1.200,5", "."), ("12,5", "."), ("12.5", ",")])
def test_a_figure_that_is_written_otherwise_than_its_column_is_refused(typed, decimal):
    with pytest.raises(ValueError, match=f"does not have “{decimal}” before its decimals"):
        read_amount(typed, "EUR", decimal=decimal)


def test_without_a_default_an_amount_tells_whether_a_currency_was_typed():
    assert read_amount("12", "")[1] == ""
    assert read_amount("€12", "")[1] == "EUR"


@table(
    ("amount", "currency", "shown"),
    [
        ("12500.00", "EUR", "€12,500"),
        ("12500.50", "USD", "$12,500.50"),
        ("12500", "CHF", "CHF 12,500"),
        ("-3", "GBP", "-£3"),
        ("-3", "CHF", "CHF -3"),
        ("12", "", "12"),
    ],
)
def test_an_amount_is_shown_with_its_currency(amount, currency, shown):
    assert show_amount(Decimal(amount), currency) == shown


@given(MONEY, st.sampled_from(sorted(CODES - WHOLE)))
def test_what_is_shown_is_read_back(amount, currency):
    assert read_amount(show_amount(amount, currency), "EUR") == (amount, currency)


@given(MONEY)
def test_what_is_written_is_read_back(amount):
    assert read_amount(write_amount(amount), "EUR") == (amount, "EUR")


@given(st.text() | st.from_regex(r"[-+€$]{0,2}[\d.,' ]{0,12}[kmb]?", fullmatch=True))
def test_any_text_is_an_amount_or_refused_with_a_sentence(text):
    try:
        amount, currency = read_amount(text, "EUR")
    except ValueError as error:
        assert re.fullmatch(r"“.*” .+\. Try .+\.", str(error))  # noqa: PT017
    else:
        assert 0 <= amount <= 10**13
        assert currency in CODES
        assert amount == round(amount, 2)


@given(st.text(alphabet="0123456789.,' -k", max_size=200))
def test_a_long_row_of_digits_is_answered_too(text):
    try:
        assert read_amount(text, "EUR")[0] >= 0
    except ValueError as error:
        assert len(str(error)) < 200  # noqa: PT017


@table(
    ("typed", "number"),
    [("12", 12), ("1,200", 1200), ("12k", 12000), ("-3", -3), ("12.0", 12), ("1.5k", 1500)],
)
def test_a_whole_number_is_read(typed, number):
    assert read_number(typed) == number


@table("typed", ["", "x", "1.5", "€5", "3 days", "1.200", "2147483648", "1e3", "∞"])
def test_what_is_no_whole_number_is_refused(typed):
    with pytest.raises(ValueError, match=r"^“.*” .+\. Try .+\.$"):
        read_number(typed)


@table(
    ("typed", "percent"), [("40", 40), ("40 %", 40), ("0", 0), ("100%", 100), ("40 percent", 40)]
)
def test_a_percentage_is_read(typed, percent):
    assert read_percent(typed) == percent


@table(("typed", "percent"), [("0.2", 20), ("0,4", 40), ("1", 100), ("20 %", 20), (".5", 50)])
def test_a_part_of_one_is_a_percentage_where_the_column_holds_such_parts(typed, percent):
    assert read_percent(typed, fraction=True) == percent


@table("typed", ["0.333", "2", "x", "0.005"])
def test_a_part_that_is_no_whole_percentage_is_refused(typed):
    with pytest.raises(ValueError, match=rf"^“{typed}” is not"):
        read_percent(typed, fraction=True)


@table("typed", ["101", "-1", "4.5", "%", "half"])
def test_what_is_no_percentage_is_refused(typed):
    with pytest.raises(ValueError, match=r"Try 40 or 40 %\.$"):
        read_percent(typed)


def test_every_sign_stands_for_known_currencies():
    assert {code for codes in SIGNS.values() for code in codes} | set(SHOWN) | WHOLE <= CODES
    assert len(CODES) > 150


@table(("typed", "code"), [("eur", "EUR"), ("€", "EUR"), ("Dollars", "USD"), ("zł", "PLN")])
def test_a_currency_is_read_by_code_sign_or_name(typed, code):
    assert read_currency(typed) == code


def test_an_unknown_currency_is_refused():
    with pytest.raises(ValueError, match="“doge” is not a currency. Try EUR or USD."):
        read_currency("doge")
