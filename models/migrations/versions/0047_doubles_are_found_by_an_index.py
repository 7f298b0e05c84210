"""The doubles in a field that is to become unique are found by an index."""

from models.migrations import online

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

INDEX = "ix_custom_value_same"


def upgrade() -> None:
    online.index(
        "custom_value",
        "workspace",
        "entity",
        "field",
        name=INDEX,
        where="same_text IS NOT NULL",
    )


def downgrade() -> None:
    online.drop_index("custom_value", INDEX)
