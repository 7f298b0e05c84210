"""What a filter says, as a tree: conditions on fields and words, joined by and, or and not."""

from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Literal

EMPTY = "empty"
"""The value that means that there is none."""

Op = Literal["=", "!=", ">", ">=", "<", "<=", "~", "has"]


@dataclass(frozen=True)
class Term:
    """A field compared with a value, both as texts; `~` is “contains”.

    Attributes:
        exact: the value was in quotes.
        word: the term was made of a word without a field.
        place: the number of its first word in what was typed, 0 where it is the only one.
    """

    field: str
    op: Op
    value: str
    exact: bool = attribute(default=False, compare=False, repr=False)
    word: bool = attribute(default=False, compare=False, repr=False)
    place: int = attribute(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class OneOf:
    """A field that holds one of several values: `stage in (won, lost)`."""

    field: str
    values: tuple[str, ...]
    place: int = attribute(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class Count:
    """How many records refer to this one: `count(cases where open) > 2`.

    Attributes:
        noun: what they are called.
        by: the field of theirs that refers to this one, "" where only one can.
        where: which of them count.
    """

    noun: str
    by: str
    where: "Node"
    op: Op
    value: str
    place: int = attribute(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class Word:
    """A word or a quotation to search for.

    Attributes:
        exact: the text was in quotes, so it is only a text.
    """

    text: str
    exact: bool = attribute(default=False, compare=False, repr=False)


@dataclass(frozen=True)
class And:
    """All of the parts; without parts it is the filter that lets everything through."""

    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Or:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    part: "Node"


Leaf = Term | OneOf | Count | Word
Node = Leaf | And | Or | Not
