"""What somebody asks others to allow, and what came of it."""

from alembic import op
from sqlalchemy import JSON, Column, DateTime, ForeignKey, Integer, String, Text

from models.migrations.frozen_columns import entity, index
from models.migrations.row_level_security import isolate

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    entity(
        "approval",
        Column("what", String(255)),
        Column("reason", String(255)),
        Column("asker", Integer, ForeignKey("user.id")),
        Column("state", String(50)),
        Column("until", DateTime(timezone=True)),
        Column("decided_by", Integer, ForeignKey("user.id")),
        Column("decided_at", DateTime(timezone=True)),
        Column("answer", Text),
        Column("does", Text, nullable=False),
        Column("texts", JSON, nullable=False),
        Column("about", JSON, nullable=False),
        Column("entity", String(40)),
        Column("changes", JSON, nullable=False),
        Column("asked", Text, nullable=False),
    )
    isolate("approval")
    index("approval", "workspace", "asker")
    index("approval", "workspace", "until", name="ix_approval_waiting", where="state = 'waiting'")


def downgrade() -> None:
    op.drop_table("approval")
