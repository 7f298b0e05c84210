"""What records are found by has the quotes and dashes of the keyboard, whatever they were typed with."""

from alembic import op

from models.migrations import gently

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SIGNS = "’‘‚‛ʼʻ′`‹›“”„‟«»″‐‑‒–—―−﹘"
KEYS = "''" * 10 + '"' * 7 + "-" * 8


def plain(column: str) -> str:
    """The SQL of a column with the signs of the keyboard. SQLite is lent the function that makes new keys."""
    if op.get_bind().dialect.name == "sqlite":
        return f"fold({column})"
    return f"translate({column}, '{SIGNS}', '{KEYS}')"


def renewed(column: str) -> tuple[str, str]:
    """What SET says to renew a column, and the condition for the rows that need it."""
    return f"{column} = {plain(column)}", f"{column} <> {plain(column)}"


def free(table: str) -> str:
    """The condition that the renewed name is not that of another record, where each has its own."""
    key = plain(f'"{table}".key')
    same = f'other.workspace = "{table}".workspace AND other.key = {key}'
    return f'NOT EXISTS (SELECT 1 FROM "{table}" AS other WHERE {same} AND other.deleted_at IS NULL)'


def upgrade() -> None:
    gently.update("customer", *renewed("key"))
    gently.update("account", *renewed("key"))
    gently.update("contact", *renewed("key"))
    gently.update("membership", *renewed("key"))
    gently.update("lead", *renewed("key"))
    gently.update("opportunity", *renewed("key"))
    gently.update("activity", *renewed("key"))
    gently.update("case", *renewed("key"))
    gently.update("user", *renewed("key"))
    gently.update("team", renewed("key")[0], f"{renewed('key')[1]} AND {free('team')}")
    gently.update("role", renewed("key")[0], f"{renewed('key')[1]} AND {free('role')}")
    gently.update("user", *renewed("team"))
    gently.update("user", *renewed("role"))
    gently.update("team", *renewed("role"))
    gently.update("search_text", *renewed("text"))


def downgrade() -> None:
    """The release before finds by these keys what is typed with the signs of the keyboard."""
