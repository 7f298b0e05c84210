"""Who reads the channels of one workspace, asked from Slack and remembered while it holds."""

import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy.exc import IntegrityError

from bot.slack.circuit_breaker import Limited
from bot.slack.gateway import SlackGateway
from handlers.core.members import belongs, member
from models.core import user_groups as people
from models.core.outbox import audience
from models.core.unit_of_work import UnitOfWorkFactory

KNOWN_FOR = 600.0
"""Seconds after which the bot asks again who is in a channel, even if Slack reported no change."""
SOON = 5.0
"""Seconds after which the bot continues to ask who the unknown members of a channel are."""
ASKED, A_MINUTE = 10, 30
"""How many unknown people are looked up one by one, with one call to Slack each.

The first figure is the limit at a time, while a delivery waits; the second is the limit per minute.
Slack allows an app a hundred in a workspace: the others are for people who act for the first time.
"""
PAGES = 5
"""Pages of the list of everybody that are asked for at a time; Slack allows twenty a minute."""
LISTED_FOR = 300.0
"""Seconds for which that list says who somebody is.

After that it is asked for again, if there are many unknown people.
"""
MINUTE = 60.0
AT_ONCE = 100
"""People who are welcomed in one unit of work, so that nobody waits for it."""


@dataclass(frozen=True)
class Room:
    """Who reads a channel.

    Attributes:
        people: Slack ids of the readers the app knows.
        strangers: Whether there are other readers.
        shared: Whether some readers come, or will come, from another company.
        complete: Whether nobody is left to be looked up.
        turn: How often the channel had changed.
        until: When this expires, on the monotonic clock.
    """

    people: frozenset[str]
    strangers: bool
    shared: bool
    complete: bool
    turn: int
    until: float


class ChannelMembers:
    """Finds the readers of a workspace's channels, for whom deliveries are rendered.

    Many threads ask it; none holds the database meanwhile.
    """

    def __init__(self, works: UnitOfWorkFactory, workspace: str, outlet: SlackGateway) -> None:
        self.works, self.workspace, self.outlet = works, workspace, outlet
        self.rooms: dict[str, Room] = {}
        self.others: dict[str, bool] = {}
        """Members from outside the workspace → whether they read along; bots do not."""
        self.heard: dict[str, int] = {}
        """Channel → how often it had changed when deliveries for it were last taken."""
        self.listed: dict[str, dict[str, Any]] = {}
        """The workspace's own people in Slack's list of everybody.

        It holds as much of the list as was read: up to the cursor.
        """
        self.cursor, self.listed_until = "", 0.0
        self.asked: list[float] = []
        """When people were asked for one by one, in the last minute."""
        self.turn = Lock()
        self.asking: dict[str, Lock] = {}
        """Channel → the lock of the thread that asks who is there."""

    def room(self, channel: str, turn: int) -> Room | None:
        """Return who is in a channel, if that is still known.

        Args:
            channel: The id of the channel.
            turn: How often the channel has changed by now.
        """
        room = self.rooms.get(channel)
        return room if room and room.turn == turn and time.monotonic() < room.until else None

    def ask(self, channel: str, turn: int) -> Room:
        """Return who is in a channel; one thread at a time asks, and the others take what it found.

        Args:
            channel: The id of the channel.
            turn: How often the channel had changed before this was asked.
        """
        with self.asking.setdefault(channel, Lock()):
            return self.room(channel, turn) or self.found(channel, turn)

    def found(self, channel: str, turn: int) -> Room:
        """Return who is in a channel, as Slack says now.

        Where the readers have changed, the channel's cards are rendered again.
        """
        members, all_of_them = self.outlet.members(channel)
        shared = self.outlet.is_shared(channel)
        left = self.look_up(members)
        known = frozenset(members - self.works.unknown(self.workspace, members))
        strangers = (
            shared
            or not all_of_them
            or bool(self.strange(members))
            or any(map(self.others.get, members))
        )
        complete = not left
        room = Room(
            known,
            strangers,
            shared,
            complete,
            turn,
            time.monotonic() + (KNOWN_FOR if complete else SOON),
        )
        before, self.rooms[channel] = self.rooms.get(channel), room
        others = before is not None and (before.people, before.strangers) != (
            room.people,
            room.strangers,
        )
        if (before is None or before.complete) and (others or not complete):
            with self.works(self.workspace) as work:
                audience.reconsider(work, channel)
        return room

    def go_on(self, channel: str) -> bool:
        """Continue to look up the unknown members of a channel, if that has begun.

        Return whether nobody is left.
        """
        room = self.rooms.get(channel)
        if room is None or room.complete:
            return True
        with self.asking.setdefault(channel, Lock()):
            return self.found(channel, room.turn).complete

    def gathered(self, group: str) -> tuple[set[str], bool]:
        """Return who is in a user group, and whether all its own people are known by now.

        Args:
            group: The id of the user group.
        """
        members = self.outlet.gathered(group)
        return members, not self.look_up(members)

    def outsiders(self, people: Collection[str]) -> tuple[set[str], bool]:
        """Return which of these people belong to another company.

        The second value says whether Slack's list was read to its end.
        """
        with self.turn:
            self.list_on()
            return {person for person in people if self.others.get(person)}, not self.cursor

    # ── who they are ──────────────────────────────────────────────────────────────────────────────

    def look_up(self, members: Collection[str]) -> set[str]:
        """Find out who the unknown members are, and welcome the workspace's own people.

        Return who is left for later. Many are read from the list of everybody in the workspace, and
        few are asked for one by one: so somebody who acts for the first time does not wait for
        those who only read. Where there are many who are in no list, they are from elsewhere.
        """
        if not self.strange(members):
            return set()
        with self.turn:
            asked = self.strange(members)
            if len(asked) > ASKED:
                self.list_on()
                self.welcome(
                    {person: profile for person in asked if (profile := self.listed.get(person))}
                )
                asked = self.strange(asked)
                if self.cursor:
                    return asked
            now = time.monotonic()
            self.asked = [at for at in self.asked if at > now - MINUTE]
            few = sorted(asked)[: min(ASKED, max(A_MINUTE - len(self.asked), 0))]
            for person in few:
                self.asked.append(now)
                self.meet(person)
            return asked - set(few) if len(asked) <= ASKED else set()

    def strange(self, people: Collection[str]) -> set[str]:
        """Return the people who are known neither as the workspace's own nor as others."""
        return self.works.unknown(self.workspace, people) - self.others.keys()

    def list_on(self) -> None:
        """Ask for the list of everybody, or for its next pages.

        Where Slack's rate limit is reached, the rest follows another time.
        """
        if not self.cursor and time.monotonic() < self.listed_until:
            return
        if not self.cursor:
            self.listed, self.listed_until = {}, time.monotonic() + LISTED_FOR
        with suppress(Limited):
            for _ in range(PAGES):
                page, self.cursor = self.outlet.everybody(self.cursor)
                self.listed |= {
                    user["id"]: profile
                    for user in page
                    if (profile := self.judged(user["id"], user))
                }
                if not self.cursor:
                    return

    def meet(self, person: str) -> None:
        """Look somebody up, and welcome them if they belong to the workspace."""
        if told := self.judged(person, self.outlet.person(person)):
            self.welcome({person: told})

    def judged(self, person: str, user: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what the app keeps of one of the workspace's own people.

        Of anybody else it keeps only whether they read the channel.

        Args:
            person: The Slack id of the person.
            user: What Slack says of them; empty for a person that Slack does not know.
        """
        found = member(user, self.workspace)
        self.others.pop(person, None)
        if not found:
            self.others[person] = not belongs(user, self.workspace)
        return found

    def welcome(self, profiles: Mapping[str, dict[str, Any]]) -> None:
        """Store what Slack says of the workspace's own people.

        Many are stored in one unit of work, and each alone where that fails.
        """
        waiting = sorted(profiles)
        for some in (waiting[start : start + AT_ONCE] for start in range(0, len(waiting), AT_ONCE)):
            try:
                with self.works(self.workspace) as work:
                    people.meet(work, {person: profiles[person] for person in some})
            except IntegrityError:  # another replica met one of them at the same moment
                for person in some:
                    self.works.welcome(self.workspace, person, **profiles[person])
