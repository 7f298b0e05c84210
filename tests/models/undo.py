"""Acts to undo, for the tests of that."""

from collections.abc import Callable
from typing import Any

import pytest

from models.core import records
from models.core.history import undo as undoing
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.support.case import Case
from tests.ground import given


def act(works: UnitOfWorkFactory, by: str, do: Callable[[UnitOfWork], object]) -> str:
    """Do something; returns the unit."""
    with works("T1", by) as work:
        do(work)
        return work.unit


def change(works: UnitOfWorkFactory, by: str, **texts: str) -> str:
    """Edit LD-1 as a person does; returns the unit."""
    return act(works, by, lambda work: records.update(work, work.find(Lead, 1), texts))


def undo(works: UnitOfWorkFactory, unit: str, by: str = "U_RITA") -> str:
    """Returns the unit of the undo."""
    return act(works, by, lambda work: undoing.undo(work, unit))


def now(works: UnitOfWorkFactory, entity: type[Any], number: int = 1) -> Any:
    with works("T1", writes=False) as work:
        return work.find(entity, number, deleted=True)


@pytest.fixture
def ada(works: UnitOfWorkFactory) -> Lead:
    return given(works, Lead, first_name="Ada", company="Engines", tags="vip")


@pytest.fixture
def eve(works: UnitOfWorkFactory) -> Customer:
    return given(works, Customer, first_name="Eve")


@pytest.fixture
def broken(works: UnitOfWorkFactory, eve: Customer) -> Case:
    return given(works, Case, subject="Broken mast", customer=eve.ref)
