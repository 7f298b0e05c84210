"""What people read and type for a field: close date, "contract (old)"."""

import re
from collections.abc import Mapping

from models.core.fields.base import Field
from models.core.parsing.texts import fold

PLAIN = re.compile(r"[^\W\d_][^\W_]*(?:[ -][^\W_]+)*")
"""Words that need no quotation marks."""
MEANING = frozenset(("and", "or", "not", "in", "is", "are", "has", "empty", "count", "by", "where"))
"""Words that mean something between the parts of a filter."""
UNSPOKEN = re.compile(r"[.\"“”„«»\\_]")
"""Signs that no name in quotation marks may have."""
LONGEST = 5
"""The most words of a name without quotation marks."""


def underscored(said: str) -> str:
    """Return how a name that people typed stands among the words for fields: close_date."""
    return re.sub(r"[\s-]+", "_", fold(said).strip())


def spoken_of(kinds: Mapping[str, Field], words: Mapping[str, str]) -> dict[str, str]:
    """Return for each field what people read, and may type in filters and commands.

    Args:
        kinds: The fields.
        words: Every word for a field → the field.
    """
    return {name: spoken(name, kind.label, words) for name, kind in kinds.items()}


def spoken(name: str, label: str, words: Mapping[str, str]) -> str:
    """Return the label where it can be typed, else the words that the name consists of."""
    for said in (label.lower(), name.replace("_", " ")):
        if words.get(underscored(said)) == name and not UNSPOKEN.search(said):
            return said if is_plain(said) else f'"{said}"'
    return f'"{name.replace("_", " ")}"'


def is_plain(said: str) -> bool:
    """Return whether words are read as one name without quotation marks."""
    parts = re.split("[ -]", said)
    return bool(PLAIN.fullmatch(said)) and len(parts) <= LONGEST and not MEANING & {*parts}
