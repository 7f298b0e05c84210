"""Indexes that find what somebody did, and what they own, among a million, the newest first."""

from models.migrations import online

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.index("audit_entry", "workspace", "actor", "id")
    online.index("customer", "workspace", "owner", "id")
    online.index("account", "workspace", "owner", "id")
    online.index("lead", "workspace", "owner", "id")
    online.drop_index("customer", "ix_customer_workspace_owner")
    online.drop_index("account", "ix_account_workspace_owner")
    online.drop_index("lead", "ix_lead_workspace_owner")


def downgrade() -> None:
    online.index("lead", "workspace", "owner")
    online.index("account", "workspace", "owner")
    online.index("customer", "workspace", "owner")
    online.drop_index("lead", "ix_lead_workspace_owner_id")
    online.drop_index("account", "ix_account_workspace_owner_id")
    online.drop_index("customer", "ix_customer_workspace_owner_id")
    online.drop_index("audit_entry", "ix_audit_entry_workspace_actor_id")
