"""Turn the cells of a row into the texts from which fields are read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from models.core.entity.base import Entity
from models.core.errors import CRMError
from models.core.fields import Person, Reference
from models.core.identity.user import Workspace
from models.core.parsing import values
from models.core.parsing.names import with_name
from models.core.part_lines import Line
from models.exchange import origins
from models.exchange.csv_files import content
from models.exchange.formats import Decision, Decisions
from models.exchange.mapping import (
    DELETED,
    EXTERNAL_ID,
    MIDDLE,
    ORIGIN,
    PERSON_NAME,
    REF,
    SUFFIX,
    WEB,
    squeeze,
)
from models.exchange.prefetch import number_in

COPIED = "row:"
"""The start of the key of a row that has no id."""
KEYED = "key:"
"""The start of the key of a row that has no id, but a field by which its record is known."""


@dataclass(frozen=True)
class Further:
    """A value that its field cannot hold because it holds another: header, field and text."""

    header: str
    target: str
    text: str


@dataclass
class Cells:
    """What the cells of a row say, by what they are to fill.

    Attributes:
        texts: The texts as the fields read them.
        raw: The texts as they are in the file.
        unread: Why some cells cannot be read.
    """

    texts: dict[str, str]
    raw: dict[str, str] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    further: list[Further] = field(default_factory=list)
    others: dict[str, list[str]] = field(default_factory=dict)
    """What else names a record, where what is in `texts` does not name any."""


@dataclass
class FileRow:
    """A row: the texts for its fields, and the key by which its record is known."""

    cells: list[str]
    texts: dict[str, str]
    key: str = ""
    ours: bool = False
    """The key is our reference; else it is the id that the record has elsewhere."""
    copied: bool = False
    """The row has no id: its own content is its key."""
    keyed: bool = False
    """The row has no id, but one of the `keys` of its entity."""
    raw: Mapping[str, str] = field(default_factory=dict)
    """What is in the file, by what it is to fill."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """Why a text does not fit what was decided about its column, by what it was to fill."""
    further: list[Further] = field(default_factory=list)
    """Values in addition to what the fields hold."""
    others: Mapping[str, list[str]] = field(default_factory=dict)
    """What else names the record that a field refers to."""
    ways: list[tuple[str, str]] = field(default_factory=list)
    """The further contact points, as they were read: (type, value)."""
    lines: dict[str, list[Line]] = field(default_factory=dict)
    """The lines of its parts that are to be stored, by their field."""

    def naming(self, target: str) -> list[str]:
        """Return all texts that may name the record that a field refers to."""
        return [self.texts[target], *self.others.get(target, ())] if target in self.texts else []

    def named(self, target: str) -> list[str]:
        """Return all that a row says for something of which it may name several."""
        return self.naming(target) + [each.text for each in self.further if each.target == target]


@dataclass
class Translation:
    """How the cells of one file become texts for the fields of an entity."""

    entity: type[Entity]
    headers: list[str]
    decisions: Decisions
    workspace: Workspace | None = None
    seen: Counter[str] = field(default_factory=Counter)
    """How often each content occurred, in a file without ids."""
    noted: Counter[str] = field(default_factory=Counter)
    """How many further numbers and addresses were put into the notes, by header."""

    def __post_init__(self) -> None:
        self.here = REF in map(squeeze, self.headers)
        self.upward = [
            name
            for name, kind in self.entity.fields().items()
            if getattr(kind, "to", "") == self.entity.slug()
        ]
        self.number = number_in(self.entity)
        kinds = self.entity.fields()
        self.people = {name for name, kind in kinds.items() if isinstance(kind, Person)}
        self.references = [name for name, kind in kinds.items() if isinstance(kind, Reference)]
        self.naming = [*self.references, *self.entity.either, *self.entity.joins]
        """Fields that name other records, which are looked up before anything else is read."""
        self.columns = [
            (each, each.place, each.target, each.is_plain and each.target != WEB)
            for each in self.decisions.columns
        ]
        """The columns, and whether their cells are texts as they are in the file."""

    def line(self, cells: list[str]) -> FileRow | None:
        """Return the row as texts, or None where the file says that it is deleted.

        Raises:
            CRMError: What is wrong with the row.
        """
        if any(cells[len(self.headers) :]):
            raise CRMError(
                f"The row has {len(cells)} cells, but there are {len(self.headers)} columns."
            )
        read = self.read(cells)
        raw = read.raw
        texts = self.entity.translate(read.texts)
        if (deleted := texts.pop(DELETED, "")) and is_yes(deleted):
            return None
        texts = named(texts)
        texts |= {name: values.clean(texts[name]) for name in self.naming if name in texts}
        ref, external = (
            texts.pop(REF, ""),
            " ".join(values.clean(texts.pop(EXTERNAL_ID, "")).split()),
        )
        origin = origins.read(texts.pop(ORIGIN, ""))
        number = self.number(ref)
        ours = bool(number)
        if origin.mark and self.workspace and not origin.is_here(self.workspace):
            texts |= {
                name: origin.link(name, texts[name]) for name in self.references if name in texts
            }
            raw |= {name: text for name, text in origin.links.items() if name in raw}
            external, ours = external or (origin.id_of(ref) if ref else ""), False
        key = f"{self.entity.prefix}-{number}" if ours else external or ref
        keyed = "" if key else self.keyed(texts)
        key, copied = key or keyed or self.key_of(raw), not (key or keyed)
        line = FileRow(cells, texts, key, ours, copied, bool(keyed), raw, read.unread)
        line.further, line.others = read.further, read.others
        return line

    def read(self, cells: list[str]) -> Cells:
        """Return for each target the text of the first of its columns that has one.

        The last column that overrides counts more.
        """
        found = Cells(dict(self.decisions.constants))
        texts, raw, width = found.texts, found.raw, len(cells)
        for decision, place, target, plain in self.columns:
            cell = content(cells[place]) if place < width else ""
            if not cell:
                continue
            if not plain or target in raw:
                self.add(found, decision, cell)
            elif cell not in decision.empty:
                texts[target] = raw[target] = cell
        if found.unread:
            found.unread = {
                target: why for target, why in found.unread.items() if target not in texts
            }
        if found.further:
            self.put_below(found)
        return found

    def add(self, found: Cells, decision: Decision, cell: str) -> None:
        """Let a cell fill its target, or keep it in addition to what fills the target."""
        target = decision.target
        if target in found.raw and not (decision.overrides or decision.beside):
            if target in self.naming and (text := decision.apply(cell)):
                found.others.setdefault(target, []).append(text)
            return
        first, *rest = decision.parts(cell)
        if target == WEB:
            rest.insert(0, first)
        else:
            self.put(found, decision, first)
        found.further += [Further(decision.header, target, part) for part in rest]

    def put(self, found: Cells, decision: Decision, cell: str) -> None:
        target = decision.target
        try:
            text = decision.apply(cell)
        except ValueError as error:
            found.unread[target] = str(error)
            found.raw.setdefault(target, cell)
            return
        alone = target not in found.raw and not decision.label
        if text and (decision.overrides or alone or not decision.beside):
            found.texts[target], found.raw[target] = text, cell
        elif text and text.casefold() != found.texts.get(target, "").casefold():
            header = decision.label if target == self.entity.remarks else decision.header
            found.further.append(Further(header, target, text))

    def put_below(self, found: Cells) -> None:
        """Put further texts below the text of a row, and what else has no place of its own.

        Nothing is lost.
        """
        remarks = self.entity.remarks
        below = [
            each for each in found.further if each.target == remarks or not self.entity.reached_by
        ]
        if not below or not remarks:
            return
        found.further = [each for each in found.further if each not in below]
        self.noted.update(each.header for each in below if each.target != remarks)
        lines = [f"{each.header}: {each.text}" if each.header else each.text for each in below]
        found.texts[remarks] = "\n".join(filter(None, (found.texts.get(remarks, ""), *lines)))

    def keyed(self, texts: Mapping[str, str]) -> str:
        """Return a key made from the first of the entity's keys that a row has, "" without any."""
        for name in self.entity.keys:
            if text := values.fold(texts.get(name, "")):
                return f"{KEYED}{name}:{text}"
        return ""

    def key_of(self, texts: Mapping[str, str]) -> str:
        """Return a key made from the content, so that the same file is not stored twice.

        Equal rows are numbered. The owner of a row does not count, since that may be said later.
        """
        content = blake2b(
            repr(sorted(item for item in texts.items() if item[0] not in self.people)).encode(),
            digest_size=12,
        ).hexdigest()
        self.seen[content] += 1
        return f"{COPIED}{content}:{self.seen[content]}"


def named(texts: dict[str, str]) -> dict[str, str]:
    """Return the texts of a row with the name in its parts.

    What comes between and behind the names becomes part of one of them.
    """
    whole, middle, suffix = (texts.pop(name, "") for name in (PERSON_NAME, MIDDLE, SUFFIX))
    if middle and texts.get("first_name"):
        texts["first_name"] = f"{texts['first_name']} {middle}"
    if suffix and texts.get("last_name"):
        texts["last_name"] = f"{texts['last_name']} {suffix}"
    return with_name(texts, whole) if whole else texts


def is_yes(text: str) -> bool:
    try:
        return values.read_flag(text)
    except ValueError as error:
        raise CRMError(str(error)) from None
