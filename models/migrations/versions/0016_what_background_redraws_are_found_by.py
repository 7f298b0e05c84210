"""The index that finds the re-renders for which nobody waits."""

from models.migrations import online

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    waiting = "state IN ('waiting', 'unknown')"
    online.index(
        "delivery",
        "workspace",
        "id",
        name="ix_delivery_background",
        where=f"{waiting} AND kind = 'redraw' AND background",
    )


def downgrade() -> None:
    online.drop_index("delivery", "ix_delivery_background")
