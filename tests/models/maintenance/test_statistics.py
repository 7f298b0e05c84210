"""What databases know of their tables, and that nobody waits for a million records because they
know nothing.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from bot.app import create_dispatcher
from bot.scheduler.jobs import JOBS
from bot.scheduler.scheduler import Scheduler
from models.core.db.engine import open_engine
from models.core.entity.base import Base
from models.core.unit_of_work import UnitOfWorkFactory
from models.exchange.importer import load
from models.maintenance import schema, statistics
from models.sales.lead import Lead
from tests.bench.sizes import ACTS, Office
from tests.ground import StoppedClock
from tests.models.marks import SQLITE
from tests.plans import listening

pytestmark = pytest.mark.dialect

BIG = ("customer", "lead", "opportunity", "activity", "search_text", "audit_entry")
ONLY_OURS = re.compile(
    r"(?:SEARCH|SCAN) (\w+)(?: USING (?:COVERING )?INDEX \w+ \(workspace=\?\)| USING INDEX \w+)?$"
)
"""A look at every record of a workspace, one after the other."""


def long_looks(engine: Engine, said: str, given: Any) -> list[str]:
    """What of a statement's plan looks through a whole table, unless it does so in order and ends
    after a few rows.
    """
    with engine.execution_options(workspace="T1", writes=False).begin() as connection:
        steps = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", given)]
    ends_soon = "LIMIT" in said and not any("USE TEMP B-TREE" in step for step in steps)
    found = [match for step in steps if (match := ONLY_OURS.match(step)) and match[1] in BIG]
    return [] if ends_soon else [match[0] for match in found]


def installed_company(works: UnitOfWorkFactory) -> Office:
    """A database as it is on the first day, with a customer to do something with."""
    office = Office(create_dispatcher(works), 3)
    for number in range(2):
        office.do(f"customer new Zoe Zimmer{number} zoe{number}@example.org")
    return office


@SQLITE
@pytest.mark.parametrize("act", ACTS)
def test_from_the_first_day_on_no_act_looks_at_every_record(
    works: UnitOfWorkFactory, act: str
) -> None:
    """Also where everything but a report looks: SQLite without statistics takes any index that
    begins with the workspace, and reads all of it.
    """
    office = installed_company(works)
    office.chance.randint = lambda *_: 1  # type: ignore[method-assign,assignment]
    with listening(works.engine) as heard:
        if act == "show by e-mail":
            office.do("customer show zoe1@example.org")
        else:
            ACTS[act](office)
    looked = [said for said in heard if said[0].startswith(("SELECT", "UPDATE", "DELETE", "WITH"))]
    assert looked
    assert {
        look: said for said, given in looked for look in long_looks(works.engine, said, given)
    } == {}


@SQLITE
def test_sqlite_is_told_of_every_index(works: UnitOfWorkFactory) -> None:
    with works.everywhere() as session:
        indexes = session.execute(
            text("SELECT tbl_name, name FROM sqlite_master WHERE type = 'index'")
        ).all()
        known = session.execute(text("SELECT tbl, idx FROM sqlite_stat1")).all()
    ours = {
        tuple(row)
        for row in indexes
        if row[0] in Base.metadata.tables and not row[1].startswith("uq")
    }
    assert {tuple(row) for row in known} == ours


def use(engine: Engine, said: str) -> str:
    """How SQLite runs a statement. Only running it notices what others changed; an explanation is
    kept as it was.
    """
    explain = f"EXPLAIN QUERY PLAN {said} -- {uuid4()}"
    with engine.connect() as connection:
        connection.exec_driver_sql(said).all()
        return " ".join(str(row[3]) for row in connection.exec_driver_sql(explain))


BY_ADDRESS = "SELECT * FROM customer WHERE workspace = 'T1' AND email = 'a@b.org' ORDER BY number"


@SQLITE
def test_who_counted_for_sqlite_by_hand_is_corrected_at_the_next_start(
    works: UnitOfWorkFactory,
) -> None:
    """Its own counts are averages: where nobody has an e-mail address, it would not look for one by
    its index.
    """
    office = installed_company(works)
    for number in range(30):
        office.do(f"customer new Zoe Nomail{number}")
    with works.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE customer SET email = NULL")
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("ANALYZE")
        connection.invalidate()
    works.engine.dispose()
    running = open_engine(works.engine.url.render_as_string(hide_password=False))
    before = use(running, BY_ADDRESS)
    schema.upgrade(works.engine)
    after = use(running, BY_ADDRESS)  # noticed where it was open before
    running.dispose()
    assert "ix_customer_workspace_email" not in before
    assert "ix_customer_workspace_email" in after


@pytest.fixture
def counted(clean_postgres: Engine) -> Callable[[], Any]:
    """When PostgreSQL last looked at the leads because it was asked to."""

    def ask() -> Any:
        with clean_postgres.connect() as connection:
            connection.execute(text("SELECT pg_stat_clear_snapshot()"))
            return connection.scalar(
                text("SELECT last_analyze FROM pg_stat_user_tables WHERE relname = 'lead'")
            )

    return ask


def test_after_a_big_import_postgresql_knows_what_there_is(
    clean_postgres: Engine, counted: Callable[[], Any]
) -> None:
    works, before = UnitOfWorkFactory(clean_postgres, StoppedClock()), counted()
    for count, told in ((10, False), (1000, True)):
        rows = "".join(f"{count}-{number},Ada,Person {number}\n" for number in range(count))
        load(works, "T1", "U_ADA", Lead, BytesIO(f"id,first name,last name\n{rows}".encode()))
        assert (counted() != before) is told


def test_every_night_the_database_counts_once(
    clean_postgres: Engine, counted: Callable[[], Any]
) -> None:
    clock = StoppedClock()
    scheduler = Scheduler(
        UnitOfWorkFactory(clean_postgres, clock),
        jobs=[job for job in JOBS if job.name == "statistics"],
    )
    seen = [counted()]
    for hours in (0, 15, 1, 24):  # ten in the morning; one, two and again two at night
        clock.forward(timedelta(hours=hours))
        for _ in range(2):
            scheduler.tick()
            seen.append(counted())
    assert [before != after for before, after in zip(seen, seen[1:], strict=False)] == [
        False,
        False,
        False,
        False,
        True,
        False,
        True,
        False,
    ]


def test_a_migrated_database_is_counted(clean_postgres: Engine, counted: Callable[[], Any]) -> None:
    before = counted()
    schema.upgrade(clean_postgres)
    assert counted() == before
    statistics.renew(clean_postgres)
    assert counted() != before
