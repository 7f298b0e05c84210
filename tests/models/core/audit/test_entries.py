"""The audit trail."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from models.core import records
from models.core.audit.entries import AuditEntry, changes_of
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.contact import Contact
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from tests.ground import given


def test_changes_are_what_differs_from_the_database(works: UnitOfWorkFactory) -> None:
    customer = given(works, Customer, first_name="Ada", tags="vip")
    with works("T1", "U_RITA") as work:
        record = work.get(Customer, customer.id)
        assert changes_of(record) == {}
        record.first_name, record.last_name, record.tags = "Grace", "Hopper", ("vip",)
        assert changes_of(record) == {"first_name": ("Ada", "Grace"), "last_name": (None, "Hopper")}
        record.first_name, record.last_name = "Ada", None
        assert changes_of(record) == {}


def test_a_new_record_differs_in_what_it_holds() -> None:
    assert changes_of(Customer(first_name="Ada", last_name=None)) == {"first_name": (None, "Ada")}


def test_empty_and_nothing_are_the_same(works: UnitOfWorkFactory) -> None:
    customer = given(works, Customer, first_name="Ada")
    with works("T1", "U_RITA") as work:
        record = work.get(Customer, customer.id)
        record.tags, record.city = (), ""
        assert changes_of(record) == {}


def test_no_is_not_nothing(works: UnitOfWorkFactory) -> None:
    customer = given(works, Customer, first_name="Ada")
    with works("T1", "U_RITA") as work:
        contact = records.create(
            work, Contact, {"customer": customer.ref, "type": "email", "value": "a@b.org"}
        )
        contact.primary = True
        assert changes_of(contact) == {"primary": (False, True)}
        work.session.flush()
        contact.primary = False
        assert changes_of(contact) == {"primary": (True, False)}


def test_nought_is_not_nothing(works: UnitOfWorkFactory) -> None:
    given(works, Account, name="Acme")
    deal = given(works, Opportunity, name="Acme", account="AC-1", amount="0", probability="0")
    with works("T1", "U_RITA") as work:
        first = select(AuditEntry.field).where(
            AuditEntry.entity == "opportunity", AuditEntry.new.in_(["0", "0.00"])
        )
        assert set(work.session.scalars(first)) == {"amount", "probability"}
        record = work.get(Opportunity, deal.id)
        record.probability = None
        assert changes_of(record) == {"probability": (0, None)}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("amount", Decimal("10.50"), Decimal("12000")),
        ("close_date", date(2026, 3, 1), date(2026, 4, 1)),
        ("stage", "proposal", "won"),
        ("probability", 10, 90),
        ("name", "Acme", "Größe & “Ärger” 🎉"),
        ("deleted_at", None, datetime(2026, 3, 1, 12, 30, tzinfo=UTC)),
    ],
)
def test_what_is_kept_can_be_read_back(
    works: UnitOfWorkFactory, name: str, old: object, new: object
) -> None:
    given(works, Account, name="Acme")
    deal = given(works, Opportunity, name="Acme", account="AC-1")
    with works("T1", "U_RITA") as work:
        record = work.get(Opportunity, deal.id)
        setattr(record, name, old)
        work.session.flush()
    with works("T1", "U_RITA") as work:
        setattr(work.get(Opportunity, deal.id), name, new)
        unit = work.unit
    with works("T1") as work:
        kept = select(AuditEntry).where(AuditEntry.unit == unit, AuditEntry.field == name)
        entry = work.session.scalars(kept).one()
        kind = Opportunity.fields()[name]
        assert (kind.load(entry.old), kind.load(entry.new)) == (old, new)


def test_the_crm_itself_is_written_down_without_a_person(works: UnitOfWorkFactory) -> None:
    customer = given(works, Customer, first_name="Ada")
    with works("T1", door="job") as work:
        work.get(Customer, customer.id).city = "London"
        unit = work.unit
    with works("T1") as work:
        entry = work.session.scalars(select(AuditEntry).where(AuditEntry.unit == unit)).one()
        assert (entry.actor, entry.door, records.who(work, entry)) == (None, "job", "Rapport")
