"""Accounts, deals and leads have notes, as customers do."""

from alembic import op
from sqlalchemy import Column, Text

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("account", "opportunity", "lead"):
        op.add_column(table, Column("notes", Text))


def downgrade() -> None:
    for table in ("lead", "opportunity", "account"):
        with op.batch_alter_table(table) as change:
            change.drop_column("notes")
