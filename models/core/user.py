"""The workspace and its people."""

import re
from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from models.core.base import Base, Changes, Entity
from models.core.errors import Conflict, Invalid
from models.core.fields import Email, Flag, Text, Zone, field
from models.core.named import Named
from models.core.rights import Preset
from models.core.types import UTCDateTime

if TYPE_CHECKING:
    from models.core.work import Work


CODE = re.compile(r"<@(\w+)(?:\|[^<>]*)?>|(?<!\S)([UW][A-Z0-9_]{2,})(?!\S)")
"""A person as Slack writes one, and their bare id."""
LOCAL = "LOCAL"
"""The workspace of what was imported before there was one of Slack's."""


class Workspace(Base):
    """A Slack workspace; every row belongs to one and nothing ever crosses."""

    __tablename__ = "workspace"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(255), default="")
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    region: Mapped[str] = mapped_column(String(2), default="US")
    sales_channel: Mapped[str] = mapped_column(String(80), default="")
    support_channel: Mapped[str] = mapped_column(String(80), default="")
    digest_at: Mapped[str] = mapped_column(String(5), default="08:30")
    remind_at: Mapped[str] = mapped_column(String(5), default="09:00")
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    roster: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Rises with every change of a role, a team, or of who has which."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    adopted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When what was imported before Slack was connected moved in."""


class User(Entity):
    """A person of the Slack workspace who uses the CRM."""

    prefix = "US"
    icon = ":bust_in_silhouette:"
    nouns = ("user", "person")
    line = ("role", "team")
    governing = frozenset({"role", "team", "guest", "left", "deleted_at"})

    slack_id: Mapped[str] = field(Text("Slack id", 20, required=True, form=False, card=False))
    name: Mapped[str] = field(Text("Name", required=True, search=True, personal=True, form=False))
    email: Mapped[str | None] = field(Email("E-mail", search=True, personal=True, form=False))
    role: Mapped[str] = field(Named("Role", to="role", required=True), default=Preset.REP)
    team: Mapped[str | None] = field(Named("Team", to="team"))
    zone: Mapped[str] = field(Zone("Time zone", required=True, form=False), default="UTC")
    starts_at: Mapped[str] = field(Text("Working from", 5, hint="In your own time, such as 09:00"), default="09:00")
    ends_at: Mapped[str] = field(Text("Working until", 5), default="17:30")
    guest: Mapped[bool] = field(Flag("Guest", form=False, card=False), default=False)
    left: Mapped[bool] = field(Flag("Has left", form=False, card=False), default=False)

    @classmethod
    def indexes(cls) -> list[UniqueConstraint]:
        return [UniqueConstraint("workspace", "slack_id")]

    @classmethod
    def recognise(cls, work: "Work", text: str) -> int | None:
        """`me`, a mention or a Slack id."""
        word = text.strip().removeprefix("<@").removesuffix(">").partition("|")[0]
        if work.actor and (word.casefold() in ("me", "myself", "i") or word == work.actor.slack_id):
            return work.actor.id
        return work.session.scalar(select(User.id).where(User.slack_id == word))

    @classmethod
    def unknown(cls, text: str) -> str:
        """Who was picked in Slack and is not among the people, is of another company, or no person at all."""
        if CODE.fullmatch(text):
            return "This is nobody of this workspace. Choose one of its members."
        return super().unknown(text)

    def facts(self, work: "Work") -> list[tuple[str, str]]:
        """Why somebody may do nothing here, whatever their role says."""
        if self.left:
            return [("Slack", "Has left the workspace, and may do nothing here")]
        return [("Slack", "A guest, who may do nothing here")] if self.guest else []

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def settle(self, work: "Work", changes: Changes) -> None:
        """Working hours are times of the day, the first before the second; and there is always an admin."""
        if changes.get("role", ("", ""))[0] == Preset.ADMIN and not self.is_replaced(work):
            raise Conflict(
                f"{self.name} is the last admin. Make somebody else one first, with: user edit @name role=admin"
            )
        for name, usual in (("starts_at", "09:00"), ("ends_at", "17:30")):
            typed = getattr(self, name) or usual
            try:
                setattr(self, name, time.fromisoformat(typed.zfill(5)).strftime("%H:%M"))
            except ValueError:
                raise Invalid({name: f"“{typed}” is not a time. Try 09:00."}) from None
        if self.starts_at >= self.ends_at:
            raise Invalid({"ends_at": "The working day must end after it starts."})

    def is_replaced(self, work: "Work") -> bool:
        """Whether there is an admin besides this person."""
        others = (User.role == Preset.ADMIN, User.id != self.id, ~User.left, ~User.guest)
        return work.session.scalar(select(User.id).where(*others).limit(1)) is not None


def with_names(work: "Work", text: str) -> str:
    """A text with the names of people in the place of what Slack calls them by."""

    def name(code: re.Match[str]) -> str:
        known = work.session.scalar(select(User.id).where(User.slack_id == (code[1] or code[2])))
        if known is not None:
            return f"@{work.name('user', known)}"
        return "@somebody" if code[1] else code[0]

    return CODE.sub(name, text)


def follow_name(work: "Work", field: str, old: str, new: str) -> None:
    """Let the people whose role or team was renamed have it under its new name. field: role or team."""
    theirs = select(User).where(getattr(User, field) == old).execution_options(with_deleted=True)
    for person in work.session.scalars(theirs):
        setattr(person, field, new)
