"""What a person typed in a form and did not save is kept for a day."""

from alembic import op
from sqlalchemy import JSON, Column, DateTime, ForeignKey, Integer, String, UniqueConstraint

from models.migrations.frozen_columns import row
from models.migrations.row_level_security import isolate

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    row(
        "draft",
        Column("person", Integer, ForeignKey("user.id"), nullable=False),
        Column("form", String(80), nullable=False),
        Column("texts", JSON, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        UniqueConstraint("workspace", "person", "form"),
    )
    isolate("draft")


def downgrade() -> None:
    op.drop_table("draft")
