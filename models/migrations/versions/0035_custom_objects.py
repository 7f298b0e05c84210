"""Nouns that admins make, and the records of all of them."""

from alembic import op
from sqlalchemy import JSON, Column, DateTime, ForeignKey, Integer, String, UniqueConstraint, text

from models.migrations.frozen_columns import entity, index, row
from models.migrations.row_level_security import isolate

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    there = text("deleted_at IS NULL")
    entity(
        "custom_object",
        Column("name", String(40), nullable=False),
        Column("plural_name", String(40)),
        Column("starts", String(2)),
        Column("emoji", String(40)),
        Column("room", String(80)),
        Column("about", String(255)),
        Column("slot", String(40)),
    )
    isolate("custom_object")
    op.create_index(
        "ix_custom_object_slot",
        "custom_object",
        ["workspace", "slot"],
        unique=True,
        sqlite_where=there,
        postgresql_where=there,
    )
    row(
        "custom_record",
        Column("number", Integer, nullable=False),
        Column("version", Integer, nullable=False),
        Column("title", String(255), nullable=False),
        Column(
            "key",
            String(255).with_variant(String(255, collation="C"), "postgresql"),
            nullable=False,
        ),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("updated_at", DateTime(timezone=True), nullable=False),
        Column("external_id", String(255)),
        Column("deleted_at", DateTime(timezone=True)),
        Column("custom", JSON, nullable=False),
        Column("object", String(40), nullable=False),
        Column("name", String(255), nullable=False),
        Column("owner", Integer, ForeignKey("user.id")),
        UniqueConstraint("workspace", "object", "number"),
        UniqueConstraint("workspace", "object", "external_id"),
    )
    isolate("custom_record")
    index("custom_record", "workspace", "object", "key")
    index("custom_record", "workspace", "object", "owner")


def downgrade() -> None:
    op.drop_table("custom_record")
    op.drop_table("custom_object")
