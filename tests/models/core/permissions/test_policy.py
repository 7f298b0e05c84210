"""Who may do and see what: the presets, what is refused and in which words, and who can never be
locked out.
"""

import pytest
from sqlalchemy import select

import handlers.registry  # noqa: F401  the routes tell which verbs there are
from models.core import records
from models.core.entity.base import Entity
from models.core.errors import CRMError, Forbidden, Invalid, NotFound
from models.core.identity.rights import Preset
from models.core.identity.role import Role
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.permissions import policy
from models.core.search.query import find_records
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import given
from tests.models.gone import give_a_role_that_is_gone
from tests.models.marks import SQLITE

# ── what a role says ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def lead(works: UnitOfWorkFactory) -> Lead:
    """Rita's lead."""
    return given(works, Lead, first_name="Ada", company="Analytical", owner="me")


def may(works: UnitOfWorkFactory, person: str, verb: str, record: Entity) -> bool:
    with works("T1", person, writes=False) as work:
        return policy.can(work.actor, verb, work.get(type(record), record.id))


@SQLITE
def test_a_junior_rep_sees_only_their_own_leads(works: UnitOfWorkFactory, lead: Lead) -> None:
    assert not may(works, "U_JULE", "show", lead)
    own = given(works, Lead, by="U_JULE", first_name="Own")
    assert may(works, "U_JULE", "show", own)
    with works("T1", "U_JULE", writes=False) as work:
        assert [record.ref for record in work.session.scalars(select(Lead))] == [own.ref]


@SQLITE
def test_a_team_mate_sees_and_changes_what_an_outsider_does_not(
    works: UnitOfWorkFactory, lead: Lead
) -> None:
    assert (may(works, "U_RAVI", "show", lead), may(works, "U_RAVI", "edit", lead)) == (True, True)
    assert (may(works, "U_OLGA", "show", lead), may(works, "U_OLGA", "edit", lead)) == (
        False,
        False,
    )


@SQLITE
def test_guests_those_who_left_and_people_from_elsewhere_may_nothing(
    works: UnitOfWorkFactory, lead: Lead
) -> None:
    works.welcome("T1", "U_RAVI", left=True)
    assert not may(works, "U_GUS", "show", lead)
    assert not may(works, "U_RAVI", "show", lead)
    with works("T2", "U_OTTO", writes=False) as work:
        assert work.actor
        assert not policy.can(work.actor, "show", lead)


@SQLITE
def test_a_lead_of_a_team_sees_that_of_the_teams_below(
    works: UnitOfWorkFactory, lead: Lead
) -> None:
    with works("T1", "U_ADA") as work:
        records.create(work, Team, {"name": "Europe", "lead": "<@U_OLGA>"})
    assert not may(works, "U_OLGA", "show", lead)
    with works("T1", "U_ADA") as work:
        records.update(work, work.get(Team, work.lookup("team", "sales")), {"parent": "Europe"})
    assert may(works, "U_OLGA", "show", lead)


@SQLITE
def test_an_executive_never_reads_personal_notes(works: UnitOfWorkFactory) -> None:
    ada = given(works, Customer, first_name="Ada", notes="Likes chess")
    with works("T1", "U_ELI", writes=False) as work:
        customer = work.get(Customer, ada.id)
        assert "notes" not in policy.fields(work, customer)
        assert find_records(work, Customer, "chess").records == []
        with pytest.raises(
            ValueError, match=r"does not show you Notes.* Ada Abel can let you see it\."
        ):
            find_records(work, Customer, "notes ~ chess")
        assert [each.ref for each in find_records(work, Customer, "ada").records] == [ada.ref]


@SQLITE
def test_what_is_hidden_cannot_be_written_either(works: UnitOfWorkFactory) -> None:
    with works("T1", "U_ADA") as work:
        role = work.get(Role, work.lookup("role", "senior rep"))
        records.update(
            work, role, {"rights": "everything: look\ncustomer: look, new, edit, hide notes"}
        )
    with pytest.raises(Invalid, match=r"does not show you Notes\. Ada Abel can let you see it\."):
        given(works, Customer, first_name="Ada", notes="Likes chess")


@SQLITE
def test_a_role_that_is_gone_allows_nothing(works: UnitOfWorkFactory, lead: Lead) -> None:
    give_a_role_that_is_gone(works, "U_RITA")
    assert not may(works, "U_RITA", "show", lead)
    with pytest.raises(Forbidden, match="sorcerer"), works("T1", "U_RITA", writes=False) as work:
        policy.check(work, "list", Lead)


@SQLITE
def test_a_refusal_says_which_right_is_missing_and_who_can_give_it(
    works: UnitOfWorkFactory,
) -> None:
    deal = given(
        works,
        Opportunity,
        by="U_RITA",
        name="Sails",
        account=given(works, Account, name="Lark").ref,
    )
    with pytest.raises(Forbidden) as caught, works("T1", "U_JULE", writes=False) as work:
        policy.check(work, "edit", work.get(Opportunity, deal.id))
    own = "Your role (rep) allows “deal edit” only for your own deals, and OP-1 is not. Ada Abel can give it."
    assert str(caught.value) == own
    assert caught.value.request == "request deal edit OP-1"
    with (
        pytest.raises(NotFound, match="There is no OP-1"),
        works("T1", "U_OLGA", writes=False) as work,
    ):
        policy.check(work, "edit", work.get(Opportunity, deal.id))


# ── admins, roles and teams ───────────────────────────────────────────────────────────────────────


def change(works: UnitOfWorkFactory, entity: type[Entity], which: str, **texts: str) -> None:
    with works("T1", "U_ADA") as work:
        records.update(work, work.get(entity, work.lookup(entity.slug(), which)), texts)


@SQLITE
def test_the_last_admin_stays_one(works: UnitOfWorkFactory) -> None:
    with pytest.raises(CRMError, match="Ada Abel is the last admin"):
        change(works, User, "U_ADA", role="rep")
    change(works, User, "U_MONA", role="admin")
    change(works, User, "U_ADA", role="rep")


@SQLITE
def test_the_role_admin_cannot_be_changed_or_deleted(works: UnitOfWorkFactory) -> None:
    with pytest.raises(CRMError, match="stays as it is"):
        change(works, Role, "admin", rights="lead: look")
    with pytest.raises(CRMError, match="stays as it is"), works("T1", "U_ADA") as work:
        records.delete(work, work.get(Role, work.lookup("role", "admin")))


@SQLITE
def test_a_role_that_people_have_is_not_deleted(works: UnitOfWorkFactory) -> None:
    with (
        pytest.raises(CRMError, match="3 people have the role senior rep"),
        works("T1", "U_ADA") as work,
    ):
        records.delete(work, work.get(Role, work.lookup("role", "senior rep")))


@SQLITE
def test_people_keep_a_role_and_a_team_that_are_renamed(works: UnitOfWorkFactory) -> None:
    change(works, Role, "senior rep", name="Hunter")
    change(works, Team, "sales", name="Sales EMEA")
    with works("T1", "U_RITA", writes=False) as work:
        assert work.actor
        assert (work.actor.role, work.actor.team) == ("hunter", "sales emea")
        assert policy.can(work.actor, "new", Lead)


@SQLITE
def test_a_team_is_not_part_of_itself(works: UnitOfWorkFactory) -> None:
    change(works, Team, "sales", parent="north")
    with pytest.raises(Invalid, match="would be part of itself"):
        change(works, Team, "north", parent="sales")
    with pytest.raises(Invalid, match="would be part of itself"):
        change(works, Team, "north", parent="north")


@SQLITE
def test_two_roles_of_the_same_name_are_refused(works: UnitOfWorkFactory) -> None:
    with (
        pytest.raises(Invalid, match="There is a role REP already: RO-1"),
        works("T1", "U_ADA") as work,
    ):
        records.create(work, Role, {"name": "REP", "rights": "lead: look"})


@SQLITE
def test_a_workspace_begins_with_its_roles_and_a_deleted_one_stays_deleted(
    works: UnitOfWorkFactory,
) -> None:
    with works("T1", "U_ADA") as work:
        assert set(work.session.scalars(select(Role.key))) == set(Preset)
        records.delete(work, work.get(Role, work.lookup("role", "marketing")))
    works.settle("T1")
    with works("T1", "U_ADA", writes=False) as work:
        assert set(work.session.scalars(select(Role.key))) == set(Preset) - {"marketing"}


@SQLITE
def test_who_returns_to_a_role_that_was_deleted_has_none(
    works: UnitOfWorkFactory, lead: Lead
) -> None:
    change(works, User, "U_OLGA", role="marketing")
    works.welcome("T1", "U_OLGA", left=True)
    with works("T1", "U_ADA") as work:
        records.delete(work, work.get(Role, work.lookup("role", "marketing")))
    works.welcome("T1", "U_OLGA", left=False)
    with works("T1", "U_OLGA", writes=False) as work:
        assert not any(
            policy.can(work.actor, verb, Lead) for verb in ("show", "list", "export", "edit")
        )
        assert work.session.scalars(select(Lead)).all() == []
