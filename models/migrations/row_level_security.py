"""The second wall between workspaces, on PostgreSQL: a table shows and takes rows of one only.

Every transaction says which one as it begins; to a transaction that says nothing a table is empty.
SQLite has no such wall.
"""

from alembic import op

HERE = "current_setting('rapport.workspace', true)"
"""What `models.core.db.postgres` says: a workspace, or * for what serves all of them."""


def isolate(table: str, column: str = "workspace", read: bool = False) -> None:
    """Let no row of a table cross workspaces, not even for the owner of the table.

    Args:
        table: The table.
        column: The column that says to which workspace a row belongs.
        read: Guard only writing. This is for what is found by LIKE: that function is not leakproof,
            so behind a policy for reading PostgreSQL would use no trigrams, and look into every
            text of the workspace instead.
    """
    if op.get_bind().dialect.name != "postgresql":
        return
    ours = f"({column} = {HERE} OR {HERE} = '*')"
    op.execute(f'CREATE POLICY workspace ON "{table}" USING {ours} WITH CHECK {ours}')
    if read:
        op.execute(f'CREATE POLICY reading ON "{table}" FOR SELECT USING (true)')
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')


def open_up(table: str) -> None:
    """Remove what `isolate` created."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for policy in ("workspace", "reading"):
        op.execute(f'DROP POLICY IF EXISTS {policy} ON "{table}"')
    op.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
