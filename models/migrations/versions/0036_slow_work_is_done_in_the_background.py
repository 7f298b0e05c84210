"""Slow work is a row that a worker does piece by piece."""

from alembic import op
from sqlalchemy import JSON, Boolean, Column, DateTime, ForeignKey, Integer, String, Text

from models.migrations.frozen_columns import index, row
from models.migrations.row_level_security import isolate

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    row(
        "background_task",
        Column("unit", String(32), nullable=False),
        Column("kind", String(40), nullable=False),
        Column("about", JSON, nullable=False),
        Column("entity", String(40)),
        Column("chosen", Text),
        Column("person", Integer, ForeignKey("user.id")),
        Column("door", String(20), nullable=False),
        Column("reason", Text, nullable=False),
        Column("state", String(10), nullable=False),
        Column("cursor", Integer, nullable=False),
        Column("total", Integer),
        Column("done", Integer, nullable=False),
        Column("same", Integer, nullable=False),
        Column("skips", JSON, nullable=False),
        Column("claimed_until", DateTime(timezone=True)),
        Column("claims", Integer, nullable=False),
        Column("failures", Integer, nullable=False),
        Column("not_before", DateTime(timezone=True), nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("started_at", DateTime(timezone=True)),
        Column("ended_at", DateTime(timezone=True)),
        Column("drawn_at", DateTime(timezone=True)),
        Column("told", Boolean, nullable=False),
        Column("error", Text),
    )
    index("background_task", "workspace", "unit")
    index("background_task", "workspace", "id", name="ix_background_task_untold", where="NOT told")
    isolate("background_task")


def downgrade() -> None:
    op.drop_table("background_task")
