"""A deal says since when it is in its stage."""

from alembic import op
from sqlalchemy import Column, DateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("opportunity", Column("stage_since", DateTime(timezone=True)))


def downgrade() -> None:
    with op.batch_alter_table("opportunity") as change:
        change.drop_column("stage_since")
