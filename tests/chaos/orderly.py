"""SIGTERM under load: one replica after the other is stopped in order and started anew, and nobody
is left waiting.
"""

import time
from typing import Any

from tests.chaos.crowd import Crowd
from tests.chaos.databases import Database
from tests.chaos.figures import Figure
from tests.chaos.floor import floor
from tests.chaos.kill import LATENCY
from tests.chaos.scene import play

NAME = "SIGTERM"
LONGEST = 20.0
"""Seconds within which a replica has ended: fewer than those that supervisors give it."""
BETWEEN = 1.0


def run(database: Database, replicas: int, stops: int, seed: int, people: int = 24) -> Figure:
    """Stop so many, in turn; with two of them at least there is always one that works."""
    with floor(database, people, max(replicas, 2)) as ground:
        ground.slack.latency = LATENCY
        due = ground.plan([(person, ground.works.clock()) for person in ground.people])
        wrong: list[str] = []

        def trouble(crowd: Crowd) -> dict[str, Any]:
            took = []
            for number in range(stops):
                replica = ground.replicas[number % len(ground.replicas)]
                time.sleep(BETWEEN)
                took.append(replica.stop())
                if replica.code:
                    wrong.append(f"a replica ended with {replica.code}: {replica.words[-500:]}")
                if took[-1] > LONGEST:
                    wrong.append(f"a replica took {took[-1]:.1f} s to end")
                replica.start()
                replica.wait_until_ready()
            return {"stops": stops, "longest s": round(max(took), 1)}

        figure = play(ground, NAME, trouble, seed, tasks=due, pace=10.0, answered=True)
        figure.wrong.extend(wrong)
        return figure
