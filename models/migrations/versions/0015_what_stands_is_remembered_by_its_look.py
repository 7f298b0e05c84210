"""The look of posted messages is stored, and background re-renders are marked in the outbox."""

from alembic import op
from sqlalchemy import Boolean, Column, String, false

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("post", "told", "listed"):
        op.add_column(table, Column("look", String(32)))
    op.add_column("delivery", Column("background", Boolean, nullable=False, server_default=false()))


def downgrade() -> None:
    for table, column in (
        ("delivery", "background"),
        ("listed", "look"),
        ("told", "look"),
        ("post", "look"),
    ):
        with op.batch_alter_table(table) as change:
            change.drop_column(column)
