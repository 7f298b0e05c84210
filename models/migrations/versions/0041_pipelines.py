"""A deal is in a pipeline, and options belong to an option of another choice."""

from alembic import op
from sqlalchemy import Column, String, text

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

NAMES = "ix_option_name"
THERE = text("deleted_at IS NULL")


def upgrade() -> None:
    op.add_column(
        "opportunity", Column("pipeline", String(50), nullable=False, server_default="standard")
    )
    op.add_column("option", Column("home", String(60), nullable=False, server_default=""))
    op.execute(
        "UPDATE option SET home = 'standard' WHERE about = 'opportunity' AND choice = 'stage' "
        "AND slot NOT IN ('won', 'lost')"
    )
    index_names("home", "key")


def downgrade() -> None:
    index_names("key")
    with op.batch_alter_table("option") as change:
        change.drop_column("home")
    with op.batch_alter_table("opportunity") as change:
        change.drop_column("pipeline")


def index_names(*last: str) -> None:
    """Let the names of options be apart by what they have in common before these columns."""
    op.drop_index(NAMES, "option")
    op.create_index(
        NAMES,
        "option",
        ["workspace", "about", "choice", *last],
        unique=True,
        sqlite_where=THERE,
        postgresql_where=THERE,
    )
