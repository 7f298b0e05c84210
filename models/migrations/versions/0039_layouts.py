"""Admins lay out cards and forms."""

from alembic import op
from sqlalchemy import Column, String, Text, text

from models.migrations.frozen_columns import entity
from models.migrations.row_level_security import isolate

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    there = text("deleted_at IS NULL")
    entity(
        "field_layout",
        Column("about", String(50), nullable=False),
        Column("name", String(60)),
        Column("card", Text),
        Column("form", Text),
    )
    isolate("field_layout")
    op.create_index(
        "ix_field_layout_about",
        "field_layout",
        ["workspace", "about"],
        unique=True,
        sqlite_where=there,
        postgresql_where=there,
    )


def downgrade() -> None:
    op.drop_table("field_layout")
