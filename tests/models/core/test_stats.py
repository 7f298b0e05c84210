"""Figures for those who run the bot: of the whole database, quickly, and without writing
anything.
"""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from models.core import stats
from models.core.entity.bulk import insert_once
from models.core.identity.user import Workspace
from models.core.outbox.delivery import JobRun, deliver
from models.core.stats import Backlog
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance.schema import current, step
from tests.handlers.kit import SQLITE
from tests.plans import plans


def test_what_waits_is_counted_over_all_workspaces(works: UnitOfWorkFactory, clock: Any) -> None:
    with works.everywhere() as session:
        assert stats.backlog(session, clock()) == Backlog(0, timedelta())
    for workspace in ("T1", "T2"):
        with works(workspace) as work:
            deliver(work, "message", "C_SALES", "now")
            deliver(work, "message", "C_SALES", "later", not_before=clock() + timedelta(hours=1))
        clock.forward(timedelta(seconds=90))
    with works.everywhere() as session:
        assert stats.backlog(session, clock()) == Backlog(4, timedelta(seconds=180))


def test_what_is_not_due_yet_has_not_waited(works: UnitOfWorkFactory, clock: Any) -> None:
    with works("T1") as work:
        deliver(work, "message", "C_SALES", "later", not_before=clock() + timedelta(hours=1))
    with works.everywhere() as session:
        assert stats.backlog(session, clock()) == Backlog(1, timedelta())


def test_the_step_is_the_one_alembic_reads(works: UnitOfWorkFactory) -> None:
    with works.everywhere() as session:
        assert step(session.connection()) == current(works.engine) != ""


def test_a_database_without_a_step_says_so(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        work.session.execute(text("DELETE FROM alembic_version"))
        assert step(work.session.connection()) == ""
        work.session.rollback()


def test_the_last_run_of_each_job_of_the_workspace_is_told(
    works: UnitOfWorkFactory, clock: Any
) -> None:
    begun = clock()
    for minutes, (workspace, job) in enumerate(
        [("T1", "digest"), ("T1", "team"), ("T1", "digest"), ("T2", "cases")]
    ):
        with works(workspace) as work:
            insert_once(
                work, JobRun, job=job, slot=str(minutes), at=begun + timedelta(minutes=minutes)
            )
    with works("T1", writes=False) as work:
        runs = stats.last_runs(work)
    assert list(runs.items()) == [
        ("digest", begun + timedelta(minutes=2)),
        ("team", begun + timedelta(minutes=1)),
    ]


def test_the_database_is_named_with_its_version(works: UnitOfWorkFactory) -> None:
    with works.everywhere() as session:
        name, version = stats.kept_in(session).split()
    assert name == {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[works.engine.dialect.name]
    assert version[0].isdigit()


def test_reading_outlives_its_session(works: UnitOfWorkFactory) -> None:
    with works.everywhere() as session:
        place = session.get_one(Workspace, "T1")
    assert place.name == "Acme"


def test_a_database_that_fails_says_so(works: UnitOfWorkFactory) -> None:
    with pytest.raises(SQLAlchemyError), works.everywhere() as session:
        session.execute(text("SELECT no_such_column"))


@SQLITE
def test_counting_what_waits_does_not_look_at_what_was_sent(
    works: UnitOfWorkFactory, clock: Any
) -> None:
    (plan,) = plans(works, lambda work: stats.backlog(work.session, clock()), "delivery")
    assert "USING INDEX ix_delivery_waiting" in plan
