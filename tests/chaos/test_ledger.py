"""The books notice whatever is lost, doubled or out of order: here it is made so on purpose."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.sandbox.messages import Message
from models.core.audit import AuditEntry
from models.core.outbox import Delivery, DeliveryState, deliver
from models.customer import Customer
from models.operations import deliveries, records
from tests.chaos.crowd import Act
from tests.chaos.floor import TEAM, Floor
from tests.chaos.ledger import Books, check_acts, check_order, check_posts, check_reminders
from tests.models.tampering import unguard

RITA = "U00001"
TOKEN = "Zq1x1z"


def ask(floor: Floor, key: str = "a", kind: str = "message", **columns: Any) -> Delivery:
    with floor.works(TEAM) as work:
        deliver(work, kind, RITA, key, **columns)
        return work.session.scalars(select(Delivery).where(Delivery.key == key)).one()


def post(floor: Floor, row: Delivery, text: str = "x", known: bool = True) -> Message:
    """Post it as the courier does, and with `known` write down that it is sent."""
    key = {"event_payload": {"key": deliveries.fingerprint(row)}}
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
    message = floor.slack.post(floor.slack.im(RITA).id, floor.slack.bot.id, text, blocks, metadata=key)
    if known:
        with floor.works(TEAM) as work:
            sent = {"state": DeliveryState.SENT, "ts": message.ts}
            work.session.execute(update(Delivery).where(Delivery.id == row.id).values(**sent))
    return message


def posts(floor: Floor) -> Books:
    check_posts(floor, books := Books())
    return books


def reminders(floor: Floor, *said: str, due: int = 2) -> Books:
    """Tasks AT-1, AT-2 … that are due, and posts that name them."""
    now = floor.works.clock()
    tasks = floor.plan([(RITA, now - timedelta(minutes=due - number)) for number in range(due)])
    for number, text in enumerate(said):
        post(floor, ask(floor, f"due:{number}", "due", about={"ids": [number + 1]}), text)
    books = Books()
    check_reminders(floor, tasks, books)
    check_order(floor, tasks, books)
    return books


def test_a_post_that_stands_is_in_order(empty: Floor) -> None:
    post(empty, ask(empty))
    assert posts(empty) == Books(trials=1)


def test_a_second_post_is_noticed(empty: Floor) -> None:
    row = ask(empty)
    post(empty, row)
    post(empty, row)
    assert posts(empty).doubled == [f"Delivery {row.id} (message to {RITA}, a) was posted 2 times"]


def test_a_post_that_is_only_said_to_be_there_is_noticed(empty: Floor) -> None:
    empty.slack.remove(post(empty, ask(empty)))
    assert "is said to be sent and is not in Slack" in posts(empty).lost[0]


@pytest.mark.parametrize("state", [DeliveryState.WAITING, DeliveryState.UNKNOWN, DeliveryState.REFUSED])
def test_what_was_not_sent_is_noticed(empty: Floor, state: str) -> None:
    ask(empty, state=state)
    assert len(posts(empty).lost) == 1


def test_reminders_that_came_once_are_in_order(empty: Floor) -> None:
    assert reminders(empty, "*AT-1*", "*AT-2*") == Books(trials=2)


def test_a_reminder_that_never_came_is_noticed(empty: Floor) -> None:
    assert reminders(empty, "*AT-1*").lost == ["the reminder of AT-2 never came"]


def test_a_reminder_that_came_twice_is_noticed(empty: Floor) -> None:
    assert reminders(empty, "*AT-1*", "*AT-2* and AT-1").doubled == ["the reminder of AT-1 came 2 times"]


def test_a_wrong_order_is_noticed(empty: Floor) -> None:
    assert "another order" in reminders(empty, "*AT-2*", "*AT-1*").wrong[0]


def acts(floor: Floor, count: int, promised: bool = True) -> Books:
    """One act that was or was not promised, with so many effects."""

    class Said(Act):
        def promised(self, *_: object) -> bool:
            return promised

    with floor.works(TEAM, RITA) as work:
        for _ in range(count):
            records.create(work, Customer, {"first_name": "Ada", "last_name": TOKEN})
    check_acts(floor, [Said("command", TOKEN, Customer, RITA)], books := Books())
    return books


def test_a_promise_that_was_kept_is_in_order(empty: Floor) -> None:
    assert acts(empty, 1) == Books(trials=1)


def test_a_promise_without_an_effect_is_noticed(empty: Floor) -> None:
    assert acts(empty, 0).lost == [f"command {TOKEN} was promised and is not there"]


def test_what_was_not_promised_may_be_missing(empty: Floor) -> None:
    assert acts(empty, 0, promised=False) == Books(trials=1)


def test_two_effects_of_one_act_are_noticed(empty: Floor) -> None:
    assert acts(empty, 2, promised=False).doubled == [f"command {TOKEN} has 2 effects"]


def test_half_an_effect_is_noticed(empty: Floor) -> None:
    acts(empty, 1)
    with empty.works(TEAM) as work:
        unguard(work.session.connection())
        work.session.execute(update(AuditEntry).values(action="none"))
    assert "1 records, but 0 in the audit trail" in acts(empty, 0).wrong[0]
