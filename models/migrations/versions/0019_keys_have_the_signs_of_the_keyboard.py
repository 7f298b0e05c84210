"""Search keys get the quotes and dashes of the keyboard, no matter which signs were typed."""

from alembic import op

from models.migrations import online

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SIGNS = "’‘‚‛ʼʻ′`‹›“”„‟«»″‐‑‒–—―−﹘"
KEYS = "''" * 10 + '"' * 7 + "-" * 8


def plain(column: str) -> str:
    """Return the SQL of a column with the signs of the keyboard.

    SQLite gets the function that makes new keys.
    """
    if op.get_bind().dialect.name == "sqlite":
        return f"fold({column})"
    return f"translate({column}, '{SIGNS}', '{KEYS}')"


def renewed(column: str) -> tuple[str, str]:
    """Return what SET says to renew a column, and the condition for the rows that need it."""
    return f"{column} = {plain(column)}", f"{column} <> {plain(column)}"


def free(table: str) -> str:
    """Return the condition that the renewed name belongs to no other record of unique names."""
    key = plain(f'"{table}".key')
    same = f'other.workspace = "{table}".workspace AND other.key = {key}'
    return (
        f'NOT EXISTS (SELECT 1 FROM "{table}" AS other WHERE {same} AND other.deleted_at IS NULL)'
    )


def upgrade() -> None:
    online.update("customer", *renewed("key"))
    online.update("account", *renewed("key"))
    online.update("contact", *renewed("key"))
    online.update("membership", *renewed("key"))
    online.update("lead", *renewed("key"))
    online.update("opportunity", *renewed("key"))
    online.update("activity", *renewed("key"))
    online.update("case", *renewed("key"))
    online.update("user", *renewed("key"))
    online.update("team", renewed("key")[0], f"{renewed('key')[1]} AND {free('team')}")
    online.update("role", renewed("key")[0], f"{renewed('key')[1]} AND {free('role')}")
    online.update("user", *renewed("team"))
    online.update("user", *renewed("role"))
    online.update("team", *renewed("role"))
    online.update("search_text", *renewed("text"))


def downgrade() -> None:
    """Keep the keys: the release before finds by them what is typed with the keyboard's signs."""
