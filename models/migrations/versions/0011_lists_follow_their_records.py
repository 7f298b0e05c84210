"""Which records a list in Slack names, so that it is re-rendered when one of them changes."""

from alembic import op
from sqlalchemy import Column, DateTime, Integer, String, UniqueConstraint

from models.migrations.frozen_columns import index, row
from models.migrations.row_level_security import isolate

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    row(
        "listed",
        Column("delivery", Integer, nullable=False),
        Column("entity", String(40), nullable=False),
        Column("record_id", Integer, nullable=False),
        Column("channel", String(40), nullable=False),
        Column("ts", String(40), nullable=False),
        Column("posted_at", DateTime(timezone=True), nullable=False),
        UniqueConstraint("workspace", "channel", "ts", "entity", "record_id"),
    )
    index("listed", "workspace", "entity", "record_id")
    isolate("listed")


def downgrade() -> None:
    op.drop_table("listed")
