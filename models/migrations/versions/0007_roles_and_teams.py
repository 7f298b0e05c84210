"""Roles with rights that a workspace defines itself, and teams with a lead."""

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, String, Text, text

from models.migrations.frozen_columns import entity

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workspace", Column("roster", Integer, nullable=False, server_default="0"))
    there = text("deleted_at IS NULL")
    entity(
        "role",
        Column("name", String(50), nullable=False),
        Column("description", String(255)),
        Column("rights", Text, nullable=False),
    )
    op.create_index(
        "ix_role_name",
        "role",
        ["workspace", "key"],
        unique=True,
        sqlite_where=there,
        postgresql_where=there,
    )
    entity(
        "team",
        Column("name", String(50), nullable=False),
        Column("lead", Integer, ForeignKey("user.id")),
        Column("parent", Integer, ForeignKey("team.id")),
        Column("group", String(100)),
        Column("role", String(50)),
    )
    op.create_index(
        "ix_team_name",
        "team",
        ["workspace", "key"],
        unique=True,
        sqlite_where=there,
        postgresql_where=there,
    )


def downgrade() -> None:
    op.drop_table("team")
    op.drop_table("role")
    with op.batch_alter_table("workspace") as workspace:
        workspace.drop_column("roster")
