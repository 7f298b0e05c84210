"""Deals that are here know since when they are in their stage, and an index holds that.

Until the last process of the earlier release ends, a deal that it moves keeps the moment of the
move before.
"""

from models.migrations import online

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

INDEX = "ix_opportunity_pipeline"
FIRST = ("workspace", "stage", "deleted_at")
SUMS = ("currency", "owner", "amount", "probability")
SINCE = (
    "(SELECT max(at) FROM stage_change WHERE stage_change.workspace = opportunity.workspace"
    ' AND stage_change.opportunity = opportunity.id AND stage_change."to" = opportunity.stage)'
)


def upgrade() -> None:
    online.update("opportunity", f"stage_since = {SINCE}", "stage_since IS NULL")
    online.drop_index("opportunity", INDEX)
    online.index("opportunity", *FIRST, "stage_since", *SUMS, name=INDEX)


def downgrade() -> None:
    online.drop_index("opportunity", INDEX)
    online.index("opportunity", *FIRST, *SUMS, name=INDEX)
