"""Deliveries are taken once, in order, and what became of them is written down by whoever holds
them.
"""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from models.core import denormalize
from models.core.outbox import queue, results
from models.core.outbox.arrivals import Arrival, arrived
from models.core.outbox.delivery import Delivery, DeliveryState, deliver
from models.core.outbox.queue import LEASE, claim
from models.core.unit_of_work import UnitOfWorkFactory
from tests.ground import START, StoppedClock
from tests.models.marks import SQLITE
from tests.plans import plans

pytestmark = pytest.mark.dialect


def ask(works: UnitOfWorkFactory, channel: str, text: str) -> None:
    with works("T1") as work:
        deliver(work, "message", channel, text, about={"text": text})


def taken(works: UnitOfWorkFactory, limit: int = 10, pace: float = 0) -> list[Delivery]:
    with works("T1") as work:
        return claim(work, limit, pace)


def keys(rows: list[Delivery]) -> list[str]:
    return [row.key for row in rows]


def stored(works: UnitOfWorkFactory, key: str) -> Delivery:
    with works("T1", writes=False) as work:
        found = work.session.scalar(select(Delivery).where(Delivery.key == key))
        assert found is not None
        return found


def test_the_oldest_of_each_channel_is_taken_and_nothing_twice(works: UnitOfWorkFactory) -> None:
    for channel, text in (("C_A", "one"), ("C_A", "two"), ("C_B", "three")):
        ask(works, channel, text)
    assert keys(taken(works)) == ["one", "three"]
    assert taken(works) == []


def test_no_more_are_taken_than_asked_for(works: UnitOfWorkFactory) -> None:
    for number in range(5):
        ask(works, f"C_{number}", str(number))
    assert keys(taken(works, 2)) == ["0", "1"]


def test_the_next_of_a_channel_follows_when_the_first_is_sent(works: UnitOfWorkFactory) -> None:
    for text in ("one", "two"):
        ask(works, "C_A", text)
    [first] = taken(works)
    with works("T1") as work:
        arrived(work, [Arrival(first, "C_A", "1.1")])
    assert keys(taken(works)) == ["two"]
    assert (stored(works, "one").state, stored(works, "one").ts) == (DeliveryState.SENT, "1.1")


def test_what_was_put_back_keeps_its_place_in_the_channel(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    for text in ("one", "two"):
        ask(works, "C_A", text)
    [first] = taken(works)
    with works("T1") as work:
        results.put_back(work, first, timedelta(seconds=30))
    assert taken(works) == []
    clock.forward(timedelta(seconds=30))
    [again] = taken(works)
    assert (again.key, again.state, again.attempts) == ("one", DeliveryState.WAITING, 2)


def test_what_is_for_later_holds_nothing_up(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        deliver(work, "message", "C_A", "later", not_before=work.now + timedelta(hours=1))
        deliver(work, "message", "C_A", "now")
    assert keys(taken(works)) == ["now"]


def test_a_lease_that_ran_out_makes_it_unknown(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    ask(works, "C_A", "one")
    taken(works)
    clock.forward(LEASE - timedelta(seconds=1))
    assert taken(works) == []
    clock.forward(timedelta(seconds=1))
    assert [row.state for row in taken(works)] == [DeliveryState.UNKNOWN]


def test_who_lost_the_lease_writes_nothing_down(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    ask(works, "C_A", "one")
    [lost] = taken(works)
    clock.forward(LEASE)
    [held] = taken(works)
    with works("T1") as work:
        results.refuse(work, lost, "too late")
    assert stored(works, "one").state == DeliveryState.UNKNOWN
    with works("T1") as work:
        assert arrived(work, [Arrival(lost, "C_A", "1.0"), Arrival(held, "C_A", "1.1")]) == set()
        results.doubt(work, held, "too late")
    assert stored(works, "one").state == DeliveryState.SENT


@SQLITE
def test_doubt_grows_longer_up_to_five_minutes(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    ask(works, "C_A", "one")
    pauses = []
    for _ in range(8):
        [row] = taken(works)
        with works("T1") as work:
            results.doubt(work, row, "TimeoutError")
        pauses.append((stored(works, "one").not_before - clock()).total_seconds())
        clock.forward(results.LONGEST_PAUSE)
    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300]


@SQLITE
def test_a_refusal_is_told_to_an_admin_once_for_each_reason_and_never_about_itself(
    works: UnitOfWorkFactory,
) -> None:
    for text, reason in (("one", "gone"), ("two", "gone"), ("three", "archived")):
        ask(works, "C_A", text)
        [row] = taken(works)
        with works("T1") as work:
            results.refuse(work, row, reason)
        for told in taken(works):
            with works("T1") as work:
                results.refuse(work, told, "cannot even say that")
    with works("T1", writes=False) as work:
        rows = work.session.scalars(select(Delivery).order_by(Delivery.id)).all()
    assert [row.about["text"] for row in rows if row.channel == "U_ADA"] == ["gone", "archived"]
    assert {row.state for row in rows} == {DeliveryState.REFUSED}


def test_many_takers_at_once_take_each_row_once(works: UnitOfWorkFactory) -> None:
    for number in range(24):
        ask(works, f"C_{number}", str(number))
    found: list[str] = []

    def take() -> None:
        while rows := taken(works, 2):
            found.extend(keys(rows))

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found += keys(taken(works, 24))
    assert sorted(found, key=int) == [str(number) for number in range(24)]


def test_the_rows_of_another_workspace_are_not_seen(works: UnitOfWorkFactory) -> None:
    ask(works, "C_A", "one")
    with works("T2") as work:
        assert claim(work, 10) == []
        assert not queue.anything(work)


def test_what_waits_is_found_through_its_partial_index_among_all_that_was_sent(
    works: UnitOfWorkFactory,
) -> None:
    with works("T1") as work:
        common = {"workspace": "T1", "kind": "message", "about": {}, "state": "sent", "attempts": 1}
        common |= {"not_before": START, "created_at": START}
        rows = [common | {"key": str(number), "channel": f"C_{number}"} for number in range(2000)]
        work.session.execute(insert(Delivery), rows)
    ask(works, "C_A", "one")
    with works("T1") as work:
        deliver(work, "redraw", "C_A", "two", ts="1.1")
        deliver(work, "redraw", "C_A", "three", ts="1.2", background=True)
    found = plans(
        works,
        lambda work: (denormalize.settle(work), claim(work, 10, 1, after="C_9")),
        "FROM delivery",
    )
    assert len(found) == 8
    for plan in found:
        assert "Seq Scan on delivery" not in plan
        assert "SCAN delivery" not in plan


# ── what is kept ──────────────────────────────────────────────────────────────────────────────────

TYPED = {"line": "find sundaram --here", "person": "U_RITA"}


def asked(works: UnitOfWorkFactory, kind: str = "line") -> Delivery:
    """What somebody asked for all to see, taken to be sent."""
    with works("T1", "U_RITA") as work:
        deliver(work, kind, "C_A", f"here:{kind}", about=TYPED)
    [first] = taken(works)
    assert first.about == TYPED
    return first


def test_the_line_that_somebody_typed_goes_when_it_was_answered(works: UnitOfWorkFactory) -> None:
    for kind, kept in (("line", {}), ("message", TYPED)):
        first = asked(works, kind)
        with works("T1") as work:
            arrived(work, [Arrival(first, "C_A", "1.1")])
        assert (stored(works, f"here:{kind}").state, stored(works, f"here:{kind}").about) == (
            "sent",
            kept,
        )


def test_it_goes_when_there_is_nothing_to_answer_any_more(works: UnitOfWorkFactory) -> None:
    first = asked(works)
    with works("T1") as work:
        results.drop(work, first, "nothing to say any more")
    assert (stored(works, "here:line").state, stored(works, "here:line").about) == ("sent", {})


def test_it_stays_as_long_as_it_can_be_sent_again_and_goes_when_an_admin_lets_it_go(
    works: UnitOfWorkFactory,
) -> None:
    first = asked(works)
    with works("T1") as work:
        results.refuse(work, first, "it is archived")
    assert (stored(works, "here:line").state, stored(works, "here:line").about) == (
        "refused",
        TYPED,
    )
    with works("T1", "U_ADA") as work:
        results.give_up(work, results.find(work, results.code(stored(works, "here:line"))))
    found = stored(works, "here:line")
    assert (found.state, found.about, found.error) == (
        "sent",
        {},
        f"dropped: {admin(works)} decided so",
    )


def admin(works: UnitOfWorkFactory) -> str:
    with works("T1", "U_ADA", writes=False) as work:
        assert work.actor
        return work.actor.ref


def test_it_stays_when_it_is_put_back(works: UnitOfWorkFactory) -> None:
    first = asked(works)
    with works("T1") as work:
        results.put_back(work, first)
    assert (stored(works, "here:line").state, stored(works, "here:line").about) == (
        "waiting",
        TYPED,
    )
