"""The indexes by which the audit chain is read, and by which entries not yet sealed are found."""

from models.migrations import online

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.index(
        "audit_entry",
        "workspace",
        "place",
        name="ix_audit_entry_place",
        unique=True,
        where="place IS NOT NULL",
    )
    online.index(
        "audit_entry", "workspace", "id", name="ix_audit_entry_unsealed", where="hash IS NULL"
    )


def downgrade() -> None:
    online.drop_index("audit_entry", "ix_audit_entry_unsealed")
    online.drop_index("audit_entry", "ix_audit_entry_place")
