"""From the cells of a row to the texts that fields are read from."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b

from models.core import values
from models.core.base import Entity
from models.core.errors import CRMError
from models.core.fields import Money, Number, Person
from models.core.people import split_name
from models.operations.transfer.mapping import DELETED, EXTERNAL_ID, PERSON_NAME, REF, Columns
from models.operations.transfer.sheets import unguard

SCIENTIFIC = re.compile(r"-?\d+(?:\.\d+)?[eE][+-]?\d{1,2}")


@dataclass
class Line:
    """A row: the texts for its fields, and the key by which its record is known."""

    cells: list[str]
    texts: dict[str, str]
    key: str = ""
    ours: bool = False
    """The key is a reference of ours; else it is the id the record has elsewhere."""
    copied: bool = False
    """The row has no id: its own content is its key."""


@dataclass
class Translation:
    """How the cells of one file become texts for the fields of an entity."""

    entity: type[Entity]
    headers: list[str]
    columns: Columns
    people: Mapping[str, str]
    seen: Counter[str] = field(default_factory=Counter)
    """How often each content came, in a file without ids."""

    def __post_init__(self) -> None:
        first = {header: place for place, header in reversed(list(enumerate(self.headers)))}
        self.places = [(first[header], target) for header, target in self.columns.fields.items()]
        kinds = self.entity.fields()
        self.rewritten: dict[str, Callable[[str], str]] = {}
        for name in {target for _, target in self.places} & kinds.keys():
            if isinstance(kinds[name], Person):
                self.rewritten[name] = lambda text: self.people.get(text, text)
            elif isinstance(kinds[name], Number | Money):
                self.rewritten[name] = spell_out

    def line(self, cells: list[str]) -> Line | None:
        """The row as texts, or None where the file says it is deleted. CRMError says what is wrong with the row."""
        if any(cells[len(self.headers) :]):
            raise CRMError(f"The row has {len(cells)} cells, but there are {len(self.headers)} columns.")
        texts = {target: text for place, target in self.places if (text := at(cells, place))}
        if (deleted := texts.pop(DELETED, "")) and is_yes(deleted):
            return None
        for name, rewrite in self.rewritten.items():
            if name in texts:
                texts[name] = rewrite(texts[name])
        texts = split_name(texts.pop(PERSON_NAME, "")) | texts
        ref, external = texts.pop(REF, ""), " ".join(values.clean(texts.pop(EXTERNAL_ID, "")).split())
        if ref or external:
            return Line(cells, texts, ref.upper() or external, ours=bool(ref))
        return Line(cells, texts, self.key_of(texts), copied=True)

    def key_of(self, texts: Mapping[str, str]) -> str:
        """A key made of the content, so that the same file is not stored twice; equal rows are numbered."""
        content = blake2b(repr(sorted(texts.items())).encode(), digest_size=12).hexdigest()
        self.seen[content] += 1
        return f"row:{content}:{self.seen[content]}"


def at(cells: list[str], place: int) -> str:
    return unguard(cells[place].strip()) if place < len(cells) else ""


def is_yes(text: str) -> bool:
    try:
        return values.read_flag(text)
    except ValueError as error:
        raise CRMError(str(error)) from None


def spell_out(text: str) -> str:
    """6.0E7 as 60000000: people do not write numbers so, programs do."""
    return f"{Decimal(text):f}" if SCIENTIFIC.fullmatch(text) else text
