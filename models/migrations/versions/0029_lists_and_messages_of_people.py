"""Lists are kept by name, records know the message they came from, and previews can be off."""

import sqlalchemy as sa
from alembic import op

from models.migrations.frozen_columns import row
from models.migrations.row_level_security import isolate

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    row(
        "saved_list",
        sa.Column("person", sa.Integer, sa.ForeignKey("user.id"), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("line", sa.String(1000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("workspace", "person", "key"),
    )
    isolate("saved_list")
    row(
        "source",
        sa.Column("entity", sa.String(40), nullable=False),
        sa.Column("record_id", sa.Integer, nullable=False),
        sa.Column("url", sa.String(255), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("workspace", "entity", "record_id"),
    )
    isolate("source")
    op.add_column(
        "workspace", sa.Column("previews", sa.Boolean, server_default=sa.true(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("workspace", "previews")
    op.drop_table("source")
    op.drop_table("saved_list")
