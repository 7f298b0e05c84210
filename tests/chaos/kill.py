"""Power failures: replicas are killed at random points while people work and reminders come due."""

import time
from datetime import timedelta
from random import Random

from tests.chaos.crowd import Crowd
from tests.chaos.databases import Database
from tests.chaos.figures import Figure
from tests.chaos.floor import Floor, floor
from tests.chaos.replicas import Replica
from tests.chaos.scene import afresh, play

NAME = "kill -9"
UNREADY, ALL = 0.1, 0.2
"""The share of kills that strike a replica while it starts, and of those that strike every replica
at once.
"""
LONGEST = 0.6
"""Seconds a replica lives at most, once it works."""
LATENCY = 0.05
"""Seconds Slack takes for an answer: time for a kill between a post and the note that it was made.
"""


def run(
    database: Database,
    replicas: int,
    kills: int,
    seed: int,
    people: int = 24,
    pace: float = 10.0,
    door: str = "socket",
) -> Figure:
    """Kill so many processes; then let the rest arrive and compare."""
    chance = Random(seed)
    with floor(database, people, replicas, door=door) as ground:
        ground.slack.latency = LATENCY
        now = ground.works.clock()
        dues = sorted(
            (now + timedelta(seconds=chance.random() * kills), chance.choice(ground.people))
            for _ in range(5 * kills)
        )
        due = ground.plan([(person, moment) for moment, person in dues])

        def trouble(crowd: Crowd) -> dict[str, int]:
            killed = len(victims := strike(ground, chance))
            while killed < kills:
                for victim in victims:
                    victim.start()
                killed += len(victims := strike(ground, chance))
            return {"kills": killed}

        def heal() -> None:
            ground.kill()
            while ground.works.clock() < dues[-1][0]:
                time.sleep(0.1)
            afresh(ground)

        name = NAME if door == "socket" else f"{NAME}, {door}"
        return play(ground, name, trouble, seed, heal=heal, tasks=due, pace=pace, notes=pace / 4)


def strike(ground: Floor, chance: Random) -> list[Replica]:
    """Kill one replica at a random moment of its life, or all of them; returns those that died."""
    victims = ground.replicas if chance.random() < ALL else [chance.choice(ground.replicas)]
    if chance.random() < UNREADY:
        time.sleep(chance.random() * 0.5)
    else:
        for victim in victims:
            survive(victim)
        time.sleep(chance.random() * LONGEST)
    for victim in victims:
        victim.kill()
    if not any(replica.alive for replica in ground.replicas):
        time.sleep(0.1)  # what was on its way to Slack arrives
        ground.end_leases()
    return victims


def survive(victim: Replica) -> None:
    if not victim.ready:
        victim.wait_until_ready()
