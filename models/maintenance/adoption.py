"""Move what was imported before there was a Slack workspace into one.

The person who runs the bot asks for it.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    Connection,
    FromClause,
    Table,
    UniqueConstraint,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.core.audit.entries import AuditHead
from models.core.context import Units
from models.core.db.deadline import at_leisure
from models.core.db.engine import everywhere
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.sequences import COUNTERS
from models.core.errors import Conflict, NotFound
from models.core.identity.rights import PRESETS
from models.core.identity.role import Role
from models.core.identity.user import LOCAL, User, Workspace
from models.core.search.index import SearchText

Counts = dict[type[Entity], int]
"""How many records of each kind."""

ROLES: Any = Role.__table__
TEXTS: Any = SearchText.__table__
NEXT = "Take them over as files: crm export NOUN FILE --workspace LOCAL, then crm import NOUN FILE --workspace {}."
"""What is left to do where two workspaces cannot become one."""


def move(works: Units, workspace: str) -> Counts:
    """Give everything in LOCAL to a workspace that has no records of its own.

    The workspace is made where it does not exist. Return how many records of each kind moved.

    Raises:
        Conflict: Why nothing moved.
        NotFound: Why nothing moved.
    """
    try:
        with (
            at_leisure(),
            works.queue(),
            Session(everywhere(works.engine)) as session,
            session.begin(),
        ):
            place = session.get(Workspace, LOCAL, with_for_update=True)
            if place is None:
                raise NotFound(
                    "There is nothing to adopt: all records are in a workspace of Slack's already."
                )
            there = session.get(Workspace, workspace, with_for_update=True)
            if there is None:
                there = make_like(session, place, workspace)
            else:
                check(session, workspace)
                there.roster += 1  # every process asks again who may see what
            there.adopted_at = works.clock()  # what moves in may be older than what is there
            moved = counted(session, LOCAL)
            hand_over(session.connection(), workspace)
            session.delete(place)
    except IntegrityError:
        raise Conflict(
            f"Something was made in {workspace} at the same moment. Nothing moved; try again."
        ) from None
    return moved


def adopt(works: Units, workspace: str) -> Counts:
    """Give everything in LOCAL to a workspace that has the app.

    Return how many records of each kind moved.
    """
    known = [each for each in works.workspaces() if each != LOCAL]
    if workspace not in known:
        there = f"those that do: {', '.join(known)}" if known else "none does yet"
        raise NotFound(
            f"No workspace {workspace} uses Rapport; {there}. Install the app in it first."
        )
    return move(works, workspace)


def make_like(session: Session, place: Workspace, workspace: str) -> Workspace:
    columns = {
        name: getattr(place, name) for name in list(place.__mapper__.columns.keys()) if name != "id"
    }
    made = Workspace(id=workspace, **columns)
    session.add(made)
    session.flush()
    return made


def check(session: Session, workspace: str) -> None:
    """Raise Conflict where the two workspaces cannot become one."""
    own = counted(session, workspace)
    own.pop(User, None)
    if own:
        has = f"{workspace} holds records of its own ({told(own)})"
        raise Conflict(f"{has}, whose numbers those of LOCAL would meet. {NEXT.format(workspace)}")
    if User in counted(session, LOCAL):
        raise Conflict(
            f"LOCAL has people of its own, and so has {workspace}. {NEXT.format(workspace)}"
        )
    if (
        session.scalar(
            select(func.count(AuditHead.id)).where(AuditHead.workspace.in_((LOCAL, workspace)))
        )
        == 2
    ):
        raise Conflict(
            f"The audit trails of LOCAL and of {workspace} are both sealed. {NEXT.format(workspace)}"
        )


def counted(session: Session, workspace: str) -> Counts:
    """Return how many records a workspace has, also deleted ones.

    The roles that every workspace begins with are not counted.
    """
    found: Counts = {}
    for entity in ENTITIES.values():
        statement = select(func.count(entity.id)).where(entity.workspace == workspace)
        if entity is Role:
            statement = statement.where(Role.key.not_in(list(PRESETS)))
        if count := session.scalar(statement.execution_options(with_deleted=True)):
            found[entity] = count
    return found


def told(counts: Counts) -> str:
    """Return counts in words: 2 customers, 1 lead."""
    return ", ".join(
        f"{count:,} {each.noun() if count == 1 else each.plural()}"
        for each, count in counts.items()
    )


def hand_over(connection: Connection, workspace: str) -> None:
    """Move the rows of every table.

    Where both workspaces have the same, such as the roles that all begin with, the other keeps its
    own.
    """
    ours, theirs = COUNTERS, COUNTERS.alias()
    last = (
        select(theirs.c.last)
        .where(theirs.c.workspace == LOCAL, theirs.c.entity == ours.c.entity)
        .scalar_subquery()
    )
    connection.execute(
        update(ours).where(ours.c.workspace == workspace, last > ours.c.last).values(last=last)
    )
    for table in Workspace.metadata.sorted_tables:
        if "workspace" in table.columns:
            drop_doubles(connection, table, workspace)
            connection.execute(
                update(table).where(table.c.workspace == LOCAL).values(workspace=workspace)
            )


def drop_doubles(connection: Connection, table: Table, workspace: str) -> None:
    """Delete the rows of LOCAL whose key the other workspace has as well.

    Of records, these are only the roles that all begin with.
    """
    doubled = [exists().where(*same) for same in meeting(table, table.alias(), workspace)]
    if not doubled or (table.name in ENTITIES and table is not ROLES):
        return
    gone = delete(table).where(table.c.workspace == LOCAL, or_(*doubled))
    if table is ROLES:
        ids = connection.scalars(
            gone.where(table.c.key.in_(list(PRESETS))).returning(table.c.id)
        ).all()
        connection.execute(
            delete(TEXTS).where(TEXTS.c.entity == table.name, TEXTS.c.record_id.in_(ids))
        )
    else:
        connection.execute(gone)


def meeting(table: Table, other: FromClause, workspace: str) -> Iterator[list[Any]]:
    """Yield for each key of a table the conditions under which the other workspace has it too."""
    keys: list[Any] = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    keys += [] if "id" in table.columns else [table.primary_key]
    for key in keys:
        names = [column.name for column in key.columns if column.name != "workspace"]
        if names:
            yield [
                other.c.workspace == workspace,
                *(other.c[name] == table.c[name] for name in names),
            ]
