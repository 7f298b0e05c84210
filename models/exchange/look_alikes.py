"""Count which new rows look like a record that is here, or like an earlier row."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from models.core.entity.base import Entity
from models.core.fields.base import Field
from models.core.permissions import policy
from models.core.search import duplicates
from models.exchange.prefetch import PrefetchingUnitOfWork
from models.exchange.rows import FileRow

New = tuple[FileRow, Entity]
Alike = Counter[tuple[str, str]]
"""What new records share with others, as (what it is, its text) → how many new records do."""


def look_alikes(desk: PrefetchingUnitOfWork, entity: type[Entity], created: Sequence[New]) -> Alike:
    """Return what new records share with other records that the actor may see.

    A few statements serve all rows. Nothing is refused for it: a file speaks for many people.
    """
    found: Alike = Counter()
    for name, kind in entity.fields().items():
        if kind.same and created:
            found.update(dict(shared(desk, entity, name, kind, [record for _, record in created])))
    if entity.told_apart is not None and created:
        found.update(dict(namesakes(desk, entity, created)))
    return found


def shared(
    desk: PrefetchingUnitOfWork,
    entity: type[Entity],
    name: str,
    kind: Field,
    records: Sequence[Entity],
) -> Iterator[tuple[tuple[str, str], int]]:
    """Yield the values of a field that new records share with others, and how many do."""
    mine = Counter(value for record in records if (value := getattr(record, name)))
    theirs: set[Any] = set()
    for other in duplicates.compared(entity) if mine else ():
        for there, one in other.fields().items():
            if one.same and duplicates.comparable(kind, one):
                theirs |= held(desk, other, there, mine)
    for value, count in mine.items():
        if double := count - (value not in theirs):
            what = duplicates.called(kind, kind, value)
            yield (what, kind.show(value, desk)), double


def held(
    desk: PrefetchingUnitOfWork, entity: type[Entity], name: str, wanted: Mapping[Any, int]
) -> set[Any]:
    """Return those of some values that records hold in a field, as far as the actor may see it."""
    if policy.hides(desk, entity, name):
        return set()
    column: Any = getattr(entity, name)
    there = select(column).where(column.in_(wanted), *duplicates.meant(desk, entity))
    return set(desk.session.scalars(there))


def namesakes(
    desk: PrefetchingUnitOfWork, entity: type[Entity], created: Sequence[New]
) -> Iterator[tuple[tuple[str, str], int]]:
    """Yield the names that new records share with others, and how many do.

    People of one name at different companies are different people.
    """
    named = [(line, record) for line, record in created if duplicates.has_name(record)]
    keys = {record.key for _, record in named}
    there = select(entity).where(entity.key.in_(keys), *duplicates.meant(desk, entity))
    places = duplicates.companies(desk, desk.session.scalars(there) if keys else ())
    known: dict[str, list[frozenset[str]]] = {}
    for record, names in places.items():
        known.setdefault(record.key, []).append(frozenset(names))
    found: Counter[str] = Counter()
    for line, record in named:
        others, place = known.setdefault(record.key, []), place_of(desk, line, record)
        found[record.title] += any(not (place and each) or bool(place & each) for each in others)
        others.append(place)
    for title, count in found.items():
        if count:
            yield (duplicates.NAME, title), count


def place_of(desk: PrefetchingUnitOfWork, line: FileRow, record: Entity) -> frozenset[str]:
    """Return the name of the company that a row says somebody is at."""
    name = record.told_apart or ""
    if name in record.joins:
        text = line.texts.get(name, "")
        return frozenset({" ".join(duplicates.stem(text))} if text else ())
    return frozenset(duplicates.companies(desk, [record])[record])
