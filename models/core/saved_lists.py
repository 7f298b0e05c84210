"""Lists that a person keeps under a name: the line that shows them, for this person alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from models.core.context import Context
from models.core.db.types import UTCDateTime
from models.core.entity.base import Row
from models.core.errors import Conflict
from models.core.parsing import values

NAME, LINE = 60, 1000
"""Letters of a name, and of the line of a list."""
MOST = 25
"""Lists that a person keeps."""


class SavedList(Row):
    """A list that a person keeps.

    Attributes:
        person: Who keeps it.
        name: What they call it.
        key: The name as it is compared.
        line: The line that shows it: deal list stage=proposal.
        at: When it was kept.
    """

    person: Mapped[int] = mapped_column(Integer, ForeignKey("user.id"))
    name: Mapped[str] = mapped_column(String(NAME))
    key: Mapped[str] = mapped_column(String(NAME))
    line: Mapped[str] = mapped_column(String(LINE))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    @classmethod
    def indexes(cls) -> list[Any]:
        return [UniqueConstraint("workspace", "person", "key")]


def keep(work: Context, name: str, line: str) -> bool:
    """Keep a list of the actor under a name, in place of the one of that name.

    Returns:
        Whether it took the place of another one.

    Raises:
        Conflict: The name or the line is too long, or the actor keeps too many already.
    """
    name = values.clean(name)
    if not name or len(name) > NAME:
        raise Conflict(f"A list has a name of at most {NAME} letters.")
    if len(line) > LINE:
        raise Conflict(f"A list is kept with at most {LINE:,} characters. Shorten its filter.")
    replaced = drop(work, name)
    if not replaced and len(mine(work)) >= MOST:
        raise Conflict(f"You keep {MOST} lists already. Drop one: lists drop NAME.")
    key = values.fold(name)[:NAME]
    person = work.actor.id if work.actor else None
    work.session.add(SavedList(person=person, name=name, key=key, line=line, at=work.now))
    work.session.flush()
    return replaced


def mine(work: Context) -> Sequence[SavedList]:
    """Return the lists of the actor, by name."""
    theirs = SavedList.person == (work.actor.id if work.actor else 0)
    return work.session.scalars(select(SavedList).where(theirs).order_by(SavedList.key)).all()


def called(work: Context, name: str) -> SavedList | None:
    """Return the list of the actor with this name."""
    key = values.fold(name)[:NAME]
    return next((each for each in mine(work) if each.key == key), None)


def drop(work: Context, name: str) -> bool:
    """Forget a list of the actor, and return whether there was one."""
    found = called(work, name)
    if found is not None:
        work.session.execute(delete(SavedList).where(SavedList.id == found.id))
        work.session.expunge(found)
    return found is not None
