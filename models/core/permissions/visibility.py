"""What people may see, as conditions in SQL.

They say for all records at once what `access.can` answers for one.
"""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from sqlalchemy import (
    BinaryExpression,
    Column,
    ColumnElement,
    exists,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql import visitors
from sqlalchemy.sql.operators import json_getitem_op

from models.core.context import SYSTEM, Context, System
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.sharing import Shared
from models.core.identity.rights import NOBODY
from models.core.identity.user import User
from models.core.permissions import policy
from models.core.permissions.cache import roster_of
from models.core.permissions.policy import Owners, beyond, can, hides, namesakes, rights_of, whole

Sight = tuple[tuple[str, frozenset[int]], ...]
"""For each entity of which not everything is visible: whose records are."""
PEOPLE = " people"
"""The end of the keys in a `Sight` that name who looks, and not whose records are seen."""


def of(session: Session) -> Sight:
    """Return what the viewers may see, found out once for each set of them."""
    viewers = policy.viewers_of(session)
    if viewers == (SYSTEM,):
        return ()
    key = tuple((viewer.id, viewer and policy.role_of(viewer) or "") for viewer in viewers)
    seen: Sight | None = roster_of(session).sights.get(key)
    if seen is None:
        with beyond(session):
            found = [(slug, reach(viewers, entity)) for slug, entity in ENTITIES.items()]
            found += shared(viewers)
        seen = roster_of(session).sights[key] = tuple(
            (slug, theirs) for slug, theirs in found if theirs is not None
        )
    return seen


def shared(viewers: Sequence[User | System]) -> list[tuple[str, Owners]]:
    """Return for each entity with shared records whose team's records all of these see.

    There is no entry where one of them may look at no such record.
    """
    there = [entity for entity in ENTITIES.values() if issubclass(entity, Shared)]
    people = [viewer for viewer in viewers if viewer]
    found: list[tuple[str, Owners]] = []
    for entity in there:
        if viewers and all(can(viewer, "show", entity) for viewer in viewers):
            common = frozenset.intersection(*(policy.circle(each) for each in people))
            found += [(team_of(entity), common), (people_of(entity), frozenset(map(id_of, people)))]
    return found


def id_of(viewer: User | System) -> int:
    """Return the id of a viewer, who is a person."""
    return cast(User, viewer).id


def team_of(entity: type[Entity]) -> str:
    """Return the key in a `Sight` for whose records that are shared with a team are seen."""
    return f"{entity.slug()} team"


def people_of(entity: type[Entity]) -> str:
    """Return the key in a `Sight` for who sees the records that are shared, all together."""
    return f"{entity.slug()}{PEOPLE}"


def reach(viewers: Sequence[User | System], entity: type[Entity], verb: str = "show") -> Owners:
    """Return whose records of an entity all of these may see or use a verb on; for nobody, none."""
    common: Owners = None if viewers else frozenset()
    for viewer in viewers:
        theirs = (
            policy.reach(viewer, entity.slug(), verb) if can(viewer, verb, entity) else frozenset()
        )
        if theirs is None and viewer and issubclass(entity, Shared) and verb == "show":
            theirs = frozenset({viewer.id})  # and what others share
        common = theirs if common is None else common if theirs is None else common & theirs
    return common


def conditions(entity: type[Entity], sight: Sight, rows: Any = None) -> list[ColumnElement[bool]]:
    """Return what records of an entity must fulfil to be seen.

    It says whose they are, and whose the records are that they are named after.

    Args:
        entity: the entity.
        sight: what the viewers may see.
        rows: the columns to ask, by default the entity's own.
    """
    seen, rows = dict(sight), entity if rows is None else rows
    found = [belonging(entity, seen[entity.slug()], rows)] if entity.slug() in seen else []
    if found and issubclass(entity, Shared) and team_of(entity) in seen:
        others = entity.others_shown(rows, seen[people_of(entity)], seen[team_of(entity)])
        found = [or_(*found, *others)]
    for name, other in namesakes(entity).items():
        if other.slug() in seen:
            found.append(pointing_at(other, getattr(rows, name), seen[other.slug()]))
    return found


def only(work: Context, entity: type[Entity], verb: str) -> ColumnElement[bool]:
    """Return the condition for records of an entity on which the actor may use a verb."""
    theirs = reach((work.actor,) if work.actor is not None else (), entity, verb)
    return true() if theirs is None else belonging(entity, theirs, entity)


def belonging(entity: type[Entity], to: frozenset[int], rows: Any) -> ColumnElement[bool]:
    """Return the condition for records that belong to one of these.

    In SQL it is what `access.whose(record) in to` is here.
    """
    if entity.are_people:
        return cast("ColumnElement[bool]", rows.id.in_(sorted(to)))
    if not entity.owned and not entity.part_of:
        return true() if NOBODY in to else false()
    column = getattr(rows, entity.owned or entity.part_of)
    nobodys = column.is_(None) if NOBODY in to else false()
    if entity.owned:
        return or_(column.in_(sorted(to - {NOBODY})), nobodys)
    return or_(pointing_at(whole(entity), column, to), nobodys)


def pointing_at(entity: type[Entity], column: Any, to: frozenset[int]) -> ColumnElement[bool]:
    """Return the condition that a column points at a record that belongs to one of these.

    It is a look at the one record. `column IN (…)` would be a look at all that belong to them.
    """
    theirs: Any = entity.__table__.alias()
    return exists().where(theirs.c.id == column, belonging(entity, to, theirs.c))


def hides_some(work: Context) -> bool:
    """Return whether some field may be hidden from a viewer."""
    viewers = work.viewers
    return not viewers or any(rights_of(each).hidden for each in viewers if not each.guest)


def hidden(work: Context, *asked: Any) -> list[str]:
    """Return the labels of fields that are asked in SQL and hidden from a viewer, of any entity.

    A person who looks, sorts, groups or counts by a field learns what it holds.

    Args:
        work: the unit of work.
        *asked: conditions, columns, or orders.
    """
    if not asked or not hides_some(work):
        return []
    fields = dict.fromkeys(
        field for part in visitors.iterate(select(*asked)) for field in fields_in(part)
    )
    return [entity.fields()[name].label for entity, name in fields if hides(work, entity, name)]


def fields_in(part: Any) -> Iterator[tuple[type[Entity], str]]:
    """Yield the fields that a part of a statement asks: a column, or a text within `custom`."""
    if isinstance(part, Column):
        for column in part.base_columns:
            if "field" in column.info:
                yield entity_in(part, column), column.name
    elif isinstance(part, BinaryExpression) and part.operator is json_getitem_op:
        for column in part.left.base_columns:
            yield entity_in(part.left, column), part.right.value


def entity_in(part: Any, column: Any) -> type[Entity]:
    """Return the entity that a column of a statement is of, also where several share a table."""
    mapper = part._annotations.get("parententity")
    found = ENTITIES.get(column.table.name)
    return found or cast(type[Entity], mapper.mapper.class_)
