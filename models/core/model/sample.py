"""What the newest records of a noun hold: read in one statement, however many records there are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from models.core.context import Context
from models.core.db.types import UTCDateTime
from models.core.entity.base import Entity
from models.core.fields import Flag
from models.core.fields.base import Field
from models.core.permissions import policy

NEWEST = 5000
"""Records of a noun that are looked at."""
Pair = tuple[str, str]


@dataclass(frozen=True)
class Filled:
    """How much of a field is filled among the newest records.

    Attributes:
        count: The records that hold something.
        changed: When one of those was changed last.
    """

    count: int
    changed: datetime | None


@dataclass(frozen=True)
class Sample:
    """The newest records of a noun.

    Attributes:
        total: How many were looked at.
        filled: Field → how much of it is filled.
    """

    total: int
    filled: dict[str, Filled]


def newest(entity: Any, names: Iterable[str]) -> Any:
    """Return the newest records with some of their fields, for a statement to count in."""
    held = [getattr(entity, name).label(name) for name in names]
    asked = select(entity.id, entity.number, entity.updated_at, *held)
    asked = asked.where(entity.deleted_at.is_(None)).order_by(entity.number.desc())
    return asked.limit(NEWEST).subquery()


def asked_of(work: Context, asked: Any) -> Sequence[Any]:
    """Return the rows of a statement, whoever reads: only their count is told."""
    with policy.beyond(work.session), work.session.no_autoflush:
        return work.session.execute(asked).all()


def countable(entity: type[Entity]) -> dict[str, Field]:
    """Return the fields that people fill and that can be empty: a box says no where it is not."""
    kinds = entity.fields().items()
    return {
        name: kind
        for name, kind in kinds
        if name != "deleted_at" and not isinstance(kind, Flag) and not kind.readonly
    }


def sample_of(work: Context, entity: type[Entity]) -> Sample:
    """Count what the newest records of a noun hold."""
    names = list(countable(entity))
    rows = newest(entity, names).c
    counts = [func.count(rows[name]) for name in names]
    held = [case((rows[name].is_not(None), rows.updated_at)) for name in names]
    moments = [func.max(each, type_=UTCDateTime()) for each in held]
    (found,) = asked_of(work, select(func.count(rows.id), *counts, *moments))
    total, told = found[0], found[1:]
    pairs = zip(told[: len(names)], told[len(names) :], strict=True)
    filled = (Filled(count, changed) for count, changed in pairs)
    return Sample(total, dict(zip(names, filled, strict=True)))


def alike(
    work: Context, entity: type[Entity], pairs: Sequence[Pair]
) -> dict[Pair, tuple[int, int]]:
    """Return how many of the newest records fill both fields of a pair, and in how many equally."""
    if not pairs:
        return {}
    rows = newest(entity, sorted({name for pair in pairs for name in pair})).c
    both = [and_(rows[one].is_not(None), rows[other].is_not(None)) for one, other in pairs]
    same = [rows[one] == rows[other] for one, other in pairs]
    counts = [func.sum(case((each, 1), else_=0)) for each in (*both, *same)]
    (found,) = asked_of(work, select(*counts))
    told = [count or 0 for count in found]
    return dict(zip(pairs, zip(told[: len(pairs)], told[len(pairs) :], strict=True), strict=True))


def lost(work: Context, entity: type[Entity], name: str, to: type[Entity]) -> tuple[int, int]:
    """Return how many of the newest records name a deleted one, and the number of one of them."""
    rows, there = newest(entity, [name]).c, aliased(to)
    asked = select(func.count(rows.id), func.max(rows.number))
    asked = asked.join(there, there.id == rows[name]).where(there.deleted_at.is_not(None))
    (found,) = asked_of(work, asked.execution_options(with_deleted=True))
    return found[0], found[1] or 0
