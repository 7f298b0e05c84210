"""A deal is in a pipeline, and options belong to an option of another choice."""

from alembic import op
from sqlalchemy import Column, String

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "opportunity", Column("pipeline", String(50), nullable=False, server_default="standard")
    )
    op.add_column("option", Column("home", String(60)))


def downgrade() -> None:
    with op.batch_alter_table("option") as change:
        change.drop_column("home")
    with op.batch_alter_table("opportunity") as change:
        change.drop_column("pipeline")
