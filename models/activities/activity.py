"""Activities: calls, meetings, e-mails, notes and tasks."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Index, Integer, select
from sqlalchemy.orm import Mapped, mapped_column

from models.core.context import Context
from models.core.db.types import UTCDateTime
from models.core.entity.base import ENTITIES, Changes, Entity, plural
from models.core.errors import Ambiguous, Conflict, Invalid
from models.core.fields import Choice, LongText, Moment, Number, Person, Reference, Text, field
from models.core.fields.base import Field, Reader
from models.core.fields.repeats import Repeats
from models.core.fields.synonyms import ACTIVITIES
from models.core.fields.trailing import is_moment, take_moment
from models.core.identity.user import User
from models.core.outbox.delivery import Delivery, partial
from models.core.parsing import values
from models.core.parsing.datetimes import MORNING, show_moment, to_utc
from models.core.parsing.repeats import CLOCK as TIME
from models.core.parsing.repeats import read_repeat, take_repeat
from models.core.permissions import policy

NEWS = timedelta(days=1)
"""What was due longer ago when it is written down is no news; the morning's reminder has it."""


DONE = values.YES | {
    "completed",
    "complete",
    "done",
    "closed",
    "finished",
    "held",
    "sent",
    "erledigt",
}
NOT_DONE = values.NO | {
    "not started",
    "in progress",
    "waiting on someone else",
    "waiting",
    "deferred",
    "open",
    "planned",
    "to do",
    "todo",
    "pending",
    "scheduled",
    "new",
    "not done",
    "offen",
}
"""What other systems call what is done, and what is not."""


CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?", re.IGNORECASE)
WHO = "Who is this about? Name a customer or a lead."
FOR = re.compile(r"for (@?[^\W\d][^\s:]*(?: [^\W\d][^\s:]*){0,2}): *(\S.*)", re.I | re.DOTALL)
"""How people say whose task it is: for Ravi: call Anand."""
ONCE = frozenset(("due_date", "done_at", "outcome", "deleted_at"))
"""The fields that are not those of the next one where a task repeats."""
REPEATING = "edit {} repeats=every monday"
LASTED = re.compile(r"(\d{1,3}):(\d\d)(?::(\d\d))?")
"""How long something took, in hours and minutes."""


def timed(texts: dict[str, str]) -> dict[str, str]:
    """Return the texts of a row with the time of day in the due date and the duration in minutes.

    A row that also has an end is a meeting.
    """
    texts = dict(texts)
    if CLOCK.fullmatch(texts.get("due_time", "")) and ":" not in texts.get("due_date", ":"):
        texts["due_date"] = f"{texts['due_date']} {texts.pop('due_time')}"
    if found := LASTED.fullmatch(texts.get("lasted", "")):
        texts.pop("lasted")
        texts.setdefault("minutes", str(int(found[1]) * 60 + int(found[2])))
    if (seconds := texts.get("lasted_seconds", "")).isdecimal():
        texts.pop("lasted_seconds")
        texts.setdefault("minutes", str((int(seconds) + 59) // 60))
    if texts.pop("ends", ""):
        texts.setdefault("type", ActivityType.MEETING)
    return texts


class ActivityType(StrEnum):
    TASK = "task"
    CALL = "call"
    MEETING = "meeting"
    EMAIL = "email"
    NOTE = "note"


def carried(name: str, kind: Field) -> bool:
    """Return whether the next of a row of tasks holds the same in a field."""
    return name not in ONCE and not kind.readonly


def take_colleague(words: str, reader: Reader) -> tuple[str, str]:
    """Return `for Ravi: call Anand` as (`Ravi`, `call Anand`), where Ravi is one of us.

    Where a customer has that name, too, the words stay as they are.
    """
    found = FOR.fullmatch(words)
    if (
        not found
        or not is_named(reader, "user", found[1])
        or is_named(reader, "customer", found[1])
    ):
        return "", words
    return found[1], found[2]


def first_due(often: str, start: str, reader: Reader) -> str:
    """Return when something that repeats is due first: as the words behind it say, or by itself.

    Args:
        often: How often it repeats, "" for never.
        start: A day, a time of day, or nothing.
        reader: The person who types.
    """
    if not often or (start and not TIME.fullmatch(start)):
        return start
    day = read_repeat(often).first(reader.now.astimezone(reader.zone).date())
    return f"{day.isoformat()} {start}".strip()


def is_named(reader: Reader, entity: str, name: str) -> bool:
    """Return whether one or several records have a name."""
    try:
        return bool(reader.lookup(entity, name))
    except Ambiguous:
        return True
    except ValueError:
        return False


class Activity(Entity):
    """A call, a meeting, an e-mail, a note or a task, with the day it is due; a task may repeat."""

    prefix = "AT"
    icon = ":spiral_calendar_pad:"
    nouns = ("task", "activity")
    named = ("description",)
    line = ("type", "due_date", "customer", "lead", "owner")
    owned = "owner"
    whose = ("customer", "lead")
    dated = "due_date"
    asked_first = ("description", "due_date", "customer", "lead", "opportunity", "type")
    besides = ("status", "who", "what", "due_time", "lasted", "lasted_seconds", "ends")
    either = {"who": ("customer", "lead"), "what": ("opportunity", "account", "case")}
    remarks = "description"
    in_timeline = True
    shown_on = ("customer", "lead", "account", "opportunity", "case")

    type: Mapped[str] = field(
        Choice(
            "Type",
            options=ActivityType,
            required=True,
            others=ACTIVITIES,
            yours=True,
            kept=tuple(ActivityType),
        ),
        default=ActivityType.TASK,
    )
    description: Mapped[str] = field(LongText("Description", required=True, search=True))
    due_date: Mapped[datetime | None] = field(Moment("Due", also=("due", "when"), watched=True))
    customer: Mapped[int | None] = field(Reference("Customer", to="customer", search=True))
    lead: Mapped[int | None] = field(Reference("Lead", to="lead", search=True))
    account: Mapped[int | None] = field(Reference("Account", to="account", also=("company",)))
    opportunity: Mapped[int | None] = field(Reference("Deal", to="opportunity"))
    case: Mapped[int | None] = field(Reference("Case", to="case"))
    owner: Mapped[int | None] = field(Person("Owner"))
    repeats: Mapped[str | None] = field(
        Repeats("Repeats", also=("every", "repeat"), hint="Such as every 2 weeks or every monday")
    )
    done_at: Mapped[datetime | None] = field(
        Moment("Done", form=False, watched=True, deeds={"*": "ticked off"})
    )
    outcome: Mapped[str | None] = field(Text("Outcome"))
    minutes: Mapped[int | None] = field(Number("Minutes"))
    remind_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When its owner is reminded that it is due; empty once that was done.

    It stays when the activity is done or hidden, for when the activity comes back.
    """
    repeats_of: Mapped[int | None] = mapped_column(Integer)
    """The id of the one before it in a row of tasks that repeat: each is followed by one."""

    @classmethod
    def indexes(cls) -> list[Any]:
        todo = "done_at IS NULL AND deleted_at IS NULL"
        return [
            partial(
                "ix_activity_open",
                "workspace",
                "due_date",
                "id",
                where=f"{todo} AND due_date IS NOT NULL",
            ),
            partial(
                "ix_activity_untold",
                "workspace",
                "owner",
                "remind_at",
                where=f"remind_at IS NOT NULL AND {todo}",
            ),
            Index(None, "workspace", "owner", "done_at", "due_date"),
            Index(None, "workspace", "customer"),
            Index(None, "workspace", "lead"),
            Index(None, "workspace", "account"),
            Index(None, "workspace", "opportunity"),
            Index(None, "workspace", "case"),
            partial(
                "ix_activity_repeats_of", "workspace", "repeats_of", where="repeats_of IS NOT NULL"
            ),
        ]

    @classmethod
    def texts_of(cls, words: str, reader: Reader) -> dict[str, str]:
        who, words = take_colleague(words, reader)
        words, often, start = take_repeat(words)
        description, due = take_moment(words, reader)
        if not due and is_moment(words, reader):
            description, due = "", words
        if not often:  # Call Ada every 2 weeks tomorrow
            description, often, _ = take_repeat(description)
        more = {"due_date": due or first_due(often, start, reader), "owner": who, "repeats": often}
        return {"description": description} | {name: text for name, text in more.items() if text}

    @classmethod
    def heard(cls, message: str) -> dict[str, str]:
        return {"description": message}

    @classmethod
    def called_together(cls, some: Iterable["Activity"]) -> tuple[str, str]:
        kinds = {each.type if each.done_at else ActivityType.TASK for each in some}
        if len(kinds) > 1:
            return "activity", "activities"
        word = cls.type_name(next(iter(kinds), ActivityType.TASK))
        return word, plural(word)

    @classmethod
    def type_name(cls, type: str) -> str:
        """Return what a type is called in a sentence."""
        return {"Email": "e-mail"}.get(name := cls.choice_of("type").name(type), name.lower())

    @property
    def did(self) -> str:
        """What somebody did who logs it, in a sentence: call, e-mail."""
        return self.type_name(self.type)

    @property
    def like(self) -> ActivityType:
        """The built-in type that its own type is like."""
        return ActivityType(self.meaning_of("type", self.type))

    @classmethod
    def open(cls) -> ColumnElement[bool]:
        """Return the filter for what is planned and not done."""
        return cls.done_at.is_(None) & cls.due_date.is_not(None)

    @classmethod
    def overdue(cls, work: Context) -> ColumnElement[bool]:
        """Return the filter for what should have been done by now."""
        return cls.open() & (cls.due_date <= work.now)

    @classmethod
    def untold(cls, work: Context) -> ColumnElement[bool]:
        """Return the filter for what has come due without a reminder to its owner.

        It is spelt as in the index that serves it.
        """
        return (cls.remind_at <= work.now) & cls.done_at.is_(None) & cls.deleted_at.is_(None)

    @classmethod
    def translate(cls, texts: dict[str, str]) -> dict[str, str]:
        """Translate how other systems say that an activity is done, and when it is due.

        They say in a word whether it is done, and give the time of day beside the due day.
        """
        texts = timed(texts)
        status = values.fold(texts.get("status", ""))
        if status in DONE | NOT_DONE:
            texts = {name: text for name, text in texts.items() if name != "status"}
        return texts | ({"done": "yes"} if status in DONE else {})

    @classmethod
    def when_done(cls, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Return when it was done: when the file says, else when it was due, else when it was made.

        The moment is never after now.
        """
        known = (values.get(name) for name in ("done_at", "due_date", "created_at"))
        return {"done_at": min(next(filter(None, known), now), now)}

    def arrive(self, work: Context) -> None:
        """Mark a past call, meeting, e-mail or note as done at its due moment.

        A task may still be open.
        """
        if (
            self.like != ActivityType.TASK
            and not self.done_at
            and self.due_date
            and self.due_date <= work.now
        ):
            self.done_at = self.due_date

    def awaited(self) -> Mapping[str, tuple[str, str]]:
        return {} if self.due_date or self.done_at else {"due_date": ("no date yet", "due=fri")}

    def called(self, reader: Reader) -> str:
        return " ".join((self.description or "").split())

    def news(self, work: Context, changed: Collection[str] = ()) -> str:
        """Return that it is the next of a row, or whom it is about now: another act did that."""
        if not changed and self.repeats_of and self.due_date:
            return f"Next: {self}, due {show_moment(self.due_date, work.now, work.zone)}"
        if not changed or set(changed) - set(self.shown_on) or not work.shows(self):
            return super().news(work, changed)
        about = [(name, id) for name in self.shown_on if (id := getattr(self, name))]
        if not about:
            return super().news(work, changed)
        return f"{self} is about {work.name(*about[0])} ({work.ref(*about[0])}) now"

    def settle(self, work: Context, changes: Changes) -> None:
        """Require one customer or one lead; a deal or a case brings its customer along.

        An activity from a file may be about a deal, a case or an account alone.
        """
        if not self.customer and not self.lead:
            about = {"case": self.case, "opportunity": self.opportunity}
            records: list[Any] = [work.get(ENTITIES[slug], id) for slug, id in about.items() if id]
            self.customer = next((record.customer for record in records if record.customer), None)
        named = bool(self.customer) + bool(self.lead)
        about_something = self.account or self.opportunity or self.case
        if named > 1 or not (
            named or (about_something and not self.decides(work, changes, "customer", "lead"))
        ):
            problem = "This is about both a customer and a lead. Keep one." if self.lead else WHO
            raise Invalid({"customer": problem})
        if self.minutes is not None and self.minutes < 0:
            raise Invalid({"minutes": "Minutes cannot be negative."})
        if self.repeats and not self.done_at:
            self.begin_to_repeat(work, changes)
        elif self.is_continued(work, changes):
            self.plan_next(work)
        if "due_date" in changes:
            news = (
                self.due_date
                and self.due_date > work.now - NEWS
                and not self.was_told(work, self.due_date)
            )
            self.remind_at = self.due_date if news else None

    @property
    def comes_again(self) -> bool:
        """Whether it is open and repeats."""
        return self.done_at is None and bool(self.repeats)

    def begin_to_repeat(self, work: Context, changes: Changes) -> None:
        """Say when a task that repeats is due first, and keep its weekday or day of the month."""
        often = read_repeat(self.repeats or "")
        if not self.due_date:
            first = often.first(work.now.astimezone(self.zone(work)).date())
            self.due_date = to_utc(first, MORNING, self.zone(work))
        if "repeats" in changes:
            due = self.due_date.astimezone(self.zone(work)).date()
            self.repeats = str(often.anchored(due))

    def is_continued(self, work: Context, changes: Changes) -> bool:
        """Return whether the next one is planned now: somebody did this one, the first time."""
        if not self.repeats or not self.due_date or self.id is None or "done_at" not in changes:
            return False
        if not self.done_at or work.repeats or work.from_file:
            return False
        there = select(Activity.id).where(Activity.repeats_of == self.id).limit(1)
        with policy.beyond(work.session):
            found = work.session.scalar(there.execution_options(with_deleted=True))
        return found is None

    def plan_next(self, work: Context) -> None:
        """Plan the one that comes after it: one at a time, and none for what was missed."""
        kinds = self.fields().items()
        same = {name: getattr(self, name) for name, kind in kinds if carried(name, kind)}
        work.session.add(Activity(**same, due_date=self.next_due(work), repeats_of=self.id))

    def skip(self, work: Context) -> None:
        """Leave this one out: it is due when the next one would be.

        Raises:
            Conflict: It is done, or does not repeat.
        """
        self.must_be_open()
        self.due_date = self.next_due(work)

    def next_due(self, work: Context) -> datetime:
        """Return when it is due the next time.

        Raises:
            Conflict: It does not repeat.
        """
        if not self.repeats or not self.due_date:
            raise Conflict(
                f"{self.ref} does not repeat. Say how often: {REPEATING.format(self.ref)}"
            )
        return read_repeat(self.repeats).after(self.due_date, work.now, self.zone(work))

    def zone(self, work: Context) -> ZoneInfo:
        """Return the time zone in which it repeats: that of its owner, else of the workspace."""
        owner = work.get(User, self.owner) if self.owner else None
        return owner.tz if owner else ZoneInfo(work.workspace.zone)

    def was_told(self, work: Context, due: datetime) -> bool:
        """Return whether somebody was reminded of it at a due moment that has passed.

        That was before it was put off.
        """
        if self.id is None or due > work.now:
            return False
        sent = (Delivery.kind == "due", Delivery.sent_at >= due, Delivery.error.is_(None))
        told = work.session.scalars(select(Delivery.about).where(*sent))
        return any(self.id in about.get("ids", []) for about in told)

    def must_be_open(self) -> None:
        """Raise Conflict where it is done already."""
        if self.done_at:
            raise Conflict(f"{self.ref} is already done.")

    def done(self, work: Context, outcome: str | None = None) -> None:
        """Tick it off, with its outcome."""
        self.must_be_open()
        self.done_at, self.outcome = work.now, outcome or self.outcome

    @property
    def ticked_off(self) -> bool:
        """Whether it was planned, and is done."""
        return self.done_at is not None and self.due_date is not None

    def reopen(self, work: Context) -> None:
        """Take back that it is done.

        Raises:
            Conflict: It is not done, or was logged and never planned.
        """
        if not self.done_at:
            raise Conflict(f"{self.ref} is not done yet.")
        if not self.due_date:
            raise Conflict(f"{self.ref} was logged and never planned, so it cannot be reopened.")
        self.done_at = None

    def snooze(self, work: Context, until: datetime) -> None:
        """Put it off; a reminder comes again then.

        Args:
            work: The unit of work.
            until: A future moment.
        """
        self.must_be_open()
        if until <= work.now:
            raise Invalid({"due_date": "That has already passed. Try tomorrow, fri or +3d."})
        self.due_date = until

    def drop(self, work: Context) -> None:
        """Delete it, because it no longer needs doing.

        Raises:
            Conflict: It is done already.
            Forbidden: The right to delete it is missing.
        """
        self.must_be_open()
        policy.check(work, "delete", self)
        self.deleted_at = work.now
