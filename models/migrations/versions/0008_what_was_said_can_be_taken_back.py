"""When an answer or a note on a case was taken back."""

from alembic import op
from sqlalchemy import Column, DateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reply", Column("taken_back_at", DateTime(timezone=True)))


def downgrade() -> None:
    with op.batch_alter_table("reply") as reply:
        reply.drop_column("taken_back_at")
