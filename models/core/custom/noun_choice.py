"""The field that names a noun with records."""

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as field_of
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from models.core.entity.base import ENTITIES
from models.core.fields import Choice
from models.core.fields.base import Reader
from models.core.identity import rights
from models.core.parsing import values


@dataclass(frozen=True)
class Nouns:
    """The nouns of a workspace, as the options of a choice.

    Attributes:
        every: Also those by which admins look after the CRM, such as roles.
    """

    every: bool = False

    def __iter__(self) -> Iterator[StrEnum]:
        there = [slug for slug, each in ENTITIES.items() if self.every or not each.governing]
        nouns: Any = StrEnum("Noun", [(slug, slug) for slug in sorted(there)])  # type: ignore[misc]
        return iter(nouns)


@dataclass(frozen=True)
class NounChoice(Choice):
    """A noun with records, by any of its words."""

    options: Any = field_of(default_factory=Nouns, hash=False)
    several: bool = False
    """Whether it is shown as the word for several of them."""

    def read(self, text: str, reader: Reader) -> str:
        there, word = set(map(str, self.options)), values.fold(text)
        words: dict[str, str] = {
            each: slug for each, slug in rights.nouns().items() if slug in there
        }
        if word in words:
            return str(words[word])
        try:
            return super().read(text, reader)
        except ValueError as error:
            near = get_close_matches(word, words, 1)
            raise ValueError(f"{error} Did you mean {near[0]}?" if near else str(error)) from None

    def name(self, option: str) -> str:
        entity = ENTITIES.get(option)
        if entity is None:
            return option
        word: str = entity.plural() if self.several else entity.noun()
        return word.capitalize()
