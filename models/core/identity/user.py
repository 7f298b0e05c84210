"""The workspace and its people."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, Integer, String, UniqueConstraint, false, select, true, update
from sqlalchemy.orm import Mapped, mapped_column

from models.core.context import Context
from models.core.db.types import UTCDateTime
from models.core.entity.base import Base, Changes, Entity
from models.core.entity.facts import Facts
from models.core.entity.name_reference import Named, must_stand
from models.core.errors import Conflict
from models.core.fields import Choice, Clock, Email, Flag, Text, Zone, field
from models.core.fields.several import Several
from models.core.identity.notices import (
    DAYS,
    LABELS,
    NOTICES,
    PLACES,
    RARE_LABELS,
    RARELY,
    SPANS,
    USUAL,
    WORKDAYS,
    Notice,
    Seldom,
    Weekday,
    Where,
)
from models.core.identity.rights import Preset

RULING = ("role", "left", "guest", "deleted_at")
"""The fields that say whether somebody is an admin who is here."""


CODE = re.compile(r"<@(\w+)(?:\|[^<>]*)?>|(?<!\S)([UW][A-Z0-9_]{2,})(?!\S)")
"""A person as Slack writes one, and their bare id."""
LOCAL = "LOCAL"
"""The workspace of what was imported before there was a Slack workspace."""


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
    """Rises with every change of a role, of a team, or of who has which."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    adopted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When what was imported before Slack was connected moved in."""
    previews: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    """Whether a reference that somebody writes in a channel is answered with a small card."""


class User(Entity):
    """A person of the Slack workspace who uses the CRM."""

    prefix = "US"
    proposed = False
    icon = ":bust_in_silhouette:"
    nouns = ("user", "person")
    line = ("role", "team")
    are_people = True
    needs = dict.fromkeys(("role", "slack_id", "guest", "left", "deleted_at"), ("role", "give")) | {
        "team": ("team", "join")
    }
    governing = frozenset({"role", "team", "guest", "left", "deleted_at"})

    slack_id: Mapped[str] = field(Text("Slack id", 20, required=True, form=False, card=False))
    name: Mapped[str] = field(Text("Name", required=True, search=True, personal=True, form=False))
    email: Mapped[str | None] = field(Email("E-mail", search=True, personal=True, form=False))
    role: Mapped[str] = field(Named("Role", to="role", required=True), default=Preset.REP)
    team: Mapped[str | None] = field(Named("Team", to="team"))
    zone: Mapped[str] = field(Zone("Time zone", required=True, form=False), default="UTC")
    starts_at: Mapped[str] = field(
        Clock("Working from", hint="In your own time, such as 9:00 or 8am"), default="09:00"
    )
    ends_at: Mapped[str] = field(
        Clock("Working until", hint="Such as 17:30, or 6:00 of the next day"), default="17:30"
    )
    works_on: Mapped[tuple[str, ...]] = field(
        Several(
            "Works on",
            options=Weekday,
            names=DAYS,
            groups=SPANS,
            menu=True,
            form=False,
            card=False,
            also=("on", "workdays"),
        ),
        default=WORKDAYS,
        server_default=f"|{'|'.join(WORKDAYS)}|",
    )
    anytime: Mapped[bool] = field(
        Flag("Messages at any time", form=False, card=False, also=("nights", "weekends")),
        default=False,
        server_default=false(),
        nullable=False,
    )
    notices: Mapped[tuple[str, ...]] = field(
        Several(
            "Notifications",
            options=Notice,
            names=NOTICES,
            labels=LABELS,
            form=False,
            card=False,
            also=("what", "about"),
        ),
        default=USUAL,
        server_default=f"|{'|'.join(USUAL)}|",
    )
    seldom: Mapped[tuple[str, ...]] = field(
        Several(
            "Less often",
            options=Seldom,
            names=RARELY,
            labels=RARE_LABELS,
            form=False,
            card=False,
            also=("less",),
        ),
        default=(),
    )
    told_in: Mapped[str] = field(
        Choice(
            "Notifications go to",
            options=Where,
            others=PLACES,
            required=True,
            form=False,
            card=False,
            also=("where",),
        ),
        default=Where.MESSAGE,
        server_default=Where.MESSAGE.value,
    )
    guest: Mapped[bool] = field(Flag("Guest", form=False, card=False), default=False)
    left: Mapped[bool] = field(Flag("Has left", form=False, card=False), default=False)
    greeted: Mapped[bool] = mapped_column(Boolean, default=False, server_default=true())
    """Whether the bot has greeted them, as it does once.

    People who were here before it greeted anybody count as greeted.
    """

    @classmethod
    def indexes(cls) -> list[UniqueConstraint]:
        return [UniqueConstraint("workspace", "slack_id")]

    @classmethod
    def recognise(cls, work: Context, text: str) -> int | None:
        """Return the id of the person that `me`, a mention or a Slack id means."""
        word = text.strip().removeprefix("<@").removesuffix(">").partition("|")[0]
        me: User | None = work.actor
        if me and (word.casefold() in ("me", "myself", "i") or word == me.slack_id):
            return me.id
        return work.session.scalar(select(User.id).where(User.slack_id == word))

    @classmethod
    def unknown(cls, text: str) -> str:
        """Return why a text means nobody.

        A person who was picked in Slack and is not among the people is from another company, or is
        no person at all.
        """
        if CODE.fullmatch(text):
            return "This is nobody of this workspace. Choose one of its members."
        return super().unknown(text)

    def facts(self, work: Context) -> Facts:
        """Return why somebody may do nothing here, no matter what their role says."""
        if self.left:
            return [("Slack", "Has left the workspace, and may do nothing here")]
        return [("Slack", "A guest, who may do nothing here")] if self.guest else []

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def settle(self, work: Context, changes: Changes) -> None:
        """Keep working hours, working days and an admin; a given role or team must exist."""
        self.must_be_replaced(work, changes)
        if self.id is not None:
            must_stand(work, self, changes, "role", "team")
        self.starts_at, self.ends_at = self.starts_at or "09:00", self.ends_at or "17:30"
        self.works_on = self.works_on or WORKDAYS

    @property
    def rules(self) -> bool:
        """Return whether this is an admin who is here."""
        return self.role == Preset.ADMIN and not (self.left or self.guest or self.deleted_at)

    def must_be_replaced(self, work: Context, changes: Changes) -> None:
        """Raise Conflict where the last admin would no longer be one.

        That somebody has left, or is a guest, comes from Slack, and it is a fact; a person cannot
        make it so by hand.
        """
        told = not work.actor and "role" not in changes
        before = {
            name: changes[name][0] if name in changes else getattr(self, name) for name in RULING
        }
        ruled = before.pop("role") == Preset.ADMIN and not any(before.values())
        if not ruled or self.rules or told:
            return
        known = {
            *work.session.scalars(select(User).where(User.role == Preset.ADMIN)),
            *work.session.dirty,
        }
        if not any(isinstance(each, User) and each is not self and each.rules for each in known):
            raise Conflict(
                f"{self.name} is the last admin. Make somebody else one first, with: user edit @name role=admin"
            )


def greet(work: Context, person: User) -> bool:
    """Mark a person as greeted, and return whether nobody had greeted them yet.

    Of two who do it at once, one does; no guest is greeted, and nobody who has left.
    """
    them: Any = User.__table__
    here = (them.c.workspace == work.workspace.id, them.c.id == person.id)
    new = (them.c.greeted.is_(False), them.c.guest.is_(False), them.c.left.is_(False))
    mark = update(them).where(*here, *new).values(greeted=True).returning(them.c.id)
    return work.session.connection().execute(mark).first() is not None


def newcomer(workspace: Workspace, slack_id: str) -> User:
    """Return a row for a new person: a rep, in the workspace's zone until Slack says another."""
    return User(slack_id=slack_id, role=Preset.REP, zone=workspace.zone)


def with_names(work: Context, text: str) -> str:
    """Return a text with the names of people in place of what Slack calls them."""

    def name(code: re.Match[str]) -> str:
        known = work.session.scalar(select(User.id).where(User.slack_id == (code[1] or code[2])))
        if known is not None:
            return f"@{work.name('user', known)}"
        return "@somebody" if code[1] else code[0]

    return CODE.sub(name, text)
