"""Who comes for the first time is greeted once; people who are here already count as greeted."""

from alembic import op
from sqlalchemy import Boolean, Column, true

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user", Column("greeted", Boolean, nullable=False, server_default=true()))


def downgrade() -> None:
    with op.batch_alter_table("user") as change:
        change.drop_column("greeted")
