"""What is known of a workspace's roles, teams and channels.

It is kept from one unit of work to the next while nobody changes them.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.core.fields.shape import BUILT_IN, Shape
from models.core.identity.rights import Rights
from models.core.identity.user import Workspace

PLACES: Any = Workspace.__table__
MOST = 2000
"""The most answers of one kind remembered for one workspace; a unit of work may add some."""


@dataclass
class Roster:
    """The permissions found out so far.

    Attributes:
        version: the workspace's `roster` at that time; every change of a role or a team raises it.
        rights: what a role allows.
        circles: who is in someone's teams.
        sights: what people, each in a role, who read together may see.
        rooms: who represents all of a channel.
        posts: what is posted in a channel, by its Slack id or its name.
        shape: the fields that admins added, and their layouts.
        reaches: (person, role) → (what a right is about, verb) → whose records it is for.
        rules: the active rules, by what concerns them; `models.automation.triggers` knows them.
    """

    version: int = -1
    rights: dict[str, Rights] = field(default_factory=dict)
    circles: dict[int, frozenset[int]] = field(default_factory=dict)
    sights: dict[tuple[tuple[int, str], ...], Any] = field(default_factory=dict)
    rooms: dict[frozenset[str], tuple[int, ...]] = field(default_factory=dict)
    posts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    shape: Shape | None = None
    reaches: dict[tuple[int, str], dict[tuple[str, str], frozenset[int] | None]] = field(
        default_factory=dict
    )
    rules: Any = None

    def is_full(self) -> bool:
        return max(len(self.sights), len(self.rooms), len(self.posts), len(self.reaches)) > MOST


def roster_of(session: Session) -> Roster:
    """Return what this unit of work knows; later ones know what it finds out too."""
    found: Roster | None = session.info.get("roster")
    if found is None:
        found = session.info["roster"] = Roster()
    return found


def forget(session: Session, workspace: str) -> None:
    """Forget what is known, because a role or a team changed.

    This unit of work asks again, and once it commits, every process does.
    """
    session.info["roster"] = Roster()
    more = update(PLACES).where(PLACES.c.id == workspace).values(roster=PLACES.c.roster + 1)
    session.connection().execute(more)


class Rosters:
    """The rosters of all workspaces, in one process."""

    def __init__(self) -> None:
        self.known: dict[str, Roster] = {}
        self.shapes: dict[str, tuple[Any, Shape]] = {}
        """The shape of each workspace, with the rows that say it."""

    def shape_known(self, workspace: str) -> Shape:
        """Return the shape that a workspace had when this process saw it last."""
        return self.shapes.get(workspace, (None, BUILT_IN))[1]

    def of(self, workspace: str, version: int) -> Roster:
        """Return the roster of a workspace.

        It is a new one where roles or teams have changed since, or much is remembered.
        """
        found = self.known.get(workspace)
        if found is None or found.version != version or found.is_full():
            found = self.known[workspace] = Roster(version)
        return found
