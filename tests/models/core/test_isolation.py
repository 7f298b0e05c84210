"""What one workspace may know of another: nothing, whatever a statement forgets. PostgreSQL sees to
that itself.
"""

from contextlib import nullcontext
from typing import Any

import pytest
from sqlalchemy import URL, Engine, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, ProgrammingError

from models.core import records
from models.core.db.engine import everywhere, open_engine
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.sequences import COUNTERS
from models.core.errors import CRMError, NotFound
from models.core.identity.user import User, Workspace
from models.core.outbox.delivery import IdempotencyKey
from models.core.search.index import SearchText
from models.core.search.query import find_everywhere, find_records, suggestions
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.maintenance import adoption, schema
from tests.ground import given
from tests.models.exchange.steps import everything, exported, imported
from tests.neighbours import (
    OURS,
    TELLTALE,
    THEIRS,
    TYPED,
    fill_ours,
    fill_theirs,
    guarded_tables,
    kinds,
    rows_of,
)

pytestmark = pytest.mark.dialect

REFUSED = "violates row-level security policy"
READ = SearchText.__tablename__
"""Guarded against writing only: `models.migrations.row_level_security` says why."""


@pytest.fixture
def both(works: UnitOfWorkFactory) -> UnitOfWorkFactory:
    """Two workspaces full of records that look alike."""
    fill_ours(works)
    fill_theirs(works)
    return works


@pytest.fixture
def guarded(clean_postgres: Engine) -> UnitOfWorkFactory:
    """A customer each, on PostgreSQL."""
    works = UnitOfWorkFactory(clean_postgres)
    given(works, Customer, first_name="Ada")
    given(works, Customer, by="U_OTTO", workspace=THEIRS, first_name="Ada", last_name=TELLTALE)
    return works


def theirs(works: UnitOfWorkFactory, entity: type[Entity]) -> Any:
    """The last they have of it."""
    with works(THEIRS, writes=False) as work:
        return work.session.scalars(select(entity).order_by(entity.number.desc())).first()


def test_no_question_of_ours_finds_anything_of_theirs(both: UnitOfWorkFactory) -> None:
    before = rows_of(both, THEIRS)
    for entity in (*(ENTITIES[slug] for slug in kinds()), User):
        other = theirs(both, entity)
        with both(OURS, "U_ADA", writes=False) as work:
            with pytest.raises(NotFound):
                work.get(entity, other.id)
            assert work.session.get(entity, other.id) is None
            assert work.session.scalar(select(entity.title).where(entity.id == other.id)) is None
            assert work.session.scalar(select(func.count(entity.id))) == len(
                everything(both, entity)
            )
            for told in (work.ref, work.name):
                with pytest.raises(CRMError):
                    told(entity.slug(), other.id)
            with pytest.raises(ValueError, match="There is no"):
                work.lookup(entity.slug(), TYPED)
            assert suggestions(work, entity, TYPED) == []
            assert find_records(work, entity, TYPED).records == []
            assert records.history(work, other) == []
    with both(OURS, "U_ADA", writes=False) as work:
        assert find_everywhere(work, TYPED) == []
        with pytest.raises(NotFound):
            work.mention(theirs(both, User).id)
    assert rows_of(both, THEIRS) == before


def test_a_file_brings_in_and_takes_out_nothing_of_theirs(both: UnitOfWorkFactory) -> None:
    before = rows_of(both, THEIRS)
    other = theirs(both, Customer)
    rows = f"id,first_name,owner\n{other.ref},Eve,\n{other.id},Eve,\n1,Adam,U_ZED\n"
    imported(both, Customer, rows)
    for slug in kinds():
        assert TELLTALE not in exported(both, ENTITIES[slug])
    assert rows_of(both, THEIRS) == before


def test_a_statement_that_forgets_the_workspace_finds_one_all_the_same(
    guarded: UnitOfWorkFactory,
) -> None:
    with guarded(OURS, writes=False) as work:
        for table in guarded_tables():
            found = set(work.session.connection().scalars(select(table.c.workspace).distinct()))
            assert found <= ({OURS, THEIRS} if table.name == READ else {OURS}), table.name
        assert work.session.connection().scalar(text("SELECT count(*) FROM customer")) == 1
        assert work.session.connection().scalars(text("SELECT id FROM workspace")).all() == [OURS]


def test_what_writes_without_a_condition_leaves_the_others_alone(
    guarded: UnitOfWorkFactory,
) -> None:
    before = rows_of(guarded, THEIRS)
    with guarded(OURS) as work:
        for statement in (
            "UPDATE customer SET last_name = 'Eve'",
            "UPDATE search_text SET text = 'eve'",
        ):
            assert work.session.connection().execute(text(statement)).rowcount > 0
        work.session.connection().execute(delete(SearchText.__table__))
        work.session.connection().execute(text("DELETE FROM customer"))
    assert rows_of(guarded, THEIRS) == before
    with guarded(OURS, writes=False) as work:
        assert work.session.scalar(select(func.count(Customer.id))) == 0


def test_nothing_is_given_to_others(guarded: UnitOfWorkFactory) -> None:
    for table in guarded_tables():
        with pytest.raises(ProgrammingError, match=REFUSED), guarded(OURS) as work:
            work.session.connection().execute(
                text(f"INSERT INTO \"{table.name}\" (workspace) VALUES ('{THEIRS}')")
            )


def test_nothing_moves_to_others(guarded: UnitOfWorkFactory) -> None:
    for table in (Customer.__table__, COUNTERS, SearchText.__table__, User.__table__):
        with pytest.raises(ProgrammingError, match=REFUSED), guarded(OURS) as work:
            work.session.connection().execute(update(table).values(workspace=THEIRS))
    with pytest.raises(ProgrammingError, match=REFUSED), guarded(OURS) as work:
        work.session.connection().execute(insert(Workspace), {"id": "T3", "created_at": work.now})


def test_who_names_no_workspace_finds_every_table_empty(guarded: UnitOfWorkFactory) -> None:
    with guarded(OURS, writes=False):
        pass
    with guarded.engine.begin() as connection:  # also on a connection that knew one
        for table in guarded_tables():
            assert (
                table.name == READ
                or connection.scalar(select(func.count()).select_from(table)) == 0
            )
        with pytest.raises(ProgrammingError, match=REFUSED):
            connection.execute(
                insert(IdempotencyKey), {"workspace": OURS, "key": "x", "at": guarded.clock()}
            )


def test_what_serves_all_sees_all_and_no_person_gets_there(guarded: UnitOfWorkFactory) -> None:
    with guarded.everywhere() as session:
        assert session.scalar(select(func.count(Customer.id))) == 2
        with pytest.raises(DBAPIError, match="read-only"):
            session.execute(text("DELETE FROM customer"))
    for name in ("*", "", "T1' OR '1'='1", "T1\\"):
        with pytest.raises(NotFound, match="not set up"), guarded(name):
            pass


def test_many_rows_at_once_are_guarded_too(guarded: UnitOfWorkFactory) -> None:
    """psycopg begins another way when the first statement of a transaction has many rows."""
    rows = [{"workspace": THEIRS, "entity": f"x{number}", "last": 1} for number in range(3)]
    for place, refused in ((THEIRS, False), (OURS, True), ("", True)):
        expected = pytest.raises(ProgrammingError, match=REFUSED) if refused else nullcontext()
        with guarded.engine.execution_options(workspace=place).connect() as connection, expected:
            connection.execute(insert(COUNTERS), rows)


def test_two_workspaces_take_turns_on_one_connection(guarded: UnitOfWorkFactory) -> None:
    with everywhere(guarded.engine).connect() as connection:
        for place in (OURS, THEIRS, OURS):
            connection.execution_options(workspace=place)
            with connection.begin():
                assert connection.scalars(
                    text("SELECT DISTINCT workspace FROM customer")
                ).all() == [place]


def test_what_moves_in_when_slack_is_connected_is_guarded_there(guarded: UnitOfWorkFactory) -> None:
    guarded.settle("LOCAL", name="Here")
    guarded.welcome("LOCAL", "U_OTTO", name="Otto")
    given(guarded, Customer, by="U_OTTO", workspace="LOCAL", first_name="Lena")
    adoption.move(guarded, "T3")
    with guarded("T3", writes=False) as work:
        assert work.session.connection().scalars(text("SELECT first_name FROM customer")).all() == [
            "Lena"
        ]
    assert guarded.workspaces() == [OURS, THEIRS, "T3"]


def test_who_passes_the_guard_is_told(
    server: URL, clean_postgres: Engine, clean_sqlite: Engine
) -> None:
    admin = open_engine(
        server.set(database=clean_postgres.url.database).render_as_string(hide_password=False)
    )
    told = []
    for engine in (admin, clean_postgres, clean_sqlite):
        with engine.connect() as connection:
            told.append(schema.unguarded(connection))
    admin.dispose()
    assert told == [schema.UNGUARDED.format(server.username), "", ""]
