"""Who reads along in the channels of one workspace, asked of Slack and remembered for as long as it holds."""

import time
from dataclasses import dataclass

from bot.outlet import Outlet
from handlers.core.members import belongs, member
from models.core.work import Works
from models.operations import audiences

KNOWN_FOR = 600.0
"""Seconds after which we ask again who is in a channel, whatever Slack told us of comings and goings."""
SOON = 5.0
"""Seconds after which we go on asking who those are that we do not know."""
ASKED = 20
"""Unknown people looked up at a time: a call of Slack's each, while a delivery waits."""


@dataclass(frozen=True)
class Room:
    """Who reads along in a channel. people: Slack ids of those we know; strangers: whether there are others.

    shared: whether some come, or will, from another company · complete: whether nobody is left to be looked up ·
    turn: how often it had changed · until: on the monotonic clock.
    """

    people: frozenset[str]
    strangers: bool
    shared: bool
    complete: bool
    turn: int
    until: float


class Audience:
    """Whom the channels of a workspace are drawn for. Many threads ask it; none holds the database meanwhile."""

    def __init__(self, works: Works, workspace: str, outlet: Outlet) -> None:
        self.works, self.workspace, self.outlet = works, workspace, outlet
        self.rooms: dict[str, Room] = {}
        self.others: dict[str, bool] = {}
        """Members who are none of our people → whether they read along; bots do not."""
        self.heard: dict[str, int] = {}
        """Channel → how often it had changed when deliveries for it were last taken."""

    def room(self, channel: str, turn: int) -> Room | None:
        """Who is in a channel, if we know it still. turn: how often it has changed by now."""
        room = self.rooms.get(channel)
        return room if room and room.turn == turn and time.monotonic() < room.until else None

    def ask(self, channel: str, turn: int) -> Room:
        """Who is in a channel. Where others read along than before, its cards are drawn anew for them.

        turn: how often it had changed before this was asked.
        """
        members, all_of_them = self.outlet.members(channel)
        shared = self.outlet.is_shared(channel)
        unknown = self.works.unknown(self.workspace, members)
        asked = sorted(unknown - self.others.keys())
        complete = len(asked) <= ASKED
        ours = {person for person in asked[:ASKED] if self.meet(person)}
        known = frozenset(members - unknown | ours)
        strangers = shared or not all_of_them or not complete or any(self.others.get(id) for id in members)
        room = Room(known, strangers, shared, complete, turn, time.monotonic() + (KNOWN_FOR if complete else SOON))
        before, self.rooms[channel] = self.rooms.get(channel), room
        others = before is not None and (before.people, before.strangers) != (room.people, room.strangers)
        if (before is None or before.complete) and (others or not complete):
            with self.works(self.workspace) as work:
                audiences.reconsider(work, channel)
        return room

    def go_on(self, channel: str) -> bool:
        """Ask who those in a channel are whom we do not know yet, if we have begun to; whether nobody is left."""
        room = self.rooms.get(channel)
        return room is None or room.complete or self.ask(channel, room.turn).complete

    def meet(self, person: str) -> bool:
        """Look somebody up; whether it is one of ours, who is welcomed. Of anybody else we keep no more than whether
        they read along.
        """
        user = self.outlet.person(person)
        found = member(user, self.workspace)
        if found:
            self.works.welcome(self.workspace, person, **found)
        else:
            self.others[person] = not belongs(user, self.workspace)
        return bool(found)

    def gathered(self, group: str) -> tuple[set[str], bool]:
        """Who is in a user group, and whether we know all of ours among them by now. group: its id."""
        members = self.outlet.gathered(group)
        asked = sorted(self.works.unknown(self.workspace, members) - self.others.keys())
        for person in asked[:ASKED]:
            self.meet(person)
        return members, len(asked) <= ASKED
