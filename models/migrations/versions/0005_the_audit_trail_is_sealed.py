"""The seal of an audit entry, the head of the chain, and the triggers for an append-only trail."""

import sqlalchemy as sa
from alembic import op

from models.migrations.frozen_columns import row

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SEAL = ("place", "salt", "digest", "hash")
SAID = (
    "id",
    "workspace",
    "unit",
    "at",
    "actor",
    "door",
    "action",
    "entity",
    "record_id",
    "version",
    "field",
    "old",
    "new",
    "reason",
)
REFUSED = "The audit trail is append-only."
LOCAL = "LOCAL"
"""What was filled before Slack was connected moves, once, to the first workspace that connects."""


def upgrade() -> None:
    op.add_column("audit_entry", sa.Column("reason", sa.String(255)))
    op.add_column("audit_entry", sa.Column("place", sa.Integer))
    op.add_column("audit_entry", sa.Column("salt", sa.String(32)))
    op.add_column("audit_entry", sa.Column("digest", sa.String(64)))
    op.add_column("audit_entry", sa.Column("hash", sa.String(64)))
    row(
        "audit_head",
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("workspace"),
    )
    for statement in guards():
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION append_only CASCADE")
    else:
        for name in ("stays", "grows", "replaces"):
            op.execute(f"DROP TRIGGER {name}_audit_entry")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_entry") as entry:
        for name in ("reason", *SEAL):
            entry.drop_column(name)


def same(names: tuple[str, ...], but: tuple[str, ...] = ()) -> str:
    """Return the condition that these columns stay as they are, in the words of the database."""
    alike = "IS" if op.get_bind().dialect.name == "sqlite" else "IS NOT DISTINCT FROM"
    return " AND ".join(f'NEW."{name}" {alike} OLD."{name}"' for name in names if name not in but)


def allowed() -> str:
    """Return the condition of the changes allowed to an entry.

    None of them changes what the entry says: it is sealed, it is erased, or it moves in.
    """
    sealed = f"OLD.hash IS NULL AND NEW.hash IS NOT NULL AND NEW.place IS NOT NULL AND {same(SAID)}"
    gone = ("old", "new", "salt")
    nothing = " AND ".join(f'NEW."{name}" IS NULL' for name in gone)
    erased = f"OLD.hash IS NOT NULL AND {nothing} AND {same((*SAID, *SEAL), gone)}"
    moved = f"OLD.workspace = '{LOCAL}' AND {same((*SAID, *SEAL), ('workspace',))}"
    return f"({sealed}) OR ({erased}) OR ({moved})"


def growing() -> str:
    """Return the condition of the changes allowed to a head: it only goes on, or moves in."""
    return f"NEW.place > OLD.place OR (OLD.workspace = '{LOCAL}' AND {same(('id', 'place', 'hash', 'at'))})"


def guards() -> list[str]:
    """Return what makes the database refuse every other change, no matter who asks for it."""
    guard = {"sqlite": on_sqlite, "postgresql": on_postgresql}[op.get_bind().dialect.name]
    return [*guard("audit_entry", allowed(), "place"), *guard("audit_head", growing(), "workspace")]


def on_sqlite(table: str, change: str, key: str) -> list[str]:
    """Return the triggers for SQLite.

    INSERT OR REPLACE deletes what is in its way without asking the delete trigger, so it is refused
    before.
    """
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    there = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
    keyed = f"EXISTS (SELECT 1 FROM {table} WHERE workspace = NEW.workspace AND {key} = NEW.{key})"
    return [
        f"CREATE TRIGGER stays_{table} BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER grows_{table} BEFORE UPDATE ON {table} WHEN NOT ({change}) {refuse}",
        f"CREATE TRIGGER replaces_{table} BEFORE INSERT ON {table} WHEN {there} OR {keyed} {refuse}",
    ]


FUNCTION = f"""
CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'restrict_violation'; END $$
"""


def on_postgresql(table: str, change: str, key: str) -> list[str]:
    refuse = "EXECUTE FUNCTION append_only()"
    return [
        FUNCTION,
        f"CREATE TRIGGER stays_{table} BEFORE DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER grows_{table} BEFORE UPDATE ON {table} FOR EACH ROW WHEN (NOT ({change})) {refuse}",
        f"CREATE TRIGGER whole_{table} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
    ]
