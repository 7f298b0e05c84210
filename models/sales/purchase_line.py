"""Purchase lines: one thing of a purchase, how many of it and at which price."""

import re
from decimal import Decimal
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from models.core.context import Context
from models.core.entity.base import ENTITIES, Changes, Entity
from models.core.errors import Ambiguous, Invalid
from models.core.fields import Money, Number, Percent, Reference, Text, field
from models.core.fields.base import Reader
from models.core.fields.computed import Formula
from models.sales.product import Product

PATTERN = re.compile(
    r"(?:(?P<quantity>\d[\d.,' ]*) *[×x*] *)?"
    r"(?P<what>\"[^\"]+\"|.+?)"
    r"(?: *@ *(?P<price>.+?))?"
    r"(?P<rates>(?: *[-−+] *\d[\d.,]* *%)*)",
    re.IGNORECASE | re.DOTALL,
)
"""A line: 3 × Widget @ 90 -10% +19%; what is in quotation marks is no product."""
TOTAL = "quantity * price * (1 - discount / 100) * (1 + tax_rate / 100)"
RATE = re.compile(r"([-−+]) *(\d[\d.,]*) *%")
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
    quantity: Mapped[int] = field(Number("Quantity", required=True), default=1)
    price: Mapped[Decimal | None] = field(
        Money("Price", hint="Left empty, it is the list price of the product")
    )
    discount: Mapped[int | None] = field(Percent("Discount"), default=0)
    tax_rate: Mapped[int | None] = field(Percent("Tax rate", also=("tax", "vat")), default=0)
    total: Mapped[Decimal | None] = field(Money("Total", computed=Formula(TOTAL)))

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
        if said.startswith('"') and said.endswith('"') and len(said) > 2:
            return {"product": "", "name": said[1:-1].strip()}
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
            kinds[name].write(getattr(self, name) or None, reader)
            for name in ("price", "discount", "tax_rate")
        )
        return "".join(
            [
                f"{kinds['quantity'].write(self.quantity, reader)} × {self.thing(reader)}",
                f" @ {price.removesuffix('.00')}" if price else "",
                f" -{discount}%" if discount else "",
                f" +{tax}%" if tax else "",
            ]
        )

    def thing(self, reader: Reader) -> str:
        """Return what is sold, by a name that means it again: its reference where none does."""
        name = reader.name("product", self.product) if self.product else self.name or ""
        bare = PATTERN.fullmatch(name)
        if bare and bare["what"] == name and ";" not in name and not name.startswith('"'):
            try:
                means = reader.lookup("product", name)
            except ValueError:
                means = None
            if means == self.product:
                return name
        return reader.ref("product", self.product) if self.product else f'"{name}"'

    def settle(self, work: Context, changes: Changes) -> None:
        """Take the name and the price of the product, where the line has none of its own."""
        if self.product and ("product" in changes or not self.name or self.price is None):
            self.take(work, work.get(Product, self.product), changes)
        self.discount, self.tax_rate = self.discount or 0, self.tax_rate or 0
        if not self.name:
            raise Invalid({"product": "Say which product it is, or what else."})
        if self.quantity <= 0:
            raise Invalid({"quantity": "Quantity must be more than 0."})

    def take(self, work: Context, product: Product, changes: Changes) -> None:
        """Take name and list price of a product, which must still be for sale."""
        if "product" in changes and not product.active and self.decides(work, changes, "product"):
            raise Invalid({"product": f"{product.spoken} is not sold any more."})
        if not self.name or ("product" in changes and "name" not in changes):
            self.name = product.name
        whole: Any = work.get(ENTITIES["purchase"], self.purchase)
        if self.price is None and product.currency == whole.currency:
            self.price = product.price
