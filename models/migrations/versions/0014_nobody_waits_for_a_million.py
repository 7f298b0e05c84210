"""The indexes by which what somebody did, and what is theirs, is found among a million, the newest first."""

from models.migrations import gently

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    gently.index("audit_entry", "workspace", "actor", "id")
    gently.index("customer", "workspace", "owner", "id")
    gently.index("account", "workspace", "owner", "id")
    gently.index("lead", "workspace", "owner", "id")
    gently.drop_index("customer", "ix_customer_workspace_owner")
    gently.drop_index("account", "ix_account_workspace_owner")
    gently.drop_index("lead", "ix_lead_workspace_owner")


def downgrade() -> None:
    gently.index("lead", "workspace", "owner")
    gently.index("account", "workspace", "owner")
    gently.index("customer", "workspace", "owner")
    gently.drop_index("lead", "ix_lead_workspace_owner_id")
    gently.drop_index("account", "ix_account_workspace_owner_id")
    gently.drop_index("customer", "ix_customer_workspace_owner_id")
    gently.drop_index("audit_entry", "ix_audit_entry_workspace_actor_id")
