"""What holds for one after the other holds for two at once: an admin is left, one is primary, and
no circle comes.
"""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import func, select

import handlers.registry  # noqa: F401  the routes tell which verbs there are
from models.core import records
from models.core.entity.base import Entity
from models.core.entity.hierarchy import is_above_itself
from models.core.errors import CRMError
from models.core.history import undo
from models.core.identity.rights import Preset
from models.core.identity.role import Role
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.account import Account
from models.customers.contact import Contact
from models.customers.customer import Customer
from models.customers.membership import Membership
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import given, together
from tests.models.exchange.steps import everything, imported
from tests.models.marks import SQLITE, THOROUGH

pytestmark = pytest.mark.dialect

TIMES = 4 if THOROUGH else 2
"""How often each race is run: who is first changes."""
Act = Callable[[UnitOfWork], object]


def at_once(works: UnitOfWorkFactory, *acts: tuple[str, Act]) -> list[object]:
    """Do these at the same time, each in the name of somebody, as a command does it; what came of
    each.
    """

    def do(person: str, act: Act) -> object:
        return works.attempt(act, "T1", person) or "done"

    return together([partial(do, person, act) for person, act in acts])


def change(entity: type[Entity], which: str, **texts: str) -> Act:
    """By somebody who may edit it, when it is done."""

    def act(work: UnitOfWork) -> None:
        record = work.get(entity, work.lookup(entity.slug(), which))
        policy.check(work, "edit", record)
        records.update(work, record, texts)

    return act


def admins(works: UnitOfWorkFactory) -> int:
    with works("T1", writes=False) as work:
        return len(policy.admins(work.session))


def make_admins(works: UnitOfWorkFactory, *people: str) -> None:
    with works("T1") as work:
        for person in people:
            work.get(User, work.lookup("user", person)).role = Preset.ADMIN


def all_but(results: list[object], done: int) -> bool:
    """Whether so many were done, and the others refused in words."""
    refused = [each for each in results if isinstance(each, CRMError)]
    return len(results) - len(refused) == done


# ── admins ────────────────────────────────────────────────────────────────────────────────────────


def test_of_two_admins_who_demote_each_other_one_is_left(works: UnitOfWorkFactory) -> None:
    for _ in range(TIMES):
        make_admins(works, "U_ADA", "U_MONA")
        demote = {
            who: change(User, other, role="rep")
            for who, other in (("U_ADA", "U_MONA"), ("U_MONA", "U_ADA"))
        }
        assert all_but(at_once(works, *demote.items()), done=1)
        assert admins(works) == 1


def test_of_two_admins_who_step_back_at_once_one_is_left(works: UnitOfWorkFactory) -> None:
    for _ in range(TIMES):
        make_admins(works, "U_ADA", "U_MONA")
        at_once(works, *((who, change(User, "me", role="rep")) for who in ("U_ADA", "U_MONA")))
        assert admins(works) == 1


def test_who_is_no_admin_any_more_when_it_is_their_turn_changes_nothing(
    works: UnitOfWorkFactory,
) -> None:
    """Mona is demoted while she gives a role: she came as an admin, and acts as one only if she is
    first.
    """
    for _ in range(TIMES):
        make_admins(works, "U_ADA", "U_MONA")
        with works("T1") as work:
            work.get(User, work.lookup("user", "U_JULE")).role = Preset.REP
        demote = change(User, "U_MONA", role="rep")
        results = at_once(
            works, ("U_ADA", demote), ("U_MONA", change(User, "U_JULE", role="manager"))
        )
        with works("T1", writes=False) as work:
            given_it = work.get(User, work.lookup("user", "U_JULE")).role == Preset.MANAGER
        assert given_it is not isinstance(results[1], CRMError)


@SQLITE
def test_one_act_does_not_take_the_role_from_all_admins_either(works: UnitOfWorkFactory) -> None:
    """A file, and an undo, change several people in one breath."""
    with works("T1", "U_ADA") as work:
        work.get(User, work.lookup("user", "U_MONA")).role = Preset.ADMIN
    with works("T1", writes=False) as work:
        refs = [work.get(User, work.lookup("user", person)).ref for person in ("U_ADA", "U_MONA")]
    outcome = imported(works, User, "Ref,Role\n" + "".join(f"{ref},rep\n" for ref in refs))
    assert (outcome.updated, outcome.rejected, admins(works)) == (1, 1, 1)


@SQLITE
@pytest.mark.parametrize("column", ["guest", "has left"])
def test_nobody_makes_the_last_admin_a_guest_or_gone_by_hand(
    works: UnitOfWorkFactory, column: str
) -> None:
    with works("T1", writes=False) as work:
        ada = work.get(User, work.lookup("user", "U_ADA")).ref
    assert imported(works, User, f"Ref,{column}\n{ada},yes\n").rejected == 1
    assert admins(works) == 1


@SQLITE
def test_an_undo_does_not_take_the_role_from_the_last_admin(works: UnitOfWorkFactory) -> None:
    with works("T1", "U_ADA") as work:
        work.get(User, work.lookup("user", "U_MONA")).role = Preset.ADMIN
        unit = work.unit
    with works("T1", "U_MONA") as work:
        work.get(User, work.lookup("user", "U_ADA")).role = Preset.REP
    with (
        pytest.raises(CRMError, match="Mona Meyer is the last admin"),
        works("T1", "U_MONA") as work,
    ):
        undo.undo(work, unit)
    assert admins(works) == 1


# ── roles and teams ───────────────────────────────────────────────────────────────────────────────


def delete(entity: type[Entity], which: str) -> Act:
    return lambda work: records.delete(work, work.get(entity, work.lookup(entity.slug(), which)))


@pytest.mark.parametrize(("entity", "field"), [(Role, "role"), (Team, "team")])
def test_what_is_deleted_is_not_given_at_the_same_moment(
    works: UnitOfWorkFactory, entity: type[Entity], field: str
) -> None:
    texts = {"rights": "lead: look"} if entity is Role else {}
    for time in range(TIMES):
        given(works, entity, by="U_ADA", name=f"spare {time}", **texts)
        give = change(User, "U_JULE", **{field: f"spare {time}"})
        assert all_but(
            at_once(works, ("U_ADA", delete(entity, f"spare {time}")), ("U_ADA", give)), done=1
        )
        with works("T1", writes=False) as work:
            has = getattr(work.get(User, work.lookup("user", "U_JULE")), field)
            assert work.session.scalar(select(entity.id).where(entity.key == has)), has


@SQLITE
def test_a_role_that_a_team_gives_is_not_deleted_and_is_renamed_there_too(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Role, by="U_ADA", name="scout", rights="lead: look")
    given(works, Team, by="U_ADA", name="scouts", role="scout")
    with pytest.raises(CRMError, match="The team scouts gives the role scout to who joins"):
        works.attempt(delete(Role, "scout"), "T1", "U_ADA")
    with works("T1", "U_ADA") as work:
        change(Role, "scout", name="ranger")(work)
    with works("T1", "U_ADA") as work:
        team = work.get(Team, work.lookup("team", "scouts"))
        jule = work.get(User, work.lookup("user", "U_JULE"))
        team.take(jule)
        work.session.flush()
        assert (team.role, jule.role) == ("ranger", "ranger")


def circles(works: UnitOfWorkFactory, entity: type[Entity]) -> int:
    with works("T1", writes=False) as work:
        return sum(
            is_above_itself(work, record, "parent")
            for record in work.session.scalars(select(entity))
        )


@pytest.mark.parametrize("entity", [Team, Account])
def test_of_two_that_are_put_below_each_other_one_is(
    works: UnitOfWorkFactory, entity: type[Entity]
) -> None:
    for time in range(TIMES):
        one, other = (
            given(works, entity, by="U_ADA", name=f"{word} {time}").ref for word in ("Lark", "Wren")
        )
        acts = [
            ("U_ADA", change(entity, one, parent=other)),
            ("U_ADA", change(entity, other, parent=one)),
        ]
        assert all_but(at_once(works, *acts), done=1)
        assert circles(works, entity) == 0


@SQLITE
def test_a_long_circle_is_one_too_and_so_is_one_that_a_file_makes(works: UnitOfWorkFactory) -> None:
    refs = [given(works, Account, by="U_ADA", name=f"Lark {place}").ref for place in range(25)]
    below = [
        ("U_ADA", change(Account, ref, parent=above))
        for ref, above in zip(refs, refs[1:], strict=False)
    ]
    for person, act in below:
        works.attempt(act, "T1", person)
    with pytest.raises(CRMError, match="cannot stand above itself"):
        works.attempt(change(Account, refs[-1], parent=refs[0]), "T1", "U_ADA")
    one, other = (given(works, Team, by="U_ADA", name=name).ref for name in ("Lark", "Wren"))
    outcome = imported(works, Team, f"Ref,Part of\n{one},{other}\n{other},{one}\n")
    assert (outcome.updated, outcome.rejected, circles(works, Team), circles(works, Account)) == (
        1,
        1,
        0,
        0,
    )


def test_of_two_roles_of_one_name_one_is_made(works: UnitOfWorkFactory) -> None:
    for time in range(TIMES):
        make: Act = partial(
            records.create, entity=Role, texts={"name": f"twin {time}", "rights": "lead: look"}
        )
        assert all_but(at_once(works, *[("U_ADA", make)] * 3), done=1)


# ── one is primary ────────────────────────────────────────────────────────────────────────────────


def primaries(works: UnitOfWorkFactory, entity: type[Contact] | type[Membership]) -> int:
    with works("T1", writes=False) as work:
        return work.session.scalar(select(func.count(entity.id)).where(entity.primary)) or 0


@pytest.fixture
def reached(works: UnitOfWorkFactory) -> list[Contact]:
    """Four addresses of a customer."""
    ada = given(works, Customer, first_name="Ada", owner="me")
    return [
        given(works, Contact, customer=ada.ref, type="email", value=f"a{n}@example.org")
        for n in range(4)
    ]


def test_of_those_made_primary_at_once_one_is(
    works: UnitOfWorkFactory, reached: list[Contact]
) -> None:
    for _ in range(TIMES):
        acts = [("U_RITA", change(Contact, contact.ref, primary="yes")) for contact in reached]
        at_once(works, *acts)
        assert primaries(works, Contact) == 1


def test_of_those_that_come_as_primary_at_once_one_is(works: UnitOfWorkFactory) -> None:
    ada = given(works, Customer, first_name="Ada", owner="me")
    accounts = [given(works, Account, name=f"Lark {place}").ref for place in range(4)]
    texts = [{"customer": ada.ref, "account": ref, "primary": "yes"} for ref in accounts]
    acts = [("U_RITA", partial(records.create, entity=Membership, texts=each)) for each in texts]
    assert all_but(at_once(works, *acts), done=4)
    assert primaries(works, Membership) == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_one_stays_primary_whatever_is_moved_restored_or_undone(
    works: UnitOfWorkFactory, reached: list[Contact], order: tuple[int, int]
) -> None:
    """Also where the session would store the new one before the old one gives way."""
    first, second = (reached[place].ref for place in order)
    for ref in (first, second, first):
        works.attempt(change(Contact, ref, primary="yes"), "T1", "U_RITA")
        assert primaries(works, Contact) == 1
    with works("T1", "U_RITA") as work:
        records.delete(work, work.get(Contact, work.lookup("contact", first)))
    works.attempt(change(Contact, second, primary="yes"), "T1", "U_RITA")
    with works("T1", "U_RITA") as work:
        records.restore(work, work.find(Contact, reached[order[0]].number, deleted=True))
    with works("T1", writes=False) as work:
        there = work.session.scalars(select(Contact.number).where(Contact.primary)).all()
        assert there == [reached[order[1]].number]  # who is restored does not push another out
    works.attempt(change(Contact, first, type="other", primary="yes"), "T1", "U_RITA")
    works.attempt(change(Contact, first, type="email"), "T1", "U_RITA")
    assert primaries(works, Contact) == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_undo_of_what_became_primary_brings_the_one_before_back(
    works: UnitOfWorkFactory, reached: list[Contact], order: tuple[int, int]
) -> None:
    first, second = (reached[place] for place in order)
    works.attempt(change(Contact, first.ref, primary="yes"), "T1", "U_RITA")
    with works("T1", "U_RITA") as work:
        change(Contact, second.ref, primary="yes")(work)
        unit = work.unit
    for expected in (first, second):
        with works("T1", "U_RITA") as work:
            undo.undo(work, unit)
            unit = work.unit
        with works("T1", writes=False) as work:
            assert work.session.scalars(select(Contact.id).where(Contact.primary)).all() == [
                expected.id
            ]


@SQLITE
def test_in_a_file_the_last_of_those_that_are_primary_is(
    works: UnitOfWorkFactory, reached: list[Contact]
) -> None:
    works.attempt(change(Contact, reached[0].ref, primary="yes"), "T1", "U_RITA")
    rows = "".join(f"Ada,email,b{place}@example.org,yes\n" for place in range(3))
    assert imported(works, Contact, f"Customer,Type,Value,Primary\n{rows}").created == 3
    file = "".join(f"{contact.ref},yes\n" for contact in reached[:2])
    assert imported(works, Contact, f"Ref,Primary\n{file}").rejected == 0
    assert primaries(works, Contact) == 1
    assert [each.value for each in everything(works, Contact) if each.primary][0].startswith("a")


# ── files ─────────────────────────────────────────────────────────────────────────────────────────


def test_of_two_files_that_name_an_account_and_a_person_each_is_made_once(
    works: UnitOfWorkFactory,
) -> None:
    """And of a file and a lead that is converted; none of them waits for the other in a circle."""
    for time in range(TIMES):
        lark, wren, address = f"Lark {time}", f"Wren {time}", f"ada{time}@example.org"
        lead = given(
            works, Lead, first_name="Ada", last_name=str(time), email=address, company=lark
        )
        rows = [f"Mast,{lark},Ada {time} ({address})", f"Sail,{wren},Eve {time}"]
        files = ["\n".join(["Name,Account,Customer", *each]) for each in (rows, rows[::-1])]
        load = partial(imported, works, Opportunity, make=("account", "customer"))
        turn = partial(works.attempt, convert(lead.ref), "T1", "U_ADA")
        together([*(partial(load, file) for file in files), turn])
        names = [each.name for each in everything(works, Account)]
        addresses = [each.email for each in everything(works, Customer)]
        assert [names.count(lark), names.count(wren), addresses.count(address)] == [1, 1, 1]


# ── conversion ────────────────────────────────────────────────────────────────────────────────────


def convert(ref: str) -> Act:
    return lambda work: work.get(Lead, work.lookup("lead", ref)).convert(work)


def test_of_two_leads_with_one_address_one_customer_and_one_account_comes(
    works: UnitOfWorkFactory,
) -> None:
    for time in range(TIMES):
        about = {"email": f"ada{time}@example.org", "company": f"Lark {time}", "owner": "me"}
        leads = [given(works, Lead, first_name=f"Ada {n}", **about).ref for n in range(3)]
        assert all_but(at_once(works, *(("U_RITA", convert(ref)) for ref in leads)), done=3)
    with works("T1", writes=False) as work:
        counts = [
            work.session.scalar(select(func.count(each.id)))
            for each in (Customer, Account, Membership)
        ]
    assert counts == [TIMES] * 3
    assert primaries(works, Membership) == TIMES


def test_who_is_made_while_a_lead_is_converted_is_the_same_customer_or_came_after(
    works: UnitOfWorkFactory,
) -> None:
    """A conversion finds a customer who is just being made: it waits for whoever makes them."""
    for time in range(TIMES):
        email = f"ada{time}@example.org"
        lead = given(works, Lead, first_name="Ada", email=email, owner="me").ref
        make: Act = partial(
            records.create, entity=Customer, texts={"first_name": "Ada", "email": email}
        )
        at_once(works, ("U_RITA", convert(lead)), ("U_RITA", make))
        with works("T1", writes=False) as work:
            there = work.session.scalars(
                select(Customer.id).where(Customer.email == email).order_by(Customer.id)
            ).all()
            became = work.get(Lead, work.lookup("lead", lead)).converted_customer
            assert there[0] == became or len(there) == 1


# ── all of it ─────────────────────────────────────────────────────────────────────────────────────


def test_twelve_who_change_how_people_work_together_leave_an_admin_one_primary_and_no_circle(
    works: UnitOfWorkFactory, reached: list[Contact]
) -> None:
    """Twelve at a barrier, again and again: whatever is refused is refused in words, and what must
    hold, holds.
    """
    people = ("U_ADA", "U_MONA", "U_ELI")
    others = dict(zip(people, (*people[1:], people[0]), strict=True))
    for name in ("west", "east"):
        given(works, Team, by="U_ADA", name=name)
    for time in range(TIMES // 2):
        make_admins(works, *people)
        given(works, Role, by="U_ADA", name=f"spare {time}", rights="lead: look")
        acts: list[tuple[str, Act]] = [
            *((who, change(User, other, role="rep")) for who, other in others.items()),
            ("U_ADA", change(User, "me", role="manager")),
            ("U_MONA", change(Team, "west", parent="east")),
            ("U_ADA", change(Team, "east", parent="west")),
            ("U_ELI", change(Team, "east", parent="sales")),
            ("U_MONA", change(Team, "sales", parent="west")),
            ("U_ADA", delete(Role, f"spare {time}")),
            ("U_ELI", change(User, "U_JULE", role=f"spare {time}")),
            *(("U_RITA", change(Contact, contact.ref, primary="yes")) for contact in reached[:2]),
        ]
        assert len(acts) == 12
        for result in at_once(works, *acts):
            assert result == "done" or isinstance(result, CRMError), result
        assert admins(works) >= 1
        assert primaries(works, Contact) == 1
        assert circles(works, Team) == 0
        with works("T1", writes=False) as work:
            roles = set(work.session.scalars(select(Role.key)))
            assert set(work.session.scalars(select(User.role).where(~User.left))) <= roles
