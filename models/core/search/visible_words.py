"""The words by which the viewers may find a record, in SQL.

This is what `search.text_of` is for one record.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, or_, select, true

from models.core.context import Context
from models.core.db.dialects import folded
from models.core.entity.base import ENTITIES, Entity
from models.core.fields import Reference, Tags
from models.core.fields.shape import by_shape
from models.core.permissions import policy, visibility


@by_shape
def pointing(entity: type[Entity]) -> Mapping[str, str]:
    """Return the fields whose names find an entity's records: field → entity."""
    kinds = entity.fields().items()
    return {name: kind.to for name, kind in kinds if kind.search and isinstance(kind, Reference)}


def has_secrets(work: Context, entity: type[Entity]) -> bool:
    """Return whether a viewer may not see some words by which an entity's records are found."""
    limited = dict(visibility.of(work.session))
    hidden = any(
        policy.hides(work, entity, name) for name, kind in entity.fields().items() if kind.search
    )
    return hidden or any(to in limited for to in pointing(entity).values())


def limits(
    work: Context, entity: type[Entity], ways: Sequence[Sequence[str]], rows: Any
) -> list[ColumnElement[bool]]:
    """Return the condition that a record answers a query by words that all viewers may see.

    Return none where they see them all. The search text of the record contains everything that the
    condition finds, so that text may serve as an index for it.

    Args:
        work: who reads, and the session.
        entity: the kind of record.
        ways: alternatives, each the pieces that must be there.
        rows: the columns to ask, of records that the viewers may see.
    """
    if not has_secrets(work, entity):
        return []
    found = (
        and_(true(), *(or_(*holding(work, entity, piece, rows)) for piece in pieces))
        for pieces in ways
    )
    return [or_(*found)]


def holding(
    work: Context, entity: type[Entity], piece: str, rows: Any
) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that a piece is in what the viewers may see of a record.

    It may be in the name of a record that this one points at. In a phone number it is looked for in
    the digits, ignoring what its country puts between them.
    """
    texts: list[Any] = [literal(f"{entity.prefix.lower()}-") + cast(rows.number, String), rows.key]
    for name, kind in entity.fields().items():
        if not kind.search or policy.hides(work, entity, name):
            continue
        column = getattr(rows, name)
        if isinstance(kind, Reference):
            there = named(work, ENTITIES[kind.to], piece)
            at = there.where(there.selected_columns.id == column).limit(
                1
            )  # one look, not one for all of that name
            yield at.scalar_subquery().is_not(None)
        else:
            texts.append(
                func.coalesce(
                    func.replace(column, "|", " ") if isinstance(kind, Tags) else column, ""
                )
            )
    whole = texts[0]
    for text in texts[1:]:
        whole = (
            whole + " " + text
        )  # folded once: a piece has no space inside, and so is in one of them
    yield (literal(" ") + folded(whole)).contains(piece, autoescape=True)


@cache
def alias_of(entity: type[Entity]) -> Any:
    """Return another name for an entity's table.

    To make one takes a hundred times as long as to use it.
    """
    return entity.__table__.alias()


def named(work: Context, entity: type[Entity], piece: str) -> Any:
    """Return the ids of the records whose name holds a piece and which all viewers may see.

    They include deleted records, whose names are shown where they are referred to.
    """
    there = alias_of(entity)
    theirs = visibility.conditions(entity, visibility.of(work.session), there.c)
    found = (literal(" ") + there.c.key).contains(piece, autoescape=True)
    return select(there.c.id).where(*theirs, found)
