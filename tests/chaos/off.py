"""Three hours switched off: one digest to make up for it, marked late, and each reminder once,
oldest first.
"""

from datetime import timedelta

from sqlalchemy import select, update

from models.core.identity.rights import Preset
from models.core.identity.user import User
from models.core.outbox.delivery import JobRun
from tests.chaos.books import Books, rows
from tests.chaos.databases import Database
from tests.chaos.figures import Figure
from tests.chaos.floor import TEAM, Floor, floor
from tests.chaos.ledger import judge
from tests.chaos.weekday import local_now

NAME = "off for 3 h"
OFF = timedelta(hours=3)
MORNING = "morning"
"""The job that greets people at the beginning of their day, which the floor has done already."""


def run(database: Database, replicas: int, people: int = 20, each: int = 20) -> Figure:
    """The machine's clock stays: the digest's hour, the last runs and the due dates are put three
    hours back.
    """
    with floor(database, people) as ground:
        manager = furnish(ground)
        now = ground.works.clock()
        count = people * each
        moments = [now - OFF * (1 - number / count) for number in range(count)]
        due = ground.plan(
            [(ground.people[number * 7 % people], moment) for number, moment in enumerate(moments)]
        )
        ground.start(replicas)
        rest = ground.settle(within=90, calm=3)
        ground.restart()
        ground.settle(within=30, calm=3)
        books = judge(ground, tasks=due, order=True)
        check_digests(ground, manager, books)
        return Figure(
            NAME,
            database.name,
            replicas,
            books.trials,
            books.lost,
            books.doubled,
            books.wrong + ground.problems(),
            {"posts": ground.posted(), "seconds": round(rest, 1)},
        )


def furnish(ground: Floor) -> str:
    """A manager whose digest was due while the bot was off; ten days ago everything had run.
    Returns who it is.
    """
    struck = f"{local_now() - OFF + timedelta(minutes=30):%H:%M}"
    ground.settings |= {"DIGEST_AT": struck, "REMIND_AT": struck}
    with ground.works(TEAM) as work:
        manager = work.session.scalars(select(User).order_by(User.id)).first()
        assert manager
        manager.role = Preset.MANAGER
        past = work.now - timedelta(days=10)
        work.session.add(JobRun(job="digest", slot=f"{past.date()}:{manager.id}", at=past))
        everything = update(JobRun).where(
            JobRun.job != MORNING
        )  # swept away, a morning would begin once more
        work.session.execute(everything.values(at=past))
        work.workspace.created_at = past
        return manager.slack_id


def check_digests(ground: Floor, manager: str, books: Books) -> None:
    """One to the manager, which says that it is late; one list to the channel."""
    found = [row for row in rows(ground) if row.kind == "digest"]
    books.trials += 1
    if not found:
        books.lost.append("the digest that was missed")
    books.doubled += [f"a digest too many: {row.key}" for row in found[1:]]
    lists = [row for row in rows(ground) if row.kind == "team_due"]
    books.doubled += [f"a list too many: {row.key}" for row in lists[1:]]
    for row in found:
        message = ground.slack.timeline.find(ground.slack.im(row.channel).id, row.ts or "")
        if row.channel != manager or message is None:
            books.lost.append(f"the digest to {row.channel} is not in Slack")
        elif "Late: this should have come" not in message.text:
            books.wrong.append(f"the digest does not say that it is late: {message.text}")
