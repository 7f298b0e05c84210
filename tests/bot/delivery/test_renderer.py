"""Cards are drawn when they are taken, many with few questions, and say what is so when they stand
in Slack.
"""

import pytest
from slack_sdk import WebClient

from bot.delivery import renderer
from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core import records
from models.core.outbox.delivery import DeliveryState, deliver, stand
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.opportunity import Opportunity
from tests.bot.outgoing import deal, posts, rows, say, texts
from tests.handlers.conftest import SALES
from tests.handlers.kit import SQLITE
from tests.plans import listening

CHANNELS = ("C_SALES", "C_SUPPORT", "C_GENERAL")


@pytest.fixture(autouse=True)
def known(works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher) -> None:
    """Who reads the channels is known: Slack is asked before the first drawing, and never while one
    draws ahead.
    """
    for channel in CHANNELS:
        slack.slack.channels[channel].members = SALES
        courier.carrier.audience("T1").ask(channel, 0)


def change(works: UnitOfWorkFactory, deal: Opportunity, **texts: str) -> None:
    with works("T1", "U_MONA") as work:
        records.update(work, work.find(Opportunity, deal.number), texts)


def carry_all(courier: DeliveryDispatcher) -> None:
    while errand := courier.next():
        courier.done.put(courier.carrier.carry(errand))


def test_what_was_drawn_ahead_is_sent_without_asking_the_database(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    sails = deal(works)
    with works("T1") as work:
        stand(work, sails, "C_GENERAL")
    say(works, "C_SUPPORT", "hello")
    assert courier.round() == 3
    with listening(works.engine) as heard:
        carry_all(courier)
    assert heard == []
    assert [len(slack.posted(channel)) for channel in CHANNELS] == [1, 1, 1]


def test_many_cards_are_drawn_with_as_many_questions_as_one(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    counts = []
    courier.drain()
    for name in ("First", "Sails", "Anchors"):  # with the first one we learn who is there
        made = deal(works, name)
        with works("T1") as work:
            for channel in CHANNELS[1:] if name != "Sails" else ():
                stand(work, made, channel)
        courier.turn.clear()
        with listening(works.engine) as heard:
            courier.round()
        counts.append(len(heard))
        carry_all(courier)
        courier.drain()
    assert len(posts(works)) == 7
    assert counts[1] == counts[2]


@pytest.mark.parametrize("fresh", [renderer.FRESH, -1.0])
def test_a_change_after_the_drawing_is_seen_whenever_it_was_drawn(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    monkeypatch: pytest.MonkeyPatch,
    fresh: float,
) -> None:
    sails = deal(works)
    courier.round()
    change(works, sails, stage="proposal")
    monkeypatch.setattr(renderer, "FRESH", fresh)
    carry_all(courier)
    assert ("Proposal" in slack.posted("C_SALES")[0].text) == (fresh < 0)
    courier.drain()
    [card] = slack.posted("C_SALES")
    assert "Proposal" in card.text


@SQLITE
def test_a_change_while_a_card_is_drawn_anew_is_drawn_after_it(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    sails = deal(works)
    courier.drain()
    change(works, sails, stage="proposal")
    courier.round()
    change(works, sails, stage="negotiation")
    carry_all(courier)
    courier.drain()
    assert "Negotiation" in slack.posted("C_SALES")[0]
    assert [name for name, _ in slack.slack.calls].count("chat.update") == 2


@SQLITE
def test_a_card_that_stands_already_is_updated_though_it_was_drawn_ahead(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    sails = deal(works)
    courier.drain()
    with works("T1") as work:
        deliver(work, "card", "#sales", "again", entity="opportunity", record_id=sails.id)
    courier.drain()
    assert len(slack.posted("C_SALES")) == 1
    assert len(posts(works)) == 1


@SQLITE
def test_what_people_read_themselves_is_drawn_when_it_is_sent(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    sails = deal(works)
    courier.drain()
    with works("T1", "U_MONA") as work:
        records.assign(work, work.find(Opportunity, sails.number), work.lookup("user", "U_RAVI"))
    courier.round()
    with works("T1", "U_MONA") as work:
        records.assign(work, work.find(Opportunity, sails.number), work.lookup("user", "U_RITA"))
    carry_all(courier)
    assert slack.posted("U_RAVI") == []


@SQLITE
def test_what_cannot_be_drawn_spoils_nothing_that_was_taken_with_it_and_is_told_once(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    client: WebClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with works("T1") as work:
        deliver(work, "message", "C_GENERAL", "broken", about={})
        deliver(work, "card", "C_SUPPORT", "lost", entity="opportunity", record_id=999)
    deal(works)
    courier.drain()
    assert "Sails" in slack.posted("C_SALES")[0]
    assert texts(slack, "C_GENERAL") == []
    assert caplog.text.count("cannot be drawn") == 1
    states = {row.key: row.state for row in rows(works) if row.key in ("broken", "lost")}
    assert states == {"broken": DeliveryState.REFUSED, "lost": DeliveryState.SENT}
