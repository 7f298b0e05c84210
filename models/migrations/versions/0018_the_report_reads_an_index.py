"""The pipeline is summed from an index, without reading each deal."""

from models.migrations import online

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.index(
        "opportunity",
        "workspace",
        "stage",
        "deleted_at",
        "currency",
        "owner",
        "amount",
        "probability",
        name="ix_opportunity_pipeline",
    )


def downgrade() -> None:
    online.drop_index("opportunity", "ix_opportunity_pipeline")
