"""The names that a card or a list needs come in one statement, and show what they should."""

from sqlalchemy import select

from models.activities.activity import Activity
from models.core import names, records
from models.core.context import HIDDEN, SYSTEM
from models.core.entity.base import Entity
from models.core.identity.role import Role
from models.core.identity.user import User
from models.core.permissions import policy
from models.core.search.index import SearchText
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.plans import listening


def deal(works: UnitOfWorkFactory, name: str = "Renewal") -> Opportunity:
    """A deal of Rita's with a customer and an account of its own."""
    customer = given(works, Customer, first_name=f"Ada {name}", owner="U_RITA")
    account = given(works, Account, name=f"Acme {name}", owner="U_RITA")
    about = {"customer": customer.ref, "account": account.ref, "owner": "U_RITA"}
    return given(works, Opportunity, name=name, **about)


def call_them(work: UnitOfWork, *found: Opportunity) -> list[str]:
    return [
        work.name(slug, getattr(one, slug)) for one in found for slug in ("customer", "account")
    ]


def test_the_names_of_many_records_are_one_statement(works: UnitOfWorkFactory) -> None:
    numbers = [deal(works, name).number for name in ("One", "Two", "Three")]
    with works("T1", "U_RITA", writes=False) as work:
        found = [work.find(Opportunity, number) for number in numbers]
        with listening(works.engine) as heard:
            names.learn(work, found)
            told = call_them(work, *found)
            refs = [work.ref("customer", one.customer or 0) for one in found]
            names.learn(work, found)
    assert told == ["Ada One", "Acme One", "Ada Two", "Acme Two", "Ada Three", "Acme Three"]
    assert refs == ["CU-1", "CU-2", "CU-3"]
    assert len(heard) == 1


def test_a_save_that_changes_no_reference_looks_none_up(works: UnitOfWorkFactory) -> None:
    one = deal(works)
    with works("T1", "U_RITA") as work:
        found = work.find(Opportunity, one.number)
        with listening(works.engine) as heard:
            texts = {"customer": "CU-1", "account": "AC-1", "next_step": "Call them"}
            records.update(work, found, texts)
    asked = [said for said, _ in heard if "customer" in said.partition("FROM")[2]]
    assert ["UNION ALL" in said for said in asked] == [True]
    assert not [said for said, _ in heard if "search_text" in said], "no word of it is searched"


def test_a_hidden_name_stays_hidden(works: UnitOfWorkFactory) -> None:
    one = deal(works)
    with works("T1", "U_ADA") as work:
        role = work.get(Role, work.lookup("role", "senior rep"))
        records.update(work, role, {"rights": "opportunity: everything all\ncustomer: look own"})
    with works("T1", "U_RAVI", writes=False) as work:
        found = work.find(Opportunity, one.number)
        names.learn(work, [found])
        assert work.name("customer", found.customer or 0) == HIDDEN
        assert seen(work, found) == {"customer": False, "account": False}
        with policy.among(work.session, (SYSTEM,)):
            assert work.name("customer", found.customer or 0) == "Ada Renewal"
        with policy.among(work.session, ()):
            assert work.name("customer", found.customer or 0) == HIDDEN


def seen(work: UnitOfWork, found: Opportunity) -> dict[str, bool]:
    learnt = {
        slug: names.known(work, slug, getattr(found, slug)) for slug in ("customer", "account")
    }
    return {slug: bool(name and name.seen) for slug, name in learnt.items()}


def test_a_name_learnt_for_one_reader_is_not_told_to_another(works: UnitOfWorkFactory) -> None:
    one = deal(works)
    with works("T1", "U_ADA") as work:
        role = work.get(Role, work.lookup("role", "rep"))
        records.update(work, role, {"rights": "opportunity: look all"})
    with works("T1", "U_RITA", writes=False) as work:
        found = work.find(Opportunity, one.number)
        names.learn(work, [found])
        assert work.name("customer", found.customer or 0) == "Ada Renewal"
        jule = work.get(User, work.lookup("user", "U_JULE"))
        with policy.among(work.session, (work.actor, jule)):
            assert work.name("customer", found.customer or 0) == HIDDEN


def test_after_a_change_the_name_is_the_new_one(works: UnitOfWorkFactory) -> None:
    one = deal(works)
    with works("T1", "U_RITA") as work:
        found = work.find(Opportunity, one.number)
        names.learn(work, [found])
        customer = work.get(Customer, found.customer or 0)
        records.update(work, customer, {"first_name": "Grace", "last_name": "Hopper"})
        del customer
        assert work.name("customer", found.customer or 0) == "Grace Hopper"


def test_a_changed_word_is_found_and_a_deleted_record_is_not(works: UnitOfWorkFactory) -> None:
    customer = given(works, Customer, first_name="Ada")
    one: Entity = given(works, Activity, description="Call the bank", customer=customer.ref)
    with works("T1", "U_ADA") as work:
        records.update(work, work.get(Activity, one.id), {"description": "Call the notary"})
    with works("T1", "U_ADA", writes=False) as work:
        assert text_of(work, one) == ["at-1 call the notary ada"]
    with works("T1", "U_ADA") as work:
        records.delete(work, work.get(Activity, one.id))
    with works("T1", "U_ADA", writes=False) as work:
        assert text_of(work, one) == [""]


def text_of(work: UnitOfWork, record: Entity) -> list[str]:
    """What the record is found by."""
    here = (SearchText.entity == record.slug(), SearchText.record_id == record.id)
    return list(work.session.scalars(select(SearchText.text).where(*here)))
