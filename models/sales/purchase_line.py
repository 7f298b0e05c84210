"""Purchase lines: one thing of a purchase, how many of it and at which price."""

import re
from decimal import Decimal as Number
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from models.core import part_lines
from models.core.context import Context
from models.core.entity.base import ENTITIES, Changes, Entity
from models.core.errors import Ambiguous, Invalid
from models.core.fields import Decimal, Money, Percent, Reference, Text, field
from models.core.fields.base import Reader
from models.core.fields.computed import Formula
from models.sales.product import Product

PATTERN = re.compile(
    r"(?:(?P<quantity>\d[\d.,' ]*) *[×x*] *)?"
    rf"(?P<what>{part_lines.QUOTED}|.+?)"
    r"(?: *@ *(?P<price>.+?))?"
    r"(?P<rates>(?: *[-−+] *\d[\d.,]* *%)*)",
    re.IGNORECASE | re.DOTALL,
)
"""A line: 3 × Widget @ 90 -10% +19%; what is in quotation marks is no product."""
TOTAL = "quantity * price * (1 - discount / 100) * (1 + tax_rate / 100)"
RATE = re.compile(r"([-−+]) *(\d[\d.,]*) *%")
SIGNS = re.compile(r'[;"“”@×*]')
"""What means something in a line, so that a name with it is written in another way."""
ZERO = Number(0)
EXAMPLE = "3 × Widget @ 90"


class PurchaseLine(Entity):
    """One thing of a sale: which, how many, at which price."""

    prefix = "PL"
    icon = ":heavy_plus_sign:"
    nouns = ("sale line", "purchase line")
    part_of = "purchase"
    line = ("quantity", "price", "total", "purchase")

    purchase: Mapped[int] = field(Reference("Sale", to="purchase", required=True, also=("sale",)))
    product: Mapped[int | None] = field(Reference("Product", to="product"))
    name: Mapped[str | None] = field(
        Text("What", search=True, hint="Left empty, it is the name of the product")
    )
    quantity: Mapped[Number] = field(
        Decimal("Quantity", required=True, places=3), default=Number(1)
    )
    price: Mapped[Number | None] = field(
        Money(
            "Price",
            currency="purchase.currency",
            hint="Left empty, it is the list price of the product",
        )
    )
    discount: Mapped[Number | None] = field(Percent("Discount", places=2), default=Number(0))
    tax_rate: Mapped[Number | None] = field(
        Percent("Tax rate", places=2, also=("tax", "vat")), default=Number(0)
    )
    total: Mapped[Number | None] = field(
        Money("Total", currency="purchase.currency", computed=Formula(TOTAL))
    )

    @classmethod
    def indexes(cls) -> list[Any]:
        return [Index(None, "workspace", "purchase"), Index(None, "workspace", "product")]

    @classmethod
    def read_line(cls, text: str, reader: Reader) -> dict[str, str]:
        """Return the fields of a line such as `3 × Widget @ 90 -10% +19%`.

        What names no product, or is in quotation marks, is a thing of its own and needs a price.

        Raises:
            ValueError: What was not understood.
        """
        found = PATTERN.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"It is not understood. Write it such as {EXAMPLE}.")
        said, price = found["what"].strip(), (found["price"] or "").strip()
        texts = {"quantity": (found["quantity"] or "1").strip(), "price": price}
        return texts | cls.read_rates(found["rates"]) | cls.read_thing(said, price, reader)

    @classmethod
    def read_rates(cls, text: str) -> dict[str, str]:
        rates = {"discount": "", "tax_rate": ""}
        for sign, figure in RATE.findall(text):
            name = "tax_rate" if sign == "+" else "discount"
            if rates[name]:
                raise ValueError(f"{cls.fields()[name].label} is given twice.")
            rates[name] = figure
        return rates

    @classmethod
    def read_thing(cls, said: str, price: str, reader: Reader) -> dict[str, str]:
        """Return the product that is sold, or the name of what is none."""
        if name := part_lines.unquoted(said):
            return {"product": "", "name": name}
        try:
            reader.lookup("product", said)
        except Ambiguous:
            raise
        except ValueError as error:
            if not price:
                raise ValueError(
                    f"{error} Something that is no product needs a price: {said[:60]} @ 90"
                ) from None
            return {"product": "", "name": said}
        return {"product": said}

    def write_line(self, reader: Reader) -> str:
        kinds = self.fields()
        price, discount, tax = (
            kinds[name].write(getattr(self, name), reader)
            for name in ("price", "discount", "tax_rate")
        )
        return "".join(
            [
                f"{kinds['quantity'].write(self.quantity, reader)} × {self.thing(reader)}",
                f" @ {price.removesuffix('.00')}" if price else "",
                f" -{discount}%" if self.discount else "",
                f" +{tax}%" if self.tax_rate else "",
            ]
        )

    def thing(self, reader: Reader) -> str:
        """Return what is sold, by a name that means it again: its reference where none does."""
        name = reader.name("product", self.product) if self.product else self.name or ""
        bare = PATTERN.fullmatch(name)
        if bare and bare["what"] == name and not SIGNS.search(name):
            try:
                means: set[int | None] = {reader.lookup("product", name)}
            except Ambiguous:
                means = set()
            except ValueError:
                means = {None}
            if self.product in means:
                return name
        return reader.ref("product", self.product) if self.product else part_lines.quoted(name)

    def settle(self, work: Context, changes: Changes) -> None:
        """Take the name and the price of the product, where the line has none of its own."""
        if self.product and ("product" in changes or not self.name or self.price is None):
            self.take(work, work.get(Product, self.product), changes)
        self.discount, self.tax_rate = self.discount or ZERO, self.tax_rate or ZERO
        if not self.name:
            raise Invalid({"product": "Say which product it is, or what else."})
        if self.quantity <= 0:
            raise Invalid({"quantity": "Quantity must be more than 0."})

    def take(self, work: Context, product: Product, changes: Changes) -> None:
        """Take name and list price of a product, which must still be for sale."""
        if "product" in changes and not product.active and work.can_ask:
            raise Invalid({"product": f"{product.spoken} is not sold any more."})
        if not self.name or ("product" in changes and "name" not in changes):
            self.name = product.name
        whole: Any = work.get(ENTITIES["purchase"], self.purchase)
        if self.price is None and product.currency == whole.currency:
            self.price = product.price
