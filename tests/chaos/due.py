"""Thousands of reminders due at once: each comes once, in the order due, and three replicas are no slower than one."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, select

from models.activity import Activity
from models.core.user import User
from tests.chaos.databases import Database
from tests.chaos.figures import Figure
from tests.chaos.floor import TEAM, Floor, floor
from tests.chaos.ledger import Books, check_order, check_posts, check_reminders

NAME = "due at once"
LATENCY = 0.05
"""Seconds Slack takes for an answer."""


def run(database: Database, replicas: int, people: int = 500, each: int = 20) -> Figure:
    """So many people with so many tasks each, all due in the last minute, when the replicas start."""
    with floor(database, people) as ground:
        ground.slack.latency = LATENCY
        now = ground.works.clock()
        count = people * each
        moments = [now - timedelta(seconds=60 - 60 * number / count) for number in range(count)]
        due = plan(ground, [(ground.people[number * 7 % people], moment) for number, moment in enumerate(moments)])
        ground.start(replicas)
        took = ground.settle(within=240)
        books = Books()
        check_reminders(ground, due, books)
        check_order(ground, due, books)
        check_posts(ground, books)
        other = {"posts": ground.posted(), "seconds": round(took, 1), "Slack answers in ms": round(LATENCY * 1000)}
        return Figure(NAME, database.name, replicas, books.trials, books.lost, books.doubled,
                      books.wrong + ground.problems(), other)


def plan(ground: Floor, dues: Sequence[tuple[str, datetime]]) -> dict[str, datetime]:
    """What `Floor.plan` does, for thousands: all but the first task are copies of that one's row."""
    due = ground.plan(dues[:1])
    with ground.works(TEAM) as work:
        owners = {row.slack_id: row.id for row in work.session.execute(select(User.slack_id, User.id))}
        table = Activity.__table__
        first = work.session.execute(select(table).where(table.c.workspace == TEAM)).mappings().one()
        row = {name: value for name, value in first.items() if name != "id"}
        copies = [
            {**row, "number": number, "owner": owners[person], "due_date": moment, "remind_at": moment}
            for number, (person, moment) in enumerate(dues[1:], first["number"] + 1)
        ]
        work.session.connection().execute(insert(table), copies)
    return due | {f"{Activity.prefix}-{copy['number']}": copy["due_date"] for copy in copies}
