"""Leads: people who showed interest."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Index, select
from sqlalchemy.orm import Mapped

from models.activities.activity import Activity
from models.core.context import Context
from models.core.entity.base import Changes, Entity
from models.core.errors import Conflict
from models.core.fields import (
    Choice,
    Email,
    LongText,
    Number,
    Person,
    Phone,
    Reference,
    Tags,
    Text,
    Whole,
    field,
)
from models.core.fields.base import Reader
from models.core.fields.kinds import NONE
from models.core.fields.synonyms import LEAD_STATUSES
from models.core.parsing import values
from models.core.parsing.names import split_name
from models.core.permissions import policy
from models.customers.account import Account
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.sales.opportunity import Opportunity

E = TypeVar("E", bound=Entity)
Chosen = int | str | None
"""A record by its id, NEW, NONE, or None where nobody chose."""


PERSONAL = ("first_name", "last_name", "email", "phone", "job_title", "tags")
"""The fields that a lead and a customer have in common."""


BECAME = ("converted_customer", "converted_account", "converted_opportunity")
"""The fields that say what a lead was converted to."""


class LeadStatus(StrEnum):
    NEW = "new"
    WORKING = "working"
    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"
    CONVERTED = "converted"


ENDED = (LeadStatus.CONVERTED, LeadStatus.UNQUALIFIED)


@dataclass(frozen=True)
class Conversion:
    """What a lead became."""

    customer: Customer
    account: Account | None
    opportunity: Opportunity | None


class Lead(Entity):
    """Someone who showed interest and is not qualified yet."""

    prefix = "LD"
    icon = ":seedling:"
    named = ("first_name", "last_name")
    stand_ins = ("company", "email")
    line = ("company", "status", "source", "owner")
    owned = "owner"
    in_talk = True
    told_apart = "company"
    asked_first = ("name", "company", "email", "phone", "source")
    also_as = ("customer",)
    channel = "sales_channel"
    besides = ("is_converted",)
    remarks = "notes"

    name = Whole("Name", 511, of=("first_name", "last_name"))
    first_name: Mapped[str | None] = field(Text("First name", search=True, personal=True))
    last_name: Mapped[str | None] = field(Text("Last name", search=True, personal=True))
    company: Mapped[str | None] = field(Text("Company", search=True))
    email: Mapped[str | None] = field(
        Email("E-mail", search=True, personal=True, same=True, also=("mail",))
    )
    phone: Mapped[str | None] = field(
        Phone("Phone", search=True, personal=True, same=True, also=("tel",))
    )
    job_title: Mapped[str | None] = field(
        Text("Job title", personal=True, card=False, also=("job",))
    )
    source: Mapped[str | None] = field(
        Text("Source", 255, search=True, hint="Where the lead came from")
    )
    status: Mapped[str] = field(
        Choice(
            "Status",
            options=LeadStatus,
            required=True,
            others=LEAD_STATUSES,
            watched=True,
            deeds={
                LeadStatus.QUALIFIED: "qualified",
                LeadStatus.UNQUALIFIED: "disqualified",
                LeadStatus.CONVERTED: "converted",
            },
            yours=True,
            kept=tuple(LeadStatus),
        ),
        default=LeadStatus.NEW,
    )
    score: Mapped[int | None] = field(Number("Score", form=False))
    owner: Mapped[int | None] = field(Person("Owner"))
    team: Mapped[str | None] = field(Text("Team", 50, card=False))
    tags: Mapped[tuple[str, ...]] = field(Tags("Tags", search=True))
    notes: Mapped[str | None] = field(LongText("Notes", personal=True, card=False))
    utm_source: Mapped[str | None] = field(Text("UTM source", form=False, card=False))
    utm_medium: Mapped[str | None] = field(Text("UTM medium", form=False, card=False))
    utm_campaign: Mapped[str | None] = field(Text("UTM campaign", form=False, card=False))
    utm_term: Mapped[str | None] = field(Text("UTM term", form=False, card=False))
    utm_content: Mapped[str | None] = field(Text("UTM content", form=False, card=False))
    converted_customer: Mapped[int | None] = field(Reference("Customer", to="customer", form=False))
    converted_account: Mapped[int | None] = field(Reference("Account", to="account", form=False))
    converted_opportunity: Mapped[int | None] = field(
        Reference("Deal", to="opportunity", form=False)
    )

    def card_lines(self) -> tuple[str, ...]:
        now = ("became {converted_customer} · {converted_opportunity}",) if self.converted else ()
        about = "{job_title} at {company} · *{status}* · {source} · {owner|unassigned}"
        return (about, "{phone} · {email}", *now)

    @classmethod
    def indexes(cls) -> list[Any]:
        return [
            Index(None, "workspace", "status"),
            Index(None, "workspace", "owner", "id"),
            Index("ix_lead_at_hand", "workspace", "owner", "status", "deleted_at"),
            Index(None, "workspace", "updated_at"),
        ]

    @classmethod
    def texts_of(cls, words: str, reader: Reader) -> dict[str, str]:
        return split_name(words, company="company", loosely=True)

    @classmethod
    def meant(cls) -> ColumnElement[bool]:
        became = cls.options_like("status", LeadStatus.CONVERTED)
        return cls.converted_customer.is_(None) & cls.status.not_in(became)

    @classmethod
    def open(cls) -> ColumnElement[bool]:
        """Return the filter for leads that are neither converted nor unqualified."""
        return cls.status.not_in(cls.options_like("status", *ENDED))

    @classmethod
    def translate(cls, texts: dict[str, str]) -> dict[str, str]:
        """Mark a lead as converted if it became somebody elsewhere.

        What its status there says does not matter.
        """
        said = values.fold(texts.get("is_converted", ""))
        if said in values.YES | values.NO:
            texts = {name: text for name, text in texts.items() if name != "is_converted"}
        became = said in values.YES or any(texts.get(name) for name in BECAME)
        return texts | ({"status": LeadStatus.CONVERTED} if became else {})

    def called(self, reader: Reader) -> str:
        return super().called(reader) or "Lead without a name"

    @property
    def converted(self) -> bool:
        return self.converted_customer is not None

    @property
    def ended(self) -> bool:
        return self.meaning_of("status", self.status) in ENDED

    @property
    def qualified(self) -> bool:
        return self.meaning_of("status", self.status) == LeadStatus.QUALIFIED

    @property
    def undecided(self) -> bool:
        """Whether nobody has said yet whether it is worth a deal."""
        return self.meaning_of("status", self.status) in (LeadStatus.NEW, LeadStatus.WORKING)

    def settle(self, work: Context, changes: Changes) -> None:
        """Let only a conversion make a lead converted, and keep it so.

        A lead that a file calls converted was converted elsewhere.
        """
        called_so = self.meaning_of("status", self.status) == LeadStatus.CONVERTED
        if self.converted and not called_so:
            raise Conflict(f"{self.called(work)} is converted and stays so.")
        says_so = called_so and not self.converted and "status" in changes
        if says_so and not (work.from_file or work.repeats):
            raise Conflict(
                f"A lead is converted with: lead convert {self.ref if self.id else 'LD-1'}"
            )
        if work.from_file and self.id and called_so and changes.keys() & {"status", *BECAME}:
            policy.check(work, "convert", self)

    def claim(self, work: Context) -> None:
        """Take the lead and start working on it.

        Raises:
            Conflict: Somebody was faster; the message names them.
        """
        work.lock(self)
        if self.owner and work.actor and self.owner != work.actor.id:
            raise Conflict(f"{work.who(self.owner)} has already taken {self}.")
        self.owner = work.actor.id if work.actor else None
        if self.meaning_of("status", self.status) == LeadStatus.NEW:
            self.status = LeadStatus.WORKING

    def qualify(self, work: Context) -> None:
        """Mark the lead as worth a deal."""
        self.must_not_be(LeadStatus.QUALIFIED, LeadStatus.CONVERTED)
        self.status = LeadStatus.QUALIFIED
        work.tell(self, "qualified it.")

    def must_not_be(self, *statuses: LeadStatus) -> None:
        """Raise Conflict where the lead is at one of these statuses, or one that is like it."""
        if self.meaning_of("status", self.status) in statuses:
            raise Conflict(
                f"{self} is already {self.choice_of('status').name(self.status).lower()}."
            )

    def disqualify(self, work: Context) -> None:
        """Mark the lead as not worth pursuing."""
        self.must_not_be(LeadStatus.UNQUALIFIED, LeadStatus.CONVERTED)
        self.status = LeadStatus.UNQUALIFIED
        work.tell(self, "disqualified it.")

    def convert(
        self,
        work: Context,
        deal: str | None = None,
        amount: Decimal | None = None,
        currency: str | None = None,
        close_date: date | None = None,
        customer: Chosen = None,
        account: Chosen = None,
        join: Chosen = None,
    ) -> Conversion:
        """Turn the lead, once, into a customer, an account where it names a company, and a deal.

        A customer with the same e-mail and an account with the same name are used again, where the
        actor may see them, and of two leads at once the second finds what the first made. To make a
        record takes the right to make it. Activities move to the customer; empty fields of a known
        customer are filled.

        Args:
            work: The unit of work.
            deal: The name of the deal, by default that of the company or the person.
            amount: The amount of the deal, in `currency`.
            currency: The currency of the amount (ISO 4217).
            close_date: When the deal could close.
            customer: The id of the customer that the lead becomes, NEW for a new one, None to use
                the one with the same e-mail.
            account: The same for the account; NONE for no account.
            join: The id of an open deal that the lead is about, NONE for no deal, else a new one.

        Raises:
            Conflict: The lead is converted already, or the deal is closed.
        """
        work.lock(self)
        self.must_be_unconverted(work)
        owner = self.owner or (work.actor.id if work.actor else None)
        person = self.as_customer(work, owner, customer)
        company = self.as_account(work, owner, account)
        if company and not self.belongs(work, person, company):
            belonging = Membership(customer=person.id, account=company.id, primary=True)
            belonging.role, belonging.since = self.job_title, work.today
            self.make(work, belonging)
        opportunity = self.joined_deal(work, join, person, company)
        if opportunity is None and join != NONE:
            begun = Opportunity(
                name=deal or f"{self.company or self.title}",
                customer=person.id,
                account=company.id if company else None,
                owner=owner,
                amount=amount,
                currency=currency,
                close_date=close_date,
            )
            opportunity = self.make(work, begun)
        self.hand_over(work, person)
        became = Conversion(person, company, opportunity)
        self.became(work, became)
        refs = [each.ref for each in (person, opportunity) if each]
        work.tell(self, f"converted it: {' and '.join(refs)}.")
        return became

    def joined_deal(
        self, work: Context, join: Chosen, customer: Customer, account: Account | None
    ) -> Opportunity | None:
        """Return the deal that the lead joins, with its customer and account where it has none.

        Raises:
            Conflict: The deal is closed.
            Forbidden: The actor may not change the deal, which lacks them.
        """
        if not isinstance(join, int):
            return None
        deal = work.get(Opportunity, join)
        if deal.closed:
            raise Conflict(f"{deal} is closed already. Choose an open deal, or start a new one.")
        wanted = {"customer": customer.id, "account": account and account.id}
        free = {name: id for name, id in wanted.items() if id and not getattr(deal, name)}
        if free:
            policy.check(work, "edit", deal)
        for name, id in free.items():
            setattr(deal, name, id)
        return deal

    def became(self, work: Context, became: Conversion) -> None:
        """Mark the lead as converted into these records."""
        self.converted_customer = became.customer.id
        self.converted_account = became.account.id if became.account else None
        self.converted_opportunity = became.opportunity.id if became.opportunity else None
        self.status = LeadStatus.CONVERTED
        work.session.flush()

    def must_be_unconverted(self, work: Context) -> None:
        """Raise Conflict, with what the lead became, where it was converted already."""
        if not self.converted_customer:
            return
        became = [work.ref("customer", self.converted_customer)]
        if self.converted_opportunity:
            became.append(work.ref("opportunity", self.converted_opportunity))
        raise Conflict(f"{self.spoken} is already converted: see {' and '.join(became)}")

    def make(self, work: Context, record: E) -> E:
        """Store a record that the lead becomes, if the actor may make one.

        Raises:
            Forbidden: Which right is missing.
        """
        policy.check(work, "new", type(record))
        return work.add(record)

    def as_customer(self, work: Context, owner: int | None, chosen: Chosen = None) -> Customer:
        known = work.get(Customer, chosen) if isinstance(chosen, int) else None
        if self.email and chosen is None:
            work.hold(f"customer {self.email}")
            known = work.session.scalar(
                select(Customer).where(Customer.email == self.email).limit(1)
            )
        if known:
            self.complete(work, known)
            return known
        first_name = self.first_name or (None if self.last_name else self.title)
        return self.make(
            work, Customer(owner=owner, **{**self.personal(), "first_name": first_name})
        )

    def personal(self) -> dict[str, Any]:
        """Return what is known about the person, as fields of a customer."""
        return {name: getattr(self, name) for name in PERSONAL}

    def complete(self, work: Context, customer: Customer) -> None:
        """Fill empty fields of a known customer from the lead, as far as the actor may change them.

        A name is one thing: the last name of the lead is not joined to another first name.
        """
        if not policy.can(work.actor, "edit", customer):
            return
        named = bool(customer.first_name or customer.last_name)
        for name, value in self.personal().items():
            seen = all(
                policy.can(work.actor, "show", type(each), name) for each in (self, customer)
            )
            if (
                value
                and seen
                and not getattr(customer, name)
                and not (named and name in Customer.named)
            ):
                setattr(customer, name, value)

    def hand_over(self, work: Context, customer: Customer) -> None:
        """Move all activities of the lead to the customer, no matter who may see them."""
        with policy.beyond(work.session):
            theirs = (
                select(Activity)
                .where(Activity.lead == self.id)
                .execution_options(with_deleted=True)
            )
            for activity in work.session.scalars(theirs):
                activity.lead, activity.customer = None, customer.id

    def as_account(self, work: Context, owner: int | None, chosen: Chosen = None) -> Account | None:
        if isinstance(chosen, int):
            return work.get(Account, chosen)
        if not self.company or chosen == NONE:
            return None
        key = values.fold(self.company)[:255]
        work.hold(f"account {key}")
        same = select(Account).where(Account.key == key).order_by(Account.id).limit(1)
        known = work.session.scalar(same) if chosen is None else None
        return known or self.make(work, Account(name=self.company, owner=owner))

    def belongs(self, work: Context, customer: Customer, account: Account) -> bool:
        there = select(Membership.id).where(
            Membership.customer == customer.id, Membership.account == account.id
        )
        return work.session.scalar(there.limit(1)) is not None
