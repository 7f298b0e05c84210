"""Packs that were applied, and what each of them brought."""

from alembic import op
from sqlalchemy import Column, Integer, String, Text, text

from models.migrations.frozen_columns import entity
from models.migrations.row_level_security import isolate

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    there = text("deleted_at IS NULL")
    entity(
        "pack",
        Column("name", String(60), nullable=False),
        Column("slot", String(40)),
        Column("edition", Integer),
        Column("brought", Text),
    )
    isolate("pack")
    op.create_index(
        "ix_pack_slot",
        "pack",
        ["workspace", "slot"],
        unique=True,
        sqlite_where=there,
        postgresql_where=there,
    )


def downgrade() -> None:
    op.drop_table("pack")
