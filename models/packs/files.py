"""Packs as they are shipped: data files that say what is made, in texts an admin would type."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from models.core.parsing import values
from models.packs.kinds import KINDS, OF, Kind
from models.packs.pack import Pack

HEAD = ("name", "version", "about")
"""What every file begins with."""
FOLDER = Path(__file__).parent / "shipped"


@dataclass(frozen=True)
class Item:
    """One thing that a pack makes.

    Attributes:
        kind: What it is: a noun, a field, an option, a layout, a filter or a rule.
        texts: What is said of it: field → text.
    """

    kind: Kind
    texts: Mapping[str, str]

    @property
    def key(self) -> str:
        """What it is in every version of the pack."""
        said = (values.fold(self.texts[name]) for name in self.kind.identity)
        return f"{self.kind.word}: {' / '.join(said)}"

    def __str__(self) -> str:
        return self.kind.said(self.texts)


@dataclass(frozen=True)
class PackFile:
    """A pack as it is shipped.

    Attributes:
        slot: The name of its file, by which it is called in lines.
        name: What it is called.
        edition: Its version.
        about: What it is for, in a sentence.
        items: What it makes, in the order in which that is made.
        begin: Lines with which people begin.
    """

    slot: str
    name: str
    edition: int
    about: str
    items: tuple[Item, ...]
    begin: tuple[str, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """What its things are in every version of it."""
        return frozenset(each.key for each in self.items)


@cache
def shipped() -> Mapping[str, PackFile]:
    """Return the packs that come with Rapport by the names of their files, in order."""
    files = [read(each.stem, each.read_text(encoding="utf-8")) for each in FOLDER.glob("*.toml")]
    return {each.slot: each for each in sorted(files, key=lambda file: values.fold(file.name))}


def file_of(pack: Pack) -> PackFile:
    """Return the file of a pack that was applied; what it brought, where it is shipped no more."""
    items = tuple(Item(OF[part.entity], part.texts) for part in pack.parts)
    gone = PackFile(pack.slot or "", pack.name, pack.edition or 0, "", items)
    return shipped().get(pack.slot or "", gone)


def read(slot: str, text: str) -> PackFile:
    """Return the pack that a file says.

    Raises:
        ValueError: It says something that no pack makes.
    """
    said: dict[str, Any] = tomllib.loads(text)
    items = [item(kind, each) for kind in KINDS for each in said.pop(kind.word, [])]
    keys = [each.key for each in items]
    if twice := {key for key in keys if keys.count(key) > 1}:
        raise ValueError(f"The pack {slot} makes something twice: {', '.join(sorted(twice))}")
    begin = tuple(said.pop("begin", ()))
    if missing := [name for name in HEAD if name not in said]:
        raise ValueError(f"The pack {slot} needs {', '.join(missing)}.")
    name, edition, about = (said.pop(name) for name in HEAD)
    if said:
        raise ValueError(f"The pack {slot} says what no pack makes: {', '.join(said)}")
    return PackFile(slot, name, edition, about, tuple(items), begin)


def item(kind: Kind, said: Mapping[str, str]) -> Item:
    """Return one thing that a file says, with the words for its fields as their names.

    Raises:
        ValueError: A word names no field.
    """
    names = kind.entity.field_names()
    if unknown := [word for word in said if word not in names]:
        raise ValueError(f"A {kind.word} has no {', '.join(unknown)}.")
    if wrong := [word for word, text in said.items() if not isinstance(text, str)]:
        raise ValueError(f"What a {kind.word} says of {', '.join(wrong)} is no text.")
    texts = {names[word]: text for word, text in said.items()}
    if missing := [name for name in kind.identity if name not in texts]:
        raise ValueError(f"A {kind.word} needs {', '.join(missing)}.")
    return Item(kind, texts)
