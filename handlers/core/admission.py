"""Decide who may act in a workspace, by what Slack says of them, and who is its first admin."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from handlers.core.interaction import Interaction
from models.core import user_groups
from models.core.errors import Forbidden, NotFound
from models.core.unit_of_work import UnitOfWorkFactory

ELSEWHERE = "This is only for the people of the workspace it belongs to."
UNSAID = (
    "Slack does not say right now who you are, so nothing was done. Please try again in a moment."
)
KNOWN_FOR, UNKNOWN_FOR = 600.0, 60.0
"""Seconds for which we remember that a person belongs to a workspace, and that one does not."""
REMEMBERED = 10_000
"""The number of people for whom we remember that."""
NAMED = 10
"""The number of people named in one interaction whom we look up at Slack."""

LookUp = Callable[[str], Mapping[str, Any] | None]
"""A function that returns the columns of User for a Slack id.

The mapping is empty for a person who is no member; None means that Slack does not answer.
"""


class Admission:
    """Let in the members of each workspace.

    Slack is asked about people who are new, and about people who may come from elsewhere.
    """

    def __init__(self, works: UnitOfWorkFactory) -> None:
        self.works = works
        self.members: dict[tuple[str, str, str], tuple[bool, float]] = {}
        """Whether people are members, and until when we remember that.

        The key is the workspace, the person, and where the interaction says that the person comes
        from.
        """
        self.governed: set[str] = set()
        """The workspaces that have had an admin."""

    def admit(self, act: Interaction, look_up: LookUp) -> None:
        """Let in the person who acts, and look up the people they name.

        What an interaction says of the person's workspace is no proof: in a channel that is shared
        with others it may be the organisation's, also for a person of the workspace.

        Args:
            act: The interaction.
            look_up: Asks Slack about a person.

        Raises:
            Forbidden: The person is from elsewhere; the error says so.
            NotFound: Slack does not say who the person is; the error says so.
        """
        elsewhere = act.home_team not in ("", act.workspace)
        if (elsewhere or self.is_new(act.workspace, act.person)) and not self.is_member(
            act, act.person, look_up
        ):
            raise Forbidden(ELSEWHERE)
        named = [each for each in dict.fromkeys(act.people) if self.is_new(act.workspace, each)]
        for person in named[:NAMED]:
            self.is_member(act, person, look_up)
        if not self.is_governed(act.workspace):
            self.appoint(act, look_up)

    def is_outsider(self, act: Interaction) -> bool:
        """Return whether the person who acts is of another company, as far as Slack was asked."""
        return not self.members.get((act.workspace, act.person, act.home_team), (True, 0.0))[0]

    def is_new(self, workspace: str, person: str) -> bool:
        return bool(self.works.unknown(workspace, {person}))

    def is_member(self, act: Interaction, person: str, look_up: LookUp) -> bool:
        """Ask Slack whether a person belongs to the workspace, and store those who do.

        A person whom we know and who no longer belongs to it may do nothing from now on.
        """
        key = act.workspace, person, act.home_team if person == act.person else ""
        found, until = self.members.get(key, (False, 0.0))
        if time.monotonic() < until and not (found and self.is_new(act.workspace, person)):
            return found
        profile = look_up(person)
        if profile is None:
            if person == act.person:
                raise NotFound(UNSAID)
            return False
        if profile:
            self.works.welcome(act.workspace, person, **profile)
        elif not self.is_new(act.workspace, person):
            self.works.welcome(act.workspace, person, guest=True)
        if len(self.members) >= REMEMBERED:
            self.members.clear()
        self.members[key] = (
            bool(profile),
            time.monotonic() + (KNOWN_FOR if profile else UNKNOWN_FOR),
        )
        return bool(profile)

    def is_governed(self, workspace: str) -> bool:
        """Return whether there has been an admin; ask the database until there has."""
        if workspace not in self.governed:
            with self.works(workspace, writes=False) as work:
                if user_groups.is_governed(work):
                    self.governed.add(workspace)
        return workspace in self.governed

    def appoint(self, act: Interaction, look_up: LookUp) -> None:
        """Make the person who acts the first admin if Slack calls them a full member now."""
        if profile := look_up(act.person):
            self.works.welcome(act.workspace, act.person, **profile)
            with self.works(act.workspace) as work:
                user_groups.begin(work, act.person)
