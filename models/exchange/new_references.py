"""Records that rows name and that do not exist: made from their names on request, else counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from models.core import listeners, rules
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import CRMError
from models.core.parsing import values
from models.core.parsing.names import read_name
from models.core.permissions import policy
from models.exchange.cells import Reader
from models.exchange.prefetch import PrefetchingUnitOfWork, Several, address_in, domain_in, every

if TYPE_CHECKING:
    from models.exchange.rows import FileRow

MADE_FROM_NAMES = ("account", "customer")
"""Entities for which a name is enough."""


@dataclass
class Missing:
    """Names that name nothing here, by entity: folded → as written.

    Attributes:
        left: Those of which nothing was made.
        made: Those of which records were made.
    """

    left: dict[str, dict[str, str]] = field(default_factory=dict)
    made: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, other: "Missing") -> None:
        for mine, theirs in ((self.left, other.left), (self.made, other.made)):
            for slug, names in theirs.items():
                mine.setdefault(slug, {}).update(names)

    def told(self) -> Iterable[str]:
        for slug, names in self.made.items():
            yield f"{ENTITIES[slug].plural().capitalize()} made from their names: {len(names):,}."
        for slug, names in self.left.items():
            plural, example = ENTITIES[slug].plural(), next(iter(names.values()))[:60]
            yield (
                f"{plural.capitalize()} that rows name and that are not here: {len(names):,} (such as “{example}”). "
                f"Import {plural} first and then this file again, or have them made from their names: --make {plural}"
            )


@dataclass
class Maker:
    """Looks for the records that the rows of a batch name.

    Attributes:
        wanted: The entities whose missing records are made.
    """

    desk: PrefetchingUnitOfWork
    entity: type[Entity]
    wanted: frozenset[str]
    missing: Missing = field(default_factory=Missing)

    def look(self, lines: Sequence["FileRow"]) -> None:
        """Make the records that rows name and that do not exist here, or count them."""
        for name, slug in self.named().items():
            unknown: dict[str, list[list[str]]] = {}
            for line in lines:
                for texts in groups(line, name):
                    if self.is_unknown(slug, texts) and (key := key_of(texts)):
                        unknown.setdefault(key, []).append(texts)
            if not unknown:
                continue
            if slug in self.wanted:
                self.make(slug, self.left_to_make(slug, unknown))
            else:
                self.missing.left.setdefault(slug, {}).update(
                    {key: all[0][0] for key, all in unknown.items()}
                )

    def named(self) -> dict[str, str]:
        """Return, by what it fills, what a row may name and may be made."""
        kinds = self.entity.fields().items()
        near = {name: str(getattr(kind, "to", "")) for name, kind in kinds if kind.form}
        joined = {name: slug for name, (slug, _) in self.entity.joins.items()}
        return {
            name: slug
            for name, slug in (near | joined).items()
            if slug in MADE_FROM_NAMES and slug != self.entity.slug()
        }

    def is_unknown(self, slug: str, texts: Sequence[str]) -> bool:
        """Return whether none of the texts names a record or several records."""
        for text in texts:
            try:
                self.desk.lookup(slug, text)
            except Several:
                return False
            except ValueError:
                continue
            return False
        return True

    def left_to_make(
        self, slug: str, unknown: Mapping[str, list[list[str]]]
    ) -> dict[str, list[list[str]]]:
        """Return what still does not exist once a lock keeps others from making it.

        Of two files, the second finds what the first made.
        """
        self.desk.hold(*(f"{slug} {key}" for key in unknown))
        texts = {text for written in unknown.values() for texts in written for text in texts}
        for text in texts:
            self.desk.lost.pop((slug, text), None)
        self.desk.meet(ENTITIES[slug], texts)
        return {
            key: written for key, written in unknown.items() if self.is_unknown(slug, written[0])
        }

    def make(self, slug: str, unknown: Mapping[str, list[list[str]]]) -> None:
        entity = ENTITIES[slug]
        policy.check(self.desk, "new", entity)
        reader, records = Reader(entity), {}
        for key, written in unknown.items():
            try:
                records[key] = record_of(self.desk, reader, written[0])
            except CRMError:
                continue
        if not records:
            return
        listeners.insert_many(self.desk, list(records.values()))
        for key, record in records.items():
            for text in {text for texts in unknown[key] for text in texts}:
                self.desk.lost.pop((slug, text), None)
                self.desk.found[slug, text] = record.id
        self.desk.near += every(self.desk, entity, [record.id for record in records.values()])
        self.missing.made.setdefault(slug, {}).update({key: unknown[key][0][0] for key in records})


def groups(line: "FileRow", name: str) -> list[list[str]]:
    """Return what a row names, each with all the texts that name it."""
    first = [line.naming(name)] if name in line.texts else []
    return first + [[each.text] for each in line.further if each.target == name]


def key_of(texts: Sequence[str]) -> str:
    """Return what distinguishes the records to be made: the address, else the name.

    Return "" where there is neither.
    """
    address, name = parts_of(texts)
    return address.casefold() or values.fold(name)


def parts_of(texts: Sequence[str]) -> tuple[str, str]:
    """Return the address and the name that some texts hold together; an id is neither."""
    address = next((found for text in texts if (found := address_in(text)[1])), "")
    plain = (address_in(text)[0] if "@" in text else text for text in texts)
    return address, next((text for text in plain if is_name(text)), "")


def is_name(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    has_digits = any(map(str.isdigit, text)) and " " not in text
    return letters > 1 and not has_digits and not (domain_in(text) and "/" in text)


def record_of(desk: PrefetchingUnitOfWork, reader: Reader, texts: Sequence[str]) -> Entity:
    """Return a new record with a name, and the address if there is any."""
    entity = reader.entity
    address, name = parts_of(texts)
    said = read_name(name) if "first_name" in reader.kinds else {entity.named[0]: name}
    said |= {"email": address, "domain": next(filter(None, map(domain_in, texts)), "")}
    seen = {
        field: text
        for field, text in said.items()
        if text and not policy.hides(desk, entity, field)
    }
    found, _ = reader.read(seen, desk)
    record: Entity = entity(**found)
    rules.begin(desk, record)
    rules.prepare(desk, record)
    return record
