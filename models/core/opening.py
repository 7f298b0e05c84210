"""How a unit of work begins: where we are, who acts, and what is known about roles and teams."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from models.core.context import SYSTEM, System
from models.core.custom.shaping import shape_of
from models.core.errors import NotFound
from models.core.identity.user import User, Workspace
from models.core.permissions.cache import Rosters

ACTOR = (
    (User.workspace == Workspace.id)
    & (User.slack_id == bindparam("actor"))
    & User.deleted_at.is_(None)
)
OPENING = (
    select(Workspace, User)
    .join(User, ACTOR, isouter=True)
    .where(Workspace.id == bindparam("workspace"))
)
"""One query, made once: every unit of work begins with it."""


def opening(
    session: Session, rosters: Rosters, workspace: str, actor: str
) -> tuple[Workspace, User | System]:
    """Return the workspace and the person who acts, who from now on is the reader.

    Raises:
        NotFound: The workspace or the person is unknown.
    """
    found = session.execute(OPENING, {"workspace": workspace, "actor": actor}).one_or_none()
    if found is None:
        raise NotFound("This workspace is not set up.")
    place, person = found
    if actor and person is None:
        raise NotFound("I do not know you yet. Please try again.")
    somebody = person or SYSTEM
    session.info |= {
        "viewers": (somebody,),
        "readers": (somebody,),
        "roster": rosters.of(workspace, place.roster),
    }
    session.info["shape"] = shape_of(session, rosters, workspace)
    session.info["role"] = person.role if person else ""
    return place, somebody
