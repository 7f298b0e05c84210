"""What people add at the end of a name: an amount, a day."""

import re

from models.core import values
from models.core.field import Reader

AMOUNT = re.compile(
    r"(?:[€$£¥]\s?\d[\d.,' ]*[km]?|\d[\d.,']*[km](?:\s?[A-Z]{3})?|\d[\d.,']*\s?(?:[€$£¥]|[A-Z]{3}))$", re.IGNORECASE
)


def take_amount(words: str) -> tuple[str, str]:
    """`Acme renewal 12k` → (`Acme renewal`, `12k`). A bare number belongs to the name: `Model 3`."""
    match = AMOUNT.search(words)
    if not match or match.start() == 0:
        return words, ""
    try:
        values.read_amount(match[0], "USD")
    except ValueError:
        return words, ""
    return words[: match.start()].strip(), match[0]


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
