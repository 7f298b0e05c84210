"""What an option says: the noun and the choice that it is of, what it belongs to, its place."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from dataclasses import field as field_of
from enum import StrEnum
from typing import Any

from models.core.entity.base import ENTITIES, Entity
from models.core.entity.custom_values import PREFIX
from models.core.fields import Choice
from models.core.fields.base import Field, Reader
from models.core.parsing import values

BETWEEN = re.compile(r"\s*[,;+&\n]\s*|\s+and\s+")


class Codes:
    """The options of a choice that come from what the entities declare.

    Args:
        among: A function that returns, for the kind of a field that is yours, some of the options.
    """

    def __init__(self, among: Callable[[type[Entity], str, Field], Iterable[str]]) -> None:
        self.among = among

    def __iter__(self) -> Iterator[StrEnum]:
        found = {code for each in yours() for code in self.among(*each)}
        named = [(f"O{at}", code) for at, code in enumerate(sorted(found))]
        codes: Any = StrEnum("Codes", named)  # type: ignore[misc]
        return iter(codes)


def yours() -> Iterator[tuple[type[Entity], str, Field]]:
    """Yield the fields whose options admins keep, as they are built in."""
    for entity in ENTITIES.values():
        yield from ((entity, name, kind) for name, kind in entity.built_in().items() if kind.yours)


def meanings(entity: type[Entity], name: str, kind: Field) -> Iterable[str]:
    return map(str, kind.options) if isinstance(kind, Choice) else ()


def forecasts(entity: type[Entity], name: str, kind: Field) -> Iterable[str]:
    takes = isinstance(kind, Choice) and "forecast" in kind.takes
    taken = entity.built_in()["forecast"] if takes else None
    return map(str, taken.options) if isinstance(taken, Choice) else ()


LIKE: Any = Codes(meanings)
FORECASTS: Any = Codes(forecasts)


@dataclass(frozen=True)
class FieldChoice(Choice):
    """A field whose options are yours, by any of its words."""

    options: Any = field_of(default_factory=lambda: Codes(lambda e, name, k: [name]), hash=False)

    def read(self, text: str, reader: Reader) -> str:
        for entity, name, _ in yours():
            if named_field(entity, text) == name:
                return name
        return super().read(text, reader)


@dataclass(frozen=True)
class Place(Field):
    """The option behind which another one stands, by its name; first is before all of them."""

    length: int = 60


@dataclass(frozen=True)
class Home(Field):
    """The option of the choice above to which an option belongs: the pipeline of a stage."""

    length: int = 60

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        kind = ENTITIES[record.about].fields().get(record.choice) if record else None
        return kind.above.name(value) if value and isinstance(kind, Choice) and kind.above else ""


@dataclass(frozen=True)
class FieldList(Field):
    """Fields of the records that have the choice, with commas between."""

    def read(self, text: str, reader: Reader) -> str:
        words = filter(None, BETWEEN.split(text))
        return str(super().read(", ".join(dict.fromkeys(words)), reader))

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        return ", ".join(each.removeprefix(PREFIX) for each in (value or "").split(", ")).replace(
            "_", " "
        )


def noun_of(word: str) -> type[Entity]:
    """Return the entity of a noun, by any of its words."""
    return next(each for each in ENTITIES.values() if values.fold(word) in each.words())


def named_field(entity: type[Entity], word: str) -> str:
    """Return the field that a word names, or the word."""
    key = values.fold(word).replace(" ", "_")
    return entity.field_names().get(key, key)
