"""Approvals: what somebody asks others to do, because they may not do it themselves.

An approval holds what would be done as the line and the texts that do it. Nobody's rights are lent:
whoever approves does it themselves.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    ColumnElement,
    Index,
    String,
    and_,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy import Text as LongColumn
from sqlalchemy.orm import Mapped, mapped_column, object_session

from models.core.context import Context
from models.core.entity.base import ENTITIES, Changes, Entity
from models.core.entity.sharing import Shared
from models.core.errors import Conflict
from models.core.fields import Choice, LongText, Moment, Person, Text, field
from models.core.fields.base import Reader
from models.core.identity.notices import Notice
from models.core.identity.rights import Preset
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.identity.working_hours import is_workday
from models.core.notifications.notify import notify
from models.core.outbox.delivery import answer, partial
from models.core.parsing import values
from models.core.permissions import policy
from models.core.records import absent

DAYS = 3
"""Working days for which an approval waits."""
ASKED, MOST = 3, 30
"""Those who are told of it, and those who may answer it, at most."""
WAITING = 20
"""The approvals of one person that may wait at a time."""
KEPT = timedelta(days=30)
"""How long an approval that came to an end keeps what was typed."""
AT_ONCE = 100
"""Approvals that expire in one unit of work."""
PUT, DECIDED = "approval", "approval_decided"
"""The kinds of messages: to those who are asked, and to who asked."""


class ApprovalState(StrEnum):
    """What became of what somebody asked for."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


TOLD = (ApprovalState.APPROVED, ApprovalState.REFUSED, ApprovalState.EXPIRED)
"""What who asked is told of; what they withdraw they know."""
DECISION = frozenset({"state", "decided_by", "decided_at", "answer"})
"""The fields that a decision sets."""


class Approval(Shared, Entity):
    """What somebody asks others to allow; who approves it does it, with their own rights."""

    prefix = "AP"
    proposed = False
    icon = ":raised_hand:"
    nouns = ("approval", "proposal")
    named = ("what",)
    stand_ins = ("reason",)
    line = ("state", "asker", "until")
    owned = "asker"
    told_apart = None
    answers: ClassVar[Mapping[str, frozenset[str]]] = {
        "approve": DECISION,
        "amend": frozenset(),
        "refuse": frozenset(),
        "withdraw": frozenset(),
    }

    what: Mapped[str | None] = field(Text("What", readonly=True))
    reason: Mapped[str | None] = field(
        Text("Why", search=True, hint="What those who decide should know", also=("why",))
    )
    asker: Mapped[int | None] = field(Person("Asked by", readonly=True))
    state: Mapped[str] = field(
        Choice("State", options=ApprovalState, readonly=True), default=ApprovalState.WAITING
    )
    until: Mapped[datetime | None] = field(Moment("Until", readonly=True))
    decided_by: Mapped[int | None] = field(Person("Decided by", readonly=True))
    decided_at: Mapped[datetime | None] = field(Moment("Decided", readonly=True))
    answer: Mapped[str | None] = field(LongText("Answer", readonly=True))
    does: Mapped[str] = mapped_column(LongColumn, default="")
    """The line that does it; "" where there is nothing to do but to say yes or no."""
    texts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """The texts of its form, read as who asked meant them."""
    about: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """The records that it is about, each as entity, id and the version that was there."""
    entity: Mapped[str | None] = mapped_column(String(40))
    """The entity of what it makes or changes."""
    changes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    """What it would change, as entries of the audit trail."""
    asked: Mapped[str] = mapped_column(LongColumn, default="")
    """The ids of those who may answer it, as ,3,5, so that both databases find one of them."""

    @classmethod
    def indexes(cls) -> list[Any]:
        return [
            Index(None, "workspace", "asker"),
            partial("ix_approval_waiting", "workspace", "until", where="state = 'waiting'"),
        ]

    @classmethod
    def texts_of(cls, words: str, reader: Reader) -> dict[str, str]:
        return {"reason": words} if words else {}

    def card_lines(self) -> tuple[str, ...]:
        return ("{state} · asked by {asker}, until {until}", "{reason}", "{decided_by}: {answer}")

    @property
    def waits(self) -> bool:
        """Whether somebody can still answer it."""
        return self.state == ApprovalState.WAITING and not self.deleted_at

    @property
    def decided(self) -> bool:
        """Whether somebody said yes or no."""
        return self.state in (ApprovalState.APPROVED, ApprovalState.REFUSED)

    @property
    def ended(self) -> str:
        """What became of it where nobody said yes or no, as the end of a sentence."""
        return ENDED.get(self.state, ENDED[ApprovalState.WITHDRAWN])

    @property
    def answerable(self) -> bool:
        """Whether it waits for whoever looks at it."""
        return self.waits and self.looked_at_by() != self.asker

    @property
    def changeable(self) -> bool:
        """Whether whoever looks at it may do it in another way than it was asked for."""
        return self.answerable and bool(self.texts)

    @property
    def withdrawable(self) -> bool:
        """Whether it waits, and whoever looks at it asked for it."""
        return self.waits and self.looked_at_by() in (self.asker, None)

    def looked_at_by(self) -> int | None:
        """Return the id of the person who looks at it; None where several do."""
        session = object_session(self)
        viewers = policy.viewers_of(session) if session else ()
        return viewers[0].id if len(viewers) == 1 else None

    def is_shared_with(self, person: int, circle: Collection[int]) -> bool:
        return person == self.asker or f",{person}," in (self.asked or "")

    @classmethod
    def others_shown(
        cls, rows: Any, people: Collection[int], circle: Collection[int]
    ) -> list[ColumnElement[bool]]:
        theirs = (
            or_(rows.asker == person, rows.asked.contains(f",{person},", autoescape=True))
            for person in sorted(people)
        )
        return [and_(*theirs)] if people else []

    def news(self, work: Context, changed: Collection[str] = ()) -> str:
        return f"{self.ref} is {self.state}" if "state" in changed else super().news(work, changed)

    def settle(self, work: Context, changes: Changes) -> None:
        """Say who asks, until when it waits, and who decides where nobody else is named."""
        if self.asker is None and self.id is None and work.actor:
            self.asker = work.actor.id
        asker = work.get(User, self.asker) if self.asker else None
        if self.until is None:
            self.until = working_days_later(asker, work.now)
        if changes.get("asker", (None,))[0] and not (work.repeats or work.restores):
            raise Conflict(f"{self.ref} stays with who asked for it: they can withdraw it.")
        if asker is not None and not self.asked and self.id is None:
            self.asked = packed(leads_of(work, asker))

    def follow(self, work: Context, changes: Changes) -> None:
        """Tell those who decide that it is there, and who asked what came of it, each once."""
        if work.repeats or work.restores:
            return
        if "until" in changes and self.waits:
            put(work, self)
        was, now = changes.get("state", (None, None))
        if was == ApprovalState.WAITING and now in TOLD and self.asker:
            person, its = work.get(User, self.asker), {"entity": self.slug(), "record_id": self.id}
            key = f"{DECIDED}:{self.id}:{work.unit}"
            if not absent(person):
                answer(work, DECIDED, person.slack_id, key, about={"approval": self.id}, **its)


OPEN: Any = Approval.state == literal_column("'waiting'")
"""A literal, because no planner proves from a parameter that the partial index serves it."""


# ── asking ────────────────────────────────────────────────────────────────────────────────────────


def working_days_later(asker: User | None, now: datetime) -> datetime:
    """Return the same time some working days later, as who asks works."""
    at, left = now, DAYS
    while left:
        at += timedelta(days=1)
        local = at.astimezone(asker.tz) if asker else at
        left -= is_workday(asker.works_on if asker else (), local.date())
    return at


def packed(people: Iterable[User]) -> str:
    """Return people as a text in which each is found by `,id,`."""
    ids = [str(person.id) for person in people][:MOST]
    return f",{','.join(ids)}," if ids else ""


def people_in(text: str) -> list[int]:
    """Return the ids in such a text, in their order."""
    return [int(each) for each in text.split(",") if each]


def put(work: Context, approval: Approval) -> None:
    """Tell the first of those who may answer that somebody asks."""
    for id in people_in(approval.asked)[:ASKED]:
        key = f"{PUT}:{approval.id}:{id}:{work.unit}"
        about = {"approval": approval.id, "by": approval.asker}
        notify(work, Notice.GIVEN, PUT, work.get(User, id), key, approval, about=about)


def colleagues(work: Context, asker: User) -> list[User]:
    """Return everybody else who may do anything here, those nearest to somebody first.

    Who leads their team comes before others of their team, and admins come last.
    """
    with policy.beyond(work.session):
        there = select(User).where(~User.left, ~User.guest, User.id != asker.id)
        people = list(work.session.scalars(there.order_by(User.id)))
        leads = select(Team.lead).where(Team.key == values.fold(asker.team or ""))
        lead = work.session.scalar(leads)
    return sorted(
        people,
        key=lambda each: (
            each.role == Preset.ADMIN,
            each.id != lead,
            each.team != asker.team,
            each.id,
        ),
    )


def leads_of(work: Context, asker: User) -> list[User]:
    """Return who decides for somebody where no right says so: who leads their team, or an admin."""
    near = colleagues(work, asker)
    leads = {team.lead for team in work.session.scalars(select(Team)) if team.key == asker.team}
    found = [each for each in near if each.id in leads]
    return found or [each for each in near if each.role == Preset.ADMIN]


def who_may(
    work: Context,
    asker: User,
    verb: str,
    what: Sequence[Entity] | type[Entity],
    among: Collection[int] | None = None,
) -> list[User]:
    """Return who else may use a verb on records, or on an entity, those nearest first.

    Admins are among them only where nobody else is.

    Args:
        work: The unit of work.
        asker: Who asks.
        verb: The verb.
        what: The records, or their entity.
        among: The ids of those of whom some may approve it; None for anybody.
    """
    whole: Sequence[Any] = [what] if isinstance(what, type) else what
    found: list[User] = []
    for each in colleagues(work, asker):
        if len(found) >= MOST or (found and each.role == Preset.ADMIN != found[0].role):
            break
        if among is None or each.id in among:
            found += [each] if all(policy.can(each, verb, one) for one in whole) else []
    return found


def called(work: Context, slack_id: str) -> User:
    """Return the person with a Slack id, whoever reads."""
    with policy.beyond(work.session):
        return work.session.scalars(select(User).where(User.slack_id == slack_id)).one()


def ask(work: Context, asker: User, asked: Sequence[User], what: str, **columns: Any) -> Approval:
    """Ask people to allow something, and return the approval.

    Args:
        work: The unit of work.
        asker: Who asks.
        asked: Those who may answer it.
        what: What it is, without anything that only some may see.
        **columns: The other columns of the approval.

    Raises:
        Conflict: Nobody can answer; the same waits already, or too much does.
    """
    if not asked:
        raise Conflict("Nobody else here may do that either, so nobody can approve it.")
    work.hold(f"{PUT}:{asker.id}")
    with policy.beyond(work.session):
        mine = select(Approval).where(Approval.asker == asker.id, OPEN)
        waiting = work.session.scalars(mine.limit(WAITING)).all()
    same = (columns.get("does"), columns.get("texts"))
    if twin := next(
        (each for each in waiting if each.does and (each.does, each.texts) == same), None
    ):
        raise Conflict(f"{twin.ref} asks for exactly that already. See: approval show {twin.ref}")
    if len(waiting) >= WAITING:
        raise Conflict(
            f"{WAITING} approvals of yours wait already. Withdraw one: approval list waiting"
        )
    new = Approval(what=what[:255], asker=asker.id, asked=packed(asked), **columns)
    return work.add(new)


# ── answering ─────────────────────────────────────────────────────────────────────────────────────


def must_wait(work: Context, approval: Approval) -> None:
    """Keep others from answering an approval meanwhile.

    Raises:
        Conflict: It was answered already, or is too old.
    """
    work.lock(approval)
    if approval.decided:
        by = work.who(approval.decided_by)
        raise Conflict(f"{by} {approval.state} {approval.ref} already.")
    if not approval.waits:
        raise Conflict(f"{approval.ref} {approval.ended}.")
    if approval.until and approval.until <= work.now:
        raise Conflict(f"{approval.ref} {ENDED[ApprovalState.EXPIRED]}.")


ENDED: dict[str, str] = {
    ApprovalState.EXPIRED: "expired: nobody answered in time. Whoever needs it asks again",
    ApprovalState.WITHDRAWN: "was withdrawn",
}


def decide(work: Context, approval: Approval, state: ApprovalState, why: str = "") -> User:
    """Write down what the actor decides, and return who asked.

    Raises:
        Conflict: They cannot decide it, or nobody can any more.
    """
    must_wait(work, approval)
    actor = work.actor
    if not actor:
        raise Conflict("Only people decide. Say who with --as.")
    if actor.id == approval.asker:
        raise Conflict(
            f"You asked for it yourself, so somebody else decides. To take it back: "
            f"approval withdraw {approval.ref}"
        )
    if approval.asker is None or not approval.is_shared_with(actor.id, ()):
        raise Conflict(f"{approval.ref} was not put to you, so others decide.")
    asker = work.get(User, approval.asker)
    if state == ApprovalState.APPROVED and (why_not := absent(asker).partition(".")[0]):
        raise Conflict(f"{why_not}, so nothing is done for them. Refuse it, or do it yourself.")
    approval.state, approval.answer = state, why or None
    approval.decided_by, approval.decided_at = actor.id, work.now
    work.session.flush()
    return asker


def withdraw(work: Context, approval: Approval) -> None:
    """Take back what the actor asked for.

    Raises:
        Conflict: Somebody else asked for it, or it waits no more.
    """
    must_wait(work, approval)
    if not work.actor or work.actor.id != approval.asker:
        by = work.who(approval.asker)
        raise Conflict(
            f"Only {by} can withdraw it. You can refuse it: approval refuse {approval.ref}"
        )
    approval.state = ApprovalState.WITHDRAWN
    work.session.flush()


def expire(work: Context) -> None:
    """End the approvals that nobody answered in time; who asked is told once."""
    late = (OPEN, Approval.until <= work.now)
    found = select(Approval).where(*late).order_by(Approval.until).limit(AT_ONCE)
    for approval in work.session.scalars(found.with_for_update(skip_locked=True)):
        approval.state = ApprovalState.EXPIRED
    work.session.flush()


def forget(work: Context) -> None:
    """Forget what was typed in approvals that came to an end long ago.

    That they were asked for, and what came of them, stays; the history of the records has the rest.
    """
    old = (Approval.state != "waiting", Approval.updated_at < work.now - KEPT)
    ids = select(Approval.id).where(*old, Approval.entity.is_not(None)).limit(AT_ONCE)
    nothing: dict[str, Any] = {"texts": {}, "changes": [], "entity": None}
    with policy.beyond(work.session):
        found = work.session.scalars(ids.execution_options(with_deleted=True)).all()
    rows: Any = Approval.__table__
    if found:
        work.session.connection().execute(update(rows).where(rows.c.id.in_(found)).values(nothing))


def put_to(work: Context, limit: int) -> Sequence[Approval]:
    """Return the approvals that wait for the actor, those that expire first before others."""
    me = work.actor.id if work.actor else 0
    waiting = (OPEN, Approval.until > work.now)
    mine = select(Approval).where(*waiting, Approval.asked.contains(f",{me},"))
    return work.session.scalars(mine.order_by(Approval.until, Approval.id).limit(limit)).all()


def records_of(work: Context, approval: Approval) -> list[tuple[Entity, int]]:
    """Return the records that an approval is about, each with the version that was there."""
    found = []
    for slug, id, version in approval.about:
        if slug in ENTITIES:
            found.append((work.get(ENTITIES[slug], id), version))
    return found
