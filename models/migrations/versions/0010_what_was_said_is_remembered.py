"""Posted messages other than cards, so that they say less when others come to read them."""

from alembic import op
from sqlalchemy import JSON, Column, DateTime, Integer, String, UniqueConstraint

from models.migrations.frozen_columns import row
from models.migrations.row_level_security import isolate

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SAID = """
    INSERT INTO told (workspace, delivery, kind, channel, ts, entity, record_id, posted_at)
    SELECT workspace, id, kind, channel, ts, entity, record_id, sent_at FROM delivery
    WHERE state = 'sent' AND error IS NULL AND ts IS NOT NULL AND (channel LIKE 'C%' OR channel LIKE 'G%')
        AND kind IN ('event', 'line', 'receipt', 'team_due', 'cases')
"""
"""What was posted in the last month.

Nobody knows for whom it was rendered, so it is re-rendered when the next person comes.
"""


def upgrade() -> None:
    row(
        "told",
        Column("delivery", Integer, nullable=False),
        Column("kind", String(40), nullable=False),
        Column("channel", String(40), nullable=False),
        Column("ts", String(40), nullable=False),
        Column("entity", String(40)),
        Column("record_id", Integer),
        Column("shown", JSON),
        Column("posted_at", DateTime(timezone=True), nullable=False),
        UniqueConstraint("workspace", "channel", "ts"),
    )
    isolate("told")
    op.execute(SAID)


def downgrade() -> None:
    op.drop_table("told")
