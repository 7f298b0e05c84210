"""Write a new migration in plain column types, with row-level security on each table it makes."""

from typing import Any, Literal

from alembic.autogenerate import renderers, rewriter
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Column, DateTime
from sqlalchemy.types import TypeDecorator

WORKSPACE = "workspace"
"""The column that says to which workspace a row belongs."""


class IsolateOp(ops.MigrateOperation):
    """The call of `row_level_security.isolate` for a table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def reverse(self) -> "OpenUpOp":
        return OpenUpOp(self.table)


class OpenUpOp(ops.MigrateOperation):
    """The call of `row_level_security.open_up` for a table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def reverse(self) -> IsolateOp:
        return IsolateOp(self.table)


rewrite = rewriter.Rewriter()
"""Completes what Alembic found out, in both directions.

A downgrade that creates a table again guards it again.
"""


@rewrite.rewrites(ops.CreateTableOp)
def guard_new_table(context: Any, revision: Any, found: ops.CreateTableOp) -> Any:
    has_workspace = any(
        isinstance(each, Column) and each.name == WORKSPACE for each in found.columns
    )
    return [found, IsolateOp(found.table_name)] if has_workspace else found


@rewrite.rewrites(ops.ModifyTableOps)
def guard_altered_table(context: Any, revision: Any, found: ops.ModifyTableOps) -> Any:
    """Guard a table from when it gets its workspace column, and no longer when it loses the column.

    Indexes alone need no batch: written as calls of their own, they name their table.
    """
    if found.ops and all(
        isinstance(each, ops.CreateIndexOp | ops.DropIndexOp) for each in found.ops
    ):
        return found.ops
    changed: list[Any] = [found]
    for each in found.ops:
        if isinstance(each, ops.AddColumnOp) and each.column.name == WORKSPACE:
            changed.append(IsolateOp(found.table_name))
        if isinstance(each, ops.DropColumnOp) and each.column_name == WORKSPACE:
            changed.insert(0, OpenUpOp(found.table_name))
    return changed


@renderers.dispatch_for(IsolateOp)
def write_isolate(context: AutogenContext, found: IsolateOp) -> str:
    context.imports.add("from models.migrations.row_level_security import isolate")
    return f'isolate("{found.table}")'


@renderers.dispatch_for(OpenUpOp)
def write_open_up(context: AutogenContext, found: OpenUpOp) -> str:
    context.imports.add("from models.migrations.row_level_security import open_up")
    return f'open_up("{found.table}")'


def plain_type(kind: str, item: Any, context: Any) -> str | Literal[False]:
    """Return our column types as what they are in the database.

    Old migrations must never depend on new code. SQLite, from which a dropped table is read, does
    not know that its moments have a time zone.
    """
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, DateTime) else False
