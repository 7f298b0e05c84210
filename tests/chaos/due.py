"""Thousands of reminders due at once: each comes once, in the order due, and three replicas are no
slower than one.
"""

from datetime import timedelta

from tests.chaos.databases import Database
from tests.chaos.figures import Figure
from tests.chaos.floor import floor
from tests.chaos.ledger import judge

NAME = "due at once"
LATENCY = 0.05
"""Seconds Slack takes for an answer."""


def run(database: Database, replicas: int, people: int = 500, each: int = 20) -> Figure:
    """So many people with so many tasks each, all due in the last minute, when the replicas
    start.
    """
    with floor(database, people) as ground:
        ground.slack.latency = LATENCY
        now = ground.works.clock()
        count = people * each
        moments = [now - timedelta(seconds=60 - 60 * number / count) for number in range(count)]
        due = ground.plan(
            [(ground.people[number * 7 % people], moment) for number, moment in enumerate(moments)]
        )
        ground.start(replicas)
        took = ground.settle(within=240)
        books = judge(ground, tasks=due, order=True)
        other = {
            "posts": ground.posted(),
            "seconds": round(took, 1),
            "Slack answers in ms": round(LATENCY * 1000),
        }
        return Figure(
            NAME,
            database.name,
            replicas,
            books.trials,
            books.lost,
            books.doubled,
            books.wrong + ground.problems(),
            other,
        )
