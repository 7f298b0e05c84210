"""Teams: who works together, who leads them, and which Slack user group they are."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, select, text
from sqlalchemy.orm import Mapped

from models.core import values
from models.core.base import Changes, Entity
from models.core.errors import Conflict, Invalid
from models.core.fields import Person, Reference, Text, field
from models.core.named import Named, must_be_unique
from models.core.user import User, follow_name

if TYPE_CHECKING:
    from models.core.work import Work


class Team(Entity):
    """People who work together; who leads a team sees what is its and that of the teams below it."""

    prefix = "TM"
    icon = ":busts_in_silhouette:"
    line = ("lead", "parent")
    governs = True

    name: Mapped[str] = field(Text("Name", 50, required=True, search=True))
    lead: Mapped[int | None] = field(Person("Lead"))
    parent: Mapped[int | None] = field(Reference("Part of", to="team", also=("under", "above")))
    group: Mapped[str | None] = field(
        Text("Slack user group", 20, hint="Who is in it belongs to the team: name it with its @", also=("usergroup",))
    )
    role: Mapped[str | None] = field(Named("Role of who joins", to="role", hint="Left empty, they keep theirs"))

    @classmethod
    def indexes(cls) -> list[Any]:
        there = text("deleted_at IS NULL")
        return [Index("ix_team_name", "workspace", "key", unique=True, sqlite_where=there, postgresql_where=there)]

    def settle(self, work: "Work", changes: Changes) -> None:
        """A team is not part of itself, however far up one looks; its people know it by its name."""
        must_be_unique(work, self, self.name)
        above, seen = self.parent, {self.id}
        while above is not None:
            if above in seen:
                raise Invalid({"parent": f"{self.name} would be part of itself. Choose another team, or none."})
            seen.add(above)
            above = work.session.scalar(select(Team.parent).where(Team.id == above))
        if self.id and "name" in changes:
            follow_name(work, "team", self.key, values.fold(self.name))

    def take(self, person: User) -> None:
        """Make somebody one of the team, with the role of those who join. Conflict where they are in it."""
        if person.team == self.key:
            raise Conflict(f"{person.name} is in the team {self.title} already.")
        person.team = self.key
        person.role = self.role or person.role
