"""The books notice whatever is lost, doubled or out of order: here it is made so on purpose."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.sandbox.messages import Message
from bot.sandbox.transport import EVENT, SLASH, Answer, Envelope
from models.core import records
from models.core.audit.chain import seal_all
from models.core.audit.entries import AuditEntry
from models.core.outbox import results
from models.core.outbox.delivery import Delivery, DeliveryState, deliver
from models.customers.customer import Customer
from models.sales.closed_deals import ClosedDeals
from models.sales.opportunity import Opportunity
from tests.chaos import history
from tests.chaos.books import Books
from tests.chaos.crowd import Act
from tests.chaos.floor import TEAM, Floor
from tests.chaos.history import check_seals, check_sums, check_trail
from tests.chaos.ledger import check_acts, check_answers, check_order, check_posts, check_reminders
from tests.chaos.standing import check_standing, check_won
from tests.chaos.witness import Sight
from tests.ground import given
from tests.models.tampering import unguarded

RITA = "U00001"
TOKEN = "Zq1x1z"


def ask(floor: Floor, key: str = "a", kind: str = "message", **columns: Any) -> Delivery:
    with floor.works(TEAM) as work:
        deliver(work, kind, RITA, key, **columns)
        return work.session.scalars(select(Delivery).where(Delivery.key == key)).one()


def post(floor: Floor, row: Delivery, text: str = "x", known: bool = True) -> Message:
    """Post it as the courier does, and with `known` write down that it is sent."""
    key = {"event_payload": {"key": results.fingerprint(row)}}
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
    message = floor.slack.post(
        floor.slack.im(RITA).id, floor.slack.bot.id, text, blocks, metadata=key
    )
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


@pytest.mark.parametrize(
    "state", [DeliveryState.WAITING, DeliveryState.UNKNOWN, DeliveryState.REFUSED]
)
def test_what_was_not_sent_is_noticed(empty: Floor, state: str) -> None:
    ask(empty, state=state)
    assert len(posts(empty).lost) == 1


def test_reminders_that_came_once_are_in_order(empty: Floor) -> None:
    assert reminders(empty, "*AT-1*", "*AT-2*") == Books(trials=2)


def test_a_reminder_that_never_came_is_noticed(empty: Floor) -> None:
    assert reminders(empty, "*AT-1*").lost == ["the reminder of AT-2 never came"]


def test_a_reminder_that_came_twice_is_noticed(empty: Floor) -> None:
    assert reminders(empty, "*AT-1*", "*AT-2* and AT-1").doubled == [
        "the reminder of AT-1 came 2 times"
    ]


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
    check_acts(floor, [Said("command", TOKEN, RITA)], books := Books())
    return books


def test_a_promise_that_was_kept_is_in_order(empty: Floor) -> None:
    assert acts(empty, 1) == Books(trials=1)


def test_a_promise_without_an_effect_is_noticed(empty: Floor) -> None:
    (lost,) = acts(empty, 0).lost
    assert lost.startswith(f"command {TOKEN} was promised and is not there")


def test_what_was_not_promised_may_be_missing(empty: Floor) -> None:
    assert acts(empty, 0, promised=False) == Books(trials=1)


def test_two_effects_of_one_act_are_noticed(empty: Floor) -> None:
    assert acts(empty, 2, promised=False).doubled == [f"command {TOKEN} has 2 effects"]


def test_half_an_effect_is_noticed(empty: Floor) -> None:
    acts(empty, 1)
    with empty.works(TEAM) as work, unguarded(work.session.connection()):
        work.session.execute(update(AuditEntry).values(action="none"))
    assert "1 effects, but 0 in the audit trail" in acts(empty, 0).wrong[0]


# ── what is said to be sent ───────────────────────────────────────────────────────────────────────


def test_what_counts_as_sent_without_a_place_is_noticed(empty: Floor) -> None:
    ask(empty, state=DeliveryState.SENT)
    assert "is said to be sent and is not in Slack" in posts(empty).lost[0]


def test_what_was_dropped_for_no_good_reason_is_noticed(empty: Floor) -> None:
    ask(empty, state=DeliveryState.SENT, error="dropped: Slack was busy")
    assert "was dropped: Slack was busy" in posts(empty).lost[0]


def test_a_post_nobody_asked_for_is_noticed(empty: Floor) -> None:
    empty.slack.post("C_SALES", empty.slack.bot.id, "Hello")
    assert posts(empty).doubled == ["nobody asked for “Hello” in C_SALES"]


# ── what stands in the channels ───────────────────────────────────────────────────────────────────


def a_deal(floor: Floor, cards: int = 1, stage: str = "Qualification", move: bool = False) -> Books:
    """A deal, and so many cards of it that say it is at this stage."""
    with floor.works(TEAM, RITA) as work:
        deal = records.create(work, Opportunity, {"name": TOKEN, "customer": "CU-1"})
        if move:
            deal.move(work, "won")
    for _ in range(cards):
        text = f":moneybag: *{TOKEN}* · {deal.ref}\n{stage}"
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
        floor.slack.post("C_SALES", floor.slack.bot.id, text, blocks)
    check_standing(floor, books := Books())
    return books


def test_a_card_that_shows_what_is_so_is_in_order(empty: Floor) -> None:
    assert a_deal(empty) == Books(trials=1)


def test_a_card_that_is_missing_is_noticed(empty: Floor) -> None:
    assert a_deal(empty, cards=0).lost == ["the card of OP-1 in C_SALES"]


def test_a_second_card_is_noticed(empty: Floor) -> None:
    assert a_deal(empty, cards=2).doubled == ["the card of OP-1 stands 2 times in C_SALES"]


def test_a_card_that_shows_what_was_so_is_noticed(empty: Floor) -> None:
    assert a_deal(empty, stage="Proposal").wrong == ["the card of OP-1 does not show Qualification"]


def test_a_move_of_which_no_line_tells_is_noticed(empty: Floor) -> None:
    assert a_deal(empty, stage="Won", move=True).lost[0] == (
        "OP-1 was moved 1 times, and 0 lines in its thread say so"
    )


def test_a_deal_that_is_won_is_celebrated_once(empty: Floor) -> None:
    assert a_deal(empty, stage="Won", move=True).lost[1:] == ["nobody heard that OP-1 is won"]
    with empty.works(TEAM, writes=False) as work:
        deal = work.find(Opportunity, 1)
    check_won(deal, 1, books := Books())
    assert books == Books(trials=1)
    check_won(deal, 2, books)
    assert books.doubled == ["that OP-1 is won was said 2 times"]


def test_a_reminder_that_does_not_follow_its_tasks_is_noticed(empty: Floor) -> None:
    reminders(empty, "*AT-1* Call number 0\ndue today", "*AT-2* Call number 1\ndone")
    check_standing(empty, books := Books())
    assert books.wrong == ["a reminder says of AT-2: done"]


# ── answers and the trail ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("whispers", "found"), [(0, "lost"), (1, ""), (2, "doubled")])
def test_whoever_mentions_the_bot_has_one_answer(empty: Floor, whispers: int, found: str) -> None:
    mention = Envelope(EVENT, {"event": {"type": "app_mention"}})
    empty.witness.sights.append(Sight(mention, Answer(), 0.1, TOKEN))
    for _ in range(whispers):
        empty.slack.post("C_SALES", empty.slack.bot.id, f"Created {TOKEN}", only_for=RITA)
    check_answers(empty, [Act("mention", TOKEN, RITA)], books := Books(), answered=True)
    assert [name for name in ("lost", "doubled") if getattr(books, name)] == (
        [found] if found else []
    )


def test_a_line_that_is_acknowledged_without_a_word_is_noticed(empty: Floor) -> None:
    empty.witness.sights.append(Sight(Envelope(SLASH, {}), Answer(), 0.1, TOKEN))
    check_answers(empty, [Act("command", TOKEN, RITA)], books := Books(), answered=False)
    assert len(books.lost) == 1


def test_a_trail_that_says_what_the_records_say_is_in_order(empty: Floor) -> None:
    seal_all(empty.works)
    check_trail(empty, books := Books())
    assert (books.wrong, books.trials > 0) == ([], True)


def test_a_sum_that_is_not_that_of_its_records_is_noticed(empty: Floor) -> None:
    given(
        empty.works, Opportunity, workspace=TEAM, by=RITA, name="Boat", customer="CU-1", stage="won"
    )
    check_sums(empty, books := Books())
    assert (books.wrong, books.trials) == ([], 1)
    with empty.works(TEAM) as work:
        work.session.execute(update(ClosedDeals).values(count=2))
    check_sums(empty, books)
    assert "the sums of ClosedDeals are wrong by" in books.wrong[0]


@pytest.mark.parametrize(("column", "value"), [("new", "Adam"), ("old", "Eve")])
def test_a_trail_that_says_something_else_is_noticed(empty: Floor, column: str, value: str) -> None:
    with empty.works(TEAM) as work, unguarded(work.session.connection()):
        first = (AuditEntry.entity == "customer", AuditEntry.field == "first_name")
        work.session.execute(update(AuditEntry).where(*first).values({column: value}))
    seal_all(empty.works)
    check_trail(empty, books := Books())
    assert value in books.wrong[0]


def test_a_broken_seal_and_one_that_is_missing_are_noticed(
    empty: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "SEALING", 0)
    check_seals(empty, missing := Books())
    assert "were never sealed" in missing.wrong[0]
    seal_all(empty.works)
    with empty.works(TEAM) as work, unguarded(work.session.connection()):
        work.session.execute(update(AuditEntry).where(AuditEntry.place == 2).values(hash="0" * 64))
    check_seals(empty, broken := Books())
    assert any("the trail: Place 2" in each or "Place 3" in each for each in broken.wrong)


def test_a_clock_that_was_set_back_is_no_broken_seal(empty: Floor) -> None:
    with empty.works(TEAM) as work, unguarded(work.session.connection()):
        first = work.session.scalars(select(AuditEntry).order_by(AuditEntry.id).limit(1)).one()
        later = {"at": first.at + timedelta(hours=3)}
        work.session.execute(update(AuditEntry).where(AuditEntry.id == first.id).values(later))
    seal_all(empty.works)
    check_seals(empty, noticed := Books())
    check_seals(empty, known := Books(), set_back=True)
    assert "a clock was set back" in noticed.wrong[0]
    assert known.wrong == []
