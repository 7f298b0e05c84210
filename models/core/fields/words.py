"""The texts of the program, in the words that a workspace has for its nouns."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from models.core.fields.base import Field
from models.core.fields.shape import ENTERED, by_shape
from models.core.parsing import values

VOWELS = tuple("aeiouäöüAEIOUÄÖÜ")


def said(text: str) -> str:
    """Return a text of the program with the words of the workspace in the place of the usual ones.

    What people typed, such as the name of a record, must not go through it.
    """
    return replaced()(text) if ENTERED.get().called else text


@by_shape
def replaced() -> Callable[[str], str]:
    """Return a function that puts the words of the present shape into a text."""
    words: dict[str, str] = {}
    for found in ENTERED.get().called.values():
        if found.one:
            words |= {found.usual: found.one, found.usual_many: found.many}
    if not words:
        return str
    any_of = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    pattern = re.compile(rf"\b(?:(an?) )?({any_of})\b", re.IGNORECASE)
    return lambda text: pattern.sub(lambda found: worded(found, words), text)


def worded(found: re.Match[str], words: Mapping[str, str]) -> str:
    """Return a word in the place of the usual one, with its article and its first letter."""
    article, usual = found.groups()
    word = words[usual.casefold()]
    if usual[0].isupper():
        word = word[0].upper() + word[1:]
    if not article:
        return word
    fitting = "an" if word.startswith(VOWELS) else "a"
    return f"{fitting.capitalize() if article[0].isupper() else fitting} {word}"


def in_words(kinds: Mapping[str, Field]) -> Mapping[str, Field]:
    """Return fields with labels and hints in the words of the workspace; the usual ones fit too."""
    return {name: in_word(kind) for name, kind in kinds.items()} if ENTERED.get().called else kinds


def in_word(kind: Field) -> Field:
    label, hint = said(kind.label), said(kind.hint)
    if (label, hint) == (kind.label, kind.hint):
        return kind
    usual = values.fold(kind.label).replace(" ", "_")
    return replace(kind, label=label, hint=hint, also=(*kind.also, usual))
