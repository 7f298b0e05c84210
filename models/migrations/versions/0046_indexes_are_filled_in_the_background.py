"""The indexes of added fields are filled, and doubles found, in the background."""

from alembic import op
from sqlalchemy import Column, String

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = String(255).with_variant(String(255, collation="C"), "postgresql")
    op.add_column("custom_field", Column("filling", String(40)))
    op.add_column("custom_value", Column("same_text", key))


def downgrade() -> None:
    op.drop_column("custom_value", "same_text")
    op.drop_column("custom_field", "filling")
