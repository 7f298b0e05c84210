"""What somebody could do to the audit trail who has the database to himself."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from models.core.audit import chain, verify
from models.core.db.engine import everywhere
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import given

COPIED = "workspace, unit, at, actor, door, action, entity, record_id, version, field, old, new, reason, digest, salt, hash"


@contextmanager
def unguarded(connection: Connection) -> Iterator[None]:
    """Within it the database refuses nothing, as to somebody who puts the triggers back so that
    nobody notices.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL rapport.workspace = '*'"))
        yield
        return
    made = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%audit%'"
    triggers = connection.execute(text(made)).all()
    for name, _ in triggers:
        connection.execute(text(f"DROP TRIGGER {name}"))
    yield
    for _, statement in triggers:
        connection.exec_driver_sql(statement)


def tamper(works: UnitOfWorkFactory, *statements: str) -> None:
    """Do something to the trail for good, with nothing in the way, and leave everything else as it
    was.
    """
    with everywhere(works.engine).begin() as connection, unguarded(connection):
        connection.execute(text("DROP INDEX ix_audit_entry_place"))
        for statement in statements:
            connection.execute(text(statement))
        connection.execute(
            text("CREATE INDEX ix_audit_entry_place ON audit_entry (workspace, place)")
        )


class Undone(Exception):
    """The end of a tampering that is not kept."""


@contextmanager
def tampered(works: UnitOfWorkFactory) -> Iterator[UnitOfWork]:
    """A unit of work in T1 without any guard, of which nothing stays."""
    try:
        with works("T1") as work:
            work.session.connection().execute(text("DROP INDEX ix_audit_entry_place"))
            yield work
            raise Undone
    except Undone:
        pass


def sealed_trail(works: UnitOfWorkFactory) -> int:
    """Some entries, all of them sealed; returns how many there are in T1."""
    for name in ("Ada", "Grace", "Barbara"):
        given(works, Lead, first_name=name, source="Fair")
    while chain.seal_all(works, 50):  # in several rounds
        pass
    with works("T1", writes=False) as work:
        return verify.verify(work).sealed


def run(work: UnitOfWork, statement: str, **values: object) -> None:
    """Do something to one row."""
    assert run_all(work, statement, **values) == 1


def run_all(work: UnitOfWork, statement: str, **values: object) -> int:
    """Do something to as many rows as there are; how many that were."""
    with unguarded(work.session.connection()):
        return work.session.connection().execute(text(statement), values).rowcount


def complaints(work: UnitOfWork) -> list[str]:
    return [str(problem) for problem in verify.verify(work).problems]
