"""Deliveries reach Slack, or say why not: rate limits, lost answers, refusals, two couriers, the
end.
"""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.slack.clients import Clients
from handlers.core.router import Catalogue
from handlers.registry import ROUTERS
from models.core.outbox import audience, queue, results
from models.core.outbox.delivery import Delivery, DeliveryState, deliver
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.opportunity import Opportunity
from tests.bot.outgoing import deal, errand, posts, rows, say, texts
from tests.ground import StoppedClock
from tests.handlers.kit import SQLITE

# ── rate limits, failures, refusals ───────────────────────────────────────────────────────────────


def test_a_rate_limit_puts_the_channel_back_and_lets_the_others_go_on(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, clock: StoppedClock
) -> None:
    slack.slack.fail("chat.postMessage", with_="ratelimited", seconds=7, channel="C_SALES")
    for text in ("one", "two", "three"):
        say(works, "C_SALES", text)
    say(works, "C_SUPPORT", "elsewhere")
    courier.drain()
    assert texts(slack, "C_SALES") == []
    assert texts(slack, "C_SUPPORT") == ["elsewhere"]
    clock.forward(timedelta(seconds=6))
    assert courier.drain() == 0
    clock.forward(timedelta(seconds=1))
    courier.drain()
    assert texts(slack, "C_SALES") == ["one", "two", "three"]


@SQLITE
def test_a_channel_rests_between_two_messages(
    works: UnitOfWorkFactory, slack: SlackDriver, clients: Clients
) -> None:
    calm = DeliveryDispatcher(works, clients, Catalogue(ROUTERS), pace=600)
    for text in ("one", "two"):
        say(works, "C_SALES", text)
    say(works, "C_SUPPORT", "elsewhere")
    assert calm.drain() == 2
    assert texts(slack, "C_SALES") == ["one"]


@SQLITE
@pytest.mark.parametrize("failure", ["drop_after", "drop_before", "500"])
def test_what_may_have_been_sent_is_looked_for_before_it_is_sent_again(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    failure: str,
) -> None:
    deal(works)
    slack.slack.fail("chat.postMessage", with_=failure)
    courier.drain()
    [row] = rows(works)
    assert row.state == DeliveryState.UNKNOWN
    clock.forward(timedelta(seconds=5))
    courier.drain()
    [card] = slack.posted("C_SALES")
    assert [(row.state, row.ts) for row in rows(works, kind="card")] == [
        (DeliveryState.SENT, card.ts)
    ]
    assert [post.ts for post in posts(works)] == [card.ts]


@SQLITE
@pytest.mark.parametrize("failure", ["drop_after", "drop_before"])
def test_a_direct_message_in_doubt_is_looked_for_where_its_reader_reads_it(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    failure: str,
) -> None:
    say(works, "U_RITA", "Good morning")
    slack.slack.fail("chat.postMessage", with_=failure)
    courier.drain()
    assert [row.state for row in rows(works)] == [DeliveryState.UNKNOWN]
    clock.forward(timedelta(seconds=60))
    courier.drain()
    assert [row.state for row in rows(works)] == [DeliveryState.SENT]
    assert len(slack.posted("D_RITA")) == 1


@SQLITE
def test_a_thread_line_that_may_have_been_sent_is_looked_for_in_its_thread(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, clock: StoppedClock
) -> None:
    sails = deal(works)
    courier.drain()
    with works("T1", "U_RITA") as work:
        work.tell(work.find(Opportunity, sails.number), "said it once.")
    slack.slack.fail("chat.postMessage", with_="drop_after")
    courier.drain()
    clock.forward(timedelta(seconds=5))
    courier.drain()
    assert [line.words for line in slack.thread(slack.posted("C_SALES")[0])] == [
        "Rita Reyes said it once."
    ]


@SQLITE
def test_what_a_courier_took_with_it_when_it_died_is_looked_for_and_sent(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, clock: StoppedClock
) -> None:
    say(works, "C_SALES", "sent")
    say(works, "C_SUPPORT", "not sent")
    with works("T1") as work:
        [first, _] = queue.claim(work, 10)
    courier.carrier.carry(errand(first))
    assert courier.drain() == 0
    clock.forward(queue.LEASE)
    assert courier.drain() == 2
    assert texts(slack, "C_SALES") == ["sent"]
    assert texts(slack, "C_SUPPORT") == ["not sent"]


@SQLITE
def test_slack_out_of_reach_is_tried_again_for_a_day_and_then_no_more(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, clock: StoppedClock
) -> None:
    say(works, "C_SALES", "late")
    with works("T1") as work:
        work.session.execute(update(Delivery).values(attempts=results.ATTEMPTS - 2))
    states = []
    for _ in range(2):
        slack.slack.fail("conversations.info", with_="503")
        courier.drain()
        states.append(rows(works)[0].state)
        clock.forward(results.LONGEST_PAUSE)
    assert states == [DeliveryState.UNKNOWN, DeliveryState.REFUSED]
    assert "could not be reached for a day" in str(rows(works)[0].error)
    assert timedelta(days=1) < results.ATTEMPTS * results.LONGEST_PAUSE


@SQLITE
def test_a_refusal_is_kept_and_told_to_an_admin_once(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    with works("T1") as work:
        work.workspace.sales_channel = "#nowhere"
    for text in ("one", "two"):
        say(works, "#nowhere", text)
    courier.drain()
    [told] = slack.posted("U_ADA")
    assert "SALES_CHANNEL" in told.text
    assert "#nowhere" in told.text
    assert [row.state for row in rows(works, channel="#nowhere")] == [DeliveryState.REFUSED] * 2
    assert (
        told.text
        == f"{rows(works, channel='#nowhere')[0].error} Then send it again: /crm deliveries"
    )


@SQLITE
def test_a_channel_may_be_given_by_its_name(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    with works("T1") as work:
        work.workspace.sales_channel = "#sales"
    deal(works)
    courier.drain()
    assert len(slack.posted("C_SALES")) == 1
    assert posts(works)[0].channel == "C_SALES"


@SQLITE
def test_nothing_is_posted_where_outsiders_read(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    slack.slack.channels["C_GENERAL"].is_ext_shared = True
    say(works, "C_GENERAL", "Our secrets")
    courier.drain()
    assert texts(slack, "C_GENERAL") == []
    assert "another company" in str(rows(works, channel="C_GENERAL")[0].error)


@SQLITE
def test_charts_are_left_out_where_slack_refuses_them(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, clock: StoppedClock
) -> None:
    deal(works, amount="12k")
    courier.drain()
    clock.forward(timedelta(minutes=1))
    slack.slack.fail("chat.postMessage", with_="invalid_blocks", times=1)
    with works("T1") as work:
        deliver(work, "digest", "U_MONA", "digest")
    courier.drain()
    [digest] = slack.posted("U_MONA")
    assert "data_visualization" not in [block["type"] for block in digest.blocks]
    assert "€12,000" in digest


@SQLITE
def test_a_drawing_that_fails_is_refused_with_a_reference_and_keeps_nobody_waiting(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    with works("T1") as work:
        deliver(work, "message", "C_SALES", "broken", about={})
    say(works, "C_SALES", "after it")
    courier.drain()
    assert texts(slack, "C_SALES") == ["after it"]
    assert "reference" in str(rows(works)[0].error)


@SQLITE
def test_the_outbox_of_another_workspace_is_not_emptied_into_this_one(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    with works("T2") as work:
        deliver(work, "message", "C_SALES", "not yours", about={"text": "not yours"})
    assert courier.drain() == 0
    assert texts(slack, "C_SALES") == []


# ── its threads ───────────────────────────────────────────────────────────────────────────────────


@SQLITE
def test_the_thread_sends_what_is_written_and_stops(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    arrived = threading.Event()
    stop = slack.slack.listen("U_RITA", lambda event: arrived.set())
    works.committed.append(courier.wake)
    courier.start()
    try:
        say(works, "C_SALES", "hello")
        assert arrived.wait(10)
    finally:
        courier.stop()
        stop()
    assert texts(slack, "C_SALES") == ["hello"]
    assert courier.thread is not None
    assert not any(thread.is_alive() for thread in (courier.thread, *courier.threads))


@SQLITE
def test_what_was_taken_and_not_begun_when_the_end_came_is_given_back(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    say(works, "C_SALES", "later")
    assert courier.round() == 1
    assert rows(works)[0].claimed_until is not None
    courier.stop()
    [row] = rows(works)
    assert (row.state, row.claimed_until) == (DeliveryState.WAITING, None)
    assert texts(slack, "C_SALES") == []


@SQLITE
def test_a_list_that_was_looked_for_and_found_stays_when_the_readers_are_looked_at_again(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, clock: StoppedClock
) -> None:
    deal(works)
    courier.drain()
    slack.command("/crm deal list name != Zqother --here", channel="C_SALES")
    slack.slack.fail("chat.postMessage", with_="drop_after")
    courier.drain()
    assert [row.state for row in rows(works, kind="line")] == [DeliveryState.UNKNOWN]
    clock.forward(timedelta(seconds=60))
    courier.drain()
    with works("T1") as work:
        audience.reconsider(work, "C_SALES")
    clock.forward(timedelta(seconds=60))
    courier.drain()
    assert "Zqother" in texts(slack, "C_SALES")[-1]
