"""A rule may run with the rights of a role in place of its owner's."""

from alembic import op
from sqlalchemy import Column, String

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("rule", Column("role", String(50)))


def downgrade() -> None:
    op.drop_column("rule", "role")
