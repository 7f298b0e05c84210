"""Which tables of the PostgreSQL database that all tests begin with were written to: only those are
restored.
"""

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, event

PLAIN = (
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "WITH",
    "SET",
    "SAVEPOINT",
    "RELEASE",
    "ROLLBACK",
    "EXPLAIN",
    "ANALYZE",
)
"""How statements begin that write to no other tables than those they name."""
NAMED = re.compile(r'\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+(?:ONLY\s+)?"?(\w+)', re.IGNORECASE)
COUNTS = re.compile(r"\b(?:nextval|setval)\b")
MOST = 4000
"""Statements that are looked at once: tests ask the same ones again and again."""
UNGUARDED = "SET LOCAL session_replication_role = replica"
"""The audit trail would not let itself be emptied."""


class Written:
    """Listens to every engine on this database. again: what restores each table."""

    def __init__(self, engine: Engine, again: dict[str, list[str]]) -> None:
        self.name, self.again = engine.url.database, again
        self.tables = set(again)
        event.listen(Engine, "before_cursor_execute", self.hear)

    def hear(self, connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if connection.engine.url.database != self.name:
            return
        tables = written_by(statement)
        if tables is None:
            self.everything()
        else:
            self.tables |= tables

    def everything(self) -> None:
        """Something wrote that we do not hear."""
        self.tables.update(self.again)

    def restore(self, connection: Connection) -> None:
        """Bring the tables that were written to back to what they held."""
        steps = [
            step for table, steps in self.again.items() if table in self.tables for step in steps
        ]
        if steps:
            connection.exec_driver_sql("; ".join([UNGUARDED, *steps]))

    def close(self) -> None:
        event.remove(Engine, "before_cursor_execute", self.hear)


@lru_cache(MOST)
def written_by(statement: str) -> frozenset[str] | None:
    """The tables that a statement writes to, as far as it names them; None where it may be any."""
    if not statement.lstrip(" (\n").upper().startswith(PLAIN) or COUNTS.search(statement):
        return None
    return frozenset(NAMED.findall(statement))
