"""Cases: requests for help, and what was said about them."""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, Integer, select
from sqlalchemy import Text as LongString
from sqlalchemy.orm import Mapped, mapped_column

from models.core.comments import Comment, say
from models.core.context import Context
from models.core.db.types import UTCDateTime
from models.core.entity.base import Changes, Entity
from models.core.entity.facts import Facts
from models.core.errors import Conflict, Invalid
from models.core.fields import Choice, LongText, Moment, Number, Person, Reference, Text, field
from models.core.fields.synonyms import CASE_STATUSES, ORIGINS, PRIORITIES
from models.core.parsing import values


class CaseStatus(StrEnum):
    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Origin(StrEnum):
    SLACK = "slack"
    EMAIL = "email"
    PHONE = "phone"
    WEB = "web"
    OTHER = "other"


OPEN = (CaseStatus.NEW, CaseStatus.OPEN, CaseStatus.WAITING)
OVER = ("resolved", "solved", "closed")
ENDED = (CaseStatus.RESOLVED, CaseStatus.CLOSED)
PRESSING = (Priority.HIGH, Priority.URGENT)


PRESSED = re.compile(
    r"\b(urgent)\b|\b(low|high)[ -]prio|\bprio(?:rity)?[ :=]+(low|high)\b|\b(low|high)\W*$",
    re.IGNORECASE,
)
"""A priority among the words of a subject."""


class Case(Entity):
    """A request for help from a customer, perhaps about an account."""

    prefix = "CS"
    icon = ":ambulance:"
    nouns = ("case", "ticket")
    asked_first = ("customer", "subject", "priority", "description", "assignee")
    named = ("subject",)
    line = ("priority", "status", "customer", "assignee")
    owned = "assignee"
    makers = False
    channel = "support_channel"
    besides = ("is_closed",)
    remarks = "description"
    shown_on = ("customer", "account")

    customer: Mapped[int] = field(Reference("Customer", to="customer", required=True, search=True))
    account: Mapped[int | None] = field(Reference("Account", to="account", also=("company",)))
    subject: Mapped[str] = field(Text("Subject", 255, required=True, search=True))
    status: Mapped[str] = field(
        Choice(
            "Status",
            options=CaseStatus,
            required=True,
            others=CASE_STATUSES,
            watched=True,
            deeds={CaseStatus.RESOLVED: "resolved", CaseStatus.CLOSED: "closed"},
            yours=True,
            kept=(CaseStatus.NEW, CaseStatus.OPEN, CaseStatus.RESOLVED, CaseStatus.CLOSED),
        ),
        default=CaseStatus.NEW,
    )
    priority: Mapped[str] = field(
        Choice(
            "Priority",
            options=Priority,
            required=True,
            others=PRIORITIES,
            ranked=True,
            watched=True,
        ),
        default=Priority.NORMAL,
    )
    description: Mapped[str | None] = field(LongText("Description", search=True))
    origin: Mapped[str | None] = field(Choice("Origin", options=Origin, others=ORIGINS, card=False))
    type: Mapped[str | None] = field(Text("Type", 50, card=False))
    assignee: Mapped[int | None] = field(Person("Assignee", also=("owner",)))
    team: Mapped[str | None] = field(Text("Team", 50, card=False))
    respond_by: Mapped[datetime | None] = field(Moment("Respond by", form=False))
    resolve_by: Mapped[datetime | None] = field(
        Moment("Resolve by", also=("due", "deadline"), watched=True)
    )
    responded_at: Mapped[datetime | None] = field(Moment("First response", form=False, card=False))
    resolved_at: Mapped[datetime | None] = field(Moment("Resolved", form=False))
    closed_at: Mapped[datetime | None] = field(Moment("Closed", form=False))
    escalation: Mapped[int] = field(Number("Escalation level", form=False, card=False), default=0)
    csat: Mapped[int | None] = field(Number("Satisfaction", form=False))
    merged_into: Mapped[int | None] = field(
        Reference("Merged into", to="case", form=False, back="Merged cases")
    )

    def card_lines(self) -> tuple[str, ...]:
        due = () if self.ended else ("*Respond by:* {respond_by}", "*Resolve by:* {resolve_by}")
        return (
            "*{priority}* · {assignee|unassigned} · {status}",
            "{customer} at {account}",
            "",
            *due,
        )

    def awaited(self) -> Mapping[str, tuple[str, str]]:
        """Return a priority in the subject, which stays a part of it."""
        found = PRESSED.search(self.subject)
        if not found or self.priority != Priority.NORMAL:
            return {}
        word = next(filter(None, found.groups())).lower()
        return {"priority": (self.priority.capitalize(), f"priority={word}")}

    @classmethod
    def indexes(cls) -> list[Any]:
        return [
            Index(None, "workspace", "status", "priority"),
            Index(None, "workspace", "assignee", "status"),
            Index(None, "workspace", "customer"),
            Index(None, "workspace", "account"),
            Index(None, "workspace", "updated_at"),
        ]

    @classmethod
    def heard(cls, message: str) -> dict[str, str]:
        return super().heard(message) | {"description": message}

    @classmethod
    def translate(cls, texts: dict[str, str]) -> dict[str, str]:
        """Close a case where a separate column says so, no matter what its status is called."""
        if (flag := values.fold(texts.get("is_closed", ""))) not in values.YES | values.NO:
            return texts
        texts = {name: text for name, text in texts.items() if name != "is_closed"}
        ended = values.fold(texts.get("status", "")) in OVER
        return texts | ({"status": CaseStatus.CLOSED} if flag in values.YES and not ended else {})

    @classmethod
    def open(cls) -> ColumnElement[bool]:
        """Return the filter for cases that still wait for someone."""
        return cls.status.in_(cls.options_like("status", *OPEN))

    @classmethod
    def overdue(cls, work: Context) -> ColumnElement[bool]:
        """Return the filter for cases that should have been resolved by now."""
        return cls.open() & (cls.resolve_by <= work.now)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for someone."""
        return self.meaning_of("status", self.status) in OPEN

    @property
    def ended(self) -> bool:
        return self.meaning_of("status", self.status) in ENDED

    @property
    def closed(self) -> bool:
        return self.meaning_of("status", self.status) == CaseStatus.CLOSED

    def begin(self) -> None:
        """Call a new case open."""
        if self.meaning_of("status", self.status) == CaseStatus.NEW:
            self.status = CaseStatus.OPEN

    def settle(self, work: Context, changes: Changes) -> None:
        """Keep the times of resolving and closing in step with the status."""
        if self.csat is not None and not 1 <= self.csat <= 5:
            raise Invalid({"csat": "Satisfaction goes from 1 to 5."})
        if "status" in changes:
            today = (
                None if work.from_file and self.id is None else work.now
            )  # only files know when something ended elsewhere
            self.resolved_at = (self.resolved_at or today) if self.ended else None
            self.closed_at = (self.closed_at or today) if self.closed else None

    def arrive(self, work: Context) -> None:
        """Set when a case that ended elsewhere ended: when the file says, else when it was made."""
        if not self.ended:
            return
        made = self.created_at if self.created_at < work.now else None
        self.resolved_at = self.resolved_at or self.closed_at or made
        if self.closed:
            self.closed_at = self.closed_at or self.resolved_at

    def claim(self, work: Context) -> None:
        """Take the case; of two people at once the first gets it.

        Raises:
            Conflict: Somebody else was faster; the message says who.
        """
        work.lock(self)
        self.must_be_open()
        if self.assignee and work.actor and self.assignee != work.actor.id:
            raise Conflict(f"{work.who(self.assignee)} has already taken {self}.")
        if self.assignee:
            raise Conflict(f"{self} is already yours.")
        self.assignee = work.actor.id if work.actor else None
        self.begin()
        work.tell(self, "took it.")

    def reply(self, work: Context, text: str, public: bool = True) -> "CaseComment":
        """Answer the customer (public) or leave a note for colleagues.

        The first answer is the first response.
        """
        if public:
            self.responded_at = self.responded_at or work.now
            self.begin()
        author = work.actor.id if work.actor else None
        reply = say(
            work,
            self,
            CaseComment(case=self.id, author=author, public=public, text=text, at=work.now),
        )
        work.tell(self, "replied" if public else "noted", remark=reply.id)
        return reply

    def resolve(self, work: Context, text: str | None = None) -> None:
        """Mark the case as solved, with the answer to the customer where there is one."""
        self.must_be_open()
        self.status = CaseStatus.RESOLVED
        if text:
            self.reply(work, text)
        work.tell(self, "resolved it.")

    def close(self, work: Context) -> None:
        """End the case."""
        if self.closed:
            raise Conflict(f"{self} is already closed.")
        self.status = CaseStatus.CLOSED
        work.tell(self, "closed it.")

    def reopen(self, work: Context) -> None:
        """Work on the case again."""
        if self.is_open:
            raise Conflict(f"{self} is already open.")
        self.status = CaseStatus.OPEN
        work.tell(self, "reopened it.")

    def must_be_open(self) -> None:
        if not self.is_open:
            raise Conflict(
                f"{self} is already {self.choice_of('status').name(self.status).lower()}."
            )

    def facts(self, work: Context) -> Facts:
        answers = (
            CaseComment.case == self.id,
            CaseComment.public,
            CaseComment.taken_back_at.is_(None),
        )
        last = work.session.scalar(
            select(CaseComment)
            .where(*answers)
            .order_by(CaseComment.at.desc(), CaseComment.id.desc())
            .limit(1)
        )
        replied: Facts = [("Last reply", " ".join(last.text.split()))] if last else []
        return [*replied, *super().facts(work)]


class CaseComment(Comment):
    """Something said about a case: by a colleague or the customer, to everyone or among us."""

    __tablename__ = "reply"
    about = "case"

    case: Mapped[int] = mapped_column(Integer, ForeignKey("case.id"))
    author: Mapped[int | None] = mapped_column(Integer, ForeignKey("user.id"))
    customer: Mapped[int | None] = mapped_column(Integer, ForeignKey("customer.id"))
    public: Mapped[bool]
    text: Mapped[str] = mapped_column(LongString)
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    @classmethod
    def indexes(cls) -> list[Any]:
        return [Index(None, "workspace", "case", "at")]

    @property
    def verb(self) -> str:
        return "reply" if self.public else "note"
