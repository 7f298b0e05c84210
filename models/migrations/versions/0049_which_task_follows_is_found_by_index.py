"""The index that finds the task that follows one that repeats."""

from models.migrations import online

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.index(
        "activity",
        "workspace",
        "repeats_of",
        name="ix_activity_repeats_of",
        where="repeats_of IS NOT NULL",
    )


def downgrade() -> None:
    online.drop_index("activity", "ix_activity_repeats_of")
