"""Fields that hold one of a few words, which admins may keep and which may belong together."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from dataclasses import field as field_of
from enum import StrEnum
from typing import Any, ClassVar

from models.core.fields.base import Field, Reader
from models.core.fields.synonyms import squeezed, without_number

NOBODY: Any = None
"""Who reads what reads the same for everybody, such as an option."""


@dataclass(frozen=True)
class Choice(Field):
    """One of a few words; ranked ones have an order, the least first, and can be compared."""

    options: type[StrEnum] = StrEnum
    ranked: bool = False
    others: Mapping[str, str] = field_of(default_factory=dict, hash=False)
    """Other names of the options, squeezed, as other systems write them."""
    names: Mapping[str, str] = field_of(default_factory=dict, hash=False)
    """What an option is called, where its own word does not say it."""
    kept: tuple[str, ...] = ()
    """The options that the program sets by itself: they get other names, and are never retired."""
    takes: tuple[str, ...] = ()
    """The fields of the record that an option says a value for, as it is entered."""
    meanings: Mapping[str, str] = field_of(default_factory=dict, hash=False)
    """The options that admins added, also deleted ones → the built-in one that they are like."""
    retired: frozenset[str] = frozenset()
    """The options that records keep and nobody chooses any more."""
    entries: Mapping[str, Mapping[str, str]] = field_of(default_factory=dict, hash=False)
    """What a record takes as it enters an option: option → field → text as it is kept."""
    needs: Mapping[str, tuple[str, ...]] = field_of(default_factory=dict, hash=False)
    """The fields without which no record enters an option: option → fields."""
    under: str = ""
    """The choice of the same record to whose options these belong, as stages do to pipelines."""
    homes: Mapping[str, str] = field_of(default_factory=dict, hash=False)
    """The option of that choice to which each belongs; one that is not here belongs to all."""
    bares: Mapping[str, str] = field_of(default_factory=dict, hash=False)
    """What an option is called, where its name says what it belongs to as well."""
    alike: Mapping[str, tuple[str, ...]] = field_of(default_factory=dict, hash=False)
    """The options of one name, which belong to different ones: the name, squeezed → options."""
    above: Any = field_of(default=None, hash=False, compare=False, repr=False)
    """What that choice is."""
    sole: bool = False
    """Nobody is asked for it, and no card shows it, before there is a second option."""
    length: int = 50
    has_meanings: ClassVar[bool] = True
    """Whether each option behaves like a built-in one."""

    @property
    def offered(self) -> list[str]:
        """The options that can be chosen."""
        return [each.value for each in self.options if each not in self.retired]

    def meaning(self, option: str) -> str:
        """Return the built-in option that an option behaves like."""
        return self.meanings.get(option, option)

    def like(self, *meanings: str) -> tuple[str, ...]:
        """Return the options that behave like some of the built-in ones, in their order."""
        every = dict.fromkeys([*map(str, self.options), *self.meanings])
        return tuple(each for each in every if self.meaning(each) in meanings)

    def belongs(self, option: str, home: str | None) -> bool:
        """Return whether an option is one of those below an option of the choice above."""
        return not self.under or self.homes.get(option, home) == home

    def shares(self, option: str, home: str | None) -> bool:
        """Return whether an option can be met where options of a home are: its own, or of all."""
        return not (home and self.homes.get(option)) or self.homes[option] == home

    def bare(self, option: str) -> str:
        """Return the name of an option as it was given, without what it belongs to."""
        return self.bares.get(option) or self.name(option)

    @property
    def says_nothing(self) -> bool:
        return self.sole and len(self.options) < 2

    @property
    def first(self) -> str:
        """The option that a record has where nobody says another one."""
        return str(next(iter(self.options)))

    def own(self, home: str | None) -> list[str]:
        """Return the options that can be chosen of those that belong to just this home."""
        return [each for each in self.offered if self.homes.get(each) == home]

    def below(self, home: str | None) -> tuple[str, ...]:
        """Return the options that belong to an option of the choice above, in their order."""
        return tuple(str(each) for each in self.options if self.belongs(each, home))

    def twin(self, option: str, home: str | None) -> str:
        """Return the option of the same name that belongs to another home, "" for none."""
        same = next((some for some in self.alike.values() if option in some), ())
        return next((each for each in same if self.belongs(each, home)), "")

    def among(self, kinds: Mapping[str, Field]) -> Field:
        return replace(self, above=kinds.get(self.under)) if self.under else self

    def home(self, texts: Mapping[str, Any], record: Any = None) -> str:
        """Return the option of the choice above that was typed, or is held, or else the usual."""
        said, above = texts.get(self.under), self.above
        if said:
            with suppress(ValueError):
                return str(above.read(str(said), NOBODY))
        return str(getattr(record, self.under, None) or above.first)

    def within(self, texts: Mapping[str, Any], record: Any) -> Field:
        """Return this choice with the options that belong to what a form says above it."""
        if not self.under:
            return self
        codes = [(f"O{at}", each) for at, each in enumerate(self.below(self.home(texts, record)))]
        options: Any = StrEnum("Options", codes)  # type: ignore[misc]
        return replace(self, options=options, names={**self.names, **self.bares})

    def every(self, text: str, reader: Reader) -> tuple[str, ...]:
        """Return the options that a text may mean: several where they have one name."""
        found = self.read(text, reader)
        return self.alike.get(squeezed(text), (found,))

    def read(self, text: str, reader: Reader) -> str:
        for wanted in dict.fromkeys((squeezed(text), squeezed(without_number(text)))):
            for option in self.options:
                if wanted in (squeezed(option), squeezed(self.name(option))):
                    return option.value
            if wanted in self.others:
                return str(self.others[wanted])
        known = ", ".join(self.name(option) for option in self.options)
        raise ValueError(f"{self.label} cannot be “{text[:60]}”. Try one of: {known}.")

    def name(self, option: str) -> str:
        """Return how an option is shown: `closed_won` as Closed won."""
        return self.names.get(option) or option.replace("_", " ").capitalize()

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        return self.name(value) if value else ""


@dataclass(frozen=True)
class Listed(Choice):
    """A text of which the workspace keeps a list: what records held before stays as it is."""

    length: int = 255
    has_meanings: ClassVar[bool] = False

    def name(self, option: str) -> str:
        return self.names.get(option, option)
