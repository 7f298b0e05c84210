"""Rules, and the log of what they did."""

from alembic import op
from sqlalchemy import (
    JSON,
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

from models.migrations.frozen_columns import entity, index, row
from models.migrations.row_level_security import isolate

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    entity(
        "rule",
        Column("sentence", Text, nullable=False),
        Column("name", String(80)),
        Column("owner", Integer, ForeignKey("user.id")),
        Column("paused", Boolean, server_default=false(), nullable=False),
        Column("files", Boolean, server_default=false(), nullable=False),
        Column("quiet", Boolean, server_default=false(), nullable=False),
        Column("most", Integer),
    )
    isolate("rule")
    index("rule", "workspace", "paused")
    row(
        "rule_run",
        Column("rule", Integer, ForeignKey("rule.id"), nullable=False),
        Column("cause", String(120), nullable=False),
        Column("entity", String(40)),
        Column("record_id", Integer),
        Column("unit", String(32), nullable=False),
        Column("by", Integer),
        Column("door", String(20), nullable=False),
        Column("depth", Integer, nullable=False),
        Column("trail", JSON, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("state", String(10), nullable=False),
        Column("said", Text),
        Column("done_at", DateTime(timezone=True)),
        Column("did", String(32)),
        Column("rule_version", Integer),
        Column("given", Integer),
        Column("turn", Integer),
        Column("told", Integer, nullable=False),
        Column("collapsed", Boolean, server_default=false(), nullable=False),
        UniqueConstraint("workspace", "rule", "cause"),
    )
    isolate("rule_run")
    index("rule_run", "workspace", "rule", "done_at")
    index("rule_run", "workspace", "id", name="ix_rule_run_waiting", where="state = 'waiting'")
    index(
        "rule_run",
        "workspace",
        "rule",
        "turn",
        name="ix_rule_run_given",
        where="given IS NOT NULL",
    )


def downgrade() -> None:
    op.drop_table("rule_run")
    op.drop_table("rule")
