"""Four processes of eight threads write to one SQLite file: nobody is refused, nobody waits long,
nothing is lost.
"""

import tempfile
from pathlib import Path
from statistics import quantiles

from sqlalchemy import func, select

from models.core.db.engine import open_engine
from models.core.unit_of_work import UnitOfWorkFactory
from models.maintenance import schema
from models.sales.lead import Lead
from tests.chaos.figures import Figure
from tests.ground import settle
from tests.models.core.contention import contend

NAME = "one SQLite file"
PROCESSES, THREADS = 4, 8
LONGEST = 2.0


def run(seconds: float, processes: int = PROCESSES, threads: int = THREADS) -> Figure:
    with tempfile.TemporaryDirectory(prefix="rapport-chaos-") as folder:
        engine = open_engine(url := f"sqlite:///{Path(folder) / 'crm.db'}")
        schema.upgrade(engine)
        settle(engine)
        found = contend(url, processes, threads, seconds)
        done = len(found.waits) - len(found.errors)
        with UnitOfWorkFactory(engine)("T1", writes=False) as work:
            there = work.session.scalar(select(func.count(Lead.id))) or 0
        engine.dispose()
    lost = (
        [f"{done} leads were written and {there} are there"] if there < done else []
    )  # some more, to warm up
    waits = quantiles(found.waits, n=100)
    other = {
        "writes a second": round(done / seconds),
        "p50 ms": round(waits[49] * 1000, 1),
        "p99 ms": round(waits[98] * 1000),
        "worst s": round(found.worst, 2),
    }
    slow = [f"somebody waited {found.worst:.2f} s"] if found.worst > LONGEST else []
    return Figure(NAME, "SQLite", processes, done, lost, wrong=found.errors + slow, other=other)
