"""No way leads from a right to more of them: who may change people, roles or teams makes nobody
more than they are.
"""

import pytest
from sqlalchemy import select

import handlers.registry  # noqa: F401  the routes tell which verbs there are
from models.core import records
from models.core.errors import CRMError, Forbidden, Invalid
from models.core.history import undo
from models.core.identity.rights import Preset
from models.core.identity.role import Role
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWorkFactory
from tests.ground import given
from tests.models.exchange.steps import imported
from tests.models.marks import SQLITE

pytestmark = SQLITE


def allow(works: UnitOfWorkFactory, *lines: str) -> None:
    """What reps may do besides."""
    with works("T1", "U_ADA") as work:
        role = work.get(Role, work.lookup("role", "rep"))
        records.update(
            work, role, {"rights": "\n".join(["everything: look, new, change own", *lines])}
        )


def set_of(works: UnitOfWorkFactory, person: str, by: str = "U_JULE", **texts: str) -> None:
    with works("T1", by) as work:
        found = work.get(User, work.lookup("user", person))
        policy.check(work, "edit", found)
        records.update(work, found, texts)


def join(works: UnitOfWorkFactory, team: str) -> None:
    """Jule takes herself into a team."""
    with works("T1", "U_JULE") as work:
        assert work.actor
        work.get(Team, work.lookup("team", team)).take(work.actor)


def held(works: UnitOfWorkFactory, person: str = "U_JULE") -> tuple[str, str | None]:
    with works("T1", writes=False) as work:
        found = work.get(User, work.lookup("user", person))
        return found.role, found.team


@pytest.mark.parametrize("line", ["user: look, edit own", "user: look, change", "user: everything"])
@pytest.mark.parametrize("texts", [{"role": "admin"}, {"role": "manager"}, {"team": "north"}])
def test_who_may_change_people_gives_nobody_a_role_or_a_team(
    works: UnitOfWorkFactory, line: str, texts: dict[str, str]
) -> None:
    allow(works, line)
    right = "role give" if "role" in texts else "team join"
    with pytest.raises(
        Forbidden, match=f"does not allow “{right}”, which this takes. Ada Abel can give it"
    ):
        set_of(works, "me", **texts)
    set_of(works, "me", zone="Asia/Tokyo")
    assert held(works) == ("rep", "sales")


@pytest.mark.parametrize("role", [Preset.ADMIN, Preset.MANAGER, Preset.PRIVACY, "chief"])
def test_who_may_give_roles_gives_none_that_allows_more_than_theirs(
    works: UnitOfWorkFactory, role: str
) -> None:
    given(works, Role, by="U_ADA", name="chief", rights="everything: everything")
    given(works, Role, by="U_ADA", name="looker", rights="lead: look own")
    allow(works, "user: look, edit", "role: look, give")
    with pytest.raises(Forbidden, match="does not give you “.+”, so you cannot give it to others"):
        set_of(works, "me", role=role)
    set_of(works, "U_RAVI", role="looker")
    assert (held(works)[0], held(works, "U_RAVI")[0]) == ("rep", "looker")


def test_what_is_hidden_from_who_gives_a_role_is_not_shown_to_others_by_it(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Role, by="U_ADA", name="reader", rights="customer: look")
    given(works, Role, by="U_ADA", name="skimmer", rights="customer: look, hide notes")
    allow(works, "user: look, edit", "role: look, give", "customer: look, hide notes")
    with pytest.raises(Forbidden, match="does not give you “customer show notes”"):
        set_of(works, "U_RAVI", role="reader")
    set_of(works, "U_RAVI", role="skimmer")


def test_who_may_change_roles_makes_none_that_allows_more_than_theirs(
    works: UnitOfWorkFactory,
) -> None:
    allow(works, "role: everything")
    with (
        pytest.raises(Forbidden, match="does not give you “.+”, so you cannot"),
        works("T1", "U_JULE") as work,
    ):
        records.update(
            work, work.get(Role, work.lookup("role", "rep")), {"rights": "everything: everything"}
        )
    with pytest.raises(Forbidden, match="does not give you"), works("T1", "U_JULE") as work:
        records.create(work, Role, {"name": "chief", "rights": "user: edit"})
    with works("T1", "U_JULE") as work:
        manager = work.get(Role, work.lookup("role", "manager"))
        records.update(
            work, manager, {"rights": "everything: look\ndeal: look team, edit team"}
        )  # less than before


def test_who_may_change_teams_gives_nobody_a_role_by_way_of_one(works: UnitOfWorkFactory) -> None:
    given(works, Team, by="U_ADA", name="chiefs", role="manager")
    allow(works, "team: everything")
    for texts in ({"role": "manager"}, {"role": "rep"}):
        with (
            pytest.raises(Forbidden, match="does not allow “role give”"),
            works("T1", "U_JULE") as work,
        ):
            records.update(work, work.get(Team, work.lookup("team", "sales")), texts)
    with pytest.raises(Forbidden, match="does not allow “role give”"):
        join(works, "chiefs")
    join(works, "north")
    assert held(works) == ("rep", "north")


def test_no_team_makes_admins(works: UnitOfWorkFactory) -> None:
    with pytest.raises(Invalid, match="No team makes admins"):
        given(works, Team, by="U_ADA", name="chiefs", role="admin")
    with works("T1") as work:  # one of a release that let it
        team = work.get(Team, work.lookup("team", "north"))
        work.session.execute(Team.__table__.update().where(Team.id == team.id).values(role="admin"))  # type: ignore[attr-defined]
    with works("T1", "U_ADA") as work:
        work.get(Team, team.id).take(work.get(User, work.lookup("user", "U_JULE")))
    assert held(works) == ("rep", "north")


def test_no_door_goes_round_it(works: UnitOfWorkFactory) -> None:
    """Taking back, and a file, take the same rights."""
    with works("T1", "U_ADA") as work:
        work.get(User, work.lookup("user", "U_JULE")).role = Preset.MANAGER
    with works("T1", "U_ADA") as work:
        work.get(User, work.lookup("user", "U_JULE")).role = Preset.REP
        unit = work.unit
    allow(works, "user: everything")
    with pytest.raises(CRMError, match="does not allow “role give”"), works("T1", "U_JULE") as work:
        undo.undo(work, unit)
    with works("T1", writes=False) as work:
        jule = work.session.scalars(select(User).where(User.slack_id == "U_JULE")).one()
    outcome = imported(works, User, f"Ref,Role\n{jule.ref},admin\n", by="U_JULE")
    assert outcome.rejected == 1
    outcome = imported(works, User, "Slack id,Name,Role\nU_TWIN,Jule,admin\n", by="U_JULE")
    assert outcome.rejected == 1
    assert held(works) == ("rep", "sales")


def test_an_admin_who_steps_back_may_do_so_and_nobody_steps_up_by_it(
    works: UnitOfWorkFactory,
) -> None:
    set_of(works, "U_MONA", by="U_ADA", role="admin")
    set_of(works, "me", by="U_ADA", role="rep")
    with pytest.raises(Forbidden), works("T1", "U_JULE") as work:
        work.get(User, work.lookup("user", "me")).role = Preset.ADMIN
    assert (held(works, "U_ADA")[0], held(works)[0]) == ("rep", "rep")
