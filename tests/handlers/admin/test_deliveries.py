"""What an admin sees of deliveries that were refused or are late, and what can be done; nobody else
sees them.
"""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import update

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox.client import SlackDriver
from models.core.outbox import results
from models.core.outbox.delivery import Delivery, DeliveryState, deliver
from models.core.outbox.queue import claim
from models.core.outbox.results import code
from models.core.unit_of_work import UnitOfWorkFactory
from tests.bot.outgoing import deal, rows, say, texts
from tests.ground import StoppedClock
from tests.handlers.kit import SQLITE, assert_inert, told

pytestmark = SQLITE


@pytest.fixture
def ada(slack: SlackDriver) -> SlackDriver:
    """The admin at her desk."""
    return SlackDriver(slack.slack, user="U_ADA", channel="C_GENERAL")


def person(works: UnitOfWorkFactory, slack_id: str) -> str:
    """What the queue calls somebody: no name."""
    with works("T1", slack_id, writes=False) as work:
        assert work.actor
        return work.actor.ref


@pytest.fixture
def archived(works: UnitOfWorkFactory, slack: SlackDriver, courier: DeliveryDispatcher) -> Delivery:
    """Two messages that nobody can read where they were to go, which Ada was told."""
    slack.slack.channels["C_SUPPORT"].is_archived = True
    for text in ("one", "two"):
        say(works, "C_SUPPORT", text)
    courier.drain()
    return rows(works, channel="C_SUPPORT")[0]


def test_where_nothing_is_wrong_one_line_says_so(ada: SlackDriver) -> None:
    ada.command("/crm deliveries")
    assert told(ada) == "Nothing was refused and nothing is late. 0 waiting."


def test_what_was_refused_is_listed_with_its_reason_and_what_to_do(
    ada: SlackDriver, archived: Delivery
) -> None:
    ada.command("/crm deliveries")
    assert "2 refused, 0 waiting" in told(ada)
    assert f"#{code(archived)} a message for C_SUPPORT" in told(ada)
    assert "it is archived. Bring it back in Slack" in told(ada)
    assert "SUPPORT_CHANNEL" in told(ada)
    assert {"deliveries.retry", "deliveries.drop"} <= set(ada.last.actions)
    ada.check()


def test_the_admin_was_told_and_how_to_go_on(ada: SlackDriver, archived: Delivery) -> None:
    [news] = ada.posted("U_ADA")
    assert news.text.endswith("Then send it again: /crm deliveries")


@pytest.mark.parametrize("door", ["command", "button", "message"])
def test_when_the_reason_is_mended_one_click_sends_it(
    ada: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    archived: Delivery,
    door: str,
) -> None:
    ada.slack.channels["C_SUPPORT"].is_archived = False
    if door == "button":
        ada.command("/crm deliveries")
        ada.click("deliveries.retry#2")
    elif door == "message":
        ada.dm(f"deliveries retry {code(archived)}")
    else:
        ada.command(f"/crm deliveries retry {code(archived)}")
    courier.drain()
    assert texts(ada, "C_SUPPORT") == ["one"]


def test_all_are_sent_again_in_the_order_they_were_asked_for(
    ada: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, archived: Delivery
) -> None:
    ada.slack.channels["C_SUPPORT"].is_archived = False
    ada.command("/crm deliveries retry all")
    assert told(ada) == "I will send 2 deliveries again."
    courier.drain()
    assert texts(ada, "C_SUPPORT") == ["one", "two"]


def test_what_may_have_been_posted_is_looked_for_before_it_is_sent_again(
    ada: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, clock: StoppedClock
) -> None:
    say(works, "C_SALES", "once")
    ada.slack.fail("chat.postMessage", with_="drop_after")
    courier.drain()
    with works("T1") as work:
        work.session.execute(update(Delivery).values(attempts=results.ATTEMPTS))
    clock.forward(timedelta(seconds=5))
    ada.slack.fail("conversations.history", with_="500")
    courier.drain()
    [row] = rows(works, channel="C_SALES")
    assert row.state == DeliveryState.REFUSED
    ada.command(f"/crm deliveries retry {code(row)}")
    courier.drain()
    assert texts(ada, "C_SALES") == ["once"]
    assert rows(works, channel="C_SALES")[0].state == DeliveryState.SENT


def test_what_is_dropped_is_never_sent_and_says_who_decided_so(
    ada: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, archived: Delivery
) -> None:
    ada.slack.channels["C_SUPPORT"].is_archived = False
    ada.command(f"/crm deliveries drop {code(archived)}")
    courier.drain()
    assert texts(ada, "C_SUPPORT") == []
    assert (
        rows(works, channel="C_SUPPORT")[0].error == f"dropped: {person(works, 'U_ADA')} decided so"
    )
    ada.command(f"/crm deliveries drop {code(archived)}")
    assert told(ada) == "There is nothing to drop. It was dropped before."


def test_what_is_late_or_in_doubt_is_listed_too(
    ada: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, clock: StoppedClock
) -> None:
    deal(works)
    ada.slack.fail("chat.postMessage", with_="500")
    courier.drain()
    with works("T1") as work:
        deliver(work, "message", "U_RITA", "late", about={"text": "late"})
    clock.forward(timedelta(minutes=11))
    ada.command("/crm deliveries")
    assert "0 refused, 2 waiting, 2 of them late or in doubt" in told(ada)
    assert "the card of OP-1 for C_SALES\nIn doubt: it is looked for in Slack, tried 1×." in told(
        ada
    )
    assert "a message for Rita Reyes\nLate: not sent yet, tried 0×." in told(ada)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (
            "deliveries retry",
            "Which delivery? Give what stands before it, such as: deliveries retry 3f9a1c2e",
        ),
        (
            "deliveries drop it",
            "Which delivery? Give what stands before it, such as: deliveries drop 3f9a1c2e",
        ),
        ("deliveries retry 99999999", "There is no delivery 99999999."),
        ("deliveries drop 99999999999999999999", "Which delivery?"),
    ],
)
def test_a_number_that_is_none_is_answered_in_words(
    ada: SlackDriver, line: str, answer: str
) -> None:
    ada.command(f"/crm {line}")
    assert told(ada).startswith(answer)


def test_what_is_on_its_way_is_neither_retried_nor_dropped(
    ada: SlackDriver, works: UnitOfWorkFactory
) -> None:
    say(works, "C_SALES", "hello")
    with works("T1") as work:
        [row] = claim(work, 1)
    ada.command(f"/crm deliveries drop {code(row)}")
    assert "is on its way right now" in told(ada)
    ada.command(f"/crm deliveries retry {code(row)}")
    assert "was not refused" in told(ada)


def test_what_slack_says_pings_nobody_in_the_list(
    ada: SlackDriver, works: UnitOfWorkFactory
) -> None:
    say(works, "U_RITA", "hello")
    with works("T1") as work:
        [row] = claim(work, 1)
        results.refuse(
            work, row, "I could not post in <@U_RITA>: <!channel> & <http://evil.example|here>"
        )
    ada.command("/crm deliveries")
    assert "I could not post in Rita Reyes: <!channel>" in told(ada)
    assert_inert(ada)


def test_whoever_is_no_admin_is_refused(
    slack: SlackDriver, works: UnitOfWorkFactory, archived: Delivery
) -> None:
    for line, person in product(
        ("deliveries", "deliveries retry all", "deliveries drop 1"),
        ("U_RITA", "U_SAM", "U_MONA", "U_ELI"),
    ):
        slack.command(f"/crm {line}", user=person)
        assert "Ada Abel can give it." in told(slack), (line, person)
        assert [row.state for row in rows(works, channel="C_SUPPORT")] == [
            DeliveryState.REFUSED
        ] * 2, (line, person)


def test_what_other_workspaces_have_is_neither_counted_nor_sent_again(
    ada: SlackDriver, works: UnitOfWorkFactory
) -> None:
    with works("T2") as work:
        for key in ("waits", "refused"):
            deliver(work, "message", "C_SALES", key, about={"text": key})
        work.session.execute(
            update(Delivery).where(Delivery.key == "refused").values(state=DeliveryState.REFUSED)
        )
    ada.command("/crm deliveries")
    assert told(ada) == "Nothing was refused and nothing is late. 0 waiting."
    ada.command("/crm deliveries retry all")
    assert told(ada) == "I will send 0 deliveries again."
    with works("T2", writes=False) as work:
        assert results.refused(work, 1)[1] == 1
