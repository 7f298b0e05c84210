"""The saved filters that their owner wants to find in the digest: how many, and the first five."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from handlers.core.ui import cards
from models.core.errors import CRMError
from models.core.outbox.reposting import last_told
from models.core.saved_filters import SavedFilter
from models.core.unit_of_work import UnitOfWork

FIRST, MOST = 5, 5
"""The records that a section names, and the sections of a digest."""


@dataclass(frozen=True)
class FilterSection:
    """What a saved filter finds now.

    Attributes:
        saved: The filter.
        title: Its name and how many there are.
        lines: The first of them.
        left: How many more there are.
        mark: A number that changes when the count or the first of them change.
    """

    saved: SavedFilter
    title: str
    lines: Sequence[str]
    left: int
    mark: int


def sections(work: UnitOfWork) -> list[FilterSection]:
    """Return a section for each filter that the reader wants in the digest."""
    theirs = (SavedFilter.owner == (work.actor.id if work.actor else 0), SavedFilter.in_digest)
    found = select(SavedFilter).where(*theirs).order_by(SavedFilter.key).limit(MOST)
    return [section(work, saved) for saved in work.session.scalars(found)]


def section(work: UnitOfWork, saved: SavedFilter, refusal: str = "") -> FilterSection:
    """Return what a filter finds now; why not, where it cannot be read any more.

    Args:
        work: The unit of work of the readers.
        saved: The filter.
        refusal: What is said in place of why not, where several read it.
    """
    try:
        asked = saved.read(work)
        fitting, order = asked.fitting(work), asked.order
    except (ValueError, CRMError) as error:
        why = refusal or str(error)
        return FilterSection(saved, saved.name, [why], 0, zlib.crc32(why.encode()))
    entity = asked.entity
    columns = order.columns(entity) if order else (entity.id.desc(),)
    records = work.session.scalars(fitting.order_by(*columns).limit(FIRST)).all()
    ids = fitting.with_only_columns(entity.id).subquery()
    total = work.session.scalar(select(func.count()).select_from(ids)) or 0
    mark = zlib.crc32(repr((total, [record.id for record in records])).encode())
    lines = [cards.summary(record, work) for record in records]
    title = f"{saved.name}, {total:,} {entity.noun() if total == 1 else entity.plural()}"
    return FilterSection(saved, title, lines or ["none any more"], total - len(records), mark)


def fresh(work: UnitOfWork, now: Sequence[FilterSection], end: datetime) -> list[FilterSection]:
    """Return the sections that are not as they were in the reader's last digest."""
    last = marks(last_told(work, "digest", work.actor.slack_id if work.actor else "", end))
    return [each for each in now if last.get(each.saved.id) != each.mark]


def figures(now: Sequence[FilterSection], end: datetime) -> list[int]:
    """Return the numbers by which the next digest knows what this one said of each filter.

    They begin with the moment, because no digest is left out for saying the same.
    """
    return [int(end.timestamp()), *flat(now)]


def flat(now: Sequence[FilterSection]) -> Iterator[int]:
    for each in now:
        yield from (each.saved.id, each.mark)


def marks(figures: Sequence[int]) -> Mapping[int, int]:
    """Return filter → mark of the figures of a digest."""
    pairs = list(figures)[1:]
    return dict(zip(pairs[::2], pairs[1::2], strict=False))
