"""Whose a record is: what a right to one's own is for, and what it is not."""

import pytest
from sqlalchemy import select

import handlers.registry  # noqa: F401  the routes tell which verbs there are
from models.core import records
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Forbidden
from models.core.identity.rights import VERBS
from models.core.identity.role import Role
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.permissions import policy, visibility
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.account import Account
from models.customers.contact import Contact
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.sales.lead import Lead
from tests.models.marks import SQLITE

pytestmark = SQLITE
CHANGES = ("edit", "set", "delete", "restore", "revert")


def allow(works: UnitOfWorkFactory, role: str, rights: str) -> None:
    with works("T1", "U_ADA") as work:
        records.update(work, work.get(Role, work.lookup("role", role)), {"rights": rights})


def may(work: UnitOfWork, record: Entity, *verbs: str) -> set[str]:
    return {verb for verb in verbs if policy.can(work.actor, verb, record)}


@pytest.fixture
def nobodys(works: UnitOfWorkFactory) -> list[Entity]:
    """What nobody owns: imported, or made by the CRM itself; and what is a part of it."""
    with works("T1") as work:
        customer = work.add(Customer(first_name="Ada"))
        account = work.add(Account(name="Lark"))
        lead = work.add(Lead(company="Lark"))
        parts = [
            work.add(Contact(customer=customer.id, type="other", value="by post")),
            work.add(Membership(customer=customer.id, account=account.id)),
        ]
    return [customer, account, lead, *parts]


@pytest.mark.parametrize("scope", ["own", "team"])
def test_what_nobody_owns_is_looked_at_and_taken_and_is_nobodys_to_change(
    works: UnitOfWorkFactory, nobodys: list[Entity], scope: str
) -> None:
    allow(works, "rep", f"everything: look {scope}, new, change {scope}")
    with works("T1", "U_JULE", writes=False) as work:
        for record in nobodys:
            here = work.get(type(record), record.id)
            assert may(work, here, "show", "history", *CHANGES) == {"show", "history"}, record
            assert may(work, here, "assign") == {"assign"}
            assert work.session.scalars(select(type(record))).all() == [here]
            assert (
                work.session.scalars(
                    select(type(record)).where(visibility.only(work, type(record), "edit"))
                ).all()
                == []
            )


@pytest.mark.parametrize("preset", ["U_JULE", "U_RITA"])
def test_a_rep_takes_a_customer_of_nobodys_and_then_changes_it_and_its_parts(
    works: UnitOfWorkFactory, nobodys: list[Entity], preset: str
) -> None:
    customer, account, _, contact, membership = nobodys
    for record in (customer, account):
        taken = (
            rf"and {record.ref} is nobody's\. Take {record.ref} first: assign {record.ref} to=me\."
        )
        with pytest.raises(Forbidden, match=taken), works("T1", preset, writes=False) as work:
            policy.check(work, "edit", work.get(type(record), record.id))
    with (
        pytest.raises(Forbidden, match=r"CT-1 is nobody's\. Take CU-1 first"),
        works("T1", preset) as work,
    ):
        policy.check(work, "edit", work.get(Contact, contact.id))
    with works("T1", preset) as work:
        assert work.actor
        for record in (customer, account):
            here = work.get(type(record), record.id)
            policy.check(work, "assign", here)
            records.assign(work, here, work.actor.id)
    with works("T1", preset, writes=False) as work:
        for record in (customer, account, contact, membership):
            assert may(work, work.get(type(record), record.id), "edit", "delete") == {
                "edit",
                "delete",
            }


def test_who_may_change_all_changes_what_nobody_owns(
    works: UnitOfWorkFactory, nobodys: list[Entity]
) -> None:
    with works("T1", "U_MONA", writes=False) as work:
        for record in nobodys:
            here = work.get(type(record), record.id)
            assert may(work, here, "edit") == (set() if isinstance(record, Lead) else {"edit"})


@pytest.mark.parametrize(
    ("scope", "theirs"), [("own", {"U_JULE"}), ("team", {"U_JULE", "U_RITA", "U_RAVI", "U_MONA"})]
)
def test_of_people_ones_own_is_oneself_and_everybody_is_to_be_looked_at(
    works: UnitOfWorkFactory, scope: str, theirs: set[str]
) -> None:
    allow(works, "rep", f"user: look {scope}, change {scope}")
    with works("T1", "U_JULE", writes=False) as work:
        people = work.session.scalars(select(User)).all()
        assert len(people) > 8
        assert {person.slack_id for person in people if may(work, person, "edit", "set")} == theirs
        found = work.session.scalars(select(User).where(visibility.only(work, User, "edit")))
        assert {person.slack_id for person in found} == theirs
    with (
        pytest.raises(Forbidden, match="for your own users|for your team's users"),
        works("T1", "U_JULE") as work,
    ):
        policy.check(work, "edit", work.get(User, work.lookup("user", "U_ADA")))


@pytest.mark.parametrize("scope", ["own", "team"])
@pytest.mark.parametrize(
    "rights", ["role: everything {0}\nteam: everything {0}", "everything: everything {0}"]
)
def test_what_has_no_owner_is_nobodys_own(
    works: UnitOfWorkFactory, scope: str, rights: str
) -> None:
    """Roles and teams, and what has no records: a right to change one's own is a right to change
    none.
    """
    allow(works, "rep", rights.format(scope))
    with works("T1", "U_JULE", writes=False) as work:
        for entity in (Role, Team):
            record = work.session.scalars(select(entity)).first()
            assert record
            assert may(work, record, *VERBS[entity.slug()]) <= policy.LOOKS
            assert {
                verb for verb in VERBS[entity.slug()] if policy.can(work.actor, verb, entity)
            } <= policy.LOOKS
            assert (
                work.session.scalars(
                    select(entity).where(visibility.only(work, entity, "edit"))
                ).all()
                == []
            )
        for noun in VERBS.keys() - ENTITIES.keys() - {"log"}:
            found = {verb for verb in VERBS[noun] if policy.can(work.actor, verb, noun)}
            assert found <= policy.EVERYONE, noun
