"""How many open leads each person has is counted from an index."""

from models.migrations import online

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

INDEX = "ix_lead_at_hand"


def upgrade() -> None:
    online.index("lead", "workspace", "owner", "status", "deleted_at", name=INDEX)


def downgrade() -> None:
    online.drop_index("lead", INDEX)
