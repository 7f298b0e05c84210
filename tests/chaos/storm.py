"""Everything at once: Slack is unwell, the database comes and goes, and replicas are killed
meanwhile.
"""

import time
from datetime import timedelta
from random import Random
from typing import Any

from tests.chaos.crowd import Crowd
from tests.chaos.databases import Database
from tests.chaos.figures import Figure
from tests.chaos.floor import floor
from tests.chaos.kill import LATENCY, LONGEST, survive
from tests.chaos.scene import afresh, play
from tests.chaos.unwell import BAD, weather

NAME = "all together"
AWAY = 1.5
"""Seconds for which the database is away, at most."""


def run(database: Database, replicas: int, rounds: int, seed: int, people: int = 24) -> Figure:
    """So many times the database goes, replicas are killed while it is away, and both come back."""
    chance = Random(seed)
    with floor(database, people, replicas) as ground:
        ground.slack.latency = LATENCY
        ground.slack.failures.reseed(seed)
        now = ground.works.clock()
        due = ground.plan(
            [
                (person, now + timedelta(seconds=chance.random() * 2 * rounds))
                for person in ground.people
            ]
        )
        weather(ground, BAD)

        def trouble(crowd: Crowd) -> dict[str, Any]:
            killed = 0
            for _ in range(rounds):
                _, away = chance.choice(database.gone())
                victims = chance.sample(ground.replicas, chance.randint(1, replicas))
                time.sleep(chance.random() * LONGEST)
                away.begin()
                try:
                    time.sleep(chance.random() * AWAY)
                    for victim in victims:
                        victim.kill()
                    time.sleep(chance.random() * AWAY)
                finally:
                    away.end()
                killed += len(victims)
                for victim in victims:
                    victim.start()
                for victim in victims:
                    survive(victim)
            return {"kills": killed, "failures": sum(ground.slack.failures.struck.values())}

        def heal() -> None:
            ground.slack.failures.clear()
            afresh(ground)

        return play(ground, NAME, trouble, seed, heal=heal, tasks=due, within=180)
