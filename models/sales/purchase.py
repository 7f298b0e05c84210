"""Purchases: what a customer has bought, with a line for each thing."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from models.core.context import Context
from models.core.entity.base import ENTITIES, Changes, Entity
from models.core.errors import Ambiguous, Invalid
from models.core.fields import (
    Currency,
    Day,
    Lines,
    LongText,
    Money,
    Person,
    Reference,
    Text,
    field,
)
from models.core.fields.base import Reader
from models.core.fields.computed import Rollup
from models.core.parsing.calendar import name_day
from models.core.parts import parts_of

OF_LINES = Rollup(of="purchase_line", by="purchase", sum="total")
BUYERS = ("account", "customer")
"""The fields that say who bought."""


class Purchase(Entity):
    """What a customer has bought: usually a deal that was won, with a line for each thing."""

    prefix = "PU"
    icon = ":receipt:"
    nouns = ("sale", "purchase")
    line = ("total", "account", "customer", "sold_on", "owner")
    owned = "owner"
    whose = ("customer", "account")
    children = ("purchase_line",)
    dated = "sold_on"
    asked_first = ("customer", "account", "lines", "sold_on")
    remarks = "notes"
    shown_on = ("opportunity",)

    name: Mapped[str | None] = field(Text("Name", search=True, hint="Left empty, it is the day"))
    customer: Mapped[int | None] = field(Reference("Customer", to="customer", search=True))
    account: Mapped[int | None] = field(
        Reference("Account", to="account", search=True, also=("company",))
    )
    opportunity: Mapped[int | None] = field(
        Reference("Deal", to="opportunity", also=("deal", "opp"))
    )
    sold_on: Mapped[date | None] = field(
        Day("Sold on", also=("sold", "day", "date"), hint="Left empty, it is today")
    )
    lines = Lines(
        "Lines",
        of="purchase_line",
        also=("items", "positions"),
        hint="One each: 3 × Widget @ 90, or just the product. -10% is a discount, +19% the tax.",
    )
    currency: Mapped[str | None] = field(
        Currency("Currency", card=False, hint="Left empty, it is the workspace's")
    )
    total: Mapped[Decimal | None] = field(Money("Total", currency="currency", computed=OF_LINES))
    owner: Mapped[int | None] = field(Person("Owner", also=("seller", "sold_by")))
    notes: Mapped[str | None] = field(LongText("Notes", card=False))

    @classmethod
    def indexes(cls) -> list[Any]:
        return [
            Index(None, "workspace", "customer"),
            Index(None, "workspace", "account"),
            Index(None, "workspace", "opportunity"),
            Index(None, "workspace", "owner", "sold_on"),
            Index(None, "workspace", "sold_on"),
        ]

    @classmethod
    def texts_of(cls, words: str, reader: Reader) -> dict[str, str]:
        """Return who bought, where the words name somebody; else they are the name."""
        for buyer in BUYERS:
            try:
                reader.lookup(buyer, words)
            except Ambiguous:
                return {buyer: words}
            except ValueError:
                continue
            return {buyer: words}
        return {"name": words} if words else {}

    def settle(self, work: Context, changes: Changes) -> None:
        """Require who bought, and fill the day, the currency and the name.

        A currency in which there are prices stays.
        """
        if not (self.customer or self.account) and self.decides(work, changes, *BUYERS):
            raise Invalid({"customer": "Name the customer, or at least the account, who bought."})
        if changes.get("currency", (None,))[0] and self.decides(work, changes, "currency"):
            self.must_have_no_lines(work)
        self.sold_on = self.sold_on or work.today
        self.currency = self.currency or work.currency
        self.name = self.name or f"Sale of {name_day(self.sold_on)}"

    def must_have_no_lines(self, work: Context) -> None:
        """Raise Invalid where the prices of lines are in the currency that is about to change."""
        if parts_of(work, [self], ENTITIES["purchase_line"]):
            raise Invalid(
                {
                    "currency": f"The prices of {self.ref} are in its currency. Remove its lines first."
                }
            )
