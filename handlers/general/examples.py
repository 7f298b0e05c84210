"""Records with which the help shows how something is done: the person's own, where there are."""

from functools import cached_property
from typing import TypeVar

from sqlalchemy import ColumnElement, select

from models.analytics.dashboard import me, mine, open_leads
from models.core.context import Context
from models.core.entity.base import Entity
from models.core.identity.user import User
from models.core.permissions import policy, visibility
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case

E = TypeVar("E", bound=Entity)
CODE = str.maketrans({"`": "'", "\n": " "})
"""What would end the words that are shown as typed."""


class Examples:
    """Names and numbers for examples, each looked up when it is needed, or empty."""

    def __init__(self, work: Context) -> None:
        self.work = work

    @cached_property
    def somebody(self) -> Entity | None:
        """Return a person whom the reader deals with: a customer of theirs, or a lead."""
        order = Customer.id.desc()
        own: list[Entity] = [*mine(self.work, Customer, Customer.number > 0, order, limit=1)]
        own += mine(self.work, Lead, open_leads(), limit=1) if not own else []
        return next(iter(own), None) or self.newest(Customer, Customer.number > 0)

    @property
    def person(self) -> str:
        return self.somebody.title.translate(CODE) if self.somebody else ""

    @property
    def person_ref(self) -> str:
        return self.somebody.ref if self.somebody else ""

    @cached_property
    def deal(self) -> str:
        """Return the number of an open deal, one of the reader's own where there is one."""
        return self.ref(Opportunity, Opportunity.open())

    @cached_property
    def case(self) -> str:
        """Return the number of an open case, one of the reader's own where there is one."""
        return self.ref(Case, Case.open())

    @cached_property
    def lead(self) -> str:
        """Return the number of an open lead, one of the reader's own where there is one."""
        return self.ref(Lead, open_leads())

    @cached_property
    def colleague(self) -> str:
        """Return how a line names a colleague of the reader's team."""
        actor = self.work.actor
        if not actor:
            return ""
        there = (User.id.in_(policy.circle(actor)), User.id != actor.id, ~User.left, ~User.guest)
        name = self.work.session.scalar(select(User.name).where(*there).order_by(User.id).limit(1))
        return f"@{name.split()[0].casefold()}" if name else ""

    def ref(self, entity: type[E], wanted: ColumnElement[bool]) -> str:
        own = mine(self.work, entity, wanted, limit=1) if me(self.work) else []
        found = next(iter(own), None) or self.newest(entity, wanted)
        return found.ref if found else ""

    def newest(self, entity: type[E], wanted: ColumnElement[bool]) -> E | None:
        """Return the newest record that a filter matches, where that is not hidden."""
        if visibility.hidden(self.work, wanted):
            return None
        found = select(entity).where(wanted).order_by(entity.id.desc()).limit(1)
        return self.work.session.scalar(found)
