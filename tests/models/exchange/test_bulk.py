"""Imported records are stored in bulk; nobody can tell from what is in the database."""

import pytest
from sqlalchemy import select

from models.core.audit.entries import AuditEntry
from models.core.history import undo
from models.core.identity.user import User
from models.core.search.index import SearchText
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.exchange.storage import BATCH
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.models.exchange.steps import everything, imported, rejected, told

pytestmark = pytest.mark.dialect

TEXTS = {
    "first_name": "Ada",
    "last_name": "King",
    "email": "ada@example.org",
    "company": "Lark",
    "tags": "vip, new",
}
FILE = f"""{",".join(TEXTS)},owner
Ada,King,ada@example.org,Lark,"vip, new",Ada Abel
"""


def test_a_record_is_the_same_as_one_typed_in(works: UnitOfWorkFactory) -> None:
    given(works, Lead, by="U_ADA", **TEXTS)
    imported(works, Lead, FILE)
    typed, loaded = everything(works, Lead)
    own = {"id", "number", "external_id"}
    columns = [name for name in Lead.__mapper__.columns.keys() if name not in own]  # noqa: SIM118
    assert {name: getattr(loaded, name) for name in columns} == {
        name: getattr(typed, name) for name in columns
    }
    assert loaded.number == typed.number + 1


def test_audit_and_search_are_the_same_as_of_one_typed_in(works: UnitOfWorkFactory) -> None:
    given(works, Lead, by="U_ADA", **TEXTS)
    imported(works, Lead, FILE)
    typed, loaded = everything(works, Lead)
    assert told(works, loaded) == told(works, typed)
    texts = {
        row.record_id: row.text for row in everything(works, SearchText) if row.entity == "lead"
    }
    assert texts[loaded.id] == texts[typed.id].replace(typed.ref.lower(), loaded.ref.lower())


def test_audit_says_who_imported_and_that_it_was_an_import(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "NAME\nLark\n")
    with works("T1", "U_ADA", writes=False) as work:
        entry = work.session.scalars(select(AuditEntry).where(AuditEntry.entity == "account")).one()
        assert (entry.actor, entry.door, entry.action, entry.field, entry.new) == (
            work.actor and work.actor.id,
            "import",
            "create",
            "name",
            "Lark",
        )


def test_numbers_go_on_where_people_stopped_and_people_go_on_after(
    works: UnitOfWorkFactory,
) -> None:
    first = given(works, Account, name="First")
    imported(works, Account, "NAME\n" + "\n".join(f"Account {n}" for n in range(BATCH + 5)))
    last = given(works, Account, name="Last")
    numbers = [account.number for account in everything(works, Account)]
    assert numbers == list(range(first.number, last.number + 1))


def test_a_rejected_row_costs_no_number(works: UnitOfWorkFactory) -> None:
    imported(works, Opportunity, "NAME,ACCOUNT\n,Lark\n")
    imported(works, Account, "NAME\nLark\n")
    imported(works, Opportunity, "NAME,ACCOUNT\n,Lark\nSomewhere,Lark\n")
    (deal,) = everything(works, Opportunity)
    assert deal.ref == "OP-1"


def test_the_rules_of_an_entity_hold(works: UnitOfWorkFactory) -> None:
    assert rejected(works, Customer, "CITY\nNowhere\n") == [
        "Name or e-mail is enough, but one of them is needed."
    ]


def test_what_came_in_can_be_undone_a_batch_at_a_time(works: UnitOfWorkFactory) -> None:
    imported(works, Account, "NAME\nLark\nWren\n")
    with works("T1", "U_ADA") as work:
        unit = work.session.scalars(
            select(AuditEntry.unit).distinct().where(AuditEntry.door == "import")
        ).one()
        assert len(undo.undo(work, unit)) == 2
    assert everything(works, Account) == []


def test_a_row_the_database_refuses_does_not_take_the_others_along(
    works: UnitOfWorkFactory,
) -> None:
    rows = [f"Person {n},U_{n}" for n in range(20)]
    rows[7] = "Double,U_RITA"
    reasons = rejected(works, User, "Name,Slack id\n" + "\n".join(rows))
    assert reasons == ["It clashes with a record that is here already."]
    names = {user.name for user in everything(works, User)}
    assert {f"Person {n}" for n in range(20) if n != 7} <= names
    assert "Double" not in names
