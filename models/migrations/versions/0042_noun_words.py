"""What workspaces call their nouns."""

from alembic import op
from sqlalchemy import Column, String, text

from models.migrations.frozen_columns import entity
from models.migrations.row_level_security import isolate

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    there = text("deleted_at IS NULL")
    entity(
        "noun_word",
        Column("about", String(50), nullable=False),
        Column("name", String(60)),
        Column("one", String(40), nullable=False),
        Column("many", String(40)),
        Column("former", String(1000)),
    )
    isolate("noun_word")
    op.create_index(
        "ix_noun_word_about",
        "noun_word",
        ["workspace", "about"],
        unique=True,
        sqlite_where=there,
        postgresql_where=there,
    )


def downgrade() -> None:
    op.drop_table("noun_word")
