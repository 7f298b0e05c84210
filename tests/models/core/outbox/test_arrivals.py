"""What arrived is written down, many at once; cards are remembered where they stand, and drawn with
few questions.
"""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.core import records
from models.core.db.engine import everywhere
from models.core.outbox.arrivals import Arrival, arrived, places, prepare
from models.core.outbox.delivery import CARDS, Delivery, DeliveryState, Post, deliver
from models.core.outbox.queue import LEASE, claim
from models.core.unit_of_work import UnitOfWorkFactory
from models.customers.account import Account
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.ground import START, StoppedClock, given
from tests.plans import listening, plans


def leads(works: UnitOfWorkFactory, count: int) -> list[Lead]:
    """So many, each with a wish for its card in a channel of its own."""
    made = [given(works, Lead, first_name=f"Ada {number}") for number in range(count)]
    with works("T1") as work:
        for lead in made:
            deliver(work, "card", f"C_{lead.number}", lead.ref, entity="lead", record_id=lead.id)
    return made


def taken(works: UnitOfWorkFactory) -> list[Delivery]:
    with works("T1") as work:
        return claim(work, 100)


def arrivals(works: UnitOfWorkFactory) -> list[Arrival]:
    """All that waits, taken and posted."""
    return [Arrival(each, each.channel, f"1.{each.id}") for each in taken(works)]


def posts(works: UnitOfWorkFactory) -> list[Post]:
    with works("T1", writes=False) as work:
        return list(work.session.scalars(select(Post).order_by(Post.id)))


def stored(works: UnitOfWorkFactory, **columns: object) -> list[Delivery]:
    with works("T1", writes=False) as work:
        return list(
            work.session.scalars(select(Delivery).filter_by(**columns).order_by(Delivery.id))
        )


def test_each_is_marked_with_its_own_ts_and_each_card_is_remembered(
    works: UnitOfWorkFactory,
) -> None:
    leads(works, 3)
    with works("T1") as work:
        deliver(work, "message", "C_B", "hello", about={"text": "hello"})
    came = arrivals(works)
    with works("T1") as work:
        assert arrived(work, came) == set()
    rows = stored(works)
    assert {
        (row.state, row.ts, row.sent_at, row.claimed_until)
        for row in rows
        if row.channel != "C_SALES"
    } == {(DeliveryState.SENT, each.ts, START, None) for each in came if each.channel != "C_SALES"}
    cards = [each for each in came if each.delivery.kind == "card"]
    assert [(post.entity, post.record_id, post.channel, post.ts) for post in posts(works)] == [
        ("lead", card.delivery.record_id, card.channel, card.ts) for card in cards
    ]


def test_many_are_written_down_with_as_many_statements_as_one(works: UnitOfWorkFactory) -> None:
    counts = []
    for count in (1, 12):
        leads(works, count)
        came = arrivals(works)
        with listening(works.engine) as heard, works("T1") as work:
            arrived(work, came)
        counts.append(len(heard))
    assert counts[0] == counts[1]


def test_a_card_whose_record_changed_since_it_was_drawn_is_drawn_anew(
    works: UnitOfWorkFactory,
) -> None:
    same, changed = leads(works, 2)
    came = [Arrival(each.delivery, each.channel, each.ts, version=1) for each in arrivals(works)]
    with works("T1", "U_RITA") as work:
        records.update(work, work.find(Lead, changed.number), {"phone": "+49 30 901820"})
    with works("T1") as work:
        arrived(work, came)
    assert {row.record_id for row in stored(works, kind="redraw")} == {changed.id}
    assert same.version == 1


def test_a_card_that_was_found_in_slack_is_drawn_anew_because_nobody_knows_what_it_says(
    works: UnitOfWorkFactory,
) -> None:
    [lead] = leads(works, 1)
    came = [Arrival(each.delivery, each.channel, each.ts, version=-1) for each in arrivals(works)]
    with works("T1") as work:
        arrived(work, came)
    assert {row.record_id for row in stored(works, kind="redraw")} == {lead.id}


def test_a_list_follows_its_records_also_where_one_changed_since_it_was_drawn(
    works: UnitOfWorkFactory,
) -> None:
    same, changed = leads(works, 2)
    with works("T1") as work:
        work.session.execute(delete(Delivery))
        deliver(work, "cases", "C_SALES", "list", attempts=1)
    [told] = stored(works, kind="cases")
    with works("T1", "U_RITA") as work:
        records.update(work, work.find(Lead, changed.number), {"phone": "+49 30 901820"})
    came = Arrival(told, "C_SALES", "7", named={("lead", same.id): 1, ("lead", changed.id): 1})
    with works("T1") as work:
        assert arrived(work, [came]) == set()
    assert [(row.channel, row.ts, row.entity) for row in stored(works, kind="redraw")] == [
        ("C_SALES", "7", None)
    ]
    with works("T1", "U_RITA") as work:
        records.update(work, work.find(Lead, same.number), {"phone": "+49 30 901821"})
    assert [row.ts for row in stored(works, kind="redraw")] == ["7", "7"]


def test_what_waited_for_a_card_to_stand_is_told_now(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    there, elsewhere = leads(works, 2)
    came = [each for each in arrivals(works) if each.delivery.record_id == there.id]
    with works("T1") as work:
        for lead in (there, elsewhere):
            about = {"entity": "lead", "record_id": lead.id, "not_before": work.now + LEASE}
            deliver(work, "event", CARDS, f"told {lead.ref}", about={"text": "hello"}, **about)
    clock.forward(timedelta(seconds=1))
    with works("T1") as work:
        arrived(work, came)
    assert {row.record_id: row.not_before for row in stored(works, kind="event")} == {
        there.id: clock(),
        elsewhere.id: START + LEASE,
    }


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_only_the_card_of_a_record_that_someone_is_changing_has_to_wait(
    works: UnitOfWorkFactory,
) -> None:
    busy, free = leads(works, 2)
    came = [each for each in arrivals(works) if each.channel != "C_SALES"]
    with works("T1", "U_RITA") as other:
        other.lock(other.find(Lead, busy.number))
        with works("T1") as work:
            waiting = arrived(work, came)
    assert waiting == {each.delivery.id for each in came if each.delivery.record_id == busy.id}
    assert [post.record_id for post in posts(works)] == [free.id]
    with works("T1") as work:
        assert arrived(work, [each for each in came if each.delivery.id in waiting]) == set()
    assert [post.record_id for post in posts(works)] == [free.id, busy.id]


def test_who_lost_the_lease_remembers_no_card(
    works: UnitOfWorkFactory, clock: StoppedClock
) -> None:
    leads(works, 1)
    lost = arrivals(works)
    clock.forward(LEASE)
    held = taken(works)
    with works("T1") as work:
        assert arrived(work, lost) == set()
    assert posts(works) == []
    assert [row.state for row in stored(works, id=held[0].id)] == [DeliveryState.UNKNOWN]


def test_a_card_of_a_record_that_is_not_there_is_marked_all_the_same(
    works: UnitOfWorkFactory,
) -> None:
    with works("T1") as work:
        deliver(work, "card", "C_A", "lost", entity="lead", record_id=999)
    with works("T2", "U_OTTO") as work:
        records.create(work, Lead, {"first_name": "Otto's"})
    came = [Arrival(each.delivery, each.channel, each.ts, version=3) for each in arrivals(works)]
    with works("T1") as work:
        assert arrived(work, came) == set()
    assert [row.state for row in stored(works)] == [DeliveryState.SENT]


def test_nothing_is_asked_where_nothing_arrived(works: UnitOfWorkFactory) -> None:
    with works("T1") as work, listening(works.engine) as heard:
        assert arrived(work, []) == set()
    assert heard == []


def test_after_preparing_the_records_of_cards_and_those_they_name_are_not_asked_for_again(
    works: UnitOfWorkFactory,
) -> None:
    acme = given(works, Account, name="Acme")
    deals = [
        given(works, Opportunity, name=f"Deal {number}", account=acme.ref) for number in range(3)
    ]
    with works("T1", "U_RITA") as work:
        records.delete(work, work.find(Opportunity, deals[0].number))
    rows = stored(works, kind="card")
    with works("T1", writes=False) as work, listening(works.engine) as heard:
        prepare(work, rows)
        prepared = len(heard)
        assert [str(work.get(Opportunity, deal.id)) for deal in deals] == [
            "OP-1 Deal 0",
            "OP-2 Deal 1",
            "OP-3 Deal 2",
        ]
        assert [work.name("account", acme.id), work.name("user", deals[1].owner or 0)] == [
            "Acme",
            "Rita Reyes",
        ]
        assert len(heard) == prepared == 3


def test_cards_stand_where_they_were_posted_last_and_others_do_not_count(
    works: UnitOfWorkFactory,
) -> None:
    first, second = leads(works, 2)
    rows = taken(works)
    where = [("T1", first, "C_A", "1.1"), ("T1", first, "C_A", "1.2"), ("T1", first, "C_B", "1.3")]
    where += [("T2", second, "C_A", "1.4")]
    same = {"entity": "lead", "posted_at": START}
    about = [
        same | {"workspace": workspace, "record_id": lead.id, "channel": channel, "ts": ts}
        for workspace, lead, channel, ts in where
    ]
    with Session(everywhere(works.engine)) as session, session.begin():
        session.execute(insert(Post), about)
    with works("T1") as work:
        assert places(work, rows) == {("lead", first.id): {"C_A": "1.2", "C_B": "1.3"}}


def test_what_arrived_is_found_by_its_keys_among_all_that_was_sent(
    works: UnitOfWorkFactory,
) -> None:
    with works("T1") as work:
        common = {"workspace": "T1", "kind": "message", "about": {}, "state": "sent", "attempts": 1}
        common |= {"not_before": START, "created_at": START}
        work.session.execute(
            insert(Delivery),
            [common | {"key": str(number), "channel": f"C_{number}"} for number in range(2000)],
        )
    leads(works, 3)
    came = arrivals(works)
    found = plans(works, lambda work: arrived(work, came), "UPDATE delivery")
    assert len(found) == 2
    for plan in found:
        assert "Seq Scan on delivery" not in plan
        assert "SCAN delivery" not in plan
