"""How often a record comes again, kept as people read it: every 2 weeks on Monday."""

from dataclasses import dataclass
from typing import Any

from models.core.fields.base import Field, Reader
from models.core.parsing.repeats import read_repeat

NEVER = frozenset(("no", "none", "never", "once", "nie"))
"""How people say that something does not repeat."""


@dataclass(frozen=True)
class Repeats(Field):
    """How often it comes again, such as every 2 weeks."""

    length: int = 60

    def read(self, text: str, reader: Reader) -> Any:
        return None if text.strip().lower() in NEVER else str(read_repeat(text))
