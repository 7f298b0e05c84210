"""Saved filters are records, which are shared; the lists that people kept become some."""

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.migrations.frozen_columns import entity, index
from models.migrations.row_level_security import isolate

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None
NOUNS = {
    "lead": "lead",
    "deal": "opportunity",
    "opportunity": "opportunity",
    "sale": "purchase",
    "purchase": "purchase",
    "product": "product",
    "case": "case",
    "ticket": "case",
    "task": "activity",
    "activity": "activity",
    "customer": "customer",
    "account": "account",
    "company": "account",
    "contact": "contact",
}
"""The nouns at the beginning of a list that somebody kept → their entities."""
LINE = re.compile(r"(?:my\s+)?([a-z]+)\b(?:\s+(?:list|find)\b)?\s*(.*)", re.IGNORECASE | re.DOTALL)


def upgrade() -> None:
    entity(
        "saved_filter",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("about", sa.String(40), nullable=False),
        sa.Column("typed", sa.Text, nullable=False),
        sa.Column("shared", sa.String(50), nullable=False),
        sa.Column("owner", sa.Integer, sa.ForeignKey("user.id")),
        sa.Column("in_digest", sa.Boolean, server_default=sa.false()),
    )
    isolate("saved_filter")
    index("saved_filter", "workspace", "owner", "key")
    take_over()


def take_over() -> None:
    """Make a saved filter of each list that somebody kept, as far as it is about one noun."""
    there = op.get_bind()
    kept = there.execute(
        sa.text("SELECT workspace, person, name, key, line, at FROM saved_list ORDER BY id")
    ).mappings()
    numbers: dict[str, int] = {}
    rows = [row for each in kept.all() if (row := as_filter(each, numbers))]
    for row in rows:
        there.execute(INSERT, row)
    for workspace, number in numbers.items():
        there.execute(COUNTER, {"workspace": workspace, "last": number})


INSERT = sa.text(
    "INSERT INTO saved_filter (workspace, number, version, title, key, created_at, updated_at, "
    "custom, name, about, typed, shared, owner) VALUES (:workspace, :number, 1, :name, :key, :at, "
    ":at, '{}', :name, :about, :typed, 'me', :owner)"
)
COUNTER = sa.text(
    "INSERT INTO counter (workspace, entity, last) VALUES (:workspace, 'saved_filter', :last)"
)


def as_filter(kept: Any, numbers: dict[str, int]) -> dict[str, Any] | None:
    """Return the columns of the filter that a line such as `deal list open` shows."""
    found = LINE.fullmatch(kept["line"].strip())
    word = found[1].lower() if found else ""
    singular = re.sub(r"ies$", "y", word) if word.endswith("ies") else word.removesuffix("s")
    about = NOUNS.get(word) or NOUNS.get(singular)
    if found is None or about is None:
        return None
    mine = "mine " if kept["line"].lower().startswith("my ") else ""
    number = numbers[kept["workspace"]] = numbers.get(kept["workspace"], 0) + 1
    return {
        "workspace": kept["workspace"],
        "number": number,
        "name": kept["name"],
        "key": kept["key"],
        "at": kept["at"],
        "about": about,
        "typed": f"{mine}{found[2]}".strip() or "created > 2000-01-01",
        "owner": kept["person"],
    }


def downgrade() -> None:
    op.drop_table("saved_filter")
