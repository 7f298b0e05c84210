"""Find what somebody did last.

`undo` takes it back, and said again takes back what they did before; `redo` goes the other way.
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, select

from models.core.audit.entries import AuditEntry
from models.core.context import IMPORT, RULE, Context
from models.core.history.undo import REDO, TERMINAL, UNDO, latest

PAGE = 100
"""Audit entries read at a time; most searches need no more than the first page."""


def last_unit(work: Context) -> str:
    """Return the id of the last unit of work of the actor that is in effect.

    Where they have undone everything, return the latest of those; "" where they did nothing.
    """
    undone = ""
    for unit, door in units(work):
        if door != UNDO:
            if stands(work, unit):
                return unit
            undone = undone or unit
    return undone


def last_undo(work: Context) -> str:
    """Return the id of the actor's last undo that is in effect.

    Return "" if they did anything else since.
    """
    for unit, door in units(work):
        if door == UNDO and stands(work, unit):
            return unit
        if door not in (UNDO, REDO):
            break
    return ""


def stands(work: Context, unit: str) -> bool:
    """Return whether a unit of work was not undone, or was redone since."""
    return not latest(work, unit)[1]


def units(work: Context) -> Iterator[tuple[str, str]]:
    """Yield the actor's units of work, the latest first: the id of each and its door."""
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
    """Return the filter for what the actor did by hand, and no rule of theirs.

    Where the CRM itself is the actor, it is what somebody typed in a terminal or imported from a
    file.
    """
    if work.actor:
        actor: int = work.actor.id
        return (AuditEntry.actor == actor) & (AuditEntry.door != RULE)
    return AuditEntry.actor.is_(None) & AuditEntry.door.in_((TERMINAL, IMPORT, UNDO, REDO))
