"""Fields that admins add to records, and the values that they hold."""

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from models.migrations.frozen_columns import entity, index, row
from models.migrations.row_level_security import isolate

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    there = text("deleted_at IS NULL")
    entity(
        "custom_field",
        Column("about", String(50), nullable=False),
        Column("name", String(60), nullable=False),
        Column("kind", String(50), nullable=False),
        Column("options", Text),
        Column("to", String(50)),
        Column("back", String(60)),
        Column("required", Boolean, nullable=False, server_default=false()),
        Column("default", String(255)),
        Column("hint", String(140)),
        Column("searched", Boolean, nullable=False, server_default=false()),
        Column("personal", Boolean, nullable=False, server_default=false()),
        Column("is_unique", Boolean, nullable=False, server_default=false()),
        Column("filterable", Boolean, nullable=False, server_default=false()),
        Column("on_card", Boolean, nullable=False, server_default=true()),
        Column("position", Integer),
        Column("retired", Boolean, nullable=False, server_default=false()),
        Column("formula", Text),
        Column("result", String(60)),
        Column("slot", String(60)),
        UniqueConstraint("workspace", "about", "slot"),
    )
    isolate("custom_field")
    op.create_index(
        "ix_custom_field_name",
        "custom_field",
        ["workspace", "about", "key"],
        unique=True,
        sqlite_where=there,
        postgresql_where=there,
    )
    key = String(255).with_variant(String(255, collation="C"), "postgresql")
    row(
        "custom_value",
        Column("entity", String(40), nullable=False),
        Column("field", String(60), nullable=False),
        Column("record_id", Integer, nullable=False),
        Column("text", key),
        Column("number", Numeric(20, 4)),
        Column("unique_text", key),
    )
    isolate("custom_value")
    index(
        "custom_value",
        "workspace",
        "entity",
        "field",
        "text",
        "record_id",
        name="ix_custom_value_text",
    )
    index(
        "custom_value",
        "workspace",
        "entity",
        "field",
        "number",
        "record_id",
        name="ix_custom_value_number",
    )
    index("custom_value", "workspace", "entity", "record_id", name="ix_custom_value_record")
    single = text("unique_text IS NOT NULL")
    op.create_index(
        "ix_custom_value_unique",
        "custom_value",
        ["workspace", "entity", "field", "unique_text"],
        unique=True,
        sqlite_where=single,
        postgresql_where=single,
    )


def downgrade() -> None:
    op.drop_table("custom_value")
    op.drop_table("custom_field")
