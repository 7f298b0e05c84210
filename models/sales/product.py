"""Products: what we sell, at which price."""

from decimal import Decimal
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from models.core.context import Context
from models.core.entity.base import Changes, Entity
from models.core.fields import Currency, Flag, LongText, Money, Text, field


class Product(Entity):
    """Something that we sell, with its list price."""

    prefix = "PR"
    icon = ":label:"
    line = ("sku", "category", "price")
    catalogue = True
    keys = ("sku",)
    remarks = "notes"

    sku: Mapped[str | None] = field(
        Text("SKU", 50, unique=True, also=("article_number", "product_code"))
    )
    name: Mapped[str] = field(Text("Name", required=True, search=True))
    category: Mapped[str | None] = field(Text("Category", 100, search=True))
    price: Mapped[Decimal | None] = field(
        Money("List price", currency="currency", also=("price", "unit_price"))
    )
    currency: Mapped[str | None] = field(Currency("Currency", form=False, card=False))
    unit: Mapped[str | None] = field(Text("Unit", 30, hint="Such as piece, hour or month"))
    active: Mapped[bool] = field(Flag("Active"), default=True)
    notes: Mapped[str | None] = field(LongText("Notes", card=False))

    @classmethod
    def indexes(cls) -> list[Any]:
        return [Index(None, "workspace", "category")]

    def settle(self, work: Context, changes: Changes) -> None:
        """Give the price the workspace's currency, unless it came with another."""
        if self.price is not None and not self.currency:
            self.currency = work.currency
