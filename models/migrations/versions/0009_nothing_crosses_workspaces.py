"""Row-level security: PostgreSQL itself separates the workspaces."""

from models.migrations.row_level_security import isolate, open_up

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
contracts = "0.1"
"""The release before does not say which workspace it is about.

For a plain role every table is empty then.
"""

TABLES = (
    "account",
    "activity",
    "audit_entry",
    "audit_head",
    "case",
    "contact",
    "counter",
    "customer",
    "delivery",
    "installation",
    "job_run",
    "lead",
    "membership",
    "opportunity",
    "post",
    "reply",
    "role",
    "seen",
    "stage_change",
    "team",
    "user",
)


def upgrade() -> None:
    isolate("workspace", "id")
    for table in TABLES:
        isolate(table)
    isolate("search_text", read=True)


def downgrade() -> None:
    for table in ("workspace", *TABLES, "search_text"):
        open_up(table)
