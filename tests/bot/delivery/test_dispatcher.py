"""Deliveries reach Slack: once, in order, and what stands there is updated in place."""

from datetime import timedelta

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core import records
from models.core.outbox.delivery import DeliveryState, deliver, stand
from models.core.outbox.queue import claim
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.bot.outgoing import deal, errand, posts, rows, say
from tests.ground import StoppedClock, given
from tests.handlers.kit import SQLITE

# ── cards ─────────────────────────────────────────────────────────────────────────────────────────


@SQLITE
def test_a_new_record_gets_its_card_and_the_card_is_remembered(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    sails = deal(works)
    assert courier.drain() == 1
    [card] = slack.posted("C_SALES")
    assert "Sails" in card
    assert "opportunity.won" in card.actions
    [post] = posts(works)
    assert (post.entity, post.record_id, post.channel, post.ts) == (
        "opportunity",
        sails.id,
        "C_SALES",
        card.ts,
    )
    [row] = rows(works)
    assert (row.state, row.ts, row.claimed_until) == (DeliveryState.SENT, card.ts, None)
    slack.check()


def test_every_change_is_drawn_in_place_and_several_at_once_in_one_go(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    sails = deal(works)
    courier.drain()
    for stage in ("discovery", "proposal", "negotiation"):
        with works("T1", "U_MONA") as work:
            records.update(work, work.find(Opportunity, sails.number), {"stage": stage})
    courier.drain()
    [card] = slack.posted("C_SALES")
    assert "Negotiation" in card
    calls = [name for name, _ in slack.slack.calls if name == "chat.update"]
    assert calls == ["chat.update"]
    redraws = rows(works, kind="redraw")
    assert [row.error for row in redraws].count("dropped: another drew it") == 2
    assert {row.ts for row in redraws} == {card.ts}


@SQLITE
def test_a_second_wish_for_the_same_card_updates_the_first(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    sails = deal(works)
    courier.drain()
    with works("T1") as work:
        deliver(work, "card", "C_SALES", "again", entity="opportunity", record_id=sails.id)
    courier.drain()
    assert len(slack.posted("C_SALES")) == 1
    assert len(posts(works)) == 1


@SQLITE
def test_a_change_between_drawing_and_posting_is_drawn_too(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    sails = deal(works)
    with works("T1") as work:
        [row] = claim(work, 10)
    note = courier.carrier.carry(errand(row))
    with works("T1", "U_RITA") as work:
        records.update(work, work.find(Opportunity, sails.number), {"stage": "proposal"})
    courier.done.put(note)
    courier.drain()
    [card] = slack.posted("C_SALES")
    assert "Proposal" in card


@SQLITE
def test_a_card_that_was_deleted_in_slack_is_forgotten_quietly(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    sails = deal(works)
    courier.drain()
    [card] = slack.posted("C_SALES")
    slack.slack.remove(card.raw)
    with works("T1", "U_RITA") as work:
        records.update(work, work.find(Opportunity, sails.number), {"stage": "proposal"})
    courier.drain()
    assert posts(works) == []
    assert rows(works, kind="redraw")[0].error == "dropped: its card is gone"
    assert rows(works, kind="message") == []


@SQLITE
def test_a_card_wished_for_again_after_it_was_deleted_in_slack_is_posted_anew(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, clock: StoppedClock
) -> None:
    sails = deal(works)
    courier.drain()
    slack.slack.remove(slack.posted("C_SALES")[0].raw)
    with works("T1") as work:
        deliver(work, "card", "C_SALES", "again", entity="opportunity", record_id=sails.id)
    courier.drain()
    clock.forward(timedelta(seconds=2))
    courier.drain()
    assert [post.ts for post in posts(works)] == [slack.posted("C_SALES")[0].ts]


def test_what_happens_is_told_in_the_thread_of_every_card(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    sails = deal(works)
    with works("T1", "U_RITA") as work:
        stand(work, work.find(Opportunity, sails.number), "C_SUPPORT")
    courier.drain()
    with works("T1", "U_RITA") as work:
        work.find(Opportunity, sails.number).win(work)
    courier.drain()
    for channel in ("C_SALES", "C_SUPPORT"):
        [card] = [
            message for message in slack.posted(channel) if message.thread_ts in (None, message.ts)
        ]
        assert [line.words for line in slack.thread(card)] == [
            "Rita Reyes moved it from qualification to won."
        ]


def test_a_thread_line_waits_for_its_card(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, clock: StoppedClock
) -> None:
    sails = deal(works)
    slack.slack.fail("chat.postMessage", with_="ratelimited", seconds=3)
    with works("T1", "U_RITA") as work:
        work.find(Opportunity, sails.number).win(work)
    courier.drain()
    assert slack.posted("C_SALES") == []
    clock.forward(timedelta(seconds=6))
    courier.drain()
    card = slack.posted("C_SALES")[0]
    assert "won" in slack.thread(card)[0].text


@SQLITE
def test_what_happens_to_a_record_without_a_card_is_told_nobody(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    ada = given(works, Customer, first_name="Ada")
    with works("T1", "U_RITA") as work:
        work.tell(work.find(Customer, ada.number), "Nobody will read this")
    courier.drain()
    assert rows(works, kind="event")[0].error == "dropped: it has no card"


@SQLITE
def test_what_people_typed_is_inert_everywhere(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    ada = given(works, Customer, first_name="Ada")
    case = given(works, Case, customer=ada.ref, subject="<!channel> *on fire* & more")
    with works("T1", "U_SAM") as work:
        work.find(Case, case.number).reply(work, "<!here> look at #general, <@U_MONA>")
    courier.drain()
    [card, line] = slack.posted("C_SUPPORT")
    assert "<!channel>" not in card.text
    assert "&lt;!channel&gt;" in card.text
    assert line.blocks[0]["type"] == "rich_text"
    assert line.words == "Sam Silva replied: <!here> look at #general, <@U_MONA>"
    assert "<!here>" not in line.text
    slack.check()


@SQLITE
def test_metadata_says_nothing_about_people(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    given(works, Lead, first_name="Ada", last_name="Lovelace")
    courier.drain()
    [message] = slack.slack.timeline.of("C_SALES")
    assert message.metadata["event_type"] == "rapport_delivery"
    assert list(message.metadata["event_payload"]) == ["key"]
    assert len(message.metadata["event_payload"]["key"]) == 32


# ── direct messages ───────────────────────────────────────────────────────────────────────────────


@SQLITE
def test_who_is_given_a_record_reads_it_in_a_direct_message(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    sails = deal(works)
    with works("T1", "U_MONA") as work:
        ravi = work.lookup("user", "U_RAVI")
        records.assign(work, work.find(Opportunity, sails.number), ravi)
    courier.drain()
    [told] = slack.posted("U_RAVI")
    assert told.text == "Mona Meyer gave you OP-1 Sails"
    assert "opportunity.show" in told.actions


@SQLITE
def test_a_direct_message_that_is_out_of_date_is_not_sent(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    sails = deal(works)
    for person in ("U_RAVI", "U_ADA"):
        with works("T1", "U_RITA") as work:
            records.assign(work, work.find(Opportunity, sails.number), work.lookup("user", person))
    courier.drain()
    heard = [message.text for message in slack.posted("U_RAVI")]
    assert heard == ["Rita Reyes handed OP-1 over. You no longer see it."]
    assert len(slack.posted("U_ADA")) == 1
    assert rows(works, channel="U_RAVI")[0].error == "dropped: nothing to say any more"


# ── whose turn it is ──────────────────────────────────────────────────────────────────────────────


@SQLITE
def test_every_channel_has_its_turn_where_few_are_taken_at_once(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    courier.count = 1  # three to a round
    places = ["C_GENERAL", "C_SALES", "C_SUPPORT", "U_ADA", "U_RITA"]
    for number in (1, 2):
        for place in places:
            say(works, place, f"{place} {number}")
    courier.drain()
    said = [args["text"] for name, args in slack.slack.calls if name == "chat.postMessage"]
    assert sorted(said[:5]) == sorted(f"{place} 1" for place in places)
