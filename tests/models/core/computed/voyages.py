"""Two entities that only tests know: voyages, which follow from their cargo, and cargo.

Importing this leaves no trace; `declared` lends them to a test and takes them back.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import Engine, Index, Table
from sqlalchemy.orm import Mapped, registry

from models.core.context import Context
from models.core.db.engine import everywhere
from models.core.entity.base import ENTITIES, Base, Changes, Entity
from models.core.fields import Day, LongText, Money, Number, Percent, Person, Reference, Text, field
from models.core.fields import Decimal as Weight
from models.core.fields.computed import Formula, Rollup

Rule = Callable[[Any, Context, Changes], None]


def nothing(record: Any, work: Context, changes: Changes) -> None:
    """Do nothing: the rule that a test did not replace."""


class Private(Entity):
    """An entity of tests, whose mapper no other test finds."""

    __abstract__ = True
    _sa_registry = registry(metadata=Base.metadata)
    rule: ClassVar[Rule] = nothing
    after: ClassVar[Rule] = nothing

    def settle(self, work: Context, changes: Changes) -> None:
        type(self).rule(self, work, changes)

    def follow(self, work: Context, changes: Changes) -> None:
        type(self).after(self, work, changes)


class Voyage(Private):
    """A voyage, with cargo on board."""

    prefix = "VY"
    line = ("freight", "pieces")

    name: Mapped[str] = field(Text("Name", required=True, search=True))
    port: Mapped[str | None] = field(Text("Port"))
    freight: Mapped[Decimal | None] = field(
        Money("Freight", computed=Rollup(of="cargo", by="voyage", sum="price"))
    )
    pieces: Mapped[int | None] = field(
        Number("Pieces", computed=Rollup(of="cargo", by="voyage", count=True))
    )
    most: Mapped[int | None] = field(
        Number("Most", computed=Rollup(of="cargo", by="voyage", max="quantity"))
    )
    first: Mapped[date | None] = field(
        Day("First", computed=Rollup(of="cargo", by="voyage", min="ready_on"))
    )
    weight: Mapped[Decimal | None] = field(
        Weight("Weight", places=3, computed=Rollup(of="cargo", by="voyage", sum="weight"))
    )
    toll: Mapped[Decimal | None] = field(
        Money("Toll", computed=Formula("max(round(freight * 0.07), 1)"))
    )


class Cargo(Private):
    """Something on board of a voyage."""

    prefix = "CG"
    owned = "owner"
    remarks = "notes"

    name: Mapped[str] = field(Text("Name", required=True, search=True))
    voyage: Mapped[int | None] = field(Reference("Voyage", to="voyage"))
    quantity: Mapped[int | None] = field(Number("Quantity"))
    rate: Mapped[Decimal | None] = field(Money("Rate"))
    discount: Mapped[int | None] = field(Percent("Discount"), default=0)
    price: Mapped[Decimal | None] = field(
        Money("Price", computed=Formula("quantity * rate * (1 - discount / 100)"))
    )
    tax: Mapped[Decimal | None] = field(Money("Tax", computed=Formula("price * 0.19")))
    weight: Mapped[Decimal | None] = field(Weight("Weight", places=3))
    ready_on: Mapped[date | None] = field(Day("Ready on"))
    owner: Mapped[int | None] = field(Person("Owner"))
    notes: Mapped[str | None] = field(LongText("Notes"))
    seal: Mapped[str | None] = field(Text("Seal", readonly=True, also=("stamp",)))

    @classmethod
    def indexes(cls) -> list[Any]:
        return [Index(None, "workspace", "voyage")]


ALL: tuple[type[Private], ...] = (Voyage, Cargo)
TABLES: list[Table] = [entity.__table__ for entity in ALL]  # type: ignore[misc]


def put_away() -> None:
    for entity in ALL:
        ENTITIES.pop(entity.slug(), None)
        entity.rule, entity.after = nothing, nothing
    for table in reversed(TABLES):
        for key in table.foreign_keys:
            assert key.column is not None  # found now, and remembered
        Base.metadata.remove(table)
    forget()


def forget() -> None:
    """Empty what the program remembers of all entities together."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("models", "handlers"):
            for each in vars(module).values():
                if hasattr(each, "cache_clear") and each.__module__ == name:
                    each.cache_clear()


@contextmanager
def declared(engine: Engine) -> Iterator[None]:
    """Add the entities and their tables to the product, as long as the block runs."""
    for entity in ALL:
        ENTITIES[entity.slug()] = entity
    forget()
    try:
        with everywhere(engine).begin() as connection:
            for table in TABLES:
                table.create(connection)
        yield
    finally:
        with everywhere(engine).begin() as connection:
            for table in reversed(TABLES):
                table.drop(connection)
        for entity in ALL:
            ENTITIES.pop(entity.slug())
            entity.rule, entity.after = nothing, nothing
        forget()


put_away()
