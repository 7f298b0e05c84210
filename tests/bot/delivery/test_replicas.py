"""Several couriers, threads and workspaces: each message once and in order, whatever Slack, the
clocks and ends do.
"""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.delivery import dispatcher, worker
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.delivery.renderer import Rendered
from bot.delivery.worker import DeliveryTask
from bot.sandbox.client import SlackDriver
from bot.slack.clients import Clients
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core import records
from models.core.outbox import queue, results
from models.core.outbox.delivery import Delivery, DeliveryState, deliver
from models.core.unit_of_work import Clock, UnitOfWorkFactory
from models.sales.opportunity import Opportunity
from tests.bot.outgoing import deal, posts, rows, say, texts
from tests.ground import Seconds, StoppedClock
from tests.handlers.kit import SQLITE

pytestmark = pytest.mark.dialect

CATALOGUE = Catalogue(ROUTERS)


class Ahead(Clock):
    """A machine's clock that somebody set wrong."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.ahead = timedelta(seconds=seconds)


# ── several couriers ──────────────────────────────────────────────────────────────────────────────


def test_two_couriers_and_an_unreliable_slack_post_each_message_once_and_in_order(
    works: UnitOfWorkFactory, slack: SlackDriver, clients: Clients, clock: StoppedClock
) -> None:
    wanted = {
        channel: [f"{channel} {number}" for number in range(5)]
        for channel in ("C_SALES", "C_SUPPORT")
    }
    for said in zip(*wanted.values(), strict=True):
        for text in said:
            say(works, text.split()[0], text)
    for failure in ("ratelimited", "500", "drop_after", "drop_before", "drop_after", "503"):
        slack.slack.fail("chat.postMessage", with_=failure, seconds=1)
    slack.slack.fail("conversations.history", with_="500", times=2)
    both = [DeliveryDispatcher(works, clients, CATALOGUE, pace=0) for _ in range(2)]
    while any(row.state in (DeliveryState.WAITING, DeliveryState.UNKNOWN) for row in rows(works)):
        threads = [threading.Thread(target=courier.drain) for courier in both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        clock.forward(timedelta(seconds=10))
    assert {channel: texts(slack, channel) for channel in wanted} == wanted


def test_a_channel_rests_a_second_whoever_posted_and_after_a_restart(
    works: UnitOfWorkFactory, slack: SlackDriver, clients: Clients, clock: StoppedClock
) -> None:
    for text in ("one", "two", "three"):
        say(works, "C_SALES", text)
    one, other = (DeliveryDispatcher(works, clients, CATALOGUE, pace=1) for _ in range(2))
    assert (one.drain(), other.drain(), one.drain()) == (1, 0, 0)
    clock.forward(timedelta(seconds=0.9))
    assert other.drain() == 0
    clock.forward(timedelta(seconds=0.2))
    assert (other.drain(), one.drain()) == (1, 0)
    clock.forward(timedelta(seconds=1.1))
    assert DeliveryDispatcher(works, clients, CATALOGUE, pace=1).drain() == 1
    assert texts(slack, "C_SALES") == ["one", "two", "three"]


@SQLITE
def test_a_card_is_drawn_anew_though_its_channel_rests_and_has_a_backlog(
    works: UnitOfWorkFactory, slack: SlackDriver, clients: Clients, clock: StoppedClock
) -> None:
    sails = deal(works)
    courier = DeliveryDispatcher(works, clients, CATALOGUE, pace=1)
    courier.drain()
    with works("T1", "U_RITA") as work:
        for number in range(50):
            deliver(work, "message", "C_SALES", str(number), about={"text": str(number)})
        records.update(work, work.find(Opportunity, sails.number), {"stage": "proposal"})
    courier.drain()
    assert "Proposal" in slack.posted("C_SALES")[0]
    assert len(slack.posted("C_SALES")) == 1


def test_a_courier_that_was_killed_is_waited_for_and_then_looked_after(
    works: UnitOfWorkFactory, slack: SlackDriver, clients: Clients, clock: StoppedClock
) -> None:
    for text in ("arrived", "never left"):
        say(works, "C_SALES" if text == "arrived" else "C_SUPPORT", text)
    killed = DeliveryDispatcher(works, clients, CATALOGUE, pace=0)
    assert killed.round() == 2
    first = killed.next()
    assert first is not None
    killed.carrier.carry(first)
    say(works, "C_SALES", "after it")
    heir = DeliveryDispatcher(works, clients, CATALOGUE, pace=0)
    assert heir.drain() == 0
    clock.forward(queue.LEASE)
    heir.drain()
    assert texts(slack, "C_SALES") == ["arrived", "after it"]
    assert texts(slack, "C_SUPPORT") == ["never left"]


# ── clocks and leases ─────────────────────────────────────────────────────────────────────────────


@SQLITE
def test_what_is_in_our_hands_is_ours_though_the_clock_jumps(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, clock: StoppedClock
) -> None:
    say(works, "C_SALES", "once")
    assert courier.round() == 1
    clock.forward(timedelta(days=1))
    assert courier.round() == 0
    ours = courier.next()
    assert ours is not None
    courier.done.put(courier.carrier.carry(ours))
    assert courier.drain() == 0
    assert texts(slack, "C_SALES") == ["once"]


@SQLITE
def test_nothing_is_begun_when_the_lease_is_nearly_over(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    say(works, "C_SALES", "too late")
    with works("T1") as work:
        [row] = queue.claim(work, 1)
    courier.done.put(courier.carrier.carry(DeliveryTask(row, until=0)))
    assert courier.round() == 1
    assert texts(slack, "C_SALES") == []
    assert rows(works)[0].attempts == 2


@SQLITE
def test_no_post_is_begun_when_drawing_it_took_until_the_lease_was_nearly_over(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    say(works, "C_SALES", "late")
    with works("T1") as work:
        [row] = queue.claim(work, 1)
    drawer, seconds = courier.carrier.drawer, Seconds(0.0)
    draw = drawer.drawn

    def slowly(*about: Any, **more: Any) -> Rendered:
        found = draw(*about, **more)
        seconds.now = 1.0
        return found

    monkeypatch.setattr(drawer, "drawn", slowly)
    monkeypatch.setattr(worker, "time", seconds)
    note = courier.carrier.carry(DeliveryTask(row, until=0.5))
    monkeypatch.undo()
    assert (note.outcome, texts(slack, "C_SALES")) == ("", [])
    courier.done.put(note)
    courier.drain()
    assert texts(slack, "C_SALES") == ["late"]


@SQLITE
def test_after_the_clock_jumped_nothing_is_taken_until_every_lease_is_over(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    courier.round()
    say(works, "C_SALES", "later")
    seconds = Seconds(time.monotonic())
    monkeypatch.setattr(dispatcher, "time", seconds)
    courier.wall.clock.forward(timedelta())  # what is moved on purpose is no jump
    courier.wall.origin -= queue.DRIFT * 2
    assert courier.round() == 0
    seconds.now += queue.LEASE.total_seconds() - 0.1
    assert courier.round() == 0
    seconds.now += 0.2
    assert courier.round() == 1


@SQLITE
def test_what_a_clock_that_was_ahead_put_off_is_due_after_a_start(
    works: UnitOfWorkFactory, slack: SlackDriver, clients: Clients, clock: StoppedClock
) -> None:
    clock.forward(timedelta(hours=2))
    for channel in ("C_SALES", "C_SUPPORT"):
        say(works, channel, "from tomorrow", key=channel)
    assert DeliveryDispatcher(works, clients, CATALOGUE, pace=0).round() == 2
    say(works, "C_SALES", "behind it")
    clock.forward(-timedelta(hours=2))
    DeliveryDispatcher(works, clients, CATALOGUE, pace=0).drain()
    assert texts(slack, "C_SALES") == ["from tomorrow", "behind it"]
    assert texts(slack, "C_SUPPORT") == ["from tomorrow"]


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
@pytest.mark.parametrize("seconds", [60, -60])
def test_with_a_clock_that_is_wrong_nothing_is_taken_and_the_log_says_what_to_do(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    clients: Clients,
    caplog: pytest.LogCaptureFixture,
    seconds: int,
) -> None:
    say(works, "C_SALES", "wait")
    courier = DeliveryDispatcher(works, clients, CATALOGUE, pace=0, clock=Ahead(seconds))
    assert courier.drain() == 0
    assert courier.drain() == 0
    assert [record.message for record in caplog.records if "NTP" in record.message] != []
    assert len([record for record in caplog.records if "NTP" in record.message]) == 1
    courier.clock, courier.compare_at = Clock(), 0.0
    assert courier.drain() == 1


# ── workspaces and tokens ─────────────────────────────────────────────────────────────────────────


@SQLITE
def test_each_workspace_is_served_with_its_own_token_and_one_without_waits(
    works: UnitOfWorkFactory, slack: SlackDriver, clients: Clients
) -> None:
    for workspace in ("T1", "T2"):
        with works(workspace) as work:
            deliver(work, "message", "C_SALES", "hello", about={"text": workspace})
    courier = DeliveryDispatcher(works, clients, CATALOGUE, pace=0)
    courier.drain()
    assert texts(slack, "C_SALES") == ["T1"]
    clients.add("T2", slack.slack.bot_token)
    courier.drain()
    assert texts(slack, "C_SALES") == ["T1", "T2"]


@SQLITE
@pytest.mark.parametrize("word", ["token_revoked", "account_inactive"])
def test_a_token_that_was_taken_back_loses_nothing(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    clients: Clients,
    word: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for channel in ("C_SALES", "C_SUPPORT"):
        say(works, channel, f"for {channel}")
    token = clients.of("T1").token
    slack.slack.fail("chat.postMessage", with_=word)
    courier = DeliveryDispatcher(works, clients, CATALOGUE, pace=0)
    courier.drain()
    assert clients.workspaces() == []
    assert {row.state for row in rows(works)} == {DeliveryState.WAITING}
    assert "What is to be sent there waits." in caplog.text
    clients.add("T1", str(token))
    courier.drain()
    assert (texts(slack, "C_SALES"), texts(slack, "C_SUPPORT")) == (
        ["for C_SALES"],
        ["for C_SUPPORT"],
    )


@SQLITE
def test_a_token_that_slack_does_not_know_is_tried_again_every_minute(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for channel in ("C_SALES", "C_SUPPORT"):
        say(works, channel, "hello", key=channel)
    slack.slack.fail("chat.postMessage", with_="invalid_auth", times=2)
    courier.drain()
    assert courier.drain() == 0
    assert caplog.text.count("does not take the token of the workspace T1 (invalid_auth)") == 1
    courier.carrier.shut.clear()
    assert courier.drain() == 2
    assert {row.state for row in rows(works)} == {DeliveryState.SENT}


# ── looking for what may have arrived ─────────────────────────────────────────────────────────────


@SQLITE
def test_one_look_at_a_channel_serves_for_everything_in_doubt_there(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    for number in range(5):
        say(works, "C_SALES", str(number))
        with works("T1") as work:
            [row] = queue.claim(work, 1)
            results.refuse(work, replaced(row), "gave up")
    with works("T1") as work:
        assert results.retry_all(work) == 6 - 1
    courier.drain()
    assert texts(slack, "C_SALES") == [str(number) for number in range(5)]
    assert [name for name, _ in slack.slack.calls].count("conversations.history") == 1


def replaced(row: Delivery) -> Delivery:
    """The same delivery, taken as one in doubt."""
    row.state = DeliveryState.UNKNOWN
    return row


@SQLITE
def test_a_person_is_written_to_in_one_call(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, client: WebClient
) -> None:
    slack.slack.calls.clear()
    say(works, "U_RITA", "hello")
    courier.drain()
    assert texts(slack, "U_RITA") == ["hello"]
    assert "conversations.open" not in [name for name, _ in slack.slack.calls]


@SQLITE
@pytest.mark.parametrize("gone", ["card", "channel"])
def test_what_is_told_of_a_card_that_is_gone_ends_quietly(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, gone: str
) -> None:
    sails = deal(works)
    courier.drain()
    if gone == "card":
        slack.slack.remove(slack.posted("C_SALES")[0].raw)
    else:
        slack.slack.channels["C_SALES"].is_archived = True
    with works("T1", "U_RITA") as work:
        work.tell(work.find(Opportunity, sails.number), "Nobody reads this")
    courier.drain()
    assert posts(works) == []
    assert [row.error for row in rows(works, kind="event", channel="C_SALES")] == [
        "dropped: its card is gone"
    ]
    assert rows(works, kind="message") == []
