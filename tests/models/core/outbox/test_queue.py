"""What is sent next: the oldest of each channel in turn, each card once however often it
changed.
"""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from models.core import denormalize
from models.core.outbox import queue, results
from models.core.outbox.arrivals import Arrival, arrived
from models.core.outbox.delivery import Delivery, DeliveryState, Post, deliver
from models.core.outbox.queue import claim
from models.core.unit_of_work import Clock, UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.opportunity import Opportunity
from tests.ground import START, StoppedClock, given
from tests.plans import listening

pytestmark = pytest.mark.dialect


def ask(works: UnitOfWorkFactory, *channels: str) -> None:
    """One message for each of the channels, in this order."""
    with works("T1") as work:
        for channel in channels:
            number = work.session.query(Delivery).count()
            deliver(work, "message", channel, f"{channel} {number}", about={"text": channel})


def changed(works: UnitOfWorkFactory, *cards: str, channel: str = "C_A") -> None:
    """A wish to draw these cards anew, each by the ts at which it stands."""
    rows = [
        {
            "workspace": "T1",
            "key": f"redraw:{ts}:{number}:{cards}",
            "kind": "redraw",
            "channel": channel,
            "ts": ts,
            "about": {},
            "state": "waiting",
            "attempts": 0,
            "not_before": START,
            "created_at": START,
        }
        for number, ts in enumerate(cards)
    ]
    with works("T1") as work:
        work.session.execute(insert(Delivery), rows)


def taken(
    works: UnitOfWorkFactory,
    limit: int = 10,
    pace: float = 0,
    after: str = "",
    but: tuple[int, ...] = (),
) -> list[Delivery]:
    with works("T1") as work:
        return claim(work, limit, pace, after, but)


def channels(rows: list[Delivery]) -> list[str]:
    return [row.channel for row in rows]


def done(works: UnitOfWorkFactory, rows: list[Delivery]) -> None:
    with works("T1") as work:
        arrived(work, [Arrival(row, row.channel, f"1.{row.id}") for row in rows])


def test_every_channel_has_its_turn_however_much_waits_for_the_first(
    works: UnitOfWorkFactory,
) -> None:
    ask(works, *["C_A"] * 5, "C_B", "C_C", "C_D")
    after, order = "", []
    for _ in range(4):
        rows = taken(works, 2, after=after)
        order += channels(rows)
        after = order[-1]
        done(works, rows)
    assert order == ["C_A", "C_B", "C_C", "C_D", "C_A", "C_A"]


def test_a_channel_rests_after_a_post_and_not_after_what_was_dropped_or_drawn_anew(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    changed(works, "1.1", channel="C_B")
    done(works, taken(works))
    ask(works, "C_A", "C_B", "C_C")
    first, second, third = taken(works, pace=1)
    done(works, [first])
    with works("T1") as work:
        results.drop(work, second, "nothing to say")
        results.put_back(work, third)
    ask(works, "C_A", "C_B")
    assert channels(taken(works, pace=1)) == ["C_B", "C_C"]
    clock.forward(timedelta(seconds=1.1))
    assert channels(taken(works, pace=1)) == ["C_A"]


def test_what_is_in_our_hands_is_not_taken_again_and_neither_is_what_stands_behind_it(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    ask(works, "C_A", "C_A")
    [first] = taken(works)
    clock.forward(timedelta(days=1))
    assert taken(works, but=(first.id,)) == []


def test_a_card_that_changed_several_times_is_drawn_once(works: UnitOfWorkFactory) -> None:
    changed(works, "1.1", "1.2", "1.1", "1.1")
    rows = taken(works)
    assert [row.ts for row in rows] == ["1.1", "1.2"]
    with works("T1", writes=False) as work:
        ended = work.session.query(Delivery).filter_by(state=DeliveryState.SENT).all()
    assert [row.error for row in ended] == ["dropped: another drew it"] * 2


def test_what_changes_while_a_card_is_drawn_is_drawn_afterwards(works: UnitOfWorkFactory) -> None:
    changed(works, "1.1")
    rows = taken(works)
    changed(works, "1.1", "1.1")
    assert taken(works) == []
    done(works, rows)
    assert [row.ts for row in taken(works)] == ["1.1"]


def test_a_rate_limit_is_for_all_cards_of_the_channel_and_a_doubt_for_one(
    works: UnitOfWorkFactory,
) -> None:
    changed(works, "1.1", "1.2")
    limited, doubtful = taken(works)
    with works("T1") as work:
        results.doubt(work, doubtful, "TimeoutError")
        results.put_back(work, limited)
    assert [row.ts for row in taken(works, 1)] == ["1.1"]
    changed(works, "1.3")
    [other] = taken(works)
    with works("T1") as work:
        results.put_back(work, other, timedelta(seconds=30))
    changed(works, "1.4")
    assert taken(works) == []


def test_who_begins_behind_no_channel_looks_once(works: UnitOfWorkFactory) -> None:
    ask(works, "C_A", "C_B")
    looks = []
    for after in ("", "C_A"):
        with listening(works.engine) as heard, works("T1", writes=False) as work:
            assert len(queue.posts_due(work, 10, timedelta(), after)) == 2
        looks.append(sum("FROM delivery" in statement for statement, _ in heard))
    assert looks == [1, 2]


def test_posts_and_cards_share_what_can_be_taken(works: UnitOfWorkFactory) -> None:
    ask(works, *(f"C_{number}" for number in range(10)))
    changed(works, *(f"1.{number}" for number in range(10)))
    kinds = [row.kind for row in taken(works, 6)]
    assert kinds == ["message"] * 3 + ["redraw"] * 3
    assert [row.kind for row in taken(works, 1)] == ["message"]


def test_only_workspaces_in_which_something_is_due_are_named(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    assert queue.workspaces_due(works) == []
    ask(works, "C_A")
    with works("T2") as work:
        deliver(work, "message", "C_A", "later", not_before=work.now + timedelta(hours=1))
    assert queue.workspaces_due(works) == ["T1"]
    clock.forward(timedelta(hours=1))
    assert queue.workspaces_due(works) == ["T1", "T2"]


def test_the_clocks_of_one_machine_agree(works: UnitOfWorkFactory) -> None:
    assert abs(queue.drift(works, Clock())) < queue.DRIFT


def test_how_much_waits_and_how_long_it_has(works: UnitOfWorkFactory, clock: StoppedClock) -> None:
    def figures() -> tuple[timedelta, int]:
        with works("T1", writes=False) as work:
            return results.lag(work), results.depth(work)

    assert figures() == (timedelta(), 0)
    ask(works, "C_A", "C_B")
    clock.forward(timedelta(seconds=90))
    assert figures() == (timedelta(seconds=90), 2)
    done(works, taken(works))
    assert figures() == (timedelta(), 0)


def test_a_lease_outlasts_every_call_that_may_be_begun_in_it() -> None:
    client, settling = timedelta(seconds=10), results.SETTLING
    assert client + settling + queue.DRIFT * 2 <= queue.MARGIN < queue.LEASE


def test_a_channel_does_not_rest_until_a_clock_that_was_ahead_has_come_true(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    ask(works, "C_A")
    done(works, taken(works, pace=1))
    clock.forward(timedelta(hours=-5))
    ask(works, "C_A")
    assert channels(taken(works, pace=1)) == ["C_A"]


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_two_replicas_tell_what_happened_in_the_order_in_which_it_did(
    works: UnitOfWorkFactory,
) -> None:
    customer = given(works, Customer, first_name="Ada")
    deal = given(works, Opportunity, name="Sails", customer=customer.ref)
    with works("T1") as work:
        work.session.add(
            Post(
                entity="opportunity", record_id=deal.id, channel="C_A", ts="1.1", posted_at=work.now
            )
        )
        for number in range(queue.EVENTS + 5):
            work.tell(deal, f"did {number}.")
    other = threading.Thread(target=lambda: settle(works))
    with works("T1") as work:
        queue.spread(work)
        other.start()
        other.join(0.3)
        assert other.is_alive(), "who comes second waits for the first"
    other.join()
    assert told(works) == [f"did {number}." for number in range(queue.EVENTS + 5)]


def test_nothing_overtakes_what_happened_on_a_machine_whose_clock_was_ahead(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    customer = given(works, Customer, first_name="Ada")
    deals = [
        given(works, Opportunity, name=name, customer=customer.ref) for name in ("Sails", "Oars")
    ]
    with works("T1") as work:
        for place, deal in enumerate(deals, 1):
            post = {
                "record_id": deal.id,
                "channel": "C_A",
                "ts": f"{place}.1",
                "posted_at": work.now,
            }
            work.session.add(Post(entity="opportunity", **post))
    for number, (seconds, deal) in enumerate(
        [(20, deals[0]), (-20, deals[0]), (0, deals[1]), (0, deals[0])]
    ):
        clock.forward(timedelta(seconds=seconds))
        with works("T1") as work:
            work.tell(deal, f"did {number}.")
    settle(works)
    assert (told(works), told(works, "2.1")) == ([], ["did 2."])
    clock.forward(timedelta(seconds=20))
    settle(works)
    assert told(works) == ["did 0.", "did 1.", "did 3."]


def told(works: UnitOfWorkFactory, thread: str = "1.1") -> list[str]:
    with works("T1", writes=False) as work:
        lines = work.session.scalars(
            select(Delivery).where(Delivery.thread == thread).order_by(Delivery.id)
        )
        return [line.about["did"] for line in lines]


def settle(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        denormalize.settle(work)


# ── what nobody waits for ─────────────────────────────────────────────────────────────────────────


def behind(works: UnitOfWorkFactory, *cards: str) -> None:
    """A wish to draw these cards anew for other readers."""
    with works("T1") as work:
        for ts in cards:
            deliver(work, "redraw", "C_A", f"readers:{ts}", ts=ts, background=True)


def stamps(rows: list[Delivery]) -> list[str | None]:
    return [row.ts for row in rows]


def test_what_people_changed_comes_first_and_one_of_the_others_with_it(
    works: UnitOfWorkFactory,
) -> None:
    behind(works, *(f"1.{number}" for number in range(300)))
    changed(works, "2.0", "2.1", "2.2")
    assert stamps(taken(works, 3, pace=1)) == ["2.0", "1.0", "2.1"]
    assert stamps(taken(works, 4, pace=1)) == ["2.2", "1.1", "1.2", "1.3"]


def test_a_change_spares_the_card_the_redraw_that_nobody_waits_for(
    works: UnitOfWorkFactory,
) -> None:
    behind(works, "1.0", "1.1")
    changed(works, "1.1")
    rows = taken(works, pace=1)
    assert stamps(rows) == ["1.1", "1.0"]
    done(works, rows)
    assert taken(works, pace=1) == []


def test_so_many_a_minute_and_fewer_where_people_change_much(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    behind(works, *(f"1.{number}" for number in range(100)))
    drawn: list[Delivery] = []
    while rows := taken(works, 20, pace=1):
        drawn += rows
        done(works, rows)
    assert len(drawn) == queue.MOST
    with works("T1", writes=False) as work:
        assert not queue.anything(work, 1)
    clock.forward(queue.MINUTE)
    for number in range(50):
        changed(works, f"2.{number}")
    drawn = []
    while rows := taken(works, 20, pace=1):
        drawn += rows
        done(works, rows)
    assert sum(not row.background for row in drawn) == 50
    assert queue.LEAST <= sum(row.background for row in drawn) < queue.MOST
    assert len(taken(works, 400)) > queue.MOST  # without a pace there is no pause


def test_what_looks_the_same_is_not_counted(works: UnitOfWorkFactory) -> None:
    behind(works, *(f"1.{number}" for number in range(60)))
    count = 0
    while rows := taken(works, 20, pace=1):
        count += len(rows)
        with works("T1") as work:
            for row in rows:
                results.drop(work, row, "it stands there as it is drawn")
    assert count == 60


def test_what_somebody_began_to_draw_and_did_not_write_down_is_drawn_again_itself(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    changed(works, "1.0", "1.0")
    [first] = taken(works)
    changed(works, "1.0", "1.0", "1.0")
    clock.forward(queue.LEASE)
    [again] = taken(works)
    assert (again.id, again.state) == (first.id, DeliveryState.UNKNOWN)
    with works("T1", writes=False) as work:
        others = work.session.query(Delivery).filter(Delivery.id != first.id)
        assert {row.error for row in others} == {"dropped: another drew it"}
