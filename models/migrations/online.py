"""Change tables that are in use, while others go on reading and writing.

A step that uses this does nothing else, because on PostgreSQL it is not one transaction: a step
that is killed in the middle is simply run again.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

import models.registry  # noqa: F401  the entities that rights are about
from models.core.entity.base import ENTITIES
from models.core.identity import rights
from models.core.identity.rights import PRESETS, Preset, Scope

ATTEMPTS = 5
"""How often rows are repaired for a unique index while others write."""
BATCH = 5000
"""Rows that are changed, and locked, at a time."""


def index(table: str, *columns: str, name: str = "", where: str = "", unique: bool = False) -> None:
    """Create an index on a table that may have many rows.

    Args:
        table: The table.
        columns: The columns of the index.
        name: The name of the index, "" to derive it from the columns.
        where: The SQL condition for the rows that it holds, "" for all rows.
        unique: Whether the index is unique.
    """
    name = name or f"ix_{table}_{'_'.join(columns)}"
    rows = text(where) if where else None
    if op.get_bind().dialect.name == "sqlite":
        op.create_index(
            name, table, list(columns), unique=unique, sqlite_where=rows, if_not_exists=True
        )
        return
    with beside_others():
        drop_half_built(name)
        op.create_index(
            name,
            table,
            list(columns),
            unique=unique,
            postgresql_where=rows,
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def only_one(table: str, *columns: str, name: str, where: str, change: str, others: str) -> None:
    """Create a unique index in each workspace over some rows, once conflicting rows are repaired.

    The release before may write such rows meanwhile: then both are done again.

    Args:
        table: The table.
        columns: The columns of the index, after the workspace.
        name: The name of the index.
        where: The SQL condition for the rows that it holds.
        change: What SET says to repair a row.
        others: The condition for the rows that need it.
    """
    for attempt in range(ATTEMPTS):
        update(table, change, others)
        try:
            index(table, "workspace", *columns, name=name, where=where, unique=True)
        except IntegrityError:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return


def drop_index(table: str, name: str) -> None:
    """Drop an index."""
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index(name, table, if_exists=True)
        return
    with beside_others():
        op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)


def update(table: str, change: str, where: str) -> None:
    """Change rows of a table, some thousand ids at a time.

    Args:
        table: The table.
        change: What SET says.
        where: The condition for the rows that still need it.
    """
    if op.get_bind().dialect.name == "sqlite":
        update_in_batches(table, change, where)
        return
    with beside_others():
        update_in_batches(table, change, where)


def update_in_batches(table: str, change: str, where: str) -> None:
    ids = text(
        f'SELECT max(id) FROM (SELECT id FROM "{table}" WHERE id > :done ORDER BY id LIMIT {BATCH}) AS batch'
    )
    rows = text(f'UPDATE "{table}" SET {change} WHERE id > :done AND id <= :upto AND ({where})')
    done = 0
    while upto := op.get_bind().scalar(ids, {"done": done}):
        op.get_bind().execute(rows, {"done": done, "upto": upto})
        done = upto


def grant_presets(entity: str) -> None:
    """Give the roles of workspaces that exist what a new entity means for them.

    A role that still has a preset's name and no line about the entity gets that preset's line, if
    it has one. What an admin wrote stays. The lines are those that this version ships, also where
    the step is older. No audit entry says so, because nobody of the workspace decided it: `role
    diff` compares the roles with what is shipped.

    Args:
        entity: The name of the table.
    """
    for preset in Preset:
        found = rights.stored(PRESETS[preset])
        if entity in found.scopes:
            line = f"{rights.usual_noun(entity)}: {', '.join(found.written(entity)) or Scope.NONE}"
            change = f"rights = rights || '\n{line}', version = version + 1"
            update("role", change, f"key = '{preset}' AND {unsaid(entity)}")
    if op.get_bind().dialect.name == "sqlite":
        forget_rights()
        return
    with beside_others():
        forget_rights()


def unsaid(entity: str) -> str:
    """Return the condition that a role says nothing about an entity, by any word for it."""
    words = ENTITIES[entity].words()
    return " AND ".join(f"'\n' || lower(rights) NOT LIKE '%\n{word}:%'" for word in words)


def forget_rights() -> None:
    """Let every process ask again what roles allow, one workspace after the other."""
    more = text("UPDATE workspace SET roster = roster + 1 WHERE id = :id")
    for id in op.get_bind().scalars(text("SELECT id FROM workspace ORDER BY id")).all():
        op.get_bind().execute(more, {"id": id})


@contextmanager
def beside_others() -> Iterator[None]:
    """Run outside of a transaction, and wait for those who hold the rows.

    That holds up nobody here.
    """
    with op.get_context().autocommit_block():
        patience = op.get_bind().scalar(text("SHOW lock_timeout"))
        op.execute("SET lock_timeout = 0")
        yield
        op.execute(f"SET lock_timeout = '{patience}'")


def drop_half_built(name: str) -> None:
    """Drop the index that a killed attempt leaves behind, which is maintained and never used."""
    invalid = text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
    if op.get_bind().scalar(invalid, {"name": name}):
        op.execute(f'DROP INDEX CONCURRENTLY "{name}"')
