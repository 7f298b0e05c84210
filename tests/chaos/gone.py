"""The database is gone for a while: everybody hears about it in time, and what was queued arrives
afterwards.
"""

import threading
import time
from datetime import timedelta
from random import Random

from tests.chaos.crowd import Crowd
from tests.chaos.databases import Away, Database
from tests.chaos.figures import Figure
from tests.chaos.floor import Floor, floor
from tests.chaos.notes import queue
from tests.chaos.scene import play
from tests.chaos.witness import Sight

IN_TIME = 3.0
"""Seconds: Slack's."""
FROZEN = 10.0
"""Seconds for which the server hangs, at most."""
AT_ONCE = 20
QUEUED = 3
"""Messages for each person that wait when it goes."""


def run(
    database: Database,
    replicas: int,
    seconds: float,
    seed: int,
    people: int = 40,
    tasks: bool = True,
) -> list[Figure]:
    """One figure for each way of being away. tasks: whether reminders come due meanwhile; they take
    a minute more.
    """
    found = []
    for number in range(len(database.gone())):
        with floor(database, people, replicas) as ground:
            way, away = database.gone()[number]
            length = min(seconds, FROZEN) if way == "frozen" else seconds
            found.append(outage(ground, f"database {way}", away, length, seed, tasks))
    return found


def outage(ground: Floor, name: str, away: Away, seconds: float, seed: int, tasks: bool) -> Figure:
    """People work, and ask many at a time, while the database is away; each of them hears about it
    in time.
    """
    warm_up(ground, seed)
    chance = Random(seed)
    now = ground.works.clock()
    dues = [
        (person, now + timedelta(seconds=2 + chance.random() * seconds)) for person in ground.people
    ]
    due = ground.plan(dues if tasks else [])
    queue(ground, QUEUED)
    silent: list[Sight] = []

    def trouble(crowd: Crowd) -> dict[str, float]:
        before, began = len(ground.witness.sights), time.monotonic()
        away.begin()
        try:
            while time.monotonic() - began < seconds:
                together(ground, AT_ONCE)
                time.sleep(min(3.0, seconds / 3))
        finally:
            seen = ground.witness.sights[before:]
            away.end()
        silent.extend(sight for sight in seen if is_silent(sight))
        return {
            "seconds": round(seconds),
            "asked": len(seen),
            "silent": len(silent),
            "worst": round(max(sight.seconds for sight in seen), 2),
        }

    figure = play(ground, name, trouble, seed, tasks=due, pace=10.0)
    figure.wrong.extend(
        f"{sight.envelope.kind}: {sight.answer.why or f'{sight.seconds:.1f} s'}" for sight in silent
    )
    return figure


def is_silent(sight: Sight) -> bool:
    return not sight.answer.acknowledged or sight.seconds > IN_TIME


def warm_up(ground: Floor, seed: int) -> None:
    """Everybody has said something, so that every replica has met everybody and has its
    connections.
    """
    with Crowd(ground, seed + 1000, pace=30.0, kinds=("command",)):
        time.sleep(1)
    ground.settle()


def together(ground: Floor, count: int) -> None:
    """So many people type at the same moment."""
    crowd = Crowd(ground)
    threads = [
        threading.Thread(target=crowd.look, args=(person,)) for person in ground.people[:count]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
