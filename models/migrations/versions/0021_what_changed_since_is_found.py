"""The deals, leads and cases that changed since a moment are found by an index."""

from models.migrations import online

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.index("opportunity", "workspace", "updated_at")
    online.index("lead", "workspace", "updated_at")
    online.index("case", "workspace", "updated_at")


def downgrade() -> None:
    online.drop_index("case", "ix_case_workspace_updated_at")
    online.drop_index("lead", "ix_lead_workspace_updated_at")
    online.drop_index("opportunity", "ix_opportunity_workspace_updated_at")
