"""What an undone act changes in Slack: reminders, news for people, lines in threads, cards."""
# ruff: noqa: F811 — the fixtures keep their names here

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from models.activities import reminders
from models.activities.activity import Activity
from models.core import records
from models.core.identity.user import User
from models.core.outbox.delivery import Delivery, DeliveryState, Post, deliver
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.customers.customer import Customer
from models.sales.lead import Lead
from models.support.case import Case
from tests.ground import StoppedClock, task
from tests.models.marks import SQLITE
from tests.models.undo import act, ada, broken, eve, now, undo  # noqa: F401


def remind(works: UnitOfWorkFactory) -> list[int]:
    """Tell Rita what is due, as the scheduler and the courier do; returns the ids."""
    with works("T1", "U_RITA") as work:
        ids = [
            id
            for reminder in reminders.reminders(work, work.get(User, work.actor.id))
            for id in reminder.ids
        ]
        if ids:
            deliver(
                work,
                "due",
                "U_RITA",
                f"due:{work.unit}",
                about={"ids": ids},
                state="sent",
                sent_at=work.now,
            )
    return ids


def put_off(work: UnitOfWork) -> None:
    work.find(Activity, 1).snooze(work, work.now + timedelta(days=2))


def tick_off(work: UnitOfWork) -> None:
    work.find(Activity, 1).done(work)


def hide(work: UnitOfWork) -> None:
    records.delete(work, work.find(Activity, 1))


@pytest.mark.parametrize("do", [put_off, tick_off, hide])
def test_a_reminder_comes_when_it_would_have_come(
    works: UnitOfWorkFactory, clock: StoppedClock, eve: Customer, do: Callable[[UnitOfWork], None]
) -> None:
    task(works, eve, "+1h")
    unit = act(works, "U_RITA", do)
    clock.forward(timedelta(hours=2))
    assert remind(works) == []
    undo(works, unit)
    assert remind(works) == [1]
    assert remind(works) == []


@pytest.mark.parametrize("do", [put_off, tick_off, hide])
def test_a_reminder_that_had_come_does_not_come_again(
    works: UnitOfWorkFactory, clock: StoppedClock, eve: Customer, do: Callable[[UnitOfWork], None]
) -> None:
    task(works, eve, "+1h")
    clock.forward(timedelta(hours=1))
    assert remind(works) == [1]
    clock.forward(timedelta(minutes=5))
    undo(works, act(works, "U_RITA", do))
    assert remind(works) == []


def news(works: UnitOfWorkFactory, *kinds: str) -> list[tuple[str, dict[str, Any]]]:
    """What waits to be told: (kind, what it says by ids)."""
    with works("T1", writes=False) as work:
        theirs = select(Delivery).where(
            Delivery.kind.in_(kinds), Delivery.state == DeliveryState.WAITING
        )
        return [
            (each.kind, each.about) for each in work.session.scalars(theirs.order_by(Delivery.id))
        ]


def rita(works: UnitOfWorkFactory) -> int:
    with works("T1", writes=False) as work:
        return work.lookup("user", "U_RITA")


def test_what_nobody_was_told_yet_nobody_is_told_and_again_they_are(
    works: UnitOfWorkFactory, ada: Lead
) -> None:
    unit = act(works, "U_RITA", lambda work: work.find(Lead, 1).qualify(work))
    told = news(works, "event")
    assert told == [("event", {"by": rita(works), "did": "qualified it."})]
    undone = undo(works, unit)
    assert news(works, "event") == []
    again = undo(works, undone)
    assert news(works, "event") == told
    undo(works, again)
    assert news(works, "event") == []


@SQLITE
def test_a_new_owner_is_not_told_of_what_is_not_theirs_any_more(
    works: UnitOfWorkFactory, ada: Lead
) -> None:
    unit = act(
        works,
        "U_RITA",
        lambda work: records.assign(work, work.find(Lead, 1), work.lookup("user", "U_RAVI")),
    )
    assert len(news(works, "assigned")) == 1
    undo(works, unit)
    assert news(works, "assigned") == []


def test_a_card_that_is_not_out_yet_stays_in(works: UnitOfWorkFactory) -> None:
    undone = undo(
        works, act(works, "U_RITA", lambda work: records.create(work, Lead, {"first_name": "Ada"}))
    )
    assert news(works, "card") == []
    undo(works, undone)
    assert news(works, "card") == [("card", {})]


def test_where_it_was_told_it_is_told_that_it_was_taken_back(
    works: UnitOfWorkFactory, ada: Lead
) -> None:
    unit = act(works, "U_RITA", lambda work: work.find(Lead, 1).qualify(work))
    send_all(works)
    did = {"by": rita(works), "did": "qualified it."}
    undone = undo(works, unit)
    assert news(works, "event") == [("event", {**did, "undone": rita(works)})]
    send_all(works)
    again = undo(works, undone)
    assert news(works, "event") == [("event", {**did, "redone": rita(works)})]
    send_all(works)
    undo(works, again)
    assert news(works, "event") == [("event", {**did, "undone": rita(works)})]


OLD = {"text": "Rita Reyes qualified it."}


@pytest.mark.parametrize(
    "about", [OLD, {"text": f"Ravi Rao undid this: {OLD['text']}", "of": OLD["text"]}]
)
def test_what_was_told_before_the_upgrade_is_taken_back_too(
    works: UnitOfWorkFactory, ada: Lead, about: dict[str, Any]
) -> None:
    unit = act(works, "U_RITA", lambda work: work.find(Lead, 1).qualify(work))
    with works("T1") as work:
        work.session.execute(update(Delivery).where(Delivery.kind == "event").values(about=about))
    send_all(works)
    undo(works, unit)
    assert news(works, "event") == [("event", {**OLD, "undone": rita(works)})]


def test_every_answer_that_one_act_gave_is_taken_back_in_a_line_of_its_own(
    works: UnitOfWorkFactory, broken: Case
) -> None:
    def answer_twice(work: UnitOfWork) -> None:
        for _ in range(2):
            work.find(Case, 1).reply(work, "On it", public=False)

    unit = act(works, "U_RITA", answer_twice)
    send_all(works)
    undo(works, unit)
    assert [about["remark"] for _, about in news(works, "event")] == [1, 2]


def send_all(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        for delivery in work.session.scalars(select(Delivery)):
            delivery.state, delivery.sent_at = DeliveryState.SENT, work.now


def test_the_cards_are_drawn_anew(works: UnitOfWorkFactory, broken: Case) -> None:
    with works("T1") as work:
        work.session.add(
            Post(entity="case", record_id=broken.id, channel="C", ts="1.0", posted_at=work.now)
        )
    units = [
        act(works, "U_RITA", lambda work: work.find(Case, 1).reply(work, "Angry", public=False))
    ]
    for _ in range(2):
        units.append(undo(works, units[-1]))
    with works("T1", writes=False) as work:
        keys = work.session.scalars(select(Delivery.key).where(Delivery.kind == "redraw")).all()
    assert [sum(unit in key for key in keys) for unit in units] == [1, 1, 1]
