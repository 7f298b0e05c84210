"""Roles and teams are asked for once, and a change of them counts at once: here, and in every other
process.
"""

import pytest
from sqlalchemy import select

from models.core import records
from models.core.identity.role import Role
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import StoppedClock, given, spoil
from tests.models.marks import SQLITE
from tests.plans import listening

pytestmark = pytest.mark.dialect


@pytest.fixture
def other(works: UnitOfWorkFactory, clock: StoppedClock) -> UnitOfWorkFactory:
    """Another process on the same database."""
    return UnitOfWorkFactory(works.engine, clock)


def seen(works: UnitOfWorkFactory, person: str) -> list[str]:
    with works("T1", person, writes=False) as work:
        return [lead.ref for lead in work.session.scalars(select(Lead))]


def test_they_are_asked_for_once(works: UnitOfWorkFactory) -> None:
    given(works, Lead, last_name="King")
    assert seen(works, "U_RAVI") == ["LD-1"]
    with listening(works.engine) as heard:
        assert seen(works, "U_RAVI") == ["LD-1"]
    read = [
        statement.partition("FROM")[2].split()[0] for statement, _ in heard if "FROM" in statement
    ]
    assert read == ["workspace", "lead"]


@pytest.mark.parametrize("change", [{"team": "north"}, {"role": "rep"}])
def test_a_change_of_a_person_counts_at_once_in_every_process(
    works: UnitOfWorkFactory, other: UnitOfWorkFactory, change: dict[str, str]
) -> None:
    given(works, Lead, last_name="King")
    assert seen(works, "U_RAVI") == seen(other, "U_RAVI") == ["LD-1"]
    with works("T1", "U_ADA") as work:
        records.update(work, work.get(User, work.lookup("user", "U_RAVI")), change)
    assert seen(works, "U_RAVI") == seen(other, "U_RAVI") == []


def test_a_change_of_a_role_or_a_team_counts_at_once_in_every_process(
    works: UnitOfWorkFactory, other: UnitOfWorkFactory
) -> None:
    given(works, Lead, last_name="King")
    assert seen(works, "U_OLGA") == seen(other, "U_OLGA") == []
    with works("T1", "U_ADA") as work:
        records.update(work, work.get(Team, work.lookup("team", "sales")), {"lead": "U_OLGA"})
    assert seen(works, "U_OLGA") == seen(other, "U_OLGA") == ["LD-1"]
    with works("T1", "U_ADA") as work:
        records.update(
            work, work.get(Role, work.lookup("role", "senior rep")), {"rights": "deal: look"}
        )
    assert seen(works, "U_OLGA") == seen(other, "U_OLGA") == []


@SQLITE
@pytest.mark.parametrize("change", [{"guest": True}, {"left": True}])
def test_who_becomes_a_guest_or_leaves_sees_nothing_from_then_on(
    works: UnitOfWorkFactory, change: dict[str, bool]
) -> None:
    given(works, Lead, last_name="King")
    assert seen(works, "U_RAVI") == ["LD-1"]
    works.welcome("T1", "U_RAVI", **change)
    assert seen(works, "U_RAVI") == []


def test_a_unit_sees_its_own_change_and_nobody_another_s_that_was_given_up(
    works: UnitOfWorkFactory,
) -> None:
    given(works, Lead, last_name="King")
    assert seen(works, "U_JULE") == []

    def promote(work: UnitOfWork) -> None:
        jule = work.get(User, work.lookup("user", "U_JULE"))
        jule.role = "senior rep"
        assert policy.can(jule, "show", work.find(Lead, 1))

    with pytest.raises(ZeroDivisionError):
        spoil(works, promote, by="U_ADA")
    assert seen(works, "U_JULE") == []
