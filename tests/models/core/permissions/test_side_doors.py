"""What one may not see is not found out by other ways: names made of names, searches, addresses,
sums.
"""

import pytest
from sqlalchemy import select

from models.core.entity.base import Entity
from models.core.identity import rights
from models.core.identity.role import Role
from models.core.identity.user import User
from models.core.permissions import policy
from models.core.search.query import find_everywhere, find_records
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.sales.opportunity import Opportunity
from models.sales.pipeline import by_stage
from models.support.case import Case
from tests.ground import given
from tests.models.marks import SQLITE

pytestmark = SQLITE


def allow(works: UnitOfWorkFactory, rights: str) -> None:
    """Let Rita and Ravi do this and nothing else."""
    with works("T1") as work:
        work.get(Role, work.lookup("role", "senior rep")).rights = rights


@pytest.fixture
def acme(works: UnitOfWorkFactory) -> Account:
    """An account of Mona's, and a customer of Rita's who belongs to it, with a case."""
    account = given(works, Account, by="U_MONA", name="Acme")
    ada = given(works, Customer, by="U_RITA", first_name="Ada", email="ada@example.org")
    given(works, Membership, by="U_MONA", customer=ada.ref, account=account.ref)
    given(works, Case, by="U_MONA", subject="Leak", customer=ada.ref, account=account.ref)
    return account


def seen(work: UnitOfWork, entity: type[Entity]) -> list[str]:
    return [record.ref for record in work.session.scalars(select(entity))]


def test_what_is_called_after_others_is_seen_only_by_who_may_see_these(
    works: UnitOfWorkFactory, acme: Account
) -> None:
    with works("T1", "U_RAVI", writes=False) as work:
        assert seen(work, Membership) == ["MB-1"]
    allow(works, "everything: look\naccount: look own")
    with works("T1", "U_RAVI", writes=False) as work:
        assert seen(work, Membership) == []
        with policy.beyond(work.session):
            membership = work.get(Membership, 1)
        assert not policy.can(work.actor, "show", membership)
        assert find_records(work, Membership, "ada").heading == "No works at matches “ada”"
        assert find_everywhere(work, "acme") == []


def test_a_record_is_not_found_by_the_name_of_one_that_may_not_be_seen(
    works: UnitOfWorkFactory, acme: Account
) -> None:
    with works("T1", "U_RAVI", writes=False) as work:
        assert [case.ref for case in find_records(work, Case, "ada").records] == ["CS-1"]
    allow(works, "everything: look\ncustomer: look none")
    with works("T1", "U_RAVI", writes=False) as work:
        assert find_records(work, Case, "ada").records == []
        assert find_records(work, Case, "adz").records == []
        assert [case.ref for case in find_records(work, Case, "leak").records] == ["CS-1"]


def test_what_is_hidden_leads_to_nobody(works: UnitOfWorkFactory) -> None:
    given(works, Customer, first_name="Ada", city="Jena")
    works.welcome("T1", "U_MONA", email="mona@example.org")
    with works("T1", "U_RAVI", writes=False) as work:
        assert find_records(work, Customer, "jena").records
        assert work.get(User, work.lookup("user", "mona@example.org")).slack_id == "U_MONA"
    allow(works, "everything: look\ncustomer: look, hide city\nuser: look, hide email")
    with works("T1", "U_RAVI", writes=False) as work:
        assert find_records(work, Customer, "jena").records == []
        with pytest.raises(ValueError, match="There is no user"):
            work.lookup("user", "mona@example.org")


def test_what_a_record_may_be_called_by_cannot_be_hidden(works: UnitOfWorkFactory) -> None:
    for about, name in (("customer", "email"), ("lead", "company"), ("lead", "first_name")):
        with pytest.raises(ValueError, match=f"is known by its {name.replace('_', ' ')}"):
            rights.fields(about, [name])


def test_where_the_amounts_of_deals_are_hidden_no_sum_is_told(works: UnitOfWorkFactory) -> None:
    account = given(works, Account, name="Lark")
    given(works, Opportunity, name="Sails", account=account.ref, amount="12000", probability="50")
    allow(works, "everything: look\ndeal: look, hide probability")
    with works("T1", "U_RAVI", writes=False) as work:
        assert [(row.count, row.amount, row.weighted) for row in by_stage(work)] == [(1, 12000, 0)]
    allow(works, "everything: look\ndeal: look, hide amount")
    with works("T1", "U_RAVI", writes=False) as work:
        assert [(row.count, row.amount, row.weighted) for row in by_stage(work)] == [(1, 0, 0)]


def test_who_may_give_a_right_is_told_also_to_who_may_not_look_at_people(
    works: UnitOfWorkFactory,
) -> None:
    allow(works, "lead: look\nuser: look none")
    with works("T1", "U_RITA", writes=False) as work:
        assert policy.helpers(work) == "Ada Abel can give it."
