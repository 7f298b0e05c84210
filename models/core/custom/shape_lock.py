"""The lock that keeps records from being stored in a shape that an admin is changing.

All who store records share it, and who changes fields, options or nouns holds it alone. SQLite has
one writer, and needs none.
"""

from sqlalchemy import select

from models.core.context import Context
from models.core.db.advisory_locks import hold
from models.core.errors import Outrun
from models.core.fields.shape import BUILT_IN
from models.core.identity.user import Workspace

SHAPE, STANDS = "shape", "stands"
"""The key of the lock, and where a session keeps that it has it."""


def reshape(work: Context) -> None:
    """Wait for those who store records in the present shape, and let none begin until the end.

    What is looked for in records next is there; who began earlier tries again.
    """
    work.hold(SHAPE)
    work.session.info[STANDS] = True


def stand(work: Context) -> None:
    """Keep admins from changing the shape in which records are stored until the end.

    Raises:
        Busy: They changed it since this unit of work began.
    """
    info = work.session.info
    alone = work.session.get_bind().dialect.name == "sqlite"
    if alone or info.get("shape", BUILT_IN) is BUILT_IN or info.get(STANDS) or info.get("governs"):
        return
    hold(work.session, work.workspace.id, [SHAPE], shared=True)
    now = work.session.scalar(select(Workspace.roster).where(Workspace.id == work.workspace.id))
    if now != work.workspace.roster:
        raise Outrun
    info[STANDS] = True
