"""What somebody could do to the audit trail who has the database to himself."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from models.core.work import Work, Works
from models.lead import Lead
from models.operations import proof, trail
from tests.ground import given

COPIED = (
    "workspace, unit, at, actor, door, action, entity, record_id, version, field, old, new, reason, digest, salt, hash"
)


def unguard(connection: Connection) -> None:
    """Take away what the database refuses, the keys included, until the transaction ends or for good."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL rapport.workspace = '*'"))
    else:
        found = connection.scalars(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%audit%'")
        )
        for name in found.all():
            connection.execute(text(f"DROP TRIGGER {name}"))
    connection.execute(text("DROP INDEX ix_audit_entry_place"))


class Undone(Exception):
    """The end of a tampering that is not kept."""


@contextmanager
def tampered(works: Works) -> Iterator[Work]:
    """A unit of work in T1 without any guard, of which nothing stays."""
    try:
        with works("T1") as work:
            unguard(work.session.connection())
            yield work
            raise Undone
    except Undone:
        pass


def sealed_trail(works: Works) -> int:
    """Some entries, all of them sealed; returns how many there are in T1."""
    for name in ("Ada", "Grace", "Barbara"):
        given(works, Lead, first_name=name, source="Fair")
    while trail.seal_all(works, 50):  # in several rounds
        pass
    with works("T1", writes=False) as work:
        return proof.verify(work).sealed


def run(work: Work, statement: str, **values: object) -> None:
    assert work.session.connection().execute(text(statement), values).rowcount == 1


def complaints(work: Work) -> list[str]:
    return [str(problem) for problem in proof.verify(work).problems]
