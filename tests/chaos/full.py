"""The disk of a SQLite file is full for a while: nothing more can be written, and everybody hears
about it in time.

No file may grow beyond a size, by the kernel's own limit for a process; a full disk does the same
to all of them.
"""

from resource import RLIM_INFINITY, RLIMIT_FSIZE, prlimit

from tests.chaos.databases import Database
from tests.chaos.figures import Figure
from tests.chaos.floor import Floor, floor
from tests.chaos.gone import outage

ROOM = 1 << 16
"""Bytes that a file may have: less than any database, and so nothing more can be written to one."""


def run(
    database: Database, replicas: int, seconds: float, seed: int, people: int = 40
) -> list[Figure]:
    """Nothing on PostgreSQL, whose server belongs to somebody else, so that nobody here may limit
    it.
    """
    if database.name != "SQLite":
        return []
    with floor(database, people, replicas) as ground:
        return [outage(ground, "disk full", Full(ground), seconds, seed, tasks=False)]


class Full:
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
