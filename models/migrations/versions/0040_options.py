"""Options that admins add to the choices of records."""

from alembic import op
from sqlalchemy import Boolean, Column, Integer, Numeric, String, false, text

from models.migrations.frozen_columns import entity
from models.migrations.row_level_security import isolate

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    there = text("deleted_at IS NULL")
    entity(
        "option",
        Column("about", String(50), nullable=False),
        Column("choice", String(50), nullable=False),
        Column("name", String(50), nullable=False),
        Column("like", String(50)),
        Column("after", String(60)),
        Column("position", Numeric(18, 9)),
        Column("probability", Integer),
        Column("forecast", String(50)),
        Column("conditions", String(255)),
        Column("retired", Boolean, nullable=False, server_default=false()),
        Column("slot", String(50)),
    )
    isolate("option")
    for last, name in (("key", "ix_option_name"), ("slot", "ix_option_slot")):
        op.create_index(
            name,
            "option",
            ["workspace", "about", "choice", last],
            unique=True,
            sqlite_where=there,
            postgresql_where=there,
        )


def downgrade() -> None:
    op.drop_table("option")
