"""What was won and lost in each month is summed in a table of its own.

Until the last process of the earlier release ends, what it closes is not in the sums; the night's
comparison with the deals adds it.
"""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, String, UniqueConstraint

from models.migrations.frozen_columns import row
from models.migrations.row_level_security import isolate

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

MONTHS = {
    "sqlite": "substr(stage_since, 1, 7)",
    "postgresql": "to_char(stage_since AT TIME ZONE 'UTC', 'YYYY-MM')",
}
KEY = ("stage", "month", "owner", "currency")


def upgrade() -> None:
    row(
        "closed_deals",
        Column("stage", String(50), nullable=False),
        Column("month", String(7), nullable=False),
        Column("owner", Integer, nullable=False),
        Column("currency", String(3), nullable=False),
        Column("count", Integer, nullable=False),
        Column("cents", BigInteger, nullable=False),
        UniqueConstraint("workspace", *KEY),
    )
    isolate("closed_deals")
    month = MONTHS[op.get_bind().dialect.name]
    op.execute(
        f"INSERT INTO closed_deals (workspace, {', '.join(KEY)}, count, cents) "
        f"SELECT workspace, stage, {month}, coalesce(owner, 0), coalesce(currency, ''), count(*), "
        "coalesce(sum(cast(round(amount * 100) AS BIGINT)), 0) FROM opportunity "
        "WHERE stage IN ('won', 'lost') AND stage_since IS NOT NULL AND deleted_at IS NULL "
        "GROUP BY 1, 2, 3, 4, 5"
    )


def downgrade() -> None:
    op.drop_table("closed_deals")
