"""Each person chooses what reaches them, where and when; what they mute and follow is a table."""

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
)

from models.migrations.frozen_columns import row
from models.migrations.row_level_security import isolate

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

WORKDAYS = "|mon|tue|wed|thu|fri|"
USUAL = "|due|day|mine|given|followed|deadline|digest|"


def upgrade() -> None:
    op.add_column("user", Column("works_on", Text, nullable=True, server_default=WORKDAYS))
    op.add_column("user", Column("anytime", Boolean, nullable=False, server_default=false()))
    op.add_column("user", Column("notices", Text, nullable=True, server_default=USUAL))
    op.add_column(
        "user", Column("told_in", String(50), nullable=False, server_default="direct_message")
    )
    row(
        "subscription",
        Column("person", Integer, ForeignKey("user.id"), nullable=False),
        Column("entity", String(40), nullable=False),
        Column("record_id", Integer, nullable=False),
        Column("muted", Boolean, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        UniqueConstraint("workspace", "person", "entity", "record_id"),
    )
    op.create_index(
        "ix_subscription_workspace_entity_record_id",
        "subscription",
        ["workspace", "entity", "record_id"],
    )
    isolate("subscription")


def downgrade() -> None:
    op.drop_table("subscription")
    with op.batch_alter_table("user") as change:
        for name in ("told_in", "notices", "anytime", "works_on"):
            change.drop_column(name)
