"""Teams: who works together, who leads them, and which Slack user group they are."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from models.core.context import Context
from models.core.entity.base import Changes, Entity
from models.core.entity.hierarchy import is_above_itself
from models.core.entity.name_reference import (
    Named,
    follow_name,
    must_be_unique,
    must_stand,
    one_of_each_name,
)
from models.core.errors import Conflict, Invalid
from models.core.fields import Person, Reference, Text, field
from models.core.fields.base import Reader
from models.core.identity.rights import Preset
from models.core.identity.user import User
from models.core.parsing import values
from models.core.parsing.texts import wrong

GATHERING = "gathering"
"""The kind, and the channel, of deliveries that ask Slack who is in a user group."""
GROUP, KEPT = (
    re.compile(r"<!subteam\^(S\w+)(?:\|@?([^|<>]+))?>"),
    re.compile(r"(S\w+)\|@?([^|<>]+)"),
)
"""How Slack spells a user group, and how we store it."""


@dataclass(frozen=True)
class Group(Text):
    """A Slack user group, stored as S123|sales: the id for Slack and the name for people."""

    length: int = 100

    def read(self, text: str, reader: Reader) -> str:
        found = GROUP.fullmatch(text) or KEPT.fullmatch(text)
        if not found:
            raise wrong(
                text, "is not a Slack user group", "its @ in a command, picked from Slack's list"
            )
        return str(super().read(f"{found[1]}|{found[2] or found[1]}", reader))

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        return self.name_of(value)

    @staticmethod
    def id_of(value: str | None) -> str:
        return (value or "").partition("|")[0]

    @staticmethod
    def name_of(value: str | None) -> str:
        """Return @sales, which pings nobody: only Slack's own spelling does."""
        return f"@{value.partition('|')[2]}" if value else ""


class Team(Entity):
    """People who work together; who leads a team sees its records, and those of teams below it."""

    prefix = "TM"
    proposed = False
    icon = ":busts_in_silhouette:"
    line = ("lead", "parent")
    needs = {"role": ("role", "give")}
    governing = frozenset({"name", "lead", "parent", "deleted_at"})

    name: Mapped[str] = field(Text("Name", 50, required=True, search=True))
    lead: Mapped[int | None] = field(Person("Lead"))
    parent: Mapped[int | None] = field(Reference("Part of", to="team", also=("under", "above")))
    group: Mapped[str | None] = field(
        Group(
            "Slack user group",
            hint="Who is in it belongs to the team, and nobody else",
            also=("usergroup",),
        )
    )
    role: Mapped[str | None] = field(
        Named("Role of who joins", to="role", hint="Left empty, they keep theirs")
    )

    @classmethod
    def indexes(cls) -> list[Any]:
        return [one_of_each_name(cls)]

    def settle(self, work: Context, changes: Changes) -> None:
        """Keep a team from being a part of itself, at any level, and rename it for its people.

        Only an empty team can be deleted: else its people would be in a team that nobody leads, and
        those who lead the teams above would lose sight of them.
        """
        must_be_unique(work, self, self.name)
        if self.role == Preset.ADMIN and "role" in changes:
            raise Invalid(
                {
                    "role": "No team makes admins. Give the role to each of them: role give @name admin"
                }
            )
        if changes.get("deleted_at", (None, None))[1]:
            self.must_be_empty(work)
        if "parent" in changes and is_above_itself(work, self, "parent"):
            raise Invalid(
                {"parent": f"{self.name} would be part of itself. Choose another team, or none."}
            )
        if "role" in changes:
            must_stand(work, self, changes, "role")
        if self.id and "name" in changes:
            follow_name(work, self, values.fold(self.name))

    def must_be_empty(self, work: Context) -> None:
        """Raise Conflict where people, or other teams, belong to the team."""
        theirs = select(User.name).where(User.team == self.key, ~User.left).order_by(User.id)
        people = work.session.scalars(theirs.limit(2)).all()
        if people:
            them = f"{people[0]} is" if len(people) == 1 else f"{people[0]} and others are"
            raise Conflict(f"{them} in the team {self.title}. Give them another team first.")
        if below := work.session.scalar(select(Team.title).where(Team.parent == self.id).limit(1)):
            raise Conflict(
                f"The team {below} is a part of {self.title}. Put it somewhere else first."
            )

    def follow(self, work: Context, changes: Changes) -> None:
        if changes.get("group", (None, None))[1]:
            ask_who_is_in(work, self)

    def take(self, person: User) -> None:
        """Put a person in the team, with the role of those who join; an admin stays admin.

        Raises:
            Conflict: The person is in the team already.
        """
        if person.team == self.key:
            raise Conflict(f"{person.name} is in the team {self.title} already.")
        person.team = self.key
        if self.role and Preset.ADMIN not in (self.role, person.role):
            person.role = self.role


def ask_who_is_in(work: Context, team: Team) -> None:
    """Ask Slack who is in a team's user group; they belong to the team from then on."""
    group = Group.id_of(team.group)
    subject = {"entity": team.slug(), "record_id": team.id, "about": {"group": group}}
    work.deliver(GATHERING, GATHERING, f"{GATHERING}:{team.ref}:{work.unit}", **subject)
