"""The index that finds the activities about an account, for its card and its timeline."""

from models.migrations import online

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.index("activity", "workspace", "account")


def downgrade() -> None:
    online.drop_index("activity", "ix_activity_workspace_account")
