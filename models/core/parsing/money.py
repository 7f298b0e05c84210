"""Read numbers and money as people write them.

Examples: `12k`, `€1.2m`, `12,5k EUR`, `1.200,50 €`, `CHF 12'000`, `2 lakh`, `~5k`.

The reader of a file knows more of a cell than the cell says. `read_amount("$1,200.00", "EUR",
given="CAD")` reads the sign by the currency in the column next to it and refuses another one;
`decimal=","` says what the figures of the column have before their decimals, so that 1.200 is 1200;
`read_percent("0.2", fraction=True)` is 20.
"""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from models.core.parsing.currencies import SHOWN, decimals, find_currency
from models.core.parsing.texts import plain, wrong

LARGEST = Decimal(10) ** 13
LARGEST_NUMBER = 2**31 - 1  # what an integer column holds everywhere
EXACT_DIGITS = 15
"""The digits that every database gives back as they were: SQLite keeps decimals as doubles."""
LONGEST = 60

SCALES = {
    "k": 3,
    "tsd": 3,
    "tausend": 3,
    "mille": 3,
    "mil": 3,
    "thousand": 3,
    "grand": 3,
    "m": 6,
    "mm": 6,
    "mn": 6,
    "mio": 6,
    "million": 6,
    "millions": 6,
    "millionen": 6,
    "b": 9,
    "bn": 9,
    "mrd": 9,
    "billion": 9,
    "billions": 9,
    "lakh": 5,
    "lakhs": 5,
    "lac": 5,
    "lacs": 5,
    "cr": 7,
    "crore": 7,
    "crores": 7,
}

ABOUT = re.compile(r"^(?:[~≈∼]|(?:ca|circa|approx|about|around|etwa|rund)\b\.?) ?")
BELOW = re.compile(r"^\((.*)\)$|^(.*\d) ?-$|^minus (.*)$")
"""The ways in which bookkeeping writes amounts below zero."""
NO_CENTS = re.compile(r"\d,-")
PARTS = re.compile(
    r"(?P<head>(?:[^\d.,]|(?<=[^\W\d])\.)*)(?P<body>[\d.,' ]*\d)(?:\.-{0,2}|,-{1,2})?(?P<tail>\D*)"
)
ARABIC = str.maketrans({"٬": "'", "٫": ",", "،": ","})
PLAIN = re.compile(r"\d+|\d*[.,](?:\d{1,2}|\d{4,})|0?[.,]\d+|\d{4,}[.,]\d+")
COMMAS = re.compile(
    r"(\d{1,3}(?:,\d{2,3})*,\d{3})(?:\.(\d+))?"
)  # groups of two are India's lakh and crore
DOTS = re.compile(r"(\d{1,3}(?:\.\d{3})+)(?:,(\d+))?")
SPACES = re.compile(r"(\d{1,3}(?:([ '])\d{3})(?:\2\d{3})*)(?:[.,](\d+))?")
LONE_SEPARATOR = re.compile(r"([1-9]\d{0,2})[.,](\d{3})")

AMOUNTS = "1200, 12k or €1.2m"
NUMBERS = "12, 1,200 or 12k"
DECIMALS = "12, 1.5 or 1,200"
SHARES = "7.5 or 7.5 %"


def read_amount(
    text: str, default_currency: str, *, negative: bool = False, given: str = "", decimal: str = ""
) -> tuple[Decimal, str]:
    """Return the amount and its ISO 4217 code, the default currency where none is written.

    The amount is rounded to the currency's decimals.

    Args:
        text: the amount as it was typed.
        default_currency: the currency where none is written.
        negative: whether an amount below zero is allowed.
        given: the currency that is written next to it, which says what a sign means and which the
            text may not contradict.
        decimal: the sign before the decimals, `.` or `,`, where that is known.
    """
    sign, figure, tail, head = split(text, "an amount", AMOUNTS)
    usual, decimal = (
        given or default_currency,
        decimal or ("," if NO_CENTS.search(plain(text)) else ""),
    )
    scale, tail = split_scale(tail, usual)
    currency = agreed_currency(head, tail, usual, text)
    if given and currency != given:
        raise wrong(text, f"is in {currency}, and {given} stands beside it", f"{figure} {given}")
    value = sign * figure_of(figure, text, scale=scale, decimal=decimal)
    if value < 0 and not negative:
        raise wrong(text, "is below zero", AMOUNTS)
    if abs(value) > LARGEST:
        raise wrong(text, "is too large", AMOUNTS)
    return round_to(value, decimals(currency)), currency


def read_number(text: str) -> int:
    """Return a whole number, which may be below zero."""
    sign, figure, tail, head = split(text, "a number", NUMBERS)
    if head or (tail and tail not in SCALES):
        raise wrong(text, "is not a number", NUMBERS)
    value = sign * figure_of(figure, text, scale=SCALES.get(tail, 0))
    if value != value.to_integral_value():
        raise wrong(text, "is not a whole number", NUMBERS)
    if abs(value) > LARGEST_NUMBER:
        raise wrong(text, "is too large", NUMBERS)
    return int(value)


def read_decimal(text: str, places: int) -> Decimal:
    """Return a number with at most so many decimals, which may be below zero.

    Nothing is rounded. One separator before exactly three digits could be a group's or a decimal's;
    another zero behind them makes them decimals, as `write_decimal` does.
    """
    sign, figure, tail, head = split(text, "a number", DECIMALS)
    if head or (tail and tail not in SCALES):
        raise wrong(text, "is not a number", DECIMALS)
    scale = SCALES.get(tail, 0)
    if (lone := LONE_SEPARATOR.fullmatch(figure)) and ("." in figure or places >= len(lone[2])):
        large, small = (
            Decimal(each).scaleb(scale) for each in (lone[1] + lone[2], f"{lone[1]}.{lone[2]}")
        )
        example = f"{write_decimal(large)} or {write_decimal(round_to(small, places))}"
        raise wrong(text, f"could be {large:f} or {small.normalize():f}", example)
    value = sign * figure_of(figure, text, scale=scale)
    return within_places(value, text, places, DECIMALS)


def within_places(value: Decimal, text: str, places: int, example: str) -> Decimal:
    """Return a value with exactly so many decimals; one with more, or too large, is refused."""
    if abs(value) >= Decimal(1).scaleb(EXACT_DIGITS - places):
        raise wrong(text, "is too large", example)
    fitting = round_to(value, places)
    if fitting != value:
        most = "1 decimal" if places == 1 else f"{places} decimals"
        raise wrong(text, f"has more than {most}", write_decimal(fitting))
    return fitting


def read_percent(text: str, *, fraction: bool = False, places: int = 0) -> Any:
    """Return a percentage from 0 to 100, read with or without its sign.

    It is a whole number where it has no places for decimals, otherwise a Decimal.

    Args:
        text: the percentage.
        fraction: without its sign it is a part of one.
        places: the most decimals that it may have.
    """
    share = plain(text)
    if fraction and PLAIN.fullmatch(share):
        share = f"{(Decimal(share.replace(',', '.')) * 100).normalize():f}"
    share = share.removesuffix("%").removesuffix("percent").strip()
    value: Decimal | int
    if places:
        value, example = read_share(share, text, places), SHARES
    else:
        value, example = read_whole_share(share, text), "40 or 40 %"
    if not 0 <= value <= 100:
        raise wrong(text, "is not between 0 and 100", example)
    return value


def read_whole_share(share: str, text: str) -> int:
    try:
        return read_number(share)
    except ValueError:
        raise wrong(text, "is not a whole percentage", "40 or 40 %") from None


def read_share(share: str, text: str, places: int) -> Decimal:
    """Return a percentage with decimals: no separator in it is between thousands."""
    sign, figure, tail, head = split(share, "a percentage", SHARES)
    parts = re.fullmatch(r"(\d*)(?:[.,](\d+))?", figure)
    if head or tail or parts is None:
        raise wrong(text, "is not a percentage", SHARES)
    value = sign * Decimal(f"{parts[1] or 0}.{parts[2] or 0}")
    return within_places(value, text, places, SHARES)


def show_decimal(value: Decimal | int) -> str:
    """Return 1,234.5: thousands are grouped, and no needless zeros follow."""
    return f"{Decimal(value).normalize():,f}"


def plain_decimal(value: Decimal | int) -> str:
    """Return 1234.5: the shortest text of exactly this value."""
    return f"{Decimal(value).normalize() + 0:f}"


def write_decimal(value: Decimal | int) -> str:
    """Return the text that is read back as this value everywhere: 1234.5.

    Three decimals get another zero, or they could be a thousand: 1.1250.
    """
    text = plain_decimal(value)
    return f"{text}0" if LONE_SEPARATOR.fullmatch(text.removeprefix("-")) else text


def show_amount(value: Decimal, currency: str) -> str:
    """Return €12,500 or CHF 12,500.50: decimals only where there are any."""
    digits = f"{abs(value):,.2f}".removesuffix(".00")
    sign = "-" if value < 0 else ""
    return (
        f"{sign}{SHOWN[currency]}{digits}"
        if currency in SHOWN
        else f"{currency} {sign}{digits}".lstrip()
    )


def write_amount(value: Decimal) -> str:
    """Return the canonical text: 12500.00."""
    return f"{round_to(value, 2):f}"


def split(text: str, what: str, example: str) -> tuple[int, str, str, str]:
    """Return the sign, the figure, the text after the figure and the text before it."""
    regular = ABOUT.sub("", plain(text[: LONGEST * 2]).translate(ARABIC))
    below = BELOW.fullmatch(regular)
    regular = f"-{next(filter(None, below.groups()), '')}" if below else regular
    parts = PARTS.fullmatch(regular) if len(regular) <= LONGEST else None
    if parts is None:
        raise wrong(text, f"is not {what}", example)
    head = parts["head"].replace(" ", "")
    signs = [mark for mark in head if mark in "+-"]
    if len(signs) > 1:
        raise wrong(text, f"is not {what}", example)
    head = head.replace("+", "").replace("-", "")
    return -1 if "-" in signs else 1, parts["body"].strip(), parts["tail"].strip(), head


def agreed_currency(head: str, tail: str, default: str, text: str) -> str:
    """Return the currency before or behind the figure; in `$5 CAD` the code says which dollar."""
    behind = find_currency(tail, default)
    before = find_currency(head, behind or default)
    for word, currency in ((head, before), (tail, behind)):
        if word and currency is None:
            raise wrong(word.upper(), "is not a currency", "12k EUR or $500")
    if before and behind and before != behind:
        raise wrong(text, "names two currencies", "12k EUR or $500")
    return before or behind or default


def split_scale(tail: str, default: str) -> tuple[int, str]:
    """Return the power of ten and the rest of a tail: `k EUR` as 3 and `eur`.

    A currency comes first: in `12 mxn` the m is not a million.
    """
    if not tail or find_currency(tail, default):
        return 0, tail
    for word in sorted(SCALES, key=len, reverse=True):
        rest = tail.removeprefix(word).removeprefix(".").strip()
        if tail.startswith(word) and (not rest or find_currency(rest, default)):
            return SCALES[word], rest
    return 0, tail


def figure_of(body: str, text: str, *, scale: int = 0, decimal: str = "") -> Decimal:
    """Return the value of digits with separators.

    Args:
        body: the digits.
        text: what the person typed.
        scale: the power of ten to multiply by.
        decimal: the sign before the decimals, where it is known.
    """
    if decimal:
        return known_figure(body, text, decimal).scaleb(scale)
    if PLAIN.fullmatch(body):
        return Decimal(body.replace(",", ".")).scaleb(scale)
    refuse_ambiguous(body, text, scale)
    found = COMMAS.fullmatch(body) or DOTS.fullmatch(body) or SPACES.fullmatch(body)
    if found is None:
        raise wrong(text, "is not written as a number", AMOUNTS)
    return Decimal(f"{re.sub('[^0-9]', '', found[1])}.{found[found.re.groups] or 0}").scaleb(scale)


def known_figure(body: str, text: str, decimal: str) -> Decimal:
    groups = "." if decimal == "," else ","
    whole = rf"\d{{1,3}}(?:[{groups}' ]\d{{2,3}})*[{groups}' ]\d{{3}}|\d+"
    found = re.fullmatch(rf"({whole})?(?:{re.escape(decimal)}(\d+))?", body)
    if found is None:
        raise wrong(
            text, f"does not have “{decimal}” before its decimals, as the others have", AMOUNTS
        )
    return Decimal(f"{re.sub('[^0-9]', '', found[1] or '0')}.{found[2] or 0}")


def refuse_ambiguous(body: str, text: str, scale: int) -> None:
    """Raise an error where digits have a separator that is a group's or a decimal's.

    1.200 is 1200 to half the world and 1.2 to the other, and so is 1,200k: a factor of a thousand
    must not be guessed.
    """
    lone = LONE_SEPARATOR.fullmatch(body)
    if lone is None or ("," in body and not scale):
        return
    large, small = (
        Decimal(lone[1] + lone[2]).scaleb(scale),
        Decimal(f"{lone[1]}.{lone[2]}").scaleb(scale),
    )
    raise wrong(
        text, f"could be {large:f} or {small.normalize():f}", f"{large:f} or {small.normalize():f}"
    )


def round_to(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN) + 0  # + 0 turns -0 into 0
