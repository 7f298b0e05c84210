"""Whoever gives a record away, or lets go of it, may do that by its verb too: whichever way it is
done.
"""

import pytest
from sqlalchemy import select

import handlers.registry  # noqa: F401  the routes tell which verbs there are
from models.core import records
from models.core.errors import Forbidden, Invalid
from models.core.history import as_of
from models.core.identity.role import Role
from models.core.identity.team import Team
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.models.marks import SQLITE

pytestmark = SQLITE


def allow(works: UnitOfWorkFactory, *lines: str) -> None:
    with works("T1", "U_ADA") as work:
        records.update(
            work, work.get(Role, work.lookup("role", "rep")), {"rights": "\n".join(lines)}
        )


def owner_of(works: UnitOfWorkFactory, lead: Lead) -> str:
    with works("T1", writes=False) as work:
        owner = work.get(Lead, lead.id).owner
        return work.name("user", owner) if owner else ""


@pytest.fixture
def lead(works: UnitOfWorkFactory) -> Lead:
    """Rita's at first, now Jule's, with another company."""
    made = given(works, Lead, by="U_RITA", first_name="Ada", company="Looms", owner="me")
    with works("T1", "U_ADA") as work:
        records.update(work, work.get(Lead, made.id), {"owner": "U_JULE", "company": "Mills"})
    return made


def revert(works: UnitOfWorkFactory, lead: Lead, by: str = "U_JULE", to: int = 1) -> as_of.Plan:
    with works("T1", by) as work:
        return as_of.revert(work, work.get(Lead, lead.id), to)


def test_setting_back_whose_it_was_takes_the_right_to_give_it_away(
    works: UnitOfWorkFactory, lead: Lead
) -> None:
    allow(works, "lead: look, edit, revert", "user: look")
    with pytest.raises(Forbidden, match="does not allow “lead assign”. Ada Abel can give it"):
        revert(works, lead)
    with pytest.raises(Forbidden, match="lead assign"), works("T1", "U_JULE", writes=False) as work:
        as_of.plan(work, work.get(Lead, lead.id), 1)  # nor is it offered
    assert owner_of(works, lead) == "Jule Jansen"
    allow(works, "lead: look, edit, revert, assign", "user: look")
    revert(works, lead)
    assert owner_of(works, lead) == "Rita Reyes"


def test_setting_back_what_is_whose_it_was_takes_no_other_right(
    works: UnitOfWorkFactory, lead: Lead
) -> None:
    allow(works, "lead: look, revert, edit own", "user: look")
    with works("T1", "U_JULE") as work:
        records.update(work, work.get(Lead, lead.id), {"company": "Ships"})
    revert(works, lead, to=2)
    with works("T1", writes=False) as work:
        assert work.get(Lead, lead.id).company == "Mills"


def test_nothing_is_set_back_to_somebody_who_has_left(works: UnitOfWorkFactory, lead: Lead) -> None:
    works.welcome("T1", "U_RITA", left=True)
    with pytest.raises(Invalid, match="Rita Reyes has left Slack"):
        revert(works, lead, by="U_ADA")


def test_what_names_a_record_that_one_may_not_see_stays(works: UnitOfWorkFactory) -> None:
    """They would set it without knowing what; a form does not let them either."""
    secret, known = (
        given(works, Customer, by="U_ADA", first_name=name, owner="me") for name in ("Eve", "Ada")
    )
    deal = given(works, Opportunity, by="U_RITA", name="Sails", customer=secret.ref, owner="me")
    with works("T1", "U_ADA") as work:
        records.update(
            work, work.get(Opportunity, deal.id), {"customer": known.ref, "name": "Oars"}
        )
        records.assign(work, work.get(Customer, known.id), work.lookup("user", "U_JULE"))
    allow(works, "deal: look, revert", "customer: look own", "user: look")
    with works("T1", "U_JULE") as work:
        done = as_of.revert(work, work.get(Opportunity, deal.id), 1)
        assert (work.get(Opportunity, deal.id).name, done.stays) == ("Sails", ["Customer"])


def test_setting_a_team_back_to_the_role_it_gave_takes_the_right_to_give_it(
    works: UnitOfWorkFactory,
) -> None:
    team = given(works, Team, by="U_ADA", name="west", role="manager")
    with works("T1", "U_ADA") as work:
        records.update(work, work.get(Team, team.id), {"role": "", "name": "far west"})
    allow(works, "team: everything", "role: look", "user: look")
    with (
        pytest.raises(Forbidden, match="does not allow “role give”"),
        works("T1", "U_JULE") as work,
    ):
        as_of.revert(work, work.get(Team, team.id), 1)


@pytest.mark.parametrize("to", ["U_RITA", ""])
def test_an_edit_gives_away_or_lets_go_only_for_who_may_assign(
    works: UnitOfWorkFactory, lead: Lead, to: str
) -> None:
    allow(works, "lead: look, edit", "user: look")
    with (
        pytest.raises(Forbidden, match="does not allow “lead assign”"),
        works("T1", "U_JULE") as work,
    ):
        records.update(work, work.get(Lead, lead.id), {"owner": to})
    assert owner_of(works, lead) == "Jule Jansen"
    allow(works, "lead: look, edit, assign own", "user: look")
    with works("T1", "U_JULE") as work:
        records.update(work, work.get(Lead, lead.id), {"owner": to})
    assert owner_of(works, lead) == ("Rita Reyes" if to else "")


MADE = ("customer", "account", "member", "deal")
"""What a lead becomes; each takes the right to make it."""


@pytest.mark.parametrize("missing", MADE)
def test_a_conversion_makes_only_what_one_may_make_by_hand(
    works: UnitOfWorkFactory, missing: str
) -> None:
    """Else who may convert leads, and nothing more, fills the books with customers, accounts and
    deals.
    """
    lead = given(
        works,
        Lead,
        by="U_RITA",
        first_name="Ada",
        company="Looms",
        email="ada@example.org",
        owner="me",
    )
    others = [f"{noun}: look, new" for noun in MADE if noun != missing]
    said = "works at" if missing == "member" else missing
    allow(works, "lead: look, convert", "user: look", *others)
    with pytest.raises(Forbidden, match=f"does not allow “{said}[a-z]* new”. Ada Abel can give it"):
        convert(works, lead)
    with works("T1", writes=False) as work:
        assert work.get(Lead, lead.id).converted is False
        for entity in (Customer, Account, Membership, Opportunity):
            assert work.session.scalars(select(entity)).all() == []
    allow(works, "lead: look, convert", "user: look", *others, f"{missing}: look, new")
    convert(works, lead)
    with works("T1", writes=False) as work:
        assert work.get(Lead, lead.id).converted


def test_who_may_make_no_customer_converts_a_lead_of_one_who_is_here(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Customer, by="U_RITA", first_name="Ada", email="ada@example.org", owner="me")
    lead = given(works, Lead, by="U_RITA", first_name="Ada", email="ada@example.org", owner="me")
    allow(works, "lead: look, convert", "deal: look, new", "customer: look", "user: look")
    convert(works, lead)
    with works("T1", writes=False) as work:
        assert work.get(Lead, lead.id).converted_customer == work.lookup("customer", "CU-1")


def test_what_a_lead_that_nobody_owns_becomes_is_whose_who_converts_it(
    works: UnitOfWorkFactory,
) -> None:
    with works("T1") as work:
        lead = work.add(Lead(first_name="Ada", company="Looms"))
    convert(works, lead, by="U_ADA")
    with works("T1", writes=False) as work:
        ada = work.lookup("user", "U_ADA")
        owners = [
            work.session.scalars(select(each.owner)).one()
            for each in (Customer, Account, Opportunity)
        ]
    assert owners == [ada] * 3


def convert(works: UnitOfWorkFactory, lead: Lead, by: str = "U_JULE") -> None:
    with works("T1", by) as work:
        found = work.get(Lead, lead.id)
        policy.check(work, "convert", found)
        found.convert(work)
