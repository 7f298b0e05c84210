"""A field that holds some of a few words, such as the days on which somebody works."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as field_of
from enum import StrEnum

from models.core.fields.base import Reader
from models.core.fields.kinds import Tags
from models.core.fields.synonyms import squeezed

BETWEEN = re.compile(r"\s*[,;+&\n]\s*|\s+and\s+")
SPAN = re.compile(r"(\w+)\s*(?:-|–|\bto\b|\buntil\b)\s*(\w+)")
ALL, NONE = ("all", "everything"), ("none", "nothing", "-")
SHORT = 3
"""The letters by which an option is known at least."""


@dataclass(frozen=True)
class Several(Tags):
    """Some of a few words, kept in their own order; none of them is an answer as well.

    Typed are the words, their names, the beginnings of names, and spans such as `mon-fri`.
    """

    options: type[StrEnum] = StrEnum
    names: Mapping[str, str] = field_of(default_factory=dict, hash=False)
    """What an option is called → its name; else the option itself."""
    groups: Mapping[str, tuple[str, ...]] = field_of(default_factory=dict, hash=False)
    """Words that mean several of the options."""
    labels: Mapping[str, tuple[str, str]] = field_of(default_factory=dict, hash=False)
    """What a form says for an option, and below that; its name where it says nothing."""
    menu: bool = False
    """Whether a form offers a menu in place of boxes."""

    def read(self, text: str, reader: Reader) -> tuple[str, ...]:
        word = text.strip().casefold()
        if word in NONE:
            return ()
        if word in ALL:
            return tuple(map(str, self.options))
        parts = [word] if self.meant(word) else BETWEEN.split(SPAN.sub(r"\1-\2", word))
        found = {each for part in parts for each in self.part(part)}
        return tuple(str(each) for each in self.options if each in found)

    def part(self, text: str) -> Iterator[str]:
        """Yield the options that a part of a list means: a name, a span, or several words.

        Raises:
            ValueError: It means none.
        """
        if found := self.meant(text):
            yield from found
        elif (span := SPAN.fullmatch(text)) and all(map(self.meant, span.groups())):
            every = list(map(str, self.options))
            first, last = (every.index(self.meant(each)[0]) for each in span.groups())
            wraps = every[first:] + every[: last + 1]
            yield from every[first : last + 1] if first <= last else wraps
        elif len(words := text.split()) > 1:
            for each in words:
                yield from self.part(each)
        elif text:
            known = ", ".join(self.name(each) for each in self.options)
            raise ValueError(f"{self.label} cannot have “{text[:60]}”. Try some of: {known}.")

    def meant(self, text: str) -> tuple[str, ...]:
        """Return the options that a word means; none where it means no option."""
        word = squeezed(text)
        if word in self.groups:
            return self.groups[word]
        exact = [str(o) for o in self.options if word in (squeezed(o), squeezed(self.name(o)))]
        begun = [
            str(option)
            for option in self.options
            if len(word) >= SHORT and squeezed(self.name(option)).startswith(word.rstrip("s"))
        ]
        found = exact or begun
        return tuple(found) if len(found) == 1 else ()

    def name(self, option: str) -> str:
        """Return what an option is called in sentences."""
        return self.names.get(option, str(option))

    def show(self, value: tuple[str, ...] | None, reader: Reader, record: object = None) -> str:
        return ", ".join(self.name(each) for each in value) if value else "none"

    def write(self, value: tuple[str, ...] | None, reader: Reader) -> str:
        return ", ".join(value) if value else NONE[0]
