"""Tasks repeat: how often, and which one came before."""

from alembic import op
from sqlalchemy import Column, Integer, String

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("activity", Column("repeats", String(60)))
    op.add_column("activity", Column("repeats_of", Integer))


def downgrade() -> None:
    with op.batch_alter_table("activity") as change:
        change.drop_column("repeats_of")
        change.drop_column("repeats")
