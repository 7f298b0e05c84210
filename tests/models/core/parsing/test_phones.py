"""Phone numbers, typed in any shape and kept as digits."""

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.core.parsing.phones import (
    FIXED,
    possible_digits,
    read,
    read_phone,
    regular_digits,
    show_phone,
)
from tests.tables import table

SEPARATORS = st.sampled_from(["", " ", "-"])


@table(
    ("typed", "digits"),
    [
        ("+4930123456", "4930123456"),
        ("+49 30 123456", "4930123456"),
        ("+49 (0)30 123456", "4930123456"),
        ("030 123456", "4930123456"),
        ("030/123-456", "4930123456"),
        ("0049 30 123456", "4930123456"),
        ("+1 650-253-0000", "16502530000"),
        ("+1 (650) 253-0000", "16502530000"),
        ("<tel:+4930123456|030 123456>", "4930123456"),
        ("tel:+4930123456", "4930123456"),
        ("+４９ ３０ １２３４５６", "4930123456"),
        ("+39 06 6982", "39066982"),
    ],
)
def test_a_number_is_read_in_any_usual_shape(typed, digits):
    assert read_phone(typed, "DE") == digits


def test_the_region_tells_what_a_local_number_means():
    assert read_phone("650 253 0000", "US") == "16502530000"
    assert read_phone("020 7946 0958", "gb") == "442079460958"
    assert read_phone("0044 20 7946 0958", "US") == "442079460958"


@table(
    "typed",
    [
        "",
        "+123",
        "call me",
        "+1 253 0000",
        "+12345678901234567",
        "650 253 0000 ext. 5",
        "+1 650 253 0000 #5",
        "12",
    ],
)
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(ValueError, match=r"^“.*” is not a phone number.*\. Try \+49 30 123456\.$"):
        read_phone(typed, "US")


def test_a_local_number_without_a_region_is_asked_for_its_country_code():
    with pytest.raises(
        ValueError, match="“030 123456” needs its country code. Try \\+49 30 123456."
    ):
        read_phone("030 123456", "")


@given(st.from_regex(FIXED, fullmatch=True), st.lists(st.integers(2, 4), max_size=3), SEPARATORS)
def test_the_fast_way_and_the_full_parser_give_the_same_digits(digits, cuts, separator):
    groups, rest = [digits[:2]], digits[2:]
    for cut in cuts:
        groups, rest = [*groups, rest[:cut]], rest[cut:]
    number = "+" + separator.join(group for group in (*groups, rest) if group)
    assert regular_digits(number) in (None, digits)
    assert possible_digits(number, "DE") == digits


@given(
    st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True), st.sampled_from(["", "DE", "US", "IT"])
)
def test_any_international_number_means_the_same_with_and_without_the_fast_way(number, region):
    if regular_digits(number) is not None:
        assert possible_digits(number, region or None) == regular_digits(number)


@given(st.sampled_from(["US", "DE", "GB", "FR", "IN", "PT", "SE", "AU", "EG", "BE"]))
def test_a_real_number_of_a_country_is_kept_and_shown(region):
    number = phonenumbers.example_number(region)
    digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
    assert read_phone(f"+{digits}", "") == digits
    assert read_phone(show_phone(digits), "") == digits


@example("0000-00-00")
@given(st.text() | st.from_regex(r"\+?[0-9 ()/.-]{0,20}", fullmatch=True))
def test_any_text_is_a_number_of_at_most_15_digits_or_refused_with_a_sentence(text):
    try:
        digits = read_phone(text, "DE")
    except ValueError as error:
        assert str(error).endswith("Try +49 30 123456.")  # noqa: PT017
    else:
        assert digits.isdecimal()
        assert len(digits) <= 15
        assert read_phone(f"+{digits}", "DE") == digits


def test_a_number_is_shown_with_its_plus_and_its_countrys_spaces():
    assert show_phone("4930123456") == "+49 30 123456"
    assert show_phone("16502530000") == "+1 650-253-0000"


def test_an_unknown_number_is_shown_as_it_is():
    assert show_phone("999") == "+999"
    assert show_phone("") == "+"


@table(
    ("cell", "region", "own", "digits"),
    [
        ("01 23 45 67 89", "FR", True, "33123456789"),
        ("33123456789", "FR", True, "33123456789"),
        ("4915112345678", "DE", False, "4915112345678"),
        ("4915112345678", "DE", True, "4915112345678"),
        ("4915112345678", "", False, "4915112345678"),
        ("33612345678", "DE", False, "33612345678"),
        ("442079460958", "DE", False, "442079460958"),
        ("3012345678", "DE", True, "493012345678"),
        ("4155552671", "US", False, "14155552671"),
        ("14155552671", "US", False, "14155552671"),
        ("4793123456", "US", False, "14793123456"),
        ("+33 1 23 45 67 89", "DE", True, "33123456789"),
        ("0033 1 23 45 67 89", "DE", False, "33123456789"),
        ("(030) 123456", "DE", False, "4930123456"),
    ],
)
def test_a_cell_of_a_file_is_a_number_of_its_own_country(
    cell: str, region: str, own: bool, digits: str
) -> None:
    assert read(cell, region, own) == digits


@table(
    ("cell", "region"),
    [("416-810-9897x752", "US"), ("030 123456", ""), ("5551234", "US"), ("n/a", "DE")],
)
def test_a_cell_that_is_no_number_of_its_country_is_refused(cell: str, region: str) -> None:
    with pytest.raises(ValueError, match=r"Try \+49 30 123456"):
        read(cell, region)
