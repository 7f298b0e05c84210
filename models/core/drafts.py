"""What a person typed in a form and did not save: kept for a day, for this person alone."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    ForeignKey,
    Integer,
    String,
    UniqueConstraint,
    bindparam,
    delete,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.core.context import Context
from models.core.db.types import UTCDateTime
from models.core.entity.base import Row
from models.core.identity.user import User

KEPT_FOR = timedelta(days=1)
FORM = 80
"""Letters of the name of a form."""


class Draft(Row):
    """The texts of a form that was closed.

    Attributes:
        person: Who typed them.
        form: The verb of the form and the records that it is about.
        texts: Field → text.
        at: When it was closed.
    """

    person: Mapped[int] = mapped_column(Integer, ForeignKey("user.id"))
    form: Mapped[str] = mapped_column(String(FORM))
    texts: Mapped[dict[str, str]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    @classmethod
    def indexes(cls) -> list[Any]:
        return [UniqueConstraint("workspace", "person", "form")]


def keep(work: Context, form: str, texts: Mapping[str, str]) -> None:
    """Keep what the actor typed in a form, in place of what was kept before."""
    if not work.actor:
        return
    drop(work, form)
    draft = Draft(person=work.actor.id, form=form[:FORM], texts=dict(texts), at=work.now)
    work.session.add(draft)


def find(work: Context, form: str) -> Draft | None:
    """Return what the actor typed in a form within the last day."""
    if not work.actor:
        return None
    mine = (Draft.person == work.actor.id, Draft.form == form[:FORM])
    return work.session.scalar(select(Draft).where(*mine, Draft.at > work.now - KEPT_FOR))


def drop(work: Context, form: str) -> None:
    """Forget what the actor typed in a form."""
    if work.actor:
        whose = {"here": work.workspace.id, "whose": work.actor.id, "which": form[:FORM]}
        work.session.connection().execute(dropping(), whose)


@cache
def dropping() -> Any:
    """Return the statement that deletes the draft `which` of the person `whose` in `here`.

    Every form that is saved runs it, so it goes to the table without the session.
    """
    drafts: Any = Draft.__table__
    mine = (drafts.c.person == bindparam("whose"), drafts.c.form == bindparam("which"))
    return delete(drafts).where(drafts.c.workspace == bindparam("here"), *mine)


def outdated(now: datetime) -> Any:
    """Return the condition for what is kept no longer: it is a day old, or its person has left."""
    gone = select(User.id).where(or_(User.left, User.guest))
    return or_(Draft.at < now - KEPT_FOR, Draft.person.in_(gone))
