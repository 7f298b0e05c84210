"""What Rapport posts in a channel by itself is chosen for it, by those who may."""

from datetime import timedelta

import pytest

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from bot.scheduler.scheduler import Scheduler
from models.core import records
from models.core.identity.channel import ALL, Channel
from models.core.outbox.delivery import posts_in
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from models.support.case import Case
from tests.ground import StoppedClock, given
from tests.handlers.kit import count, found, told


def ada(slack: SlackDriver, line: str) -> str:
    slack.command(f"/crm {line}", user="U_ADA")
    return told(slack)


def deal(works: UnitOfWorkFactory, name: str) -> None:
    customer = given(works, Customer, first_name="Bo")
    given(works, Opportunity, name=name, amount="12k", customer=customer.ref)


def chosen(works: UnitOfWorkFactory, number: int = 1) -> tuple[str, tuple[str, ...]]:
    channel = found(works, Channel, number)
    return channel.name, channel.posts


@pytest.mark.parametrize(
    ("line", "posts"),
    [
        ("notify #sales off", ()),
        ("notify #sales on", ALL),
        ('notify #sales what="cards, won"', ("cards", "won")),
        ("notify #sales what=cards, won", ("cards", "won")),
        ("notify #sales day", ("day",)),
        ("channel notify #sales previews", ("previews",)),
        ("notify channel #sales cases", ("cases",)),
    ],
)
def test_what_is_posted_in_a_channel_is_chosen_in_a_line_and_taken_back_with_undo(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str, posts: tuple[str, ...]
) -> None:
    said = "What I post in #sales is changed.\nPosts: cards of new records"
    assert ada(slack, "notify #sales cards") == said
    assert ada(slack, line).startswith("What I post in #sales is changed.\nPosts: cards of new")
    assert chosen(works) == ("sales", posts)
    assert "cards of new records →" in ada(slack, "history CH-1")
    ada(slack, "undo")
    assert chosen(works) == ("sales", ("cards",))
    ada(slack, "undo")
    assert count(works, Channel) == 0


def test_the_form_shows_what_is_chosen_and_keeps_what_is_sent(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    ada(slack, "notify #sales cards")
    slack.command("/crm notify #sales", user="U_ADA")
    assert slack.modal
    assert slack.modal.values["channel"] == "C_SALES"
    assert [each["value"] for each in slack.modal.values["what"]] == ["cards"]
    assert "The cards of leads and deals come to <#C_SALES>." in slack.modal.words
    slack.submit(what="won, day", user="U_ADA")
    assert chosen(works) == ("sales", ("won", "day"))
    slack.command("/crm notify #sales", user="U_ADA")
    slack.submit(what="", user="U_ADA")
    assert chosen(works) == ("sales", ())
    slack.command("/crm channel notify", user="U_ADA")
    slack.submit(channel="#support", what="cases", user="U_ADA")
    assert chosen(works, 2)[1] == ("cases",)
    assert ada(slack, "notify #support on").startswith("What I post in #support is changed.")
    assert chosen(works, 2) == ("support", ALL)


def test_what_does_not_fit_is_said_in_the_form(slack: SlackDriver) -> None:
    slack.command("/crm notify #sales songs", user="U_ADA")
    assert slack.modal
    assert "I post there by myself cannot have “songs”. Try some of: cards" in slack.modal.words


@pytest.mark.parametrize(
    "line", ["notify #sales off", "notify #sales", "channel edit CH-1 posts=none"]
)
def test_only_who_may_chooses_for_a_channel(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str
) -> None:
    ada(slack, "notify #sales cards")
    for person in ("U_RITA", "U_SAM", "U_MONA"):
        slack.command(f"/crm {line}", user=person)
        assert "does not allow" in told(slack)
    assert chosen(works) == ("sales", ("cards",))
    ada(slack, "role allow manager channel notify")
    slack.command("/crm notify #sales won", user="U_MONA")
    assert chosen(works) == ("sales", ("won",))


def test_cards_and_won_deals_come_where_they_are_wanted(
    works: UnitOfWorkFactory,
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
) -> None:
    ada(slack, "notify #sales won")
    deal(works, "Sails")
    deal(works, "Masts")
    slack.command("/crm won OP-1")
    courier.drain()
    clock.forward(timedelta(minutes=2))
    courier.drain()
    assert [each.text for each in slack.posted("C_SALES")] == [
        "Rita Reyes won Sails (OP-1): €12,000 from Bo"
    ]
    slack.command("/crm deal show OP-2 --here", channel="C_SALES")
    courier.drain()
    assert "OP-2" in slack.posted("C_SALES")[-1]
    ada(slack, "notify #sales cards")
    deal(works, "Sheets")
    slack.command("/crm won OP-2")
    courier.drain()
    clock.forward(timedelta(minutes=2))
    courier.drain()
    top = [each.text for each in slack.posted("C_SALES") if not each.thread_ts]
    assert top[2:] == ["OP-3 Sheets · Qualification · €12,000 · Rita Reyes"]


def test_the_mornings_lists_come_where_they_are_wanted(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher, clock: StoppedClock
) -> None:
    customer = given(works, Customer, first_name="Ada")
    given(works, Case, customer=customer.ref, subject="Fire", priority="urgent")
    slack.command("/crm task new Call Ada CU-1 due=today")
    ada(slack, "notify #sales cards")
    ada(slack, "notify #support cards")
    for heard in (False, True):
        clock.forward(timedelta(days=1))
        Scheduler(works).tick()
        courier.drain()
        texts = [each.text for each in (*slack.posted("C_SALES"), *slack.posted("C_SUPPORT"))]
        assert any(text.startswith("Sales, ") for text in texts) is heard
        assert any("needs someone" in text for text in texts) is heard
        ada(slack, "notify #sales day")
        ada(slack, "channel delete CH-2 --yes")


def test_references_are_answered_where_that_is_wanted(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    deal(works, "Sails")
    courier.drain()
    for posts, answered in (("cards", 0), ("on", 1)):
        ada(slack, f"notify #sales {posts}")
        said = slack.say("OP-1 is close", channel="C_SALES")
        courier.drain()
        answers = [each for each in slack.posted("C_SALES") if each.thread_ts == said.ts]
        assert len(answers) == answered


def test_a_channel_that_the_settings_name_by_its_name_is_the_same_one(
    works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher
) -> None:
    with works("T1") as work:
        work.workspace.sales_channel = "#sales"
    deal(works, "Sails")
    courier.drain()
    slack.command("/crm channel notify", user="U_ADA")
    slack.submit(channel="C_SALES", what="won", user="U_ADA")
    assert chosen(works) == ("sales", ("won",))
    deal(works, "Masts")
    courier.drain()
    assert len(slack.posted("C_SALES")) == 1


def test_a_channel_that_nobody_knows_is_a_slip(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    assert "There is no channel #sails that I know." in ada(slack, "notify #sails off")
    assert count(works, Channel) == 0


def test_another_process_knows_at_once_what_is_chosen(works: UnitOfWorkFactory) -> None:
    other = UnitOfWorkFactory(works.engine, works.clock)
    with other("T1", writes=False) as work:
        assert posts_in(work, "#sales") == ALL
    channel = given(works, Channel, "U_ADA", name="sales", posts="won")
    with other("T1", writes=False) as work:
        assert posts_in(work, "#sales") == ("won",)
    with works("T1", "U_ADA") as work:
        records.update(work, work.find(Channel, channel.number), {"posts": "day"})
    with other("T1", writes=False) as work:
        assert posts_in(work, "#sales") == ("day",)
