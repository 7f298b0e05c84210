"""The courier's threads: each message is sent once, also when the database is away, or the end
comes.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import DataError

from bot.delivery import dispatcher as delivery
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.delivery.worker import DeliveryResult
from bot.sandbox.client import SlackDriver
from bot.slack.clients import Clients
from handlers.core.router import Catalogue
from handlers.core.telemetry import Watch
from handlers.registry import ROUTERS
from models.core import records
from models.core.db.deadline import within
from models.core.db.engine import open_engine
from models.core.outbox.delivery import Delivery, DeliveryState
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.sales.opportunity import Opportunity
from tests.bot.outgoing import deal, posts, rows, say, texts
from tests.handlers.kit import SQLITE

CATALOGUE = Catalogue(ROUTERS)


class Heard(Watch):
    """Keeps what a courier says of its deliveries."""

    def __init__(self) -> None:
        self.outcomes: list[tuple[str, str, float]] = []

    def delivered(self, kind: str, outcome: str, lag: float) -> None:
        self.outcomes.append((kind, outcome, lag))


@contextmanager
def at_work(*couriers: DeliveryDispatcher) -> Iterator[None]:
    for courier in couriers:
        courier.start()
    try:
        yield
    finally:
        for courier in couriers:
            courier.stop()


def carry_all(courier: DeliveryDispatcher, write: bool = True) -> None:
    """Do by hand what its threads do with what it took."""
    while errand := courier.next():
        courier.done.put(courier.carrier.carry(errand))
    if write:
        courier.round()


def test_threads_send_everything_once_and_the_watch_hears_of_it(
    works: UnitOfWorkFactory, slack: SlackDriver, clients: Clients
) -> None:
    for number in range(12):
        say(works, f"C_{('SALES', 'SUPPORT')[number % 2]}", str(number))
    heard, done = Heard(), threading.Event()
    stop = slack.slack.listen(
        "U_RITA", lambda event: len(list(slack.slack.timeline)) < 12 or done.set()
    )
    courier = DeliveryDispatcher(works, clients, CATALOGUE, pace=0, threads=4, watch=heard)
    assert courier.alive() == 0
    with at_work(courier):
        assert done.wait(15)
    stop()
    courier.drain()
    assert texts(slack, "C_SUPPORT") == [str(number) for number in range(1, 12, 2)]
    assert texts(slack, "C_SALES") == [str(number) for number in range(0, 12, 2)]
    assert {(kind, outcome) for kind, outcome, _ in heard.outcomes} == {("message", "sent")}
    assert courier.alive() > 0


@SQLITE
def test_what_another_process_wrote_is_found_without_being_called(
    works: UnitOfWorkFactory, slack: SlackDriver, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "LATE", 0.1)
    arrived = threading.Event()
    stop = slack.slack.listen("U_RITA", lambda event: arrived.set())
    with at_work(DeliveryDispatcher(works, clients, CATALOGUE, pace=0, threads=1)):
        say(works, "C_SALES", "from elsewhere")
        assert arrived.wait(10)
    stop()


@SQLITE
def test_stopping_finishes_the_post_in_hand_and_gives_back_the_rest(
    works: UnitOfWorkFactory, slack: SlackDriver, clients: Clients
) -> None:
    slack.slack.fail("chat.postMessage", with_="slow", seconds=0.3)
    for channel in ("C_SALES", "C_SUPPORT"):
        say(works, channel, "hello", key=channel)
    posted = threading.Event()
    stop = slack.slack.listen("U_RITA", lambda event: posted.set())
    with at_work(DeliveryDispatcher(works, clients, CATALOGUE, pace=0, threads=1)):
        assert posted.wait(10)
    stop()
    states = {row.channel: (row.state, row.claimed_until) for row in rows(works)}
    assert states["C_SALES"] == (DeliveryState.SENT, None)
    assert states["C_SUPPORT"][1] is None


@SQLITE
def test_without_its_database_it_complains_once_and_sends_everything_afterwards(
    works: UnitOfWorkFactory, slack: SlackDriver, clients: Clients, caplog: pytest.LogCaptureFixture
) -> None:
    say(works, "C_SALES", "patience")
    away = UnitOfWorkFactory(open_engine("postgresql://nobody@127.0.0.1:1/nothing"), works.clock)
    courier = DeliveryDispatcher(away, clients, CATALOGUE, pace=0)
    waits = [courier.come_round() for _ in range(4)]
    assert waits == [1.0] * 4
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "The database is away" in caplog.text
    courier.works = courier.carrier.works = courier.carrier.drawer.works = works
    caplog.set_level("INFO")
    courier.come_round()
    assert "The database is back" in caplog.text
    carry_all(courier)
    assert texts(slack, "C_SALES") == ["patience"]
    away.close()


@SQLITE
def test_who_is_kept_waiting_by_other_writers_says_so(
    works: UnitOfWorkFactory, clients: Clients, caplog: pytest.LogCaptureFixture
) -> None:
    say(works, "C_SALES", "patience")
    courier = DeliveryDispatcher(works, clients, CATALOGUE, pace=0)
    with works.queue(), within(0):
        assert [courier.come_round() for _ in range(2)] == [delivery.LATE] * 2
    assert "asked every second until it is back: The database is busy right now." in caplog.text


class Rounds(threading.Event):
    """Counts how long the courier means to wait, and ends it after so many rounds."""

    def __init__(self, courier: DeliveryDispatcher, most: int) -> None:
        super().__init__()
        self.courier, self.most, self.waits = courier, most, list[float | None]()

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout)
        if len(self.waits) >= self.most:
            self.courier.ended.set()
        return True


@SQLITE
def test_between_two_rounds_there_is_a_pause_however_often_it_is_called(
    works: UnitOfWorkFactory, clients: Clients
) -> None:
    courier = DeliveryDispatcher(works, clients, CATALOGUE, pace=0)
    courier.ended = rounds = Rounds(courier, most=3)
    courier.wake()  # somebody always writes something
    courier.bell.clear = lambda: None  # type: ignore[method-assign]
    courier.work()
    assert rounds.waits == [delivery.BREATH] * 3


@SQLITE
def test_while_the_database_is_away_it_is_asked_once_a_second_however_often_it_is_called(
    works: UnitOfWorkFactory, clients: Clients
) -> None:
    away = UnitOfWorkFactory(open_engine("postgresql://nobody@127.0.0.1:1/nothing"), works.clock)
    courier = DeliveryDispatcher(away, clients, CATALOGUE, pace=0)
    courier.ended = rounds = Rounds(courier, most=3)
    courier.bell.set()
    courier.bell.clear = lambda: None  # type: ignore[method-assign]
    courier.work()
    assert rounds.waits == [delivery.BREATH, delivery.LATE, delivery.LATE]
    away.close()


@SQLITE
def test_a_note_that_cannot_be_written_keeps_no_other_waiting(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for channel in ("C_SALES", "C_SUPPORT"):
        say(works, channel, "hello", key=channel)
    courier.round()
    broken, good = courier.next(), courier.next()
    assert broken is not None
    assert good is not None

    def fail(work: UnitOfWork, delivery: Delivery) -> bool:
        raise DataError("too long", None, ValueError())

    courier.done.put(DeliveryResult(broken.delivery, fail))
    courier.done.put(courier.carrier.carry(good))
    courier.round()
    assert [row.state for row in rows(works)] == [DeliveryState.WAITING, DeliveryState.SENT]
    assert "cannot be written down" in caplog.text
    assert courier.hand == set()


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_whoever_is_changing_a_record_keeps_no_other_delivery_waiting(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    sails = deal(works)
    say(works, "C_SUPPORT", "hello")
    courier.round()
    carry_all(courier, write=False)
    with works("T1", "U_RITA") as work:
        work.lock(work.find(Opportunity, sails.number))
        courier.round()
        assert [row.state for row in rows(works)] == [DeliveryState.WAITING, DeliveryState.SENT]
        records.update(work, work.find(Opportunity, sails.number), {"stage": "proposal"})
    courier.drain()
    assert len(posts(works)) == 1
    assert "Proposal" in slack.posted("C_SALES")[0]
