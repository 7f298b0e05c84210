"""A key from the settings signs the end of the audit trail, and its triggers become readable."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

from models.core.audit import append_only

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BEFORE = "models.migrations.versions.0005_the_audit_trail_is_sealed"


def upgrade() -> None:
    op.add_column("audit_head", sa.Column("since", sa.Integer))
    op.add_column("audit_head", sa.Column("signature", sa.String(64)))
    op.add_column("workspace", sa.Column("adopted_at", sa.DateTime(timezone=True)))
    for statement in append_only.statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    names = (
        append_only.sqlite_triggers() if dialect == "sqlite" else append_only.postgresql_triggers()
    )
    for name in names:
        table = name.partition("_")[2]
        op.execute(
            f"DROP TRIGGER {name}" if dialect == "sqlite" else f"DROP TRIGGER {name} ON {table}"
        )
    for name in append_only.postgresql_functions() if dialect == "postgresql" else ():
        op.execute(f"DROP FUNCTION {name}")
    with op.batch_alter_table("audit_head") as head:
        head.drop_column("signature")
        head.drop_column("since")
    with op.batch_alter_table("workspace") as workspace:
        workspace.drop_column("adopted_at")
    for statement in import_module(BEFORE).guards():
        op.execute(statement)
