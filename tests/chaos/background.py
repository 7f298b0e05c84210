"""Power failures while ten thousand records are changed in the background, and changed back, and a
colleague works on: each is changed once, and nobody waits long.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from sqlalchemy import select

from models.core import records
from models.core.audit.entries import AuditEntry
from models.core.background import bulk_change, undo
from models.core.background.task import BackgroundTask, TaskState
from models.core.errors import Busy
from models.customers.customer import Customer
from models.sales.lead import Lead
from tests.chaos.databases import Database
from tests.chaos.figures import Figure
from tests.chaos.floor import TEAM, Floor, eventually, floor
from tests.many import many_leads

NAME = "bulk change"
LATENCY = 0.05
PATIENCE = 600.0
"""Seconds until it is done, on a machine that does much else."""
LONGEST = 2.5
"""Seconds that a colleague waits at most."""
LIVES = 1.5
"""Seconds a replica lives at most, once it works."""


def run(database: Database, replicas: int, count: int, kills: int, seed: int) -> Figure:
    """Change so many records, and change them back, while all replicas are killed so often."""
    chance = Random(seed)
    with floor(database, 4, replicas) as ground:
        ground.slack.latency = LATENCY
        who, colleague = ground.people[:2]
        ids = many_leads(ground.works, count, who)
        books = Books(ground, who, ids)
        began = time.monotonic()
        with working(ground, colleague) as waits:
            with ground.works(TEAM, who, "command") as work:
                task = bulk_change.as_task(work, Lead, ids, {"source": "fair"})
            killed = strike(ground, task, kills // 2, chance)
            books.judge(task, "fair", f"Changed {count:,} leads: Source")
            with ground.works(TEAM, who, "button") as work:
                back = undo.start(work, task.unit)
            killed += strike(ground, back, kills - killed, chance)
            books.judge(back, None, f"Set back {count:,} leads")
        seconds, worst = time.monotonic() - began, max(waits)
        if worst > LONGEST:
            books.wrong.append(f"a colleague waited {worst:.2f} s")
        other = {"kills": killed, "seconds": round(seconds, 1), "worst s": round(worst, 2)}
        wrong = books.wrong + ground.problems()
        return Figure(
            NAME, database.name, replicas, 2 * count, books.lost, books.doubled, wrong, other
        )


@contextmanager
def working(ground: Floor, who: str) -> Iterator[list[float]]:
    """Let somebody change a record ten times a second; yields how long each change took."""
    ended, waits = threading.Event(), [0.0]

    def work() -> None:
        while not ended.wait(0.1):
            began = time.monotonic()
            try:
                with ground.works(TEAM, who) as unit:
                    customer = unit.find(Customer, 1)
                    records.update(unit, customer, {"notes": f"at {began}"})
            except Busy:
                pass  # it took its time all the same
            waits.append(time.monotonic() - began)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield waits
    finally:
        ended.set()
        thread.join()


def strike(ground: Floor, task: BackgroundTask, kills: int, chance: Random) -> int:
    """Kill all replicas so often while a task goes on; then let it come to its end."""
    killed = 0
    while killed < kills and now(ground, task).is_open:
        time.sleep(chance.random() * LIVES)
        ground.kill()
        ground.end_leases()
        killed += 1
        ground.restart()
    eventually(lambda: not now(ground, task).is_open, "the task is over", PATIENCE)
    ground.settle(60, done=lambda: ground.settled() and now(ground, task).told)
    return killed


def now(ground: Floor, task: BackgroundTask) -> BackgroundTask:
    with ground.works(TEAM, writes=False) as work:
        return work.session.get_one(BackgroundTask, task.id)


class Books:
    """What was lost, doubled and wrong."""

    def __init__(self, ground: Floor, who: str, ids: list[int]) -> None:
        self.ground, self.who, self.ids = ground, who, ids
        self.lost: list[str] = []
        self.doubled: list[str] = []
        self.wrong: list[str] = []

    def judge(self, task: BackgroundTask, value: str | None, said: str) -> None:
        """Compare the records, their trail, the task and its message with what should be."""
        found = now(self.ground, task)
        counts = (found.done, found.same, found.skipped)
        if found.state != TaskState.DONE or counts != (len(self.ids), 0, 0):
            self.wrong.append(f"the task is {found.state} with {counts}: {found.error}")
        with self.ground.works(TEAM, writes=False) as work:
            held = {id: source for id, source in work.session.execute(select(Lead.id, Lead.source))}
            theirs = (AuditEntry.unit == task.unit, AuditEntry.field == "source")
            entries = select(AuditEntry.record_id).where(*theirs)
            trail = Counter(work.session.scalars(entries))
        for id in self.ids:
            if held[id] != value or not trail[id]:
                self.lost.append(f"lead {id} was not changed to {value}")
            if trail[id] > 1:
                self.doubled.append(f"lead {id} was changed {trail[id]} times")
        self.judge_message(said)

    def judge_message(self, said: str) -> None:
        """There is one message about a task, and it says how it ended."""
        room = self.ground.slack.im(self.who).id
        texts = [one.text for one in self.ground.slack.timeline.of(room)]
        about = [text for text in texts if text.startswith(said)]
        if len(about) != 1:
            self.wrong.append(f"“{said}” is said {len(about)} times: {texts}")
