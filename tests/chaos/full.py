"""The disk of the database is full for a while: nothing more can be written, and everybody hears about it in time.

No file may grow beyond a size, by the kernel's own limit for a process; a full disk does the same to all of them.
"""

import pwd
import subprocess
from resource import RLIM_INFINITY, RLIMIT_FSIZE, prlimit
from typing import Any

from sqlalchemy import text

from models.core.database import everywhere
from tests.chaos.databases import Database, Postgres
from tests.chaos.figures import Figure
from tests.chaos.floor import TEAM, Floor, floor
from tests.chaos.gone import outage

ROOM = 1 << 16
"""Bytes that a file of SQLite may have: less than any database, and so nothing more can be written to one."""
SEGMENT = 16 << 20
"""Bytes of a segment of PostgreSQL's log, which has to be written to in any case. Where there is no room even for
that, the server ends itself; then it is away, which is another scenario.
"""
FILL = """
INSERT INTO seen (workspace, key, at)
SELECT :team, repeat('filling ', 20) || :size || ' ' || n, now() FROM generate_series(1, :count) AS n
"""
AT_ONCE = 5_000
"""Acts seen before that are made up in one go, until the table of them is larger than a segment."""


def run(database: Database, replicas: int, seconds: float, seed: int, people: int = 40) -> Figure:
    with floor(database, people, replicas) as ground:
        full = FullServer(ground) if isinstance(database, Postgres) else FullFiles(ground)
        return outage(ground, "disk full", full, seconds, seed, tasks=False)


class FullFiles:
    """The replicas may not write beyond the first bytes of a file."""

    def __init__(self, ground: Floor) -> None:
        self.ground = ground

    def begin(self) -> None:
        logs = max(replica.log.stat().st_size for replica in self.ground.replicas)
        self.limit(logs + ROOM)

    def end(self) -> None:
        self.limit(RLIM_INFINITY)

    def limit(self, size: int) -> None:
        for replica in self.ground.replicas:
            if replica.process:
                prlimit(replica.process.pid, RLIMIT_FSIZE, (size, RLIM_INFINITY))


class FullServer:
    """The table in which every act of a person is noted may not grow, nor any other of its size."""

    def __init__(self, ground: Floor) -> None:
        assert isinstance(ground.database, Postgres)
        self.database = ground.database
        engine, size = everywhere(ground.works.engine), 0
        while size <= SEGMENT:
            with engine.begin() as connection:
                connection.execute(text(FILL), {"team": TEAM, "count": AT_ONCE, "size": size})
                size = connection.scalar(text("SELECT pg_relation_size('seen')")) or 0

    def begin(self) -> None:
        self.limit(SEGMENT)

    def end(self) -> None:
        self.limit(RLIM_INFINITY)
        self.database.revive()

    def limit(self, size: int) -> None:
        head = self.database.head()
        for process in (head, *head.children(recursive=True)):
            most = "unlimited" if size == RLIM_INFINITY else size
            words = ["prlimit", f"--pid={process.pid}", f"--fsize={most}:unlimited"]
            subprocess.run(words, **self.owner(), stderr=subprocess.DEVNULL, check=False)  # it may have just ended

    def owner(self) -> dict[str, Any]:
        """Whose the server is: root lets somebody else run it, and only they may limit it."""
        name = self.database.server.system_user
        if name is None:
            return {}
        return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []}
