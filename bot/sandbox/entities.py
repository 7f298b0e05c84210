"""The members and channels of the Slack emulator, and its clock."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

Json = dict[str, Any]


class Clock(Protocol):
    """The time of the workspace, in aware UTC.

    It can be moved forward to see what happens tomorrow.
    """

    def __call__(self) -> datetime: ...

    def forward(self, by: timedelta) -> None: ...


@dataclass(frozen=True)
class Member:
    """A person in the workspace, or a guest of a shared channel.

    A guest's `team` is another workspace.
    """

    id: str
    name: str
    real_name: str = ""
    title: str = ""
    tz: str = "UTC"
    is_bot: bool = False
    is_restricted: bool = False
    email: str = ""
    team: str = ""
    teams: tuple[str, ...] = ()
    """The workspaces of an Enterprise Grid that they belong to.

    `team` may then be the organisation itself.
    """
    is_admin: bool = False
    is_ultra_restricted: bool = False
    deleted: bool = False
    locale: str = "en-US"
    """Where they are at home, which says whether their clock has 12 hours or 24."""

    def belongs(self, team: str) -> bool:
        """Return whether they belong to this workspace."""
        return team in (self.team, *self.teams)


@dataclass
class Channel:
    """A channel, or with `user` the direct messages between that person and the bot."""

    id: str
    name: str
    topic: str = ""
    members: Iterable[str] | None = None  # nobody named: everybody of the workspace, and the bot
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    user: str | None = None

    @property
    def is_im(self) -> bool:
        return self.user is not None

    @property
    def kind(self) -> str:
        """Return the word Slack uses for `channel_type` in events."""
        return "im" if self.is_im else "group" if self.is_private else "channel"


@dataclass
class Group:
    """A user group: people who are called together.

    Attributes:
        id: The id of the group.
        handle: The word behind its @.
        users: The ids of its members.
    """

    id: str
    handle: str
    users: list[str] = field(default_factory=list)


def find_member(members: Iterable[Member], said: str) -> Member | None:
    """Return the member that is meant by an id, a name, `@name`, or the full name."""
    wanted = said.strip().removeprefix("@").casefold()
    for member in members:
        if wanted in (member.id.casefold(), member.name.casefold(), member.real_name.casefold()):
            return member
    return None


def find_channel(channels: Iterable[Channel], said: str) -> Channel | None:
    """Return the channel that is meant by an id, a name or `#name`."""
    wanted = said.strip().removeprefix("#").casefold()
    for channel in channels:
        if wanted == channel.id.casefold() or (
            not channel.is_im and wanted == channel.name.casefold()
        ):
            return channel
    return None
