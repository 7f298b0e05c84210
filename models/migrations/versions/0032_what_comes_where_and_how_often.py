"""What comes in a channel is chosen for it, and people choose what comes to them less often."""

from alembic import op
from sqlalchemy import Column, String, Text, text

from models.migrations.frozen_columns import entity
from models.migrations.row_level_security import isolate

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    there = text("deleted_at IS NULL")
    entity(
        "channel",
        Column("name", String(80), nullable=False),
        Column("slack_id", String(20)),
        Column("posts", Text, server_default="|cards|won|day|cases|previews|"),
    )
    isolate("channel")
    op.create_index(
        "ix_channel_name",
        "channel",
        ["workspace", "key"],
        unique=True,
        sqlite_where=there,
        postgresql_where=there,
    )
    op.add_column("user", Column("seldom", Text))


def downgrade() -> None:
    op.drop_column("user", "seldom")
    op.drop_table("channel")
