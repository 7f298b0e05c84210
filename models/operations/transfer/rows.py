"""From the cells of a row to the texts that fields are read from."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from models.core import values
from models.core.base import Entity
from models.core.errors import CRMError, Invalid
from models.core.people import split_name
from models.operations.transfer.decisions import Decisions
from models.operations.transfer.mapping import DELETED, EXTERNAL_ID, PERSON_NAME, REF
from models.operations.transfer.sheets import content


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
    decisions: Decisions
    seen: Counter[str] = field(default_factory=Counter)
    """How often each content came, in a file without ids."""

    def line(self, cells: list[str]) -> Line | None:
        """The row as texts, or None where the file says it is deleted. CRMError says what is wrong with the row."""
        if any(cells[len(self.headers) :]):
            raise CRMError(f"The row has {len(cells)} cells, but there are {len(self.headers)} columns.")
        texts = self.texts(cells)
        if (deleted := texts.pop(DELETED, "")) and is_yes(deleted):
            return None
        texts = split_name(texts.pop(PERSON_NAME, "")) | texts
        ref, external = texts.pop(REF, ""), " ".join(values.clean(texts.pop(EXTERNAL_ID, "")).split())
        if ref or external:
            return Line(cells, texts, ref.upper() or external, ours=bool(ref))
        return Line(cells, texts, self.key_of(texts), copied=True)

    def texts(self, cells: list[str]) -> dict[str, str]:
        """The text for each target: from the first of its columns that says something, or the last that overrides."""
        texts: dict[str, str] = {}
        errors: dict[str, str] = {}
        for decision in self.decisions.columns:
            try:
                text = decision.apply(at(cells, decision.place))
            except ValueError as error:
                errors[decision.target] = str(error)
                continue
            if text and (decision.overrides or decision.target not in texts):
                texts[decision.target] = text
        if errors:
            raise Invalid(errors)
        return self.decisions.constants | texts

    def key_of(self, texts: Mapping[str, str]) -> str:
        """A key made of the content, so that the same file is not stored twice; equal rows are numbered."""
        content = blake2b(repr(sorted(texts.items())).encode(), digest_size=12).hexdigest()
        self.seen[content] += 1
        return f"row:{content}:{self.seen[content]}"


def at(cells: list[str], place: int) -> str:
    return content(cells[place]) if place < len(cells) else ""


def is_yes(text: str) -> bool:
    try:
        return values.read_flag(text)
    except ValueError as error:
        raise CRMError(str(error)) from None

