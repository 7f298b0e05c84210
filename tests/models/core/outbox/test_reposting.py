"""What stands in channels is remembered without a word of it, and may stand while those who read
see as much.
"""

from typing import Any

import pytest
from sqlalchemy import Engine, select

from models.core.identity.role import Role
from models.core.identity.user import User
from models.core.outbox import arrivals, audience, reposting
from models.core.outbox.arrivals import Arrival
from models.core.outbox.audience import STRANGER
from models.core.outbox.delivery import Delivery, Post, deliver
from models.core.outbox.posted import PostedMessage
from models.core.outbox.reposting import Shown, may_stand, together
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.maintenance import schema
from tests.ground import START
from tests.models.marks import SQLITE
from tests.models.spreading import steps


def people(work: UnitOfWork, *ids: str) -> tuple[User, ...]:
    found = tuple(
        work.session.scalars(select(User).where(User.slack_id.in_(ids)).order_by(User.id))
    )
    return (*found, STRANGER) if "stranger" in ids else found


def seen_by(works: UnitOfWorkFactory, *ids: str) -> Shown:
    with works("T1", writes=False) as work, policy.among(work.session, people(work, *ids)):
        return together(work)


@pytest.fixture
def without_phones(works: UnitOfWorkFactory) -> None:
    """No manager sees the phone of a lead."""
    with works("T1", "U_ADA") as work:
        role = work.session.scalars(select(Role).where(Role.key == "manager")).one()
        role.rights = role.rights.replace("lead: ", "lead: hide phone, ", 1)


@SQLITE
@pytest.mark.parametrize(
    ("before", "now", "may"),
    [
        (["U_RITA"], ["U_RITA"], True),
        (["U_RITA"], ["U_RITA", "U_RAVI"], True),
        (["U_RITA"], ["U_RITA", "U_ADA"], True),
        (["U_RITA", "U_JULE"], ["U_RITA"], True),
        (["U_ADA"], ["U_ADA", "U_RITA"], False),
        (["U_RITA"], ["U_RITA", "U_JULE"], False),
        (["U_RITA"], ["U_RITA", "U_OLGA"], False),
        (["U_RITA"], ["U_RITA", "stranger"], False),
        (["stranger"], ["U_RITA", "stranger"], True),
        (["stranger"], ["U_RITA"], True),
    ],
)
def test_it_may_stand_while_nobody_sees_less(
    works: UnitOfWorkFactory, before: list[str], now: list[str], may: bool
) -> None:
    assert may_stand(seen_by(works, *before), seen_by(works, *now)) is may


@SQLITE
def test_it_may_not_stand_when_a_field_is_hidden_from_somebody(
    works: UnitOfWorkFactory, without_phones: None
) -> None:
    rita, both = seen_by(works, "U_RITA"), seen_by(works, "U_RITA", "U_MONA")
    assert "phone" in both["hidden"]["lead"]
    assert not may_stand(rita, both)
    assert may_stand(both, rita)


@SQLITE
def test_a_right_that_is_gone_since_counts(works: UnitOfWorkFactory) -> None:
    before = seen_by(works, "U_MONA")
    with works("T1", "U_ADA") as work:
        role = work.session.scalars(select(Role).where(Role.key == "manager")).one()
        role.rights = "customer: look"
    assert not may_stand(before, seen_by(works, "U_MONA"))


def test_of_a_line_about_one_record_only_that_counts_and_what_nobody_knows_is_drawn_anew() -> None:
    assert may_stand({"open": True}, {"open": True})
    assert not may_stand({"open": True}, {"open": False})
    assert not may_stand({"open": False}, {"open": True})
    assert not may_stand(None, {"open": True})
    assert not may_stand(None, {"seen": {}, "hidden": {}})


# ── what stands is remembered ─────────────────────────────────────────────────────────────────────


def said(works: UnitOfWorkFactory, kind: str, channel: str, **columns: Any) -> Delivery:
    """A delivery that is on its way."""
    with works("T1") as work:
        deliver(work, kind, channel, f"{kind}:{channel}", **columns)
        delivery = work.session.scalars(
            select(Delivery).where(Delivery.key == f"{kind}:{channel}")
        ).one()
        delivery.attempts = 1
    return delivery


def arrive(
    works: UnitOfWorkFactory, delivery: Delivery, channel: str, ts: str = "1", **more: Any
) -> None:
    with works("T1") as work:
        arrivals.arrived(work, [Arrival(delivery, channel, ts, **more)])


def kept(works: UnitOfWorkFactory) -> list[PostedMessage]:
    with works("T1", writes=False) as work:
        return list(work.session.scalars(select(PostedMessage).order_by(PostedMessage.id)))


def asked(works: UnitOfWorkFactory) -> list[str]:
    """The channels in which something is to be drawn anew."""
    with works("T1", writes=False) as work:
        found = select(Delivery).where(Delivery.kind == "audience").order_by(Delivery.id)
        return [each.about["channel"] for each in work.session.scalars(found)]


def test_what_is_said_to_several_is_remembered_without_what_it_says(
    works: UnitOfWorkFactory,
) -> None:
    line = said(works, "line", "C_SALES", about={"line": "find Lovelace", "person": "U_RITA"})
    event = said(
        works, "event", "C_SUPPORT", about={"text": "Call Ada"}, entity="lead", record_id=7
    )
    arrive(works, line, "C_SALES", shown={"seen": {}, "hidden": {}})
    arrive(works, event, "C_SUPPORT", shown={"open": True})
    found = [
        (told.delivery, told.kind, told.channel, told.entity, told.record_id, told.shown)
        for told in kept(works)
    ]
    assert found == [
        (line.id, "line", "C_SALES", None, None, {"seen": {}, "hidden": {}}),
        (event.id, "event", "C_SUPPORT", "lead", 7, {"open": True}),
    ]
    words = str([vars(told) for told in kept(works)])
    assert not any(word in words for word in ("Lovelace", "Ada", "RITA"))


@SQLITE
@pytest.mark.parametrize(
    ("kind", "channel"), [("due", "D1"), ("line", "U_RITA"), ("message", "C_SALES")]
)
def test_what_one_reads_alone_or_what_speaks_of_no_record_is_not(
    works: UnitOfWorkFactory, kind: str, channel: str
) -> None:
    arrive(works, said(works, kind, channel), channel)
    assert kept(works) == []


def test_what_nobody_saw_arrive_is_kept_as_drawn_for_nobody_knows_whom(
    works: UnitOfWorkFactory,
) -> None:
    arrive(works, said(works, "line", "C_SALES"), "C_SALES", version=-1)
    assert [told.shown for told in kept(works)] == [None]


def test_what_another_replica_has_taken_since_is_left_to_it(works: UnitOfWorkFactory) -> None:
    delivery = said(works, "line", "C_SALES")
    with works("T1") as work:
        work.session.get_one(Delivery, delivery.id).attempts = 2
    arrive(works, delivery, "C_SALES")
    assert kept(works) == []


def test_what_is_drawn_anew_is_remembered_as_it_stands_now_and_forgotten_when_it_is_gone(
    works: UnitOfWorkFactory,
) -> None:
    arrive(works, said(works, "line", "C_SALES"), "C_SALES", shown={"seen": {}, "hidden": {}})
    [told] = kept(works)
    redraw = said(works, "redraw", "C_SALES", ts="1", about={"told": told.id})
    with works("T1") as work:
        found = reposting.find(work, redraw)
        assert found
        assert found.id == told.id
        assert reposting.find(work, Delivery(kind="redraw", about={})) is None
    less = {"seen": {"lead": [0]}, "hidden": {}}
    arrive(works, redraw, "C_SALES", shown=less)
    assert [told.shown for told in kept(works)] == [less]
    with works("T1") as work:
        reposting.forget(work, "C_SUPPORT", "1")
        reposting.forget(work, "C_SALES", "1")
    assert kept(works) == []


def test_who_comes_while_it_is_on_its_way_is_thought_of(works: UnitOfWorkFactory) -> None:
    first, second = said(works, "line", "C_SALES"), said(works, "team_due", "C_SALES")
    arrive(works, first, "C_SALES", turn=0)
    assert asked(works) == []
    with works("T1") as work:
        work.session.connection().execute(
            audience.coming_and_going(work.session.connection().dialect.name),
            {"here": "T1", "place": "C_SALES"},
        )
    arrive(works, second, "C_SALES", ts="2", turn=0)
    assert asked(works) == ["C_SALES"]


def test_all_that_stands_is_asked_for_the_cards_first_and_some_at_a_time(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "AT_ONCE", 2)
    with works("T1") as work:
        for number, place in enumerate(("C_1", "C_2", "C_1", "C_1"), 1):
            ts = str(number)
            work.session.add(
                Post(entity="lead", record_id=number, channel=place, ts=ts, posted_at=work.now)
            )
            work.session.add(
                PostedMessage(
                    delivery=number, kind="line", channel=place, ts=f"{ts}.5", posted_at=work.now
                )
            )
        audience.reconsider(work, "C_1")
    assert steps(works) == [["4", "3"], ["1", "4.5"], ["3.5", "1.5"], []]
    with works("T1") as work:
        audience.reconsider(work)
    assert steps(works) == [["4", "3"], ["2", "1"], ["4.5", "3.5"], ["2.5", "1.5"], []]


def test_what_was_said_before_the_step_is_remembered_by_it(settled: Engine) -> None:
    works = UnitOfWorkFactory(settled)
    sent = {"state": "sent", "sent_at": START, "ts": "1"}
    with works("T1") as work:
        deliver(work, "event", "C_SALES", "a", thread="0", entity="lead", record_id=7, **sent)
        deliver(work, "line", "G_SALES", "b", **sent)
        deliver(work, "line", "D_RITA", "c", **sent)
        deliver(work, "card", "C_SALES", "d", **{**sent, "ts": "2"})
        deliver(work, "line", "C_SALES", "e", **{**sent, "error": "dropped"})
        deliver(work, "line", "C_SALES", "f")
    schema.downgrade(settled, "0009")
    schema.upgrade(settled)
    found = [
        (told.kind, told.channel, told.ts, told.entity, told.record_id, told.shown)
        for told in kept(works)
    ]
    assert found == [
        ("event", "C_SALES", "1", "lead", 7, None),
        ("line", "G_SALES", "1", None, None, None),
    ]
    assert [told.posted_at for told in kept(works)] == [START, START]
