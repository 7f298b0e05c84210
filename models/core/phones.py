"""Phone numbers: kept as the digits of E.164 without the +, shown with it."""

import re
from typing import TYPE_CHECKING

from models.core.texts import clean, plain, target, wrong

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

EXAMPLE = "+49 30 123456"

REGULAR = re.compile(r"\+\d{1,4}(?:[ -]\d{2,12}){1,6}|\+\d{7,15}")
# Countries whose international numbers have one length and nothing to strip, so that the full parser (ten times
# slower, and 20 ms to import) would give the same digits: a test compares the two.
FIXED = re.compile(
    r"1[2-9]\d{9}|20[1-9]\d{8,9}|27[1-9]\d{8}|30[2-9]\d{9}|31[1-9]\d{8}|32[1-9]\d{7,8}|33[1-9]\d{8}|34[5-9]\d{8}"
    r"|41[1-9]\d{8}|44[1-9]\d{9}|45[1-9]\d{7}|46[1-9]\d{8}|47[1-9]\d{7}|48[1-9]\d{8}|61[1-9]\d{8}|65[3-9]\d{7}"
    r"|91[1-9]\d{9}|351[1-9]\d{8}|353[1-9]\d{8}|420[1-9]\d{8}",
    re.ASCII,
)
ODD = re.compile(r"[^\W\d_]|[^\d\s+().,/\-]")
LONGEST = 15


def read_phone(text: str, region: str) -> str:
    """At most 15 digits. The region (DE, US, …) tells what a number without a country code means."""
    number = target(text).removeprefix("tel:")
    digits = regular_digits(number)
    if digits is None:
        digits = parse_fully(plain(number), text, region.upper())
    return digits


def show_phone(digits: str) -> str:
    """+49 30 123456, spaced as its country does; anything unknown as it is, after a +."""
    import phonenumbers

    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return f"+{digits}"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def regular_digits(number: str) -> str | None:
    """The digits of a number in one of the usual international shapes, without the full parser."""
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
    """Possible, not valid: numbering plans grow faster than the tables that list them."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(clean(number), region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    digits = in_digits(parsed)
    if len(digits) > LONGEST or parsed.extension:
        return None
    return digits if in_digits(phonenumbers.parse(f"+{digits}")) == digits else None  # +49 00… loses a zero each time


def in_digits(number: "PhoneNumber") -> str:
    import phonenumbers

    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
