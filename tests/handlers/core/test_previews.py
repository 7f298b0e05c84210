"""References that people write in a channel get a small card, for all who read there."""

from datetime import timedelta

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.sandbox.surface_text import Shown
from models.core.outbox.previews import references
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import StoppedClock, given
from tests.handlers.core.test_hidden import allow
from tests.handlers.kit import SQLITE, deliver, sent, standing, told
from tests.tables import table

PREFIXES = ("OP", "CU", "CS")


@table(
    ("text", "named"),
    [
        ("How is OP-4?", [("OP", 4)]),
        ("(OP-4), CS-1. OP-4!", [("OP", 4), ("CS", 1)]),
        ("op-4, XX-4, OP-4-5, A.OP-4, /OP-4, OP-4.csv, UTF-8", []),
        ("`OP-4` ```a\nOP-4``` <https://x.example/OP-4|OP-4> https://x.example/?OP-4", []),
        ("<@U1> ```never closed OP-4", []),
        ("OP-1 OP-2 OP-3 OP-4", [("OP", 1), ("OP", 2), ("OP", 3)]),
    ],
)
def test_a_reference_is_what_stands_in_a_sentence(text: str, named: list[tuple[str, int]]) -> None:
    assert references(text, PREFIXES) == named


@pytest.fixture
def deal(works: UnitOfWorkFactory) -> Opportunity:
    return given(
        works,
        Opportunity,
        name="Sails",
        amount="12000",
        customer=given(works, Customer, first_name="Ada").ref,
    )


def answers(slack: SlackDriver, courier: DeliveryDispatcher, text: str, **more: str) -> list[Shown]:
    """What the bot says in the thread of a message."""
    said = slack.say(text, **{"channel": "C_SALES", **more})
    courier.drain()
    return [
        reply
        for reply in slack.posted(more.get("channel", "C_SALES"))
        if reply.thread_ts == (more.get("thread_ts") or said.ts)
    ]


def test_a_reference_is_answered_in_the_thread_once_in_half_an_hour(
    slack: SlackDriver, courier: DeliveryDispatcher, deal: Opportunity, clock: StoppedClock
) -> None:
    [card] = answers(slack, courier, "Did anybody call about OP-1?")
    assert "OP-1 Sails · Qualification" in card.words
    assert card.buttons == ["Open"]
    slack.click("opportunity.more", card)
    assert slack.modal
    slack.close()
    clock.forward(timedelta(minutes=29))
    assert answers(slack, courier, "I did call about OP-1") == []
    clock.forward(timedelta(minutes=2))
    assert len(answers(slack, courier, "OP-1 again")) == 1
    assert len(answers(slack, courier, "And here: OP-1", channel="C_SUPPORT")) == 1


def test_what_slack_sends_again_and_what_is_edited_is_not_answered_again(
    slack: SlackDriver, courier: DeliveryDispatcher, deal: Opportunity, clock: StoppedClock
) -> None:
    assert len(answers(slack, courier, "OP-1")) == 1
    clock.forward(timedelta(hours=1))
    event = sent(slack)
    deliver(slack, "events_api", event)
    for changes in ({"bot_id": "B1"}, {"subtype": "message_changed"}, {"edited": {"ts": "1.0"}}):
        deliver(
            slack, "events_api", {**event, "event_id": "Ev9", "event": event["event"] | changes}
        )
    courier.drain()
    assert len([each for each in slack.posted("C_SALES") if each.thread_ts]) == 1


def test_only_what_all_who_read_there_may_see_is_shown(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, deal: Opportunity
) -> None:
    allow(works, "support", "everything: look, new, change", "deal: everything, hide amount")
    [card] = answers(slack, courier, "OP-1", channel="C_SUPPORT")
    assert "12,000" not in card.words
    allow(works, "support", "everything: look, new, change", "lead: none")
    given(works, Lead, first_name="Bob")
    assert answers(slack, courier, "LD-1", channel="C_SUPPORT") == []
    assert len(answers(slack, courier, "LD-1")) == 1


@SQLITE
def test_the_thread_of_its_own_card_needs_no_card(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, deal: Opportunity
) -> None:
    card = standing(slack, works, courier, deal)
    assert answers(slack, courier, "OP-1 looks good", thread_ts=card.ts) == []


@SQLITE
def test_an_admin_turns_it_off_and_on(
    slack: SlackDriver, courier: DeliveryDispatcher, deal: Opportunity
) -> None:
    slack.command("/crm previews off")
    assert "Your role (senior rep) does not allow “previews”" in told(slack)
    slack.command("/crm previews off", user="U_ADA")
    assert answers(slack, courier, "OP-1") == []
    slack.command("/crm previews on", user="U_ADA")
    assert len(answers(slack, courier, "OP-1")) == 1
