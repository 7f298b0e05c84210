"""What somebody did last: `undo` takes it back, and said again what they did before; `redo` goes
the other way.
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, select

from models.core.audit.entries import AuditEntry
from models.core.context import IMPORT, Context
from models.core.history.undo import REDO, TERMINAL, UNDO, latest

PAGE = 100
"""Entries of the trail read at a time; most look no further than the first."""


def last_unit(work: Context) -> str:
    """The id of what the actor did last and that stands; where they have undone all, of the latest
    of that; '' where they did nothing.
    """
    undone = ""
    for unit, door in units(work):
        if door != UNDO:
            if stands(work, unit):
                return unit
            undone = undone or unit
    return undone


def last_undo(work: Context) -> str:
    """The id of what the actor undid last and that stands, if they did nothing else since; else
    ''.
    """
    for unit, door in units(work):
        if door == UNDO and stands(work, unit):
            return unit
        if door not in (UNDO, REDO):
            break
    return ""


def stands(work: Context, unit: str) -> bool:
    """Whether an act was not taken back, or was done again since."""
    return not latest(work, unit)[1]


def units(work: Context) -> Iterator[tuple[str, str]]:
    """What the actor did, the latest first: the id of each act and the door it came through."""
    mine = (
        select(AuditEntry.id, AuditEntry.unit, AuditEntry.door)
        .where(own(work))
        .order_by(AuditEntry.id.desc())
    )
    last, page = "", list(work.session.execute(mine.limit(PAGE)))
    while page:
        for _, unit, door in page:
            if unit != last:
                yield unit, door
            last = unit
        before = mine.where(
            AuditEntry.id < page[-1].id, AuditEntry.unit != last
        )  # an import may have a million
        page = list(work.session.execute(before.limit(PAGE)))


def own(work: Context) -> ColumnElement[bool]:
    """What the actor did; of what the CRM itself did, what somebody typed in a terminal, or brought
    in a file.
    """
    if work.actor:
        actor: int = work.actor.id
        return AuditEntry.actor == actor
    return AuditEntry.actor.is_(None) & AuditEntry.door.in_((TERMINAL, IMPORT, UNDO, REDO))
