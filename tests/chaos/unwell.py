"""Slack's bad days: too many requests, errors, no answer, and posts that were taken before the
connection broke.
"""

import time
from datetime import timedelta
from random import Random

from tests.chaos.crowd import Crowd
from tests.chaos.databases import Database
from tests.chaos.figures import Figure
from tests.chaos.floor import Floor, floor
from tests.chaos.scene import play

NAME = "Slack unwell"
KINDS = (
    ("ratelimited", 1.0),
    ("500", 0.0),
    ("drop_before", 0.0),
    ("drop_after", 0.0),
    ("slow", 12.0),
)
"""Each with its seconds: Retry-After, or how long it keeps us waiting, which is longer than we
wait.
"""
POSTING = ("chat.postMessage", "chat.update")
USUAL, BAD = 0.03, 0.12


def run(
    database: Database, replicas: int, seconds: float, bad: float, seed: int, people: int = 40
) -> Figure:
    """Work for so many seconds with a few failures of each kind, then through a bad time in which
    most calls fail.
    """
    chance = Random(seed)
    with floor(database, people, replicas) as ground:
        ground.slack.failures.reseed(seed)
        now = ground.works.clock()
        dues = [
            (person, now + timedelta(seconds=chance.random() * seconds))
            for person in ground.people * 3
        ]
        due = ground.plan(sorted(dues, key=lambda each: each[1]))
        weather(ground, USUAL)

        def trouble(crowd: Crowd) -> dict[str, int]:
            time.sleep(seconds)
            weather(ground, BAD)
            time.sleep(bad)
            return {"failures": sum(ground.slack.failures.struck.values())}

        def heal() -> None:
            ground.slack.failures.clear()
            ground.restart()

        return play(ground, NAME, trouble, seed, heal=heal, tasks=due, notes=8, within=150)


def weather(ground: Floor, rate: float) -> None:
    """From now on each kind strikes this share of the calls that post. The slow one is rarer: it
    holds a thread.
    """
    ground.slack.failures.clear()
    for kind, seconds in KINDS:
        for method in POSTING:
            share = rate / 3 if kind == "slow" else rate
            ground.slack.fail(method, with_=kind, seconds=seconds, rate=share)
