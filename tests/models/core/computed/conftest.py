"""The entities of `voyages`, for the tests beside this."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from models.core.unit_of_work import UnitOfWorkFactory
from tests.ground import StoppedClock
from tests.models.core.computed import voyages


@pytest.fixture
def works(engine: Engine, clock: StoppedClock) -> Iterator[UnitOfWorkFactory]:
    """Units of work in a product that has voyages and cargo."""
    with voyages.declared(engine):
        yield UnitOfWorkFactory(engine, clock)
