"""The indexes by which the chain of the audit trail is read, and what is not sealed yet is found."""

from models.migrations import gently

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    gently.index(
        "audit_entry", "workspace", "place", name="ix_audit_entry_place", unique=True, where="place IS NOT NULL"
    )
    gently.index("audit_entry", "workspace", "id", name="ix_audit_entry_unsealed", where="hash IS NULL")


def downgrade() -> None:
    gently.drop_index("audit_entry", "ix_audit_entry_unsealed")
    gently.drop_index("audit_entry", "ix_audit_entry_place")
