"""Whoever did something is told whether they may take it back, in the unit that did it and in one
that only reads.
"""

from collections.abc import Callable

import pytest

from models.core import records
from models.core.audit.entries import AuditEntry
from models.core.history.undo import entries_of
from models.core.history.undo_rights import is_reversible
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.support.case import Case
from tests.ground import given

COLUMNS = ("entity", "record_id", "action", "field", "old", "new")
Act = Callable[[UnitOfWork], object]


@pytest.fixture
def there(works: UnitOfWorkFactory) -> None:
    """Rita's lead, and a case of her customer's."""
    given(works, Lead, first_name="Bob")
    customer = given(works, Customer, first_name="Ada")
    given(works, Case, by="U_SAM", subject="Broken", customer=customer.ref)


def make(work: UnitOfWork) -> object:
    return records.create(work, Lead, {"first_name": "Eve"})


def change(work: UnitOfWork) -> object:
    return records.update(work, work.find(Lead, 1), {"company": "Engines"})


def give_away(work: UnitOfWork) -> object:
    return records.assign(work, work.find(Lead, 1), work.lookup("user", "U_OLGA"))


def note(work: UnitOfWork) -> object:
    return work.find(Case, 1).reply(work, "Ask Eve", public=False)


def nothing(work: UnitOfWork) -> None:
    """Only looks."""


@pytest.mark.parametrize(
    ("person", "act", "may"),
    [
        ("U_RITA", make, True),
        ("U_SAM", make, False),
        ("U_RITA", change, True),
        ("U_RITA", give_away, True),
        ("U_RITA", note, True),
        ("U_SAM", note, True),
        ("U_RITA", nothing, True),
        ("", make, True),
    ],
)
def test_it_is_as_reversible_when_it_is_done_as_when_it_is_told_later(
    works: UnitOfWorkFactory, there: None, person: str, act: Act, may: bool
) -> None:
    with works("T1", person) as work:
        act(work)
        work.session.flush()
        assert is_reversible(work) is may
        unit = work.unit
    with works("T1", person, writes=False) as work:
        work.changes = [kept(entry) for entry in entries_of(work, unit)]
        assert is_reversible(work) is may


def kept(entry: AuditEntry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in COLUMNS}


def test_what_somebody_else_changed_since_is_not(works: UnitOfWorkFactory, there: None) -> None:
    with works("T1", "U_RITA") as work:
        change(work)
        unit = work.unit
    with works("T1", "U_RAVI") as work:
        records.update(work, work.find(Lead, 1), {"company": "Sails"})
    with works("T1", "U_RITA", writes=False) as work:
        work.changes = [kept(entry) for entry in entries_of(work, unit)]
        assert not is_reversible(work)


def test_looking_adds_nothing_to_the_trail(works: UnitOfWorkFactory, there: None) -> None:
    with works("T1", "U_RITA") as work:
        change(work)
        work.session.flush()
        before = len(entries_of(work, work.unit))
        assert is_reversible(work)
        work.session.flush()
        assert len(entries_of(work, work.unit)) == before == 1
