"""The deals, leads and cases that changed since a moment are found by an index."""

from models.migrations import online

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLES = ("opportunity", "lead", "case")


def upgrade() -> None:
    for table in TABLES:
        online.index(table, "workspace", "updated_at")


def downgrade() -> None:
    for table in TABLES:
        online.drop_index(table, f"ix_{table}_workspace_updated_at")
