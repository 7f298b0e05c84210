"""Records that are private until their owner shares them: with their team, or with everyone."""

from collections.abc import Collection
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, and_


class Audience(StrEnum):
    """Who sees what somebody owns."""

    ME = "me"
    TEAM = "team"
    EVERYONE = "everyone"


OTHERS = {
    "private": "me",
    "mine": "me",
    "myteam": "team",
    "us": "team",
    "all": "everyone",
    "public": "everyone",
}
"""Other words for an audience, squeezed."""


def audience(text: str) -> str:
    """Return the audience that a text means, "" where it means none."""
    squeezed = text.casefold().replace(" ", "").replace("-", "")
    return squeezed if squeezed in [*Audience] else OTHERS.get(squeezed, "")


class Shared:
    """What an entity is whose records their owner shares, or keeps for themselves.

    Everybody who may look at such records at all may have some of their own. What others share may
    be changed by those whose role may change such records of theirs; what is private only by its
    owner, whatever a role says.
    """

    shared_by: ClassVar[str] = "shared"
    """The field that says with whom, as an `Audience`."""
    owned: ClassVar[str]

    def is_shared_with(self, person: int, circle: Collection[int]) -> bool:
        """Return whether somebody sees the record.

        Args:
            person: Their id.
            circle: The ids of the people whose team's things they see.
        """
        owner, audience = getattr(self, self.owned), getattr(self, self.shared_by)
        return (
            owner == person
            or audience == Audience.EVERYONE
            or (audience == Audience.TEAM and owner in circle)
        )

    @classmethod
    def others_shown(
        cls, rows: Any, people: Collection[int], circle: Collection[int]
    ) -> list[ColumnElement[bool]]:
        """Return the conditions of which one holds for what somebody sees of others, in SQL.

        It is what `is_shared_with` is for one record, but for their own.

        Args:
            rows: The columns to ask.
            people: The ids of those who see it together.
            circle: The ids of the people whose team's things they see.
        """
        audience, owner = getattr(rows, cls.shared_by), getattr(rows, cls.owned)
        team = and_(audience == Audience.TEAM, owner.in_(sorted(circle)))
        return [audience == Audience.EVERYONE, team]
