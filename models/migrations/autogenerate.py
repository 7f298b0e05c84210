"""How a new migration is written down: in plain column types, and with row-level security on every
table it makes.
"""

from typing import Any, Literal

from alembic.autogenerate import renderers, rewriter
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Column, DateTime
from sqlalchemy.types import TypeDecorator

WORKSPACE = "workspace"
"""The column that says which workspace a row belongs to."""


class IsolateOp(ops.MigrateOperation):
    """The call of `guard.isolate` for a table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def reverse(self) -> "OpenUpOp":
        return OpenUpOp(self.table)


class OpenUpOp(ops.MigrateOperation):
    """The call of `guard.open_up` for a table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def reverse(self) -> IsolateOp:
        return IsolateOp(self.table)


rewrite = rewriter.Rewriter()
"""Completes what Alembic found out, in both directions: a downgrade that makes a table again guards
it again.
"""


@rewrite.rewrites(ops.CreateTableOp)
def guard_new_table(context: Any, revision: Any, found: ops.CreateTableOp) -> Any:
    has_workspace = any(
        isinstance(each, Column) and each.name == WORKSPACE for each in found.columns
    )
    return [found, IsolateOp(found.table_name)] if has_workspace else found


@rewrite.rewrites(ops.ModifyTableOps)
def guard_altered_table(context: Any, revision: Any, found: ops.ModifyTableOps) -> Any:
    """A table that gets its workspace column is guarded from then on, and one that loses it is not.

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
    """Our column types as what they are in the database, so that old migrations never depend on new
    code.

    SQLite, from which a dropped table is read, does not know that its moments have a time zone.
    """
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, DateTime) else False
