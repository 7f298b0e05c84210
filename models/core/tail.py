"""What people add at the end of a name: an amount, a day."""

import re

from models.core import amounts, currencies, values
from models.core.field import Reader

SIGNS = "".join(sorted(sign for sign in currencies.SIGNS if len(sign) == 1))
MARK = rf"(?:[A-Z]{{0,2}}[{SIGNS}]|[A-Z]{{3}}(?![A-Za-z])|S?Fr\b\.?|Rs\b\.?|[Ee]uros?\b)"
FIGURE = r"(?:\d{1,3}(?:[ '’\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,'’]\d+)*)(?:[.,]-{1,2})?"
SCALE = "|".join(sorted(amounts.SCALES, key=len, reverse=True))
AMOUNT = re.compile(
    rf"(?<!\S)[-+−–~(]?\s?(?P<before>{MARK})?\s?[-+−–]?\s?{FIGURE}"
    rf"(?:\s?(?P<scale>(?i:{SCALE}))\b\.?)?\s?(?P<behind>{MARK}|(?<=[Kk] )[a-z]{{3}}|(?<=[Kk])[a-z]{{3}})?\)?$"
)
GLUE = re.compile(r"\s(?:for|at|worth)$", re.IGNORECASE)
"""What connects a name with its amount."""


def take_amount(words: str) -> tuple[str, str]:
    """`Acme renewal 12 000 EUR` → (`Acme renewal`, `12 000 EUR`).

    Only what can be nothing else is an amount: with a currency (a sign, or a code in capitals), or in thousands. A bare
    number belongs to the name, and so does `5m`: `Model 3`, `HDMI cable 5m`. Whether it can be read, as `-500 EUR`
    cannot, is for the field to say.
    """
    for match in AMOUNT.finditer(words):
        if match.start() and is_money(match):
            return GLUE.sub("", words[: match.start()].rstrip()).strip(), match[0].strip()
    return words, ""


def is_money(match: re.Match[str]) -> bool:
    """Whether a figure has a currency beside it, or says with its scale that it is money."""
    marks = [mark for mark in (match["before"], match["behind"]) if mark]
    known = [mark for mark in marks if not mark.isalpha() or currencies.find_currency(mark)]
    scale = match["scale"] or ""
    return len(known) == len(marks) and bool(marks or scale.lower() == "k" or len(scale) > 2)


def take_moment(words: str, reader: Reader) -> tuple[str, str]:
    """`Call Ada fri 9:00` → (`Call Ada`, `fri 9:00`). Takes the longest end that is a moment, up to four words."""
    found = words.split(" ")
    for start in range(max(1, len(found) - 4), len(found)):
        tail = " ".join(found[start:])
        if tail.isdigit():
            continue
        try:
            values.read_moment(tail, reader.now, reader.zone)
        except ValueError:
            continue
        return " ".join(found[:start]), tail
    return words, ""
