"""Find the records that the rows of a file name, a batch at a time instead of one by one."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import func, select

from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.finding import referred
from models.core.fields import Domain, Email
from models.core.parsing import values
from models.core.permissions import policy
from models.core.search.lookup import REFERENCE, lookup
from models.core.unit_of_work import UnitOfWork

WITH_ADDRESS = re.compile(r"(.*?)\s*[(<\[]\s*([^\s()<>\[\]]+@[^\s()<>\[\]]+)\s*[)>\]]")
"""A name with the address of the person who has it."""
Way = tuple[Any, Callable[[str], str]]
"""A column by which records are found, and a function that makes its value from a text.

The value is "" where the text cannot be one.
"""


class Several(ValueError):
    """A text names several records."""


@dataclass
class PrefetchingUnitOfWork(UnitOfWork):
    """A unit of work that loads many records beforehand, by their references and external ids."""

    here: bool = False
    """Whether the file is an export of this workspace, so that CU-1, say, is our reference."""
    known: dict[tuple[bool, str], Entity] = field(default_factory=dict)
    """The records of the rows, by whether the key is our reference, and by the key."""
    near: list[Entity] = field(default_factory=list)
    """Kept alive, so that the session finds their names without asking the database."""
    keyed: dict[tuple[str, Any], Entity] = field(default_factory=dict)
    """The records of the rows, by the field that is a key, and what its column holds."""
    found: dict[tuple[str, str], int] = field(default_factory=dict)
    lost: dict[tuple[str, str], ValueError] = field(default_factory=dict)
    """Why a text names no record, once for all rows that have it."""

    def lookup(self, entity: str, text: str) -> int:
        """Look up a record as for a person who types, but the start of a name is not enough.

        Nobody sees what it was taken for. Our references count only in an export of this workspace:
        other systems number their records in the same way.
        """
        key = entity, text
        if key not in self.found and key not in self.lost:
            self.meet(ENTITIES[entity], [text])
        if key in self.lost:
            raise self.lost[key]
        return self.found[key]

    def meet(self, entity: type[Entity], texts: Collection[str]) -> None:
        """Find the records that these texts name with a few statements."""
        left = {text for text in texts if (entity.slug(), text) not in self.found}
        left -= {text for text in left if (entity.slug(), text) in self.lost}
        if entity.are_people:
            self.ask(entity, left)
            return
        before = len(self.found)
        if self.here:
            left -= self.search(entity, left, entity.number, number_in(entity))
        for column, to_value in ways(self, entity):
            left -= self.search(entity, left, column, to_value)
        for text in left:
            self.lost[entity.slug(), text] = ValueError(self.unknown(entity, text))
        new = list(self.found.items())[before:]
        self.near += every(self, entity, {id for (slug, _), id in new if slug == entity.slug()})

    def search(
        self,
        entity: type[Entity],
        texts: Collection[str],
        column: Any,
        to_value: Callable[[str], Any],
    ) -> set[str]:
        """Find records by one column.

        Return the texts that are settled: found, or with several candidates.
        """
        wanted = {text: value for text in texts if (value := to_value(text))}
        if not wanted:
            return set()
        counted = select(column, func.min(entity.id), func.count()).where(
            column.in_(set(wanted.values()))
        )
        rows = {
            value: (id, count)
            for value, id, count in self.session.execute(counted.group_by(column))
        }
        for text, value in wanted.items():
            if value not in rows:
                continue
            id, count = rows[value]
            if count == 1:
                self.found[entity.slug(), text] = id
            else:
                self.lost[entity.slug(), text] = self.several(entity, text, column, value)
        return {text for text, value in wanted.items() if value in rows}

    def several(self, entity: type[Entity], text: str, column: Any, value: Any) -> ValueError:
        some = (
            select(entity.number, entity.title)
            .where(column == value)
            .order_by(entity.number)
            .limit(5)
        )
        listed = ", ".join(
            f"{entity.prefix}-{number} {title}" for number, title in self.session.execute(some)
        )
        return Several(f"“{text[:60]}” could be {listed}. Please say which one.")

    def ask(self, entity: type[Entity], texts: Iterable[str]) -> None:
        """Find people, of whom there are few, by everything that names a person."""
        for text in texts:
            try:
                if not self.here and number_in(entity)(text):
                    raise ValueError(self.unknown(entity, text))
                self.found[entity.slug(), text] = person_named(self, entity, text)
            except ValueError as error:
                self.lost[entity.slug(), text] = error

    def unknown(self, entity: type[Entity], text: str) -> str:
        if not self.here and number_in(entity)(text):
            where = "References count only in an export of ours, which has a column “ref”."
            return f"There is no {entity.noun()} with the id “{text}”. {where}"
        return entity.unknown(text)

    def meet_rows(self, entity: type[Entity], refs: Collection[str], ids: Collection[str]) -> None:
        """Load and lock the records that rows mean, including deleted ones.

        The lock keeps others from changing them until this unit of work ends.

        Args:
            entity: The entity of the records.
            refs: Our references.
            ids: The ids that records have elsewhere.
        """
        numbers = [number for ref in refs if (number := number_in(entity)(ref))]
        for column, wanted in ((entity.external_id, ids), (entity.number, numbers)):
            found = select(entity).where(column.in_(wanted)).execution_options(with_deleted=True)
            for record in self.session.scalars(found.with_for_update()) if wanted else ():
                self.known[True, record.ref] = record
                if record.external_id:
                    self.known[False, record.external_id] = record

    def meet_keys(self, entity: type[Entity], name: str, texts: Collection[str]) -> None:
        """Load and lock the records that have one of these texts in a field that is a key."""
        column = entity.unique()[name]
        wanted = {value for text in texts if (value := entity.key_of(name, text, self))}
        there = select(entity).where(getattr(entity, column).in_(wanted)).with_for_update()
        for record in self.session.scalars(there) if wanted else ():
            self.keyed[name, getattr(record, column)] = record


def gather(work: Context, records: Iterable[Entity]) -> list[Entity]:
    """Return what these records refer to, loaded with one statement for each entity.

    Keep it as long as it is needed: the session itself does not.
    """
    ids: dict[str, set[int]] = {}
    for slug, id in referred(records):
        ids.setdefault(slug, set()).add(id)
    return [record for to, wanted in ids.items() for record in every(work, ENTITIES[to], wanted)]


def every(work: Context, entity: type[Entity], ids: Collection[int]) -> Iterable[Entity]:
    """Return the records with these ids, including deleted ones."""
    these = select(entity).where(entity.id.in_(ids)).execution_options(with_deleted=True)
    return work.session.scalars(these) if ids else ()


def number_in(entity: type[Entity]) -> Callable[[str], int]:
    """Return a function that reads the number of a reference to a record of an entity.

    It returns 0 where a text is no such reference.
    """

    def number(text: str) -> int:
        match = REFERENCE.fullmatch(text)
        return int(match[2]) if match and match[1].upper() == entity.prefix else 0

    return number


def ways(work: UnitOfWork, entity: type[Entity]) -> Iterator[Way]:
    """Yield the columns by which a file may name a record, the most certain first."""
    yield entity.external_id, str
    for name, column in entity.unique().items():
        if name in entity.keys and not policy.hides(work, entity, name):
            yield getattr(entity, column), partial(entity.key_of, name, reader=work)
    for name, kind in entity.fields().items():
        if isinstance(kind, Email) and not policy.hides(work, entity, name):
            yield getattr(entity, name), lambda text: address_in(text)[1].casefold()
    yield entity.key, lambda text: values.fold(text)[:255]
    yield entity.key, lambda text: values.fold(address_in(text)[0])[:255]
    for name, kind in entity.fields().items():
        if isinstance(kind, Domain) and not policy.hides(work, entity, name):
            yield getattr(entity, name), domain_in


def address_in(text: str) -> tuple[str, str]:
    """Return a name and the address that follows it: `Jane Doe (jane@x.example)`.

    A part that is missing is "".
    """
    if "@" not in text:
        return "", ""
    found = WITH_ADDRESS.fullmatch(text.strip())
    return (found[1], found[2]) if found else ("", text)


def person_named(work: Context, entity: type[Entity], text: str) -> int:
    """Return the id of the person whom a cell names, by everything that names a person.

    Raises:
        ValueError: Nobody is meant.
    """
    name, address = address_in(text)
    for each in filter(None, (address, name)):
        with suppress(ValueError):
            return lookup(work, entity, each, whole=True)
    return lookup(work, entity, text, whole=True)


def domain_in(text: str) -> str:
    """Return the domain that a text is, "" where it is none: acme.com, https://www.acme.com."""
    if "." not in text or " " in text or "@" in text:
        return ""
    try:
        return values.read_domain(text)
    except ValueError:
        return ""
