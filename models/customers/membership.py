"""Memberships: which customer belongs to which account, as what, and when."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Index, select
from sqlalchemy.orm import Mapped

from models.core.context import Context
from models.core.entity.base import Changes, Entity
from models.core.entity.primary import keep_one_primary, one_primary
from models.core.errors import Invalid
from models.core.fields import Day, Flag, Reference, Text, field
from models.core.fields.base import Reader
from models.core.permissions import visibility
from models.customers.customer import Customer


class Membership(Entity):
    """A customer's place in an account: the role, and since and until when."""

    prefix = "MB"
    part_of = "customer"
    icon = ":link:"
    nouns = ("works at", "membership", "member")
    title_of_new = "Who works where"
    named = ("customer", "account")
    line = ("role", "since", "until")

    customer: Mapped[int] = field(
        Reference("Customer", to="customer", required=True, back="Companies")
    )
    account: Mapped[int] = field(Reference("Account", to="account", required=True, back="People"))
    role: Mapped[str | None] = field(Text("Role", 255, search=True))
    primary: Mapped[bool] = field(Flag("Primary"), default=False)
    since: Mapped[date | None] = field(Day("Since"))
    until: Mapped[date | None] = field(Day("Until"))

    @classmethod
    def indexes(cls) -> list[Any]:
        by_customer, by_account = (
            Index(None, "workspace", "customer"),
            Index(None, "workspace", "account"),
        )
        return [by_customer, by_account, one_primary(cls.slug(), "customer")]

    @classmethod
    def texts_of(cls, words: str, reader: Reader) -> dict[str, str]:
        return {"role": words} if words else {}

    @classmethod
    def lasting(cls, work: Context) -> ColumnElement[bool]:
        """Return the filter for memberships that have not ended."""
        return cls.until.is_(None) | (cls.until >= work.today)

    @classmethod
    def current(cls, work: Context, whole: Entity) -> "Membership | None":
        """Return where a customer works now: the primary account first."""
        theirs = (cls.customer == whole.id, cls.lasting(work))
        order = (cls.primary.desc(), cls.id.desc())
        if visibility.hidden(work, *theirs, *order):
            return None
        return work.session.scalar(select(cls).where(*theirs).order_by(*order).limit(1))

    @classmethod
    def people(cls, work: Context, account: int, limit: int) -> Sequence[Customer]:
        """Return people who work at an account now, those longest known first."""
        there = (cls.account == account, cls.lasting(work))
        if visibility.hidden(work, *there):
            return []
        theirs = select(Customer).join(cls, cls.customer == Customer.id).where(*there)
        return work.session.scalars(theirs.distinct().order_by(Customer.id).limit(limit)).all()

    def leave(self, work: Context) -> None:
        """Let it end yesterday, as the customer works elsewhere from today on."""
        yesterday = work.today - timedelta(days=1)
        if self.since and self.since > yesterday:  # it began today, by mistake
            self.deleted_at = work.now
        else:
            self.until = yesterday

    def news(self, work: Context, changed: Collection[str] = ()) -> str:
        ended = {"until", "deleted_at"} & set(changed) and not self.is_current(work)
        if not work.shows(self) or (changed and not ended):
            return super().news(work, changed)
        where = f"{work.name('account', self.account)} ({work.ref('account', self.account)})"
        return f"No longer at {where}" if ended else f"Works at {where}"

    def is_current(self, work: Context) -> bool:
        return not self.deleted_at and (self.until is None or self.until >= work.today)

    def called(self, reader: Reader) -> str:
        return f"{reader.name('customer', self.customer)} at {reader.name('account', self.account)}"

    def settle(self, work: Context, changes: Changes) -> None:
        """Require that it ends after it begins, and that a customer has one primary account."""
        if self.since and self.until and self.until < self.since:
            raise Invalid({"until": "It must end after it begins."})
        keep_one_primary(work, self, changes, "customer")
