"""When an activity's owner is reminded, the workspaces with the app, and the running replicas."""

import sqlalchemy as sa
from alembic import op

from models.migrations.frozen_columns import index, row

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("activity", sa.Column("remind_at", sa.DateTime(timezone=True)))
    row(
        "installation",
        sa.Column("app_id", sa.String(20), nullable=False),
        sa.Column("bot_id", sa.String(20), nullable=False),
        sa.Column("bot_user", sa.String(20), nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("installed_by", sa.String(20), nullable=False),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("workspace"),
    )
    op.create_table(
        "install_state",
        sa.Column("state", sa.String(64), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    index("install_state", "at")
    op.create_table(
        "replica",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checks", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    for table in ("replica", "install_state", "installation"):
        op.drop_table(table)
    with op.batch_alter_table("activity") as activity:
        activity.drop_column("remind_at")
