"""How many cases an account has is counted from an index."""

from models.migrations import online

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

INDEX = "ix_case_workspace_account"


def upgrade() -> None:
    online.index("case", "workspace", "account", name=INDEX)


def downgrade() -> None:
    online.drop_index("case", INDEX)
