"""Entities that only tests have, for what no entity of the product uses yet.

They stand as long as a test, in the database of its engine, and are taken down with it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal as Exact
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Engine
from sqlalchemy.orm import Mapped

import bot.app
from handlers.core.crud import Records
from models.core import listeners
from models.core.db.engine import everywhere
from models.core.entity.base import ENTITIES, Base, Entity
from models.core.fields import Currency, Decimal, Money, Percent, Person, Reference, Text, field
from models.core.identity import rights
from models.migrations.row_level_security import isolate


@contextmanager
def made_up(
    engine: Engine, declare: Callable[[], tuple[type[Entity], ...]]
) -> Iterator[tuple[Any, ...]]:
    """Let entities exist for a while. declare: has their classes in its body, and returns them."""
    entities = declare()
    tables = [Base.metadata.tables[entity.slug()] for entity in entities]
    routers = [Records(entity) for entity in entities]
    listeners.criteria.cache_clear()
    rights.register((router.noun, name) for router in routers for name in router.verbs)
    known = bot.app.ROUTERS
    bot.app.ROUTERS = (*known, *routers)
    try:
        with everywhere(engine).begin() as connection:
            Base.metadata.create_all(connection, tables)
            with Operations.context(MigrationContext.configure(connection)):
                for table in tables:
                    isolate(table.name)
        yield entities
        with everywhere(engine).begin() as connection:
            Base.metadata.drop_all(connection, tables)
    finally:
        bot.app.ROUTERS = known
        for entity in entities:
            del ENTITIES[entity.slug()], rights.VERBS[entity.slug()]
            Base.registry._dispose_cls(entity)
            Base.metadata.remove(entity.__table__)  # type: ignore[arg-type]
        listeners.criteria.cache_clear()


def voyages() -> tuple[type[Entity], ...]:
    """A voyage, and a fare in its currency, with all the numbers that have decimals."""

    class Voyage(Entity):
        """A journey that is sold in one currency."""

        prefix = "VY"

        name: Mapped[str] = field(Text("Name", required=True, search=True))
        currency: Mapped[str | None] = field(Currency("Currency"))

    class Fare(Entity):
        """A place on a voyage."""

        prefix = "FR"
        line = ("price", "weight")

        name: Mapped[str] = field(Text("Name", required=True, search=True))
        voyage: Mapped[int | None] = field(Reference("Voyage", to="voyage"))
        weight: Mapped[Exact | None] = field(Decimal("Weight", places=3, also=("kg",)))
        tax: Mapped[Exact | None] = field(Percent("Tax", places=2))
        price: Mapped[Exact | None] = field(Money("Price", currency="voyage.currency"))

    return Voyage, Fare


@pytest.fixture
def sold(engine: Engine) -> Iterator[tuple[Any, ...]]:
    """Voyage and Fare, as long as a test."""
    with made_up(engine, voyages) as entities:
        yield entities


def parts() -> tuple[type[Entity], ...]:
    """A part that is known by its SKU, which may belong to somebody, and where it is stored."""

    class Part(Entity):
        """A thing with a number of its own."""

        prefix = "PZ"
        owned = "owner"
        keys = ("sku",)
        line = ("sku",)

        name: Mapped[str] = field(Text("Name", required=True))
        sku: Mapped[str | None] = field(Text("SKU", 40, unique=True))
        gauge: Mapped[Exact | None] = field(Decimal("Gauge", unique=True))
        owner: Mapped[int | None] = field(Person("Owner"))

    class Stock(Entity):
        """Where a part is stored."""

        prefix = "SX"

        name: Mapped[str] = field(Text("Place", required=True))
        part: Mapped[int | None] = field(Reference("Part", to="part"))

    return Part, Stock


@pytest.fixture
def stored(engine: Engine) -> Iterator[tuple[Any, ...]]:
    """Part and Stock, as long as a test."""
    with made_up(engine, parts) as entities:
        yield entities
