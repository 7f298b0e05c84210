"""A lead with the same phone number is found by an index."""

from models.migrations import online

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.index("lead", "workspace", "phone")


def downgrade() -> None:
    online.drop_index("lead", "ix_lead_workspace_phone")
