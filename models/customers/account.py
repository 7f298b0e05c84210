"""Accounts: the organisations our customers belong to."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from models.core.context import Context
from models.core.entity.base import Changes, Entity
from models.core.entity.hierarchy import is_above_itself
from models.core.errors import Invalid
from models.core.fields import (
    Country,
    Domain,
    LongText,
    Money,
    Number,
    Person,
    Reference,
    Tags,
    Text,
    field,
)


class Account(Entity):
    """An organisation; customers belong to it through memberships."""

    prefix = "AC"
    icon = ":office:"
    line = ("industry", "country", "owner")
    owned = "owner"
    in_talk = True
    asked_as = "Company"
    told_apart = ""
    asked_first = ("name", "domain", "industry", "country")
    remarks = "notes"

    name: Mapped[str] = field(Text("Name", required=True, search=True))
    industry: Mapped[str | None] = field(Text("Industry", search=True))
    domain: Mapped[str | None] = field(
        Domain("Domain", search=True, same=True, also=("website", "url"))
    )
    employees: Mapped[int | None] = field(Number("Employees", also=("size",)))
    annual_revenue: Mapped[Decimal | None] = field(Money("Annual revenue", also=("revenue",)))
    parent: Mapped[int | None] = field(
        Reference("Parent account", to="account", also=("parent",), back="Subsidiaries")
    )
    owner: Mapped[int | None] = field(Person("Owner"))
    country: Mapped[str | None] = field(Country("Country", hint="Two letters, such as DE"))
    tags: Mapped[tuple[str, ...]] = field(Tags("Tags", search=True))
    notes: Mapped[str | None] = field(LongText("Notes", card=False))

    def card_lines(self) -> tuple[str, ...]:
        return (
            "{industry} · {country} · owner {owner}",
            "{domain} · {employees} people",
            "part of {parent}",
        )

    @classmethod
    def indexes(cls) -> list[Any]:
        return [
            Index(None, "workspace", "owner", "id"),
            Index(None, "workspace", "parent"),
        ]

    def settle(self, work: Context, changes: Changes) -> None:
        """Keep an account from being its own parent, at any level.

        Of two people who change parents at once, the second gets the error.
        """
        if "parent" not in changes or not self.parent:
            return
        work.hold("parents of accounts")
        if is_above_itself(work, self, "parent"):
            raise Invalid({"parent": f"{self.name} cannot stand above itself."})
