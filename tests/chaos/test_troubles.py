"""Slack's bad days, a locked database and a mountain of reminders, short and without processes of
their own.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.app import create_app, create_dispatcher
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.transport import Direct
from bot.scheduler.jobs import remind
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.db import deadline
from models.core.unit_of_work import Clock
from tests.chaos import contention
from tests.chaos.books import Books
from tests.chaos.crowd import ROOM, Crowd
from tests.chaos.databases import Database
from tests.chaos.floor import TEAM, Floor, floor
from tests.chaos.ledger import check_order, check_posts, check_reminders
from tests.chaos.notes import queue
from tests.chaos.witness import TROUBLE
from tests.ground import StoppedClock
from tests.installed import installed

QUEUED = 3


def couriers(floor: Floor, pace: float, count: int = 2) -> list[DeliveryDispatcher]:
    return [
        DeliveryDispatcher(floor.works, installed(floor.slack), Catalogue(ROUTERS), pace=pace)
        for _ in range(count)
    ]


def at_once(*acts: Callable[[], object]) -> None:
    """Do these at the same moment; what one of them raises comes out here."""
    with ThreadPoolExecutor(len(acts)) as threads:
        for done in [threads.submit(act) for act in acts]:
            done.result()


def carry(floor: Floor, both: Sequence[DeliveryDispatcher], clock: Clock, by: timedelta) -> None:
    """Let them work side by side, and time go on, until nothing is left."""
    for _ in range(300):
        at_once(*(courier.drain for courier in both))
        if not floor.left():
            return
        clock.forward(by)


def test_a_bad_slack_costs_no_post_and_doubles_none(sqlite: Database) -> None:
    clock = StoppedClock()
    with floor(sqlite, people=6, clock=clock) as made:
        queue(made, QUEUED)
        for failure in ("ratelimited", "500", "drop_before", "drop_after"):
            made.slack.fail("chat.postMessage", with_=failure, rate=0.15)
        carry(made, couriers(made, pace=1), clock, timedelta(seconds=61))
        check_posts(made, books := Books())
        assert books == Books(trials=6 * QUEUED)
        assert made.slack.failures.struck


def test_many_reminders_due_at_once_come_once_and_in_order(postgres: Database) -> None:
    clock = StoppedClock()
    with floor(postgres, people=6, clock=clock) as made:
        now = clock()
        dues = [
            (made.people[number * 5 % 6], now - timedelta(seconds=99 - number))
            for number in range(36)
        ]
        tasks = made.plan(dues)
        at_once(*(lambda: remind(made.works, TEAM) for _ in range(3)))
        carry(made, couriers(made, pace=0), clock, timedelta(seconds=1))
        books = Books()
        check_reminders(made, tasks, books)
        check_order(made, tasks, books)
        assert books == Books(trials=36)


def test_everybody_hears_of_a_locked_database_and_what_was_queued_arrives(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with floor(sqlite, people=6) as made:
        app = create_app(
            installed(made.slack), create_dispatcher(made.works), made.slack.signing_secret
        )
        made.slack.ack_seconds = 60
        made.witness.inner = Direct(
            app, made.slack.signing_secret, lambda: made.works.clock().timestamp()
        )
        queue(made, QUEUED)
        crowd = Crowd(made)
        ((_, away),) = sqlite.gone()
        away.begin()
        monkeypatch.setattr(deadline, "STATEMENT", 0.1)
        try:
            at_once(*(lambda person=person: crowd.command(person) for person in made.people))
        finally:
            monkeypatch.undo()
            away.end()
        told = [sight.answer for sight in made.witness.sights]
        assert all(answer.acknowledged and TROUBLE.search(str(answer.body)) for answer in told), (
            told
        )
        carry(made, couriers(made, pace=0), Clock(), timedelta())
        check_posts(made, books := Books())
        assert books == Books(trials=6 * QUEUED)
        assert crowd.person(made.people[0]).command("/crm customer list", ROOM).ok


def test_what_is_written_to_one_file_is_counted_and_nobody_is_refused() -> None:
    figure = contention.run(seconds=0.1, processes=1, threads=4)
    assert (figure.lost, [words for words in figure.wrong if "waited" not in words]) == ([], [])
    assert figure.trials > 0
