"""Read what follows a list after a bar: `deal list open | save "Mine"`.

The list is before the bar; what becomes of it is behind it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from handlers.core.commandline.lexer import scan, take_flags
from models.core.entity.sharing import audience

BAR = re.compile(r"\s\|\s*(?P<word>[^\W\d_][\w-]*)?(?=\s|$)")
SHARED = re.compile(
    r"(?P<name>.*?)\s*(?<!\S)for\s+(?P<audience>\S+(?: \S+)?)", re.IGNORECASE | re.DOTALL
)
"""A name with whom it is for: "Big and stuck" for my team."""
SKIPPED = re.compile(r"[\"“”„«][^\"“”„«»]*[\"“”»]|<[^<>]*>")
"""What may contain a bar that is only a sign: a quotation, a link or a mention of Slack."""


@dataclass(frozen=True)
class Piped:
    """What is to become of a list.

    Attributes:
        word: The first word behind the bar: save, count, export, set; "" where there is none.
        text: What follows that word, as it was typed.
        flags: The flags in it, with their values; they are in `text` no more.
    """

    word: str
    text: str
    flags: Mapping[str, str | Literal[True]]


def cut(line: str, known: Mapping[str, bool | str]) -> tuple[str, Piped] | None:
    """Return a line up to its last bar, and what is behind it; None for a line without one.

    Args:
        line: The line.
        known: The flags that there are, and whether each takes a value.
    """
    plain = SKIPPED.sub(lambda found: "." * len(found[0]), line)
    bars = list(BAR.finditer(plain))
    if not bars:
        return None
    found = bars[-1]
    text = line[found.end() :].strip()
    _, flags = take_flags(scan(text), known)
    for flag in reversed(flags):
        text = f"{text[: flag.start].rstrip()} {text[flag.end :].lstrip()}".strip()
    given = {flag.name: flag.value for flag in flags}
    return line[: found.start()].rstrip(), Piped((found["word"] or "").lower(), text, given)


def named(text: str) -> str:
    """Return a name, and whom it is for, as fields of a line: `"Big" for team`."""
    found = SHARED.fullmatch(text)
    shared = audience(found["audience"]) if found else ""
    said = found["name"] if found and shared else text
    name = said.strip(" \"“”„'").replace('"', "'")
    fields = [f'name="{name}"' if name else "", f"for={shared}" if shared else ""]
    return " ".join(filter(None, fields))
