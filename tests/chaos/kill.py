"""Power failures: replicas are killed at random points while people work and reminders come due."""

import time
from datetime import timedelta
from random import Random

from tests.chaos.crowd import Crowd
from tests.chaos.databases import Database
from tests.chaos.figures import Figure
from tests.chaos.floor import Floor, floor
from tests.chaos.ledger import apologies, judge
from tests.chaos.notes import talking
from tests.chaos.replicas import Replica

NAME = "kill -9"
UNREADY, ALL = 0.1, 0.2
"""The share of kills that strike a replica while it starts, and of those that strike every replica at once."""
LONGEST = 0.6
"""Seconds a replica lives at most, once it works."""
LATENCY = 0.05
"""Seconds Slack takes for an answer: time for a kill between a post and the note that it was made."""


def run(database: Database, replicas: int, kills: int, seed: int, people: int = 24, pace: float = 12.0) -> Figure:
    """Kill so many processes; then let the rest arrive and compare."""
    chance = Random(seed)
    with floor(database, people, replicas) as ground:
        ground.slack.latency = LATENCY
        now = ground.works.clock()
        dues = sorted((now + timedelta(seconds=chance.random() * kills), chance.choice(ground.people))
                      for _ in range(5 * kills))
        due = ground.plan([(person, moment) for moment, person in dues])
        began = time.monotonic()
        with Crowd(ground, seed, pace) as crowd, talking(ground, pace / 2) as said:
            killed = len(victims := strike(ground, chance))
            while killed < kills:
                for victim in victims:
                    victim.start()
                killed += len(victims := strike(ground, chance))
        ground.kill()
        while ground.works.clock() < dues[-1][0]:
            time.sleep(0.1)
        took = time.monotonic() - began
        ground.end_leases()
        ground.restart()
        rest = ground.settle(within=90)
        books = judge(ground, crowd.acts, due)
        promised = sum(act.promised(ground.witness) for act in crowd.acts)
        other = {"kills": killed, "acts": len(crowd.acts), "promised": promised,
                 "refused": apologies(ground).total(), "notes": len(said),
                 "posts": ground.posted(), "in doubt": ground.doubted(), "seconds": round(took), "then": round(rest, 1)}
        return Figure(NAME, database.name, replicas, books.trials, books.lost, books.doubled,
                      books.wrong + ground.problems(), other)


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
