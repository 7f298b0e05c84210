"""What tables had in common at the first release; never edited, because released steps use it."""

from alembic import op
from sqlalchemy import JSON, Column, DateTime, ForeignKey, Integer, String, UniqueConstraint, text


def row(name: str, *columns: Column[object] | UniqueConstraint) -> None:
    """Create a table whose rows belong to a workspace."""
    key = Column("id", Integer, primary_key=True)
    workspace = Column("workspace", String(20), ForeignKey("workspace.id"), nullable=False)
    op.create_table(name, key, workspace, *columns)


def entity(name: str, *columns: Column[object] | UniqueConstraint) -> None:
    """Create a table of records: the columns that all have, then those that only these have."""
    row(
        name,
        Column("number", Integer, nullable=False),
        Column("version", Integer, nullable=False),
        Column("title", String(255), nullable=False),
        Column(
            "key",
            String(255).with_variant(String(255, collation="C"), "postgresql"),
            nullable=False,
        ),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("updated_at", DateTime(timezone=True), nullable=False),
        Column("external_id", String(255)),
        Column("deleted_at", DateTime(timezone=True)),
        Column("custom", JSON, nullable=False),
        *columns,
        UniqueConstraint("workspace", "number"),
        UniqueConstraint("workspace", "external_id"),
    )
    index(name, "workspace", "key")


def index(table: str, *columns: str, name: str = "", where: str = "") -> None:
    """Create an index.

    Args:
        table: The table.
        columns: The columns of the index.
        name: The name of the index, "" to derive it from the columns.
        where: The SQL condition for the rows that it holds, "" for all rows.
    """
    rows = text(where) if where else None
    name = name or f"ix_{table}_{'_'.join(columns)}"
    op.create_index(name, table, list(columns), sqlite_where=rows, postgresql_where=rows)
