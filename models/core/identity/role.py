"""Roles: what the people who have one may do, as a workspace wants it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped

from models.core.context import Context
from models.core.entity.base import Changes, Entity
from models.core.entity.facts import Facts
from models.core.entity.name_reference import follow_name, must_be_unique, one_of_each_name
from models.core.errors import Conflict
from models.core.fields import LongText, Text, field
from models.core.fields.base import Reader
from models.core.identity import rights
from models.core.identity.rights import Preset
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.parsing import values


@dataclass(frozen=True)
class Table(LongText):
    """Rights, a line for each entity."""

    length: int = 3000

    def read(self, text: str, reader: Reader) -> str:
        return str(rights.read(super().read(text, reader)))

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        return rights.legible(super().show(value, reader, record))


class Role(Entity):
    """What those who have it may do: whose records they see and change, which fields are hidden."""

    prefix = "RO"
    proposed = False
    icon = ":key:"
    line = ("description",)
    governing = frozenset({"name", "rights", "deleted_at"})

    name: Mapped[str] = field(Text("Name", 50, required=True, search=True))
    description: Mapped[str | None] = field(Text("Description"))
    rights: Mapped[str] = field(
        Table(
            "Rights",
            required=True,
            card=False,
            hint="A line for each: lead: look own, new, change own, hide score",
        )
    )

    @classmethod
    def indexes(cls) -> list[Any]:
        return [one_of_each_name(cls)]

    def settle(self, work: Context, changes: Changes) -> None:
        """Refuse changes to the admin role, which may always do everything.

        Somebody must be able to mend the other roles.
        """
        must_be_unique(work, self, self.name)
        if self.id is None:
            return
        if self.key == Preset.ADMIN:
            raise Conflict(
                "The role admin stays as it is: somebody must be able to mend the other roles."
            )
        if changes.get("deleted_at", (None, None))[1]:
            self.must_be_nobodys(work)
        if "name" in changes:
            follow_name(work, self, values.fold(self.name))

    def must_be_nobodys(self, work: Context) -> None:
        """Raise Conflict where people have the role, or would get it from a team."""
        if count := self.people(work):
            have = "person has" if count == 1 else "people have"
            raise Conflict(f"{count} {have} the role {self.title}. Give them another one first.")
        if team := work.session.scalar(select(Team.title).where(Team.role == self.key).limit(1)):
            raise Conflict(
                f"The team {team} gives the role {self.title} to who joins. Have it give another one first."
            )

    def people(self, work: Context) -> int:
        """Return how many people have the role."""
        theirs = select(func.count(User.id)).where(User.role == self.key, ~User.left)
        return work.session.scalar(theirs) or 0

    def facts(self, work: Context) -> Facts:
        found = rights.stored(self.rights)
        return [
            (rights.noun(about).capitalize(), ", ".join(found.told(about)) or "none")
            for about in found.scopes
        ]
