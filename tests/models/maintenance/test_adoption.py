"""What was imported before Slack was connected goes to the workspace that whoever runs the bot
names, and whole.
"""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, text

from models.core import records
from models.core.audit import chain, verify
from models.core.audit.entries import AuditEntry
from models.core.db.engine import everywhere
from models.core.entity.sequences import COUNTERS
from models.core.errors import Conflict, CRMError, NotFound
from models.core.history import undo
from models.core.identity.role import Role
from models.core.identity.team import Team
from models.core.identity.user import LOCAL, User
from models.core.search import query
from models.core.search.index import SearchText
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.maintenance import adoption
from models.sales.lead import Lead
from tests.ground import given
from tests.models.marks import SQLITE

SOMEBODYS = """
INSERT INTO audit_entry (workspace, unit, at, actor, door, action, entity, record_id, version, field, new)
SELECT workspace, 'x', '2026-03-11 10:00:00+00:00', 1, door, action, entity, record_id, version, field, new
FROM audit_entry WHERE workspace = 'T_NEW' AND place = 1
"""


@pytest.fixture
def filled(works: UnitOfWorkFactory) -> UnitOfWorkFactory:
    """LOCAL with a customer, a lead, a team and a role of its own, and a new workspace T_NEW where
    Nora is.
    """
    works.settle(LOCAL, name="This computer", currency="EUR")
    given(works, Customer, "", LOCAL, first_name="Lena", last_name="Vogt")
    given(works, Lead, "", LOCAL, first_name="Ada", company="Analytical")
    given(works, Team, "", LOCAL, name="north")
    given(works, Role, "", LOCAL, name="trainee", rights="lead: look own")
    works.settle("T_NEW", name="New", currency="NOK")
    works.welcome("T_NEW", "U_NORA", name="Nora New", role="admin")
    return works


def held(works: UnitOfWorkFactory) -> dict[str, int]:
    """How many rows of each table are in LOCAL."""
    found = {}
    with everywhere(works.engine).begin() as connection:
        for table in User.metadata.sorted_tables:
            if "workspace" in table.columns:
                mine = select(func.count()).select_from(table).where(table.c.workspace == LOCAL)
                found[table.name] = connection.scalar(mine) or 0
    return {name: count for name, count in found.items() if count}


def test_everything_moves_into_a_workspace_that_is_installed_and_has_nothing_yet(
    filled: UnitOfWorkFactory,
) -> None:
    assert adoption.told(adoption.adopt(filled, "T_NEW")) == "1 team, 1 role, 1 customer, 1 lead"
    assert held(filled) == {}
    assert LOCAL not in filled.workspaces()
    with filled("T_NEW", "U_NORA") as work:
        assert [str(each) for each in query.find_everywhere(work, "vogt")] == ["CU-1 Lena Vogt"]
        assert (work.find(Lead, 1).title, work.currency) == ("Ada", "NOK")
        assert len(work.session.scalars(select(Role)).all()) == 10
        assert records.create(work, Lead, {"first_name": "Grace"}).ref == "LD-2"
        assert records.create(work, Role, {"name": "guide", "rights": "lead: look"}).ref == "RO-11"


def test_what_it_is_found_by_points_at_nothing_that_is_gone(filled: UnitOfWorkFactory) -> None:
    adoption.adopt(filled, "T_NEW")
    with filled("T_NEW") as work:
        roles = set(work.session.scalars(select(Role.id)))
        assert (
            set(
                work.session.scalars(
                    select(SearchText.record_id).where(SearchText.entity == "role")
                )
            )
            == roles
        )


def test_its_history_comes_along_and_the_trail_stays_whole(filled: UnitOfWorkFactory) -> None:
    while chain.seal_all(filled):
        pass
    adoption.adopt(filled, "T_NEW")
    with filled("T_NEW") as work:
        lead = work.find(Lead, 1)
        said = select(AuditEntry).where(
            AuditEntry.entity == "lead", AuditEntry.record_id == lead.id
        )
        units = {entry.unit for entry in work.session.scalars(said)}
    assert len(units) == 1
    while chain.seal_all(filled):
        pass
    with filled("T_NEW", writes=False) as work:
        verdict = verify.verify(work)
    assert (verdict.count, verdict.waiting) == (0, 0)
    with filled("T_NEW", "U_NORA") as work:
        assert [str(each) for each in undo.undo(work, units.pop())] == ["LD-1 Ada"]


def test_what_moves_in_late_is_older_than_what_is_there_and_no_tampering(
    filled: UnitOfWorkFactory,
) -> None:
    filled.clock.forward(timedelta(days=3))
    filled.welcome("T_NEW", "U_NILS", name="Nils New", role="admin")
    while chain.seal_all(filled):
        pass
    adoption.adopt(filled, "T_NEW")
    for waiting in (True, False):
        with filled("T_NEW", writes=False) as work:
            verdict = verify.verify(work)
        assert (verdict.count, verdict.waiting > 0) == (0, waiting)
        assert " What was imported until 2026-03-13 10:00 UTC moved in. It ends at " in str(verdict)
        while chain.seal_all(filled):
            pass
    with everywhere(filled.engine).begin() as connection:
        connection.execute(text(SOMEBODYS))
    with filled("T_NEW", writes=False) as work:
        assert verify.verify(work).count == 1  # what people did is not older


def refused(works: UnitOfWorkFactory, workspace: str, kind: type[CRMError], said: str) -> None:
    before = held(works)
    with pytest.raises(kind, match=said):
        adoption.adopt(works, workspace)
    assert held(works) == before


def test_an_unknown_workspace_gets_nothing(filled: UnitOfWorkFactory) -> None:
    refused(
        filled,
        "T_TYPO",
        NotFound,
        "No workspace T_TYPO uses Rapport; those that do: T1, T2, T_NEW. Install",
    )
    refused(filled, LOCAL, NotFound, "No workspace LOCAL uses Rapport")


def test_one_with_records_of_its_own_gets_nothing(filled: UnitOfWorkFactory) -> None:
    given(filled, Lead, "U_NORA", "T_NEW", first_name="Own")
    refused(
        filled,
        "T_NEW",
        Conflict,
        r"T_NEW holds records of its own \(1 lead\), .* crm export NOUN FILE",
    )
    with filled("T_NEW", "U_NORA") as work:
        records.delete(work, work.find(Lead, 1))
    refused(filled, "T_NEW", Conflict, "1 lead")


@SQLITE
def test_two_sealed_trails_do_not_become_one(filled: UnitOfWorkFactory) -> None:
    for workspace in (LOCAL, "T_NEW"):
        chain.seal_in(filled, workspace, 1)
    refused(filled, "T_NEW", Conflict, "The audit trails of LOCAL and of T_NEW are both sealed.")


@SQLITE
def test_people_of_local_are_not_mixed_with_others(filled: UnitOfWorkFactory) -> None:
    filled.welcome(LOCAL, "U_NORA", name="Nora")
    refused(filled, "T_NEW", Conflict, "LOCAL has people of its own, and so has T_NEW.")


def test_where_nothing_was_imported_there_is_nothing_to_adopt(works: UnitOfWorkFactory) -> None:
    refused(works, "T1", NotFound, "There is nothing to adopt")


def test_a_workspace_that_is_not_there_yet_begins_as_local_was(filled: UnitOfWorkFactory) -> None:
    adoption.move(filled, "T_LATER")
    with filled("T_LATER") as work:
        assert (work.find(Customer, 1).title, work.currency) == ("Lena Vogt", "EUR")
    assert held(filled) == {}


def test_numbers_go_on_after_the_greater_of_two(filled: UnitOfWorkFactory) -> None:
    with everywhere(filled.engine).begin() as connection:
        for entity, last in (("lead", 0), ("customer", 7)):
            about = {"entity": entity, "last": last}
            connection.execute(insert(COUNTERS).values(workspace="T_NEW", **about))
    adoption.adopt(filled, "T_NEW")
    with filled("T_NEW") as work:
        assert records.create(work, Lead, {"first_name": "Grace"}).ref == "LD-2"
        assert records.create(work, Customer, {"first_name": "Grace"}).ref == "CU-8"


def test_a_record_that_was_made_after_the_look_costs_nobody_one(
    filled: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(filled, Lead, "U_NORA", "T_NEW", first_name="Own")
    monkeypatch.setattr(adoption, "check", lambda *_: None)
    refused(
        filled,
        "T_NEW",
        Conflict,
        "Something was made in T_NEW at the same moment. Nothing moved; try again.",
    )
