"""What Slack posts, parsed strictly.

What Slack never writes is a ValueError before anybody works with it.
"""

import json
import math
from typing import Any
from urllib.parse import parse_qsl, quote

FREQUENT = [(quote(sign, safe=""), sign) for sign in '"{}[]:,/']
"""What JSON is full of and a form escapes; none of it means anything to a form."""
FIELDS = 100
"""More fields than any form of Slack has."""
KNOWN = {"command", "ssl_check", "type"}
"""Everything that Slack sends has one of these."""
DEEPEST = 50
"""How deep lists and objects may be nested.

Slack's deepest are rich texts in a view, some fifteen.
"""
DIGITS = 20
"""More digits than any number of Slack has."""


def payload(body: bytes) -> dict[str, Any]:
    """Return what Slack says, in JSON, in a form, or in JSON in a form.

    Raises:
        ValueError: It is none of them.
    """
    text = body.decode()
    if not text.startswith(("{", "[")):
        for (
            escape,
            sign,
        ) in FREQUENT:  # one by one, as the library replaces them, takes three times as long
            text = text.replace(escape, sign)
        form = once(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=FIELDS))
        if "payload" not in form:
            return form
        text = form["payload"]
    return read_object(text)


def read_object(text: str) -> dict[str, Any]:
    """Return the object that a JSON text holds.

    Raises:
        ValueError: The text holds no object, or one that nobody means.
    """
    try:
        said = DECODER.decode(text)
    except RecursionError:
        raise ValueError("It is too deep") from None
    if not isinstance(said, dict):
        raise ValueError("Slack sends objects")
    if is_deep(said):
        raise ValueError("It is too deep")
    return said


def is_deep(said: Any) -> bool:
    """Return whether lists and objects are nested deeper than anybody needs."""
    level = [said]
    for _ in range(DEEPEST):
        inner = [
            part for each in level for part in (each.values() if isinstance(each, dict) else each)
        ]
        level = [part for part in inner if isinstance(part, dict | list)]
        if not level:
            return False
    return True


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs as an object; raise ValueError where a name occurs twice.

    Such a name might mean one thing to the bot and another to the software that checked it.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("A name stands twice")
    return found


def whole(digits: str) -> int:
    if len(digits) > DIGITS:
        raise ValueError("A number is too long")
    return int(digits)


def finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("A number is too large")
    return number


def no_number(name: str) -> float:
    """Raise ValueError for NaN and Infinity, which are no JSON, though Python reads them."""
    raise ValueError("It is no JSON")


DECODER = json.JSONDecoder(
    object_pairs_hook=once, parse_int=whole, parse_float=finite, parse_constant=no_number
)
"""Made once; given to `json.loads`, the same would be made for every payload."""
