"""Processes of several threads that all write to one database as fast as they can, and how long
each had to wait.
"""

import multiprocessing
import sys
import threading
import time
from dataclasses import dataclass
from itertools import chain
from statistics import quantiles

from models.core import records
from models.core.db.engine import open_engine
from models.core.errors import CRMError
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead


@dataclass(frozen=True)
class Contended:
    """What came of it. waits: the seconds each unit of work took; errors: what the refused ones
    said.
    """

    waits: list[float]
    errors: list[str]
    seconds: float

    @property
    def worst(self) -> float:
        return max(self.waits)

    def __str__(self) -> str:
        cuts = quantiles(self.waits, n=1000)
        return (
            f"{len(self.waits) / self.seconds:.0f} writes/s, p50 {cuts[499] * 1000:.1f} ms, p99 {cuts[989] * 1000:.0f}"
            f" ms, p99.9 {cuts[998] * 1000:.0f} ms, worst {self.worst * 1000:.0f} ms, {len(self.errors)} refused"
        )


def contend(url: str, processes: int, threads: int, seconds: float) -> Contended:
    """Write from so many processes at once. url: a database with the workspace T1 and U_RITA in
    it.
    """
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(processes) as pool:
        pool.map(warm, [url] * processes, chunksize=1)
        results = pool.starmap(write_for, [(url, threads, seconds)] * processes, chunksize=1)
    return Contended(
        list(chain.from_iterable(waits for waits, _ in results)),
        list(chain.from_iterable(errors for _, errors in results)),
        seconds,
    )


def warm(url: str) -> None:
    """Load everything, so that all begin together."""
    write_for(url, 1, 0.01)


def write_for(url: str, threads: int, seconds: float) -> tuple[list[float], list[str]]:
    """Make leads from so many threads of this process; how long each took, and what those refused
    were told.
    """
    works = UnitOfWorkFactory(open_engine(url))
    waits: list[float] = []
    errors: list[str] = []
    end = time.monotonic() + seconds

    def write() -> None:
        while (began := time.monotonic()) < end:
            try:
                with works("T1", "U_RITA") as work:
                    records.create(work, Lead, {"first_name": "Ada"})
            except CRMError as error:
                errors.append(f"{error}: {error.__cause__}")
            waits.append(time.monotonic() - began)

    writers = [threading.Thread(target=write) for _ in range(threads)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    works.close()
    return waits, errors


if __name__ == "__main__":
    print(contend(sys.argv[1], *map(int, sys.argv[2:4]), float(sys.argv[4])))
