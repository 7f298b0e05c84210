"""From the cells of a row to the texts that fields are read from."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from models.core import values
from models.core.base import Entity
from models.core.errors import CRMError
from models.core.fields import Person, Reference
from models.core.people import with_name
from models.core.user import Workspace
from models.operations.transfer import origins
from models.operations.transfer.decisions import Decisions
from models.operations.transfer.desk import number_in
from models.operations.transfer.mapping import DELETED, EXTERNAL_ID, ORIGIN, PERSON_NAME, REF, squeeze
from models.operations.transfer.sheets import content

COPIED = "row:"
"""How the key of a row begins that has no id."""


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
    raw: Mapping[str, str] = field(default_factory=dict)
    """What stands in the file, by what it is to fill."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Why a text does not fit what was decided about its column, by what it was to fill."""


@dataclass
class Translation:
    """How the cells of one file become texts for the fields of an entity."""

    entity: type[Entity]
    headers: list[str]
    decisions: Decisions
    workspace: Workspace | None = None
    seen: Counter[str] = field(default_factory=Counter)
    """How often each content came, in a file without ids."""

    def __post_init__(self) -> None:
        self.here = REF in map(squeeze, self.headers)
        self.upward = [
            name for name, kind in self.entity.fields().items() if getattr(kind, "to", "") == self.entity.slug()
        ]
        self.number = number_in(self.entity)
        kinds = self.entity.fields()
        self.people = {name for name, kind in kinds.items() if isinstance(kind, Person)}
        self.references = [name for name, kind in kinds.items() if isinstance(kind, Reference)]
        self.naming = [*self.references, *self.entity.either, *self.entity.joins]
        """What names other records, which are looked up before anything else is read."""

    def line(self, cells: list[str]) -> Line | None:
        """The row as texts, or None where the file says it is deleted. CRMError says what is wrong with the row."""
        if any(cells[len(self.headers) :]):
            raise CRMError(f"The row has {len(cells)} cells, but there are {len(self.headers)} columns.")
        texts, raw, unread = self.read(cells)
        texts = self.entity.translate(texts)
        if (deleted := texts.pop(DELETED, "")) and is_yes(deleted):
            return None
        if name := texts.pop(PERSON_NAME, ""):
            texts = with_name(texts, name)
        texts |= {name: values.clean(texts[name]) for name in self.naming if name in texts}
        ref, external = texts.pop(REF, ""), " ".join(values.clean(texts.pop(EXTERNAL_ID, "")).split())
        origin = origins.read(texts.pop(ORIGIN, ""))
        number = self.number(ref)
        ours = bool(number)
        if origin.mark and self.workspace and not origin.is_here(self.workspace):
            texts |= {name: origin.link(name, texts[name]) for name in self.references if name in texts}
            raw |= {name: text for name, text in origin.links.items() if name in raw}
            external, ours = external or (origin.id_of(ref) if ref else ""), False
        key = f"{self.entity.prefix}-{number}" if ours else external or ref
        if key:
            return Line(cells, texts, key, ours, False, raw, unread)
        return Line(cells, texts, self.key_of(raw), False, True, raw, unread)

    def read(self, cells: list[str]) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        """For each target the text from the first of its columns that says something, or the last that overrides; what
        stood there; and why it cannot be read.
        """
        texts, unread = dict(self.decisions.constants), {}
        raw: dict[str, str] = {}
        for decision in self.decisions.columns:
            cell = at(cells, decision.place)
            if not cell:
                continue
            target = decision.target
            try:
                text = decision.apply(cell)
            except ValueError as error:
                unread[target] = str(error)
                raw.setdefault(target, cell)
                continue
            if text and (decision.overrides or target not in raw):
                texts[target], raw[target] = text, cell
        return texts, raw, {target: why for target, why in unread.items() if target not in texts}

    def key_of(self, texts: Mapping[str, str]) -> str:
        """A key made of the content, so that the same file is not stored twice; equal rows are numbered.

        Whose a row is does not count, since that may be said later.
        """
        content = blake2b(
            repr(sorted(item for item in texts.items() if item[0] not in self.people)).encode(), digest_size=12
        ).hexdigest()
        self.seen[content] += 1
        return f"{COPIED}{content}:{self.seen[content]}"


def at(cells: list[str], place: int) -> str:
    return content(cells[place]) if place < len(cells) else ""


def is_yes(text: str) -> bool:
    try:
        return values.read_flag(text)
    except ValueError as error:
        raise CRMError(str(error)) from None
