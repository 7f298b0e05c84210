"""What records are called that others refer to: one statement for all the names that are needed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, literal, select, true, union_all
from sqlalchemy.orm import Session

from models.core.context import SYSTEM, Context
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.finding import held, referred
from models.core.permissions import policy, visibility

Key = tuple[str, int]
"""An entity and the id of a record."""


@dataclass(frozen=True)
class Name:
    """What a record is called.

    Attributes:
        number: The number of its reference.
        title: Its name.
        seen: Whether all viewers may see it.
    """

    number: int
    title: str
    seen: bool


@dataclass
class Names:
    """The names that a unit of work has learnt for its viewers."""

    viewers: tuple[Any, ...]
    found: dict[Key, Name] = field(default_factory=dict)


def learn(work: Context, records: Iterable[Entity], names: Iterable[str] | None = None) -> None:
    """Find out what the records are called that these refer to, where it is not known yet.

    Args:
        work: The unit of work, which answers `name` and `ref` from it until something changes.
        records: The records that refer to others.
        names: The fields that count; all, where none are named.
    """
    session, wanted = work.session, dict[str, set[int]]()
    there: Names | None = session.info.get("names")
    if there is None or there.viewers != work.viewers:
        there = session.info["names"] = Names(work.viewers)
    for slug, id in referred(records, names):
        if (slug, id) not in there.found and held(session, ENTITIES[slug], id) is None:
            wanted.setdefault(slug, set()).add(id)
    if not wanted:
        return
    sight = visibility.of(session)
    asked: dict[str, Any] = {slug: sorted(ids) for slug, ids in wanted.items()}
    rows = session.connection().execute(
        asking(tuple(sorted(wanted)), sight), {"workspace": work.workspace.id, **asked}
    )
    for slug, id, number, title, seen in rows:
        there.found[slug, id] = Name(number, title, bool(seen))


@lru_cache(maxsize=512)
def asking(slugs: tuple[str, ...], sight: visibility.Sight) -> Any:
    """Return the statement for the names of records of these entities, with whether they are seen.

    Its parameters are `workspace` and, by the name of each entity, the ids.
    """
    parts = []
    for slug in slugs:
        entity = ENTITIES[slug]
        rows = entity.__table__.c
        seen = and_(true(), *visibility.conditions(entity, sight, rows)).label("seen")
        columns = (literal(slug).label("entity"), rows.id, rows.number, rows.title, seen)
        ours = (
            rows.workspace == bindparam("workspace"),
            rows.id.in_(bindparam(slug, expanding=True)),
        )
        parts.append(select(*columns).where(*ours))
    return union_all(*parts)


def known(work: Context, entity: str, id: int) -> Name | None:
    """Return what was learnt of a record's name; None where the session holds the record itself."""
    there: Names | None = work.session.info.get("names")
    found = there.found.get((entity, id)) if there else None
    if there is None or found is None or held(work.session, ENTITIES[entity], id) is not None:
        return None
    if work.viewers == (SYSTEM,):
        return Name(found.number, found.title, True)
    return found if work.viewers == there.viewers else None


def seen(work: Context, entity: str, id: int) -> bool:
    """Return whether all viewers may see a record, as it was learnt where it was."""
    if found := known(work, entity, id):
        return found.seen
    return policy.shows(work, work.get(ENTITIES[entity], id))


def kept(session: Session) -> dict[Any, Any]:
    """Return what a unit of work has read for several readers, until something is written."""
    found: dict[Any, Any] = session.info.setdefault("kept", {})
    return found


def forget_names(session: Session) -> None:
    """Forget what was learnt and kept, because something has changed."""
    session.info.pop("names", None)
    session.info.pop("kept", None)
