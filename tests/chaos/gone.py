"""The database is gone for a while: everybody hears about it in time, and what was queued arrives afterwards."""

import threading
import time
from datetime import timedelta
from random import Random

from tests.chaos.crowd import Crowd
from tests.chaos.databases import Away, Database
from tests.chaos.figures import Figure
from tests.chaos.floor import Floor, floor
from tests.chaos.ledger import judge
from tests.chaos.notes import queue
from tests.chaos.witness import Sight

IN_TIME = 3.0
"""Seconds: Slack's."""
FROZEN = 10.0
"""Seconds for which the server hangs, at most."""
AT_ONCE = 20
QUEUED = 3
"""Messages for each person that wait when it goes."""


def run(database: Database, replicas: int, seconds: float, seed: int, people: int = 40, tasks: bool = True
        ) -> list[Figure]:
    """One figure for each way of being away. tasks: whether reminders come due meanwhile; they take a minute more."""
    found = []
    for number in range(len(database.gone())):
        with floor(database, people, replicas) as ground:
            way, away = database.gone()[number]
            length = min(seconds, FROZEN) if way == "frozen" else seconds
            found.append(outage(ground, database, way, away, length, seed, tasks))
    return found


def outage(ground: Floor, database: Database, way: str, away: Away, seconds: float, seed: int, tasks: bool) -> Figure:
    warm_up(ground, seed)
    chance = Random(seed)
    now = ground.works.clock()
    due = ground.plan([(person, now + timedelta(seconds=2 + chance.random() * seconds)) for person in ground.people]
                      if tasks else [])
    queue(ground, QUEUED)
    before = len(ground.witness.sights)
    away.begin()
    try:
        with Crowd(ground, seed, pace=10.0, kinds=("command", "mention", "form")) as crowd:
            began = time.monotonic()
            while time.monotonic() - began < seconds:
                together(ground, AT_ONCE)
                time.sleep(min(3.0, seconds / 3))
        seen = ground.witness.sights[before:]
    finally:
        away.end()
    queued = ground.settle(within=60, done=lambda: ground.left() == 0)
    rest = queued + ground.settle(within=120)
    books = judge(ground, crowd.acts, due)
    silent = [f"{sight.envelope.kind}: {sight.answer.why}" for sight in seen if is_silent(sight)]
    other = {"seconds": round(seconds), "asked": len(seen), "silent": len(silent),
             "worst": round(max(sight.seconds for sight in seen), 2), "queued arrived after": round(queued, 1),
             **({"reminders after": round(rest, 1)} if tasks else {})}
    return Figure(f"database {way}", database.name, len(ground.replicas), books.trials, books.lost, books.doubled,
                  books.wrong + silent, other)


def is_silent(sight: Sight) -> bool:
    return not sight.answer.acknowledged or sight.seconds > IN_TIME


def warm_up(ground: Floor, seed: int) -> None:
    """Everybody has said something, so that every replica has met everybody and has its connections."""
    with Crowd(ground, seed + 1000, pace=30.0, kinds=("command",)):
        time.sleep(1)
    ground.settle(within=20)


def together(ground: Floor, count: int) -> None:
    """So many people type at the same moment."""
    crowd = Crowd(ground)
    threads = [threading.Thread(target=crowd.look, args=(person,)) for person in ground.people[:count]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
