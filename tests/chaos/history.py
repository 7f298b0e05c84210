"""The records against their trail: it says of every field how it came to be what it is, and the
chain is whole.
"""

import time

from sqlalchemy import func, select

from models.core import summaries
from models.core.audit import verify
from models.core.audit.entries import AuditEntry
from models.core.comments import COMMENTS
from models.core.entity.base import ENTITIES
from models.core.unit_of_work import UnitOfWork
from tests.chaos.books import Books
from tests.chaos.floor import TEAM, Floor

SEALING = 30.0
"""Seconds within which everything is sealed."""

SET_BACK = verify.BACKDATED.partition("{}")[2]

Place = tuple[str, int, str]
"""An entity, the id of a record of it, and a field."""


def check_trail(floor: Floor, books: Books, set_back: bool = False) -> None:
    """Every entry goes on from the one before, the last says what the record holds, and all of them
    are sealed.

    set_back: whether a clock was, which the proof of the trail cannot tell from entries that were
    put in later.
    """
    with floor.works(TEAM, writes=False) as work:
        told = told_by_trail(work, books)
        held = held_by_records(work)
    books.trials += len(held)
    for place in sorted(told.keys() | held.keys()):
        if told.get(place) != held.get(place):
            books.wrong.append(
                f"{named(place)} is {held.get(place)!r}, and {told.get(place)!r} by the trail"
            )
    check_seals(floor, books, set_back)


def check_sums(floor: Floor, books: Books) -> None:
    """The sums that are kept of records are those of the records."""
    with floor.works(TEAM, writes=False) as work:
        for summary in summaries.all_summaries():
            wrong = summaries.differences(work, summary)
            books.trials += 1
            books.wrong += [f"the sums of {summary.__name__} are wrong by {wrong}"] if wrong else []


def told_by_trail(work: UnitOfWork, books: Books) -> dict[Place, str | None]:
    """What the entries say that each field holds, where it holds anything."""
    entry = AuditEntry
    columns = (entry.entity, entry.record_id, entry.field, entry.old, entry.new)
    told: dict[Place, str | None] = {}
    for slug, id, field, old, new in work.session.execute(select(*columns).order_by(entry.id)):
        place = (slug, id, field)
        if (old or None) != told.get(place):
            books.wrong.append(
                f"the trail of {named(place)} goes on from {old!r} after {told.get(place)!r}"
            )
        told[place] = new or None
    return {place: value for place, value in told.items() if value}


def held_by_records(work: UnitOfWork) -> dict[Place, str | None]:
    """What each field of each record holds, and what is said about each, where that is anything."""
    held: dict[Place, str | None] = {}
    for slug, entity in ENTITIES.items():
        for record in work.session.scalars(select(entity).execution_options(with_deleted=True)):
            for name, kind in record.fields().items():
                held[slug, record.id, name] = kind.dump(getattr(record, name))
    for slug, remark in COMMENTS.items():
        for each in work.session.scalars(select(remark)):
            held[slug, getattr(each, slug), f"{each.verb}:{each.id}"] = each.standing
    return {place: value for place, value in held.items() if value}


def named(place: Place) -> str:
    return f"{place[2]} of {place[0]} {place[1]}"


def check_seals(floor: Floor, books: Books, set_back: bool = False) -> None:
    """All entries are sealed soon, without anybody's help, and the chain is whole."""
    deadline = time.monotonic() + SEALING
    while (waiting := unsealed(floor)) and time.monotonic() < deadline:
        time.sleep(0.2)
    if waiting:
        books.wrong.append(f"{waiting} entries of the trail were never sealed")
    with floor.works(TEAM, writes=False) as work:
        verdict = verify.verify(work)
    books.trials += verdict.sealed
    found = [
        problem for problem in verdict.problems if not (set_back and SET_BACK in problem.sentence)
    ]
    books.wrong += [f"the trail: {problem}" for problem in found]


def unsealed(floor: Floor) -> int:
    with floor.works(TEAM, writes=False) as work:
        return (
            work.session.scalar(select(func.count(AuditEntry.id)).where(AuditEntry.hash.is_(None)))
            or 0
        )
