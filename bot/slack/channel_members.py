"""Who reads along in the channels of one workspace, asked of Slack and remembered for as long as it
holds.
"""

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
"""Seconds after which we ask again who is in a channel, whatever Slack told us of comings and
goings.
"""
SOON = 5.0
"""Seconds after which we go on asking who those are that we do not know."""
ASKED, A_MINUTE = 10, 30
"""Unknown people looked up one by one, a call of Slack's each: at a time, while a delivery waits,
and in a minute. Slack allows an app a hundred in a workspace: the others are for people who act for
the first time.
"""
PAGES = 5
"""Pages of the list of everybody that are asked for at a time; Slack allows twenty a minute."""
LISTED_FOR = 300.0
"""Seconds for which that list tells who somebody is: then it is asked for again, if there are many
we do not know.
"""
MINUTE = 60.0
AT_ONCE = 100
"""People who are welcomed in one unit of work, so that nobody waits for it."""


@dataclass(frozen=True)
class Room:
    """Who reads along in a channel. people: Slack ids of those we know; strangers: whether there
    are others.

    shared: whether some come, or will, from another company · complete: whether nobody is left to
    be looked up · turn: how often it had changed · until: on the monotonic clock.
    """

    people: frozenset[str]
    strangers: bool
    shared: bool
    complete: bool
    turn: int
    until: float


class ChannelMembers:
    """Whom the channels of a workspace are drawn for. Many threads ask it; none holds the database
    meanwhile.
    """

    def __init__(self, works: UnitOfWorkFactory, workspace: str, outlet: SlackGateway) -> None:
        self.works, self.workspace, self.outlet = works, workspace, outlet
        self.rooms: dict[str, Room] = {}
        self.others: dict[str, bool] = {}
        """Members who are none of our people → whether they read along; bots do not."""
        self.heard: dict[str, int] = {}
        """Channel → how often it had changed when deliveries for it were last taken."""
        self.listed: dict[str, dict[str, Any]] = {}
        """Everybody of ours, as Slack's list says, and as far as it was read: so far as the cursor
        leads on.
        """
        self.cursor, self.listed_until = "", 0.0
        self.asked: list[float] = []
        """When people were asked for one by one, in the last minute."""
        self.turn = Lock()
        self.asking: dict[str, Lock] = {}
        """Channel → held by whoever asks who is there."""

    def room(self, channel: str, turn: int) -> Room | None:
        """Who is in a channel, if we know it still. turn: how often it has changed by now."""
        room = self.rooms.get(channel)
        return room if room and room.turn == turn and time.monotonic() < room.until else None

    def ask(self, channel: str, turn: int) -> Room:
        """Who is in a channel, asked by one thread at a time: the others take what it found.

        turn: how often it had changed before this was asked.
        """
        with self.asking.setdefault(channel, Lock()):
            return self.room(channel, turn) or self.found(channel, turn)

    def found(self, channel: str, turn: int) -> Room:
        """Who is in a channel, as Slack says now. Where others read along than before, its cards
        are drawn anew.
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
        """Ask who those in a channel are whom we do not know yet, if we have begun to; whether
        nobody is left.
        """
        room = self.rooms.get(channel)
        if room is None or room.complete:
            return True
        with self.asking.setdefault(channel, Lock()):
            return self.found(channel, room.turn).complete

    def gathered(self, group: str) -> tuple[set[str], bool]:
        """Who is in a user group, and whether we know all of ours among them by now. group: its
        id.
        """
        members = self.outlet.gathered(group)
        return members, not self.look_up(members)

    def outsiders(self, people: Collection[str]) -> tuple[set[str], bool]:
        """Return who of these people belongs to another company, and whether Slack's list was read
        to its end.
        """
        with self.turn:
            self.list_on()
            return {person for person in people if self.others.get(person)}, not self.cursor

    # ── who they are ──────────────────────────────────────────────────────────────────────────────

    def look_up(self, members: Collection[str]) -> set[str]:
        """Find out who those are that we do not know; those of ours are welcomed. Returns who is
        left for later.

        Many are read from the list of everybody in the workspace, and few are asked for one by one:
        so whoever acts for the first time is not kept waiting by those who read along. Many who are
        in no list are from elsewhere.
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
        """Those of whom we know neither that they are ours, nor that they are not."""
        return self.works.unknown(self.workspace, people) - self.others.keys()

    def list_on(self) -> None:
        """Ask for the list of everybody, or for its next pages; what Slack has had enough of goes
        on another time.
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
        """Look somebody up, who is welcomed if they are one of ours."""
        if told := self.judged(person, self.outlet.person(person)):
            self.welcome({person: told})

    def judged(self, person: str, user: Mapping[str, Any]) -> dict[str, Any] | None:
        """What we keep of one of ours. Of anybody else it is no more than whether they read along.

        user: what Slack says of them; nothing of whom it does not know.
        """
        found = member(user, self.workspace)
        self.others.pop(person, None)
        if not found:
            self.others[person] = not belongs(user, self.workspace)
        return found

    def welcome(self, profiles: Mapping[str, dict[str, Any]]) -> None:
        """Store what Slack says of people of ours, many in one unit of work, and each alone where
        that fails.
        """
        waiting = sorted(profiles)
        for some in (waiting[start : start + AT_ONCE] for start in range(0, len(waiting), AT_ONCE)):
            try:
                with self.works(self.workspace) as work:
                    people.meet(work, {person: profiles[person] for person in some})
            except IntegrityError:  # another replica met one of them at the same moment
                for person in some:
                    self.works.welcome(self.workspace, person, **profiles[person])
