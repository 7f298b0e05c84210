"""The parts of a command line, and the words that distinguish them."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from handlers.core.commandline.lexer import Token
from handlers.core.commandline.pipe import Piped
from models.core.parsing.texts import WIDEST, leading

REFERENCE = re.compile(r"#?([a-z]{1,8})[-‐‑–—]?([0-9]{1,12})", re.IGNORECASE)
EMAIL = re.compile(r"[^\s@<>\"=,;()]+@[^\s@<>\"=,;()]+\.[^\s@<>\"=,;().]+")
AROUND = ".,;:!?()<>"
FLAGS: Mapping[str, bool | str] = {
    "here": False,
    "dm": False,
    "csv": False,
    "dry": False,
    "yes": False,
    "form": False,
    "every": True,
    "page": True,
    "plan": True,
    "tab": True,
    "now": True,
    "reason": "words",
}


@dataclass(frozen=True)
class Prose:
    """A verb whose free words are a text that is kept to the letter.

    Attributes:
        text: The names of the field it is for, which may begin it: `text=…`.
        others: The names of the other fields that may be in it.
        one: Whether the verb is about one record, after which all is text.
    """

    text: Set[str] = frozenset()
    others: Set[str] = frozenset()
    one: bool = True


@dataclass(frozen=True)
class Words:
    """What the parser knows. Everything is lower case except entities and prefixes."""

    nouns: Mapping[str, str]
    """Any spelling of a noun → its entity: deal, deals, opportunity → opportunity."""
    verbs: Mapping[str, Set[str]]
    """Entity → its verbs."""
    globals: Set[str] = frozenset()
    """Words that make a line on their own: help, home, find, undo."""
    prefixes: Mapping[str, str] = field(default_factory=dict)
    """Prefix of a reference → entity: OP → opportunity."""
    fields: Mapping[str, Set[str]] = field(default_factory=dict)
    """Entity → the names and aliases of its fields; an entity that is missing takes any."""
    running: Mapping[str, Set[str]] = field(default_factory=dict)
    """Entity → its fields whose values are running text, which may contain anything.

    Where the entity is missing, all fields are such fields.
    """
    prose: Mapping[tuple[str, str], Prose] = field(default_factory=dict)
    """Entity and verb → how its text is kept to the letter, for verbs that take such a text."""
    flags: Mapping[str, bool | str] = field(default_factory=lambda: FLAGS)
    """Flag → whether it takes a value, as `every` does.

    "words" means that it takes all words up to the next flag or field.
    """

    bound: Mapping[str, Set[str]] = field(default_factory=dict)
    """Entity → its verbs that are meant only where its noun is named."""

    @cached_property
    def free(self) -> Set[str]:
        """Return the verbs that may begin a line without a noun."""
        return frozenset().union(
            *(verbs - self.bound.get(entity, frozenset()) for entity, verbs in self.verbs.items())
        )

    @cached_property
    def long(self) -> bool:
        """Whether a noun has several words."""
        return any(" " in noun for noun in self.nouns)

    def opening(self, text: str) -> tuple[str, str]:
        """Return the noun that a text begins with, or "", and what follows it."""
        noun = leading(text.casefold().split(None, WIDEST)[:WIDEST], self.nouns)
        length = len(noun.split())
        return noun, "".join(text.split(None, length)[length:])

    @cached_property
    def named(self) -> Set[str]:
        """Return the names of all fields."""
        return frozenset().union(*self.fields.values())


@dataclass(frozen=True)
class Ref:
    """A record that a person referred to: `OP-42`, `this`, an e-mail address, or a quoted name.

    Attributes:
        start: Where it begins in the line; -1 where it was made of words that nobody marked as a
            name.
        end: Where it ends in the line, or -1 likewise.
    """

    kind: Literal["number", "this", "email", "name"]
    text: str
    entity: str | None = None
    number: int | None = None
    start: int = field(default=-1, compare=False)
    end: int = field(default=-1, compare=False)


@dataclass(frozen=True)
class Value:
    """`name=` with all that belongs to it, from `start` to `end`.

    Attributes:
        ends: Where each of its pieces ends.
    """

    name: str
    text: str
    start: int
    begins: int
    ends: tuple[int, ...]

    @property
    def end(self) -> int:
        return self.ends[-1]


@dataclass(frozen=True)
class Line:
    """A command line, understood.

    Attributes:
        noun: An entity; that of the first reference where none was typed.
        verb: A verb of the noun or a global; `show` where there is only a reference, `edit` with
            fields, `find` where unknown words follow a noun.
        people: Their ids.
        channels: Their ids.
        text: The free words.
        rest: All after noun and verb as it was typed, without the known flags; for filters.
        said: `rest` without the references it starts with; for notes and replies.
        unknown: The first word in the place of a noun, verb, field or flag that nobody knows.
        begins: Where `rest` begins.
        free: Where the first free word begins.
        values: The fields with their places.
        named: The people with their places.
        cuts: Where the flags are.
        piped: What is to become of the list that the line shows: `| save "Mine"`.
    """

    raw: str
    noun: str | None = None
    verb: str | None = None
    refs: tuple[Ref, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    flags: Mapping[str, str | Literal[True]] = field(default_factory=dict)
    text: str = ""
    rest: str = ""
    said: str = ""
    unknown: str | None = None
    begins: int = 0
    free: int = 0
    values: tuple[Value, ...] = ()
    named: tuple[Token, ...] = ()
    cuts: tuple[tuple[int, int], ...] = ()
    implied: bool = False
    """Whether the noun was not typed, or the line is what other words mean."""
    phrase: str = ""
    """Those other words."""
    piped: Piped | None = None


def read_ref(token: Token, words: Words) -> Ref | None:
    """Return the record that a token refers to, if it refers to one."""
    place = (token.start, token.end)
    if token.kind == "quoted":
        return Ref("name", token.text.strip(), None, None, *place) if token.text.strip() else None
    if token.kind != "word":
        return None
    text = token.text.strip(AROUND)
    if text.lower() == "this":
        return Ref("this", "this", None, None, *place)
    found = REFERENCE.fullmatch(text)
    if found and (entity := words.prefixes.get(found[1].upper())):
        return Ref("number", f"{found[1].upper()}-{int(found[2])}", entity, int(found[2]), *place)
    return Ref("email", text.lower(), None, None, *place) if EMAIL.fullmatch(text) else None
