"""The parts of a command line, and the words that tell them apart."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from handlers.core.commandline.lexer import Token

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
    "reason": "words",
}


@dataclass(frozen=True)
class Prose:
    """A verb whose free words are a text that is kept to the letter.

    text: the names of the field it is for, which may begin it: `text=…` · others: names of the
    other fields that may stand in it · one: whether the verb is about one record, after which all
    is text.
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
    """Entity → its fields whose values are running text, with whatever stands in it; where it is
    missing, all are.
    """
    prose: Mapping[tuple[str, str], Prose] = field(default_factory=dict)
    """Entity and verb → how its text is kept to the letter, for verbs that take such a text."""
    flags: Mapping[str, bool | str] = field(default_factory=lambda: FLAGS)
    """Flag → whether it takes a value: every → True; "words" are all up to the next flag or field.
    """

    @cached_property
    def named(self) -> Set[str]:
        """The names of all fields."""
        return frozenset().union(*self.fields.values())


@dataclass(frozen=True)
class Ref:
    """A record somebody pointed at: `OP-42`, `this`, an e-mail address, or a quoted name.

    start, end: where it stands in the line; -1 where it was made of words that nobody marked as a
    name.
    """

    kind: Literal["number", "this", "email", "name"]
    text: str
    entity: str | None = None
    number: int | None = None
    start: int = field(default=-1, compare=False)
    end: int = field(default=-1, compare=False)


@dataclass(frozen=True)
class Value:
    """`name=` with all that belongs to it, from `start` to `end`. ends: where each of its pieces
    ends.
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

    noun: an entity; that of the first reference where none was typed · verb: a verb of the noun or
    a global; `show` where there is only a reference, `edit` with fields, `find` where unknown words
    follow a noun · people and channels: ids · text: the free words · rest: all after noun and verb
    as it was typed, for filters · said: the same without the references it starts with, for notes
    and replies (neither has the known flags) · unknown: the first word in the place of a noun,
    verb, field or flag that nobody knows · begins: where `rest` begins · values, named: the fields,
    and the people, with their places · cuts: where the flags stand · free: where the first free
    word begins.
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
    """Whether the noun was not typed, or the line is what other words stand for."""


def read_ref(token: Token, words: Words) -> Ref | None:
    """The record that a token points at, if it points at one."""
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
