"""Keep what a unit of work decides by as it is until it ends: who may do what, and the shape.

Where somebody changed that since the unit of work began, it begins once more.
"""

from sqlalchemy import select

from models.core.context import Context
from models.core.db.advisory_locks import hold
from models.core.errors import Outrun
from models.core.fields.shape import BUILT_IN
from models.core.identity.user import Workspace

SHAPE = "shape"
"""What who changes the shape of a workspace holds, and all who store records in it share."""


def govern(work: Context) -> None:
    """Take the lock on how people work together, until the unit of work ends.

    Rules such as that there is an admin then hold for the present state.

    Raises:
        Busy: Somebody changed that since the actor was let in; what the actor may do is asked
            again with the next attempt.
    """
    if work.session.info.get("governs"):
        return
    here = select(Workspace.roster).where(Workspace.id == work.workspace.id)
    now = work.session.scalar(here.with_for_update(key_share=True))
    if work.actor and now != work.workspace.roster:
        raise Outrun
    work.session.info["governs"] = True


def reshape(work: Context) -> None:
    """Wait for those who store records in the present shape, and let none begin until the end.

    What is looked for in records next is there; who began earlier tries again.
    """
    work.hold(SHAPE)
    work.session.info["stands"] = True


def stand(work: Context) -> None:
    """Keep admins from changing the shape in which records are stored until the end.

    Raises:
        Busy: They changed it since this unit of work began.
    """
    info = work.session.info
    is_shared = info["shape"] is not BUILT_IN and work.session.get_bind().dialect.name != "sqlite"
    if not is_shared or info.get("stands") or info.get("governs"):
        return
    hold(work.session, work.workspace.id, [SHAPE], shared=True)
    here = select(Workspace.roster).where(Workspace.id == work.workspace.id)
    if work.session.scalar(here) != work.workspace.roster:
        raise Outrun
    info["stands"] = True
