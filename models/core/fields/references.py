"""The kind of what names several records at once, of any entity."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.core.fields.base import Reader
from models.core.fields.kinds import Match

REFERENCE = re.compile(r"#?([a-z]{2})-?(\d{1,9})", re.IGNORECASE)
GLUE = frozenset(("and", "&", "to"))
"""Words between references that say nothing."""


@dataclass(frozen=True)
class References(Match):
    """Several records of any entity, by their references; a form offers some to choose from.

    Only a verb asks for it. Its value is the letters and the number of each: ("OP", 42).
    """

    def read(self, text: str, reader: Reader) -> list[tuple[str, int]]:
        named: dict[tuple[str, int], None] = {}
        for word in text.replace(",", " ").split():
            if found := REFERENCE.fullmatch(word):
                named[found[1].upper(), int(found[2])] = None
            elif word.casefold() not in GLUE:
                raise ValueError(f"“{word[:60]}” is no reference such as OP-42.")
        return list(named)

    def echo(self, value: Any, reader: Reader, record: Any = None) -> str:
        """Return nothing: what was done to each of them says which they are."""
        return ""

    def show(
        self, value: Sequence[tuple[str, int]] | None, reader: Reader, record: Any = None
    ) -> str:
        return ", ".join(f"{prefix}-{number}" for prefix, number in value or ())
