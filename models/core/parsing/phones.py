"""Phone numbers: kept as the digits of E.164 without the +, shown with it.

`read_phone` reads what a person types. `read` reads a cell of a file, with the country of its own
row, or the workspace's where the row names none: a spreadsheet may have removed the plus and the
zero.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from models.core.parsing.texts import clean, plain, target, wrong

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

SPACES = re.compile(r"[+\s().\-]")
UNSPACED = re.compile(r"[^+\d\s().\-]|(?<!^)\+", re.ASCII)
"""Signs in a number other than its plus, its digits and their separators."""
EXAMPLE = "+49 30 123456"

REGULAR = re.compile(r"\+\d{1,4}(?:[ -]\d{1,12}){1,6}|\+\d{7,15}")
# Countries whose international numbers have one length and nothing to strip, so that the full
# parser (ten times slower, and 20 ms to import) would give the same digits: a test compares the
# two.
FIXED = re.compile(
    r"1[2-9]\d{9}|20[1-9]\d{8,9}|27[1-9]\d{8}|30[2-9]\d{9}|31[1-9]\d{8}|32[1-9]\d{7,8}|33[1-9]\d{8}|34[5-9]\d{8}"
    r"|41[1-9]\d{8}|44[1-9]\d{9}|45[1-9]\d{7}|46[1-9]\d{8}|47[1-9]\d{7}|48[1-9]\d{8}|61[1-9]\d{8}|65[3-9]\d{7}"
    r"|491[5-7]\d{8,9}|91[1-9]\d{9}|351[1-9]\d{8}|353[1-9]\d{8}|420[1-9]\d{8}",
    re.ASCII,
)
ODD = re.compile(r"[^\W\d_]|[^\d\s+().,/\-]")
LONGEST = 15
BARE = re.compile(r"[1-9]\d{6,14}")
"""Digits alone, as a spreadsheet leaves them."""


def read_phone(text: str, region: str) -> str:
    """Return at most 15 digits.

    The region (DE, US, …) says what a number without a country code means.
    """
    number = target(text).removeprefix("tel:")
    digits = regular_digits(number)
    if digits is None:
        digits = parse_fully(plain(number), text, region.upper())
    return digits


def read(text: str, region: str, own: bool = False) -> str:
    """Return the digits that a cell of a file means.

    Digits that are a valid international number are that number although their plus is missing,
    unless they are a number of the row's own country, or of one whose numbers have no zero in front
    that a spreadsheet could have removed.

    Args:
        text: the cell.
        region: the region, such as FR.
        own: whether the row itself names that country.
    """
    digits = plain(target(text).removeprefix("tel:"))
    if not BARE.fullmatch(digits):
        return read_phone(text, region)
    abroad, home = valid_digits(f"+{digits}", None), valid_digits(digits, region.upper() or None)
    if abroad and home and not abroad.startswith(country_code(region)):
        return home if own or not drops_zero(region) else abroad
    return abroad or home or read_phone(text, region)


def valid_digits(number: str, region: str | None) -> str:
    """Return the digits of a number that its country's plan has, or "" where it has not."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return ""
    return in_digits(parsed) if phonenumbers.is_valid_number(parsed) else ""


def country_code(region: str) -> str:
    import phonenumbers

    return str(phonenumbers.country_code_for_region(region.upper()))


def drops_zero(region: str) -> bool:
    """Return whether numbers have a zero in front inside a country, which a spreadsheet removes."""
    import phonenumbers

    return phonenumbers.ndd_prefix_for_region(region.upper(), strip_non_digits=True) == "0"


def show_phone(digits: str) -> str:
    """Return +49 30 123456, spaced as its country does; anything unknown as it is, after a +."""
    import phonenumbers

    number = regular(digits) or parsed(f"+{digits}", None)
    if number is None:
        return f"+{digits}"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def regular(digits: str) -> "PhoneNumber | None":
    """Return the number that regular digits are, without the parser.

    The parser could only split them in the same place.
    """
    import phonenumbers

    if not FIXED.fullmatch(digits):
        return None
    known = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    code = next(int(digits[:length]) for length in (1, 2, 3) if int(digits[:length]) in known)
    return phonenumbers.PhoneNumber(
        country_code=code, national_number=int(digits[len(str(code)) :])
    )


@lru_cache(maxsize=2048)
def parsed(number: str, region: str | None) -> "PhoneNumber | None":
    """Return what a number means in a country, None where it means nothing.

    The result is remembered, because what is read is shown next.
    """
    import phonenumbers

    try:
        return phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None


def regular_digits(number: str) -> str | None:
    """Return the digits of a number in a usual international shape, without the full parser."""
    if number.isascii() and REGULAR.fullmatch(number):
        digits = number[1:].replace(" ", "").replace("-", "")
        if FIXED.fullmatch(digits):
            return digits
    return None


def parse_fully(number: str, text: str, region: str) -> str:
    if not number or ODD.search(number):
        raise wrong(text, "is not a phone number; extensions and words belong in a note", EXAMPLE)
    if not region and not number.startswith(("+", "00")):
        raise wrong(text, "needs its country code", EXAMPLE)
    attempts = [number, f"+{number[2:]}"] if number.startswith("00") else [number]
    for attempt in attempts:
        if digits := possible_digits(attempt, region or None):
            return digits
    raise wrong(text, "is not a phone number", EXAMPLE)


def possible_digits(number: str, region: str | None) -> str | None:
    """Return the digits of a possible number, not a valid one.

    Numbering plans grow faster than the tables that list them.
    """
    import phonenumbers

    written = clean(number)
    abroad = written.startswith("+") and not UNSPACED.search(written)
    found = parsed(f"+{SPACES.sub('', written)}", None) if abroad else parsed(written, region)
    if (
        found is None
        or phonenumbers.is_possible_number_with_reason(found)
        != phonenumbers.ValidationResult.IS_POSSIBLE
    ):
        return None
    digits = in_digits(found)
    if len(digits) > LONGEST or found.extension:
        return None
    if abroad and SPACES.sub("", written) == digits:
        return digits
    again = parsed(f"+{digits}", None)
    return (
        digits if again is not None and in_digits(again) == digits else None
    )  # +49 00… loses a zero each time


def in_digits(number: "PhoneNumber") -> str:
    """Return the digits of E.164; zeros in front are a part of the number in some countries."""
    zeros = (number.number_of_leading_zeros or 1) if number.italian_leading_zero else 0
    return f"{number.country_code}{'0' * zeros}{number.national_number}"
