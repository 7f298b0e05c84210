"""Few people stand for many: what they may see together is what all of them may see together."""

from collections.abc import Sequence

import pytest
from hypothesis import given as forall
from hypothesis import strategies
from sqlalchemy import select

from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.outbox import audience
from models.core.outbox.audience import STRANGER
from models.core.outbox.delivery import Delivery, Post
from models.core.outbox.posted import PostedMessage
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import PEOPLE, given
from tests.models.marks import SQLITE, tried
from tests.models.spreading import steps

EVERYBODY = [f"{slack_id}{twin}" for slack_id in PEOPLE for twin in ("", "2")]


@pytest.fixture
def leads(works: UnitOfWorkFactory) -> None:
    """A lead of everybody's who may have one, and one that is nobody's."""
    for slack_id, profile in PEOPLE.items():
        works.welcome("T1", f"{slack_id}2", **{**profile, "name": f"{profile['name']} II"})
    with works("T1") as work:
        work.session.scalars(select(Team).where(Team.key == "north")).one().lead = work.lookup(
            "user", "U_MONA"
        )
        for person in work.session.scalars(select(User).order_by(User.id)).all():
            work.add(Lead(first_name=f"Of {person.name}", owner=person.id))
        work.add(Lead(first_name="Nobody's"))


def seen(work: UnitOfWork, viewers: Sequence[User]) -> set[str]:
    with policy.among(work.session, viewers):
        return set(work.session.scalars(select(Lead.title)))


def users(work: UnitOfWork, ids: Sequence[str]) -> list[User]:
    return list(work.session.scalars(select(User).where(User.slack_id.in_(ids))))


@SQLITE
@tried(25)
@forall(ids=strategies.sets(strategies.sampled_from(EVERYBODY), min_size=1))
def test_who_stands_for_all_sees_exactly_what_all_see(
    works: UnitOfWorkFactory, leads: None, ids: set[str]
) -> None:
    with works("T1", writes=False) as work:
        stand = audience.viewers(work, {"C": ids})["C"]
        everybody = users(work, sorted(ids))
        assert len(stand) <= len(everybody)
        assert seen(work, stand) == seen(work, everybody)


@SQLITE
def test_two_stand_for_all_of_a_kind_and_who_leads_a_team_for_themselves(
    works: UnitOfWorkFactory, leads: None
) -> None:
    reps = [f"U_{number}" for number in range(20)]
    for rep in reps:
        works.welcome("T1", rep, name=rep, role="rep", team="sales")
    with works("T1", writes=False) as work:
        rooms = audience.viewers(
            work, {"C_REPS": reps, "C_LEAD": ["U_MONA", "U_MONA2"], "C_ONE": ["U_ADA"]}
        )
    assert [user.slack_id for user in rooms["C_REPS"]] == ["U_0", "U_19"]
    assert [user.slack_id for user in rooms["C_LEAD"]] == ["U_MONA", "U_MONA2"]
    assert [user.slack_id for user in rooms["C_ONE"]] == ["U_ADA"]


def test_guests_are_one_and_nobody_at_all_is_a_guest(works: UnitOfWorkFactory) -> None:
    works.welcome("T1", "U_ELI", left=True)
    with works("T1", writes=False) as work:
        rooms = {
            "C_GUEST": ["U_RITA", "U_GUS"],
            "C_EMPTY": [],
            "C_LEFT": ["U_ELI"],
            "C_OTTO": ["U_OTTO"],
        }
        found = audience.viewers(work, rooms)
        assert audience.viewers(work, {}) == {}
    assert [user.name for user in found.pop("C_GUEST")] == ["Rita Reyes", STRANGER.name]
    assert list(found.values()) == [(STRANGER,)] * 3


def test_who_is_known_is_known_here(works: UnitOfWorkFactory) -> None:
    for _ in range(2):
        assert works.unknown("T1", {"U_RITA", "U_OTTO", "U_NEW"}) == {"U_OTTO", "U_NEW"}
    works.welcome("T1", "U_NEW", name="Nia")
    assert works.unknown("T1", {"U_RITA", "U_NEW"}) == set()


# ── when they are others ──────────────────────────────────────────────────────────────────────────


def asked(works: UnitOfWorkFactory) -> list[dict[str, object]]:
    with works("T1", writes=False) as work:
        wanted = select(Delivery.about).where(Delivery.kind == "audience").order_by(Delivery.id)
        return list(work.session.scalars(wanted))


def test_every_coming_and_going_is_counted_by_channel_and_workspace(
    works: UnitOfWorkFactory,
) -> None:
    for _ in range(3):
        with works("T1") as work:
            audience.moved(work, "C_SALES")
    with works("T2") as work:
        audience.moved(work, "C_SALES")
    with works("T1", writes=False) as work:
        assert audience.turns(work, ["C_SALES", "C_SUPPORT"]) == {"C_SALES": 3, "C_SUPPORT": 0}


@pytest.mark.parametrize("kept", [Post, PostedMessage])
def test_where_something_stands_it_is_asked_to_be_drawn_anew(
    works: UnitOfWorkFactory, kept: type[Post] | type[PostedMessage]
) -> None:
    more = (
        {"delivery": 1, "kind": "line"}
        if kept is PostedMessage
        else {"entity": "lead", "record_id": 1}
    )
    with works("T1") as work:
        work.session.add(kept(channel="C_SALES", ts="1", posted_at=work.now, **more))
    for workspace, channel in (("T1", "C_SUPPORT"), ("T2", "C_SALES"), ("T1", "C_SALES")):
        with works(workspace) as work:
            audience.moved(work, channel)
    assert asked(works) == [{"channel": "C_SALES"}]


def test_what_says_who_may_see_what_has_cards_drawn_anew_and_nothing_else_has(
    works: UnitOfWorkFactory,
) -> None:
    works.welcome("T1", "U_RITA", name="Rita R.", zone="Asia/Tokyo")
    given(works, Lead, first_name="Ada")
    assert asked(works) == []
    works.welcome("T1", "U_RITA", role="rep")
    with works("T1", "U_ADA") as work:
        work.session.scalars(select(Team).where(Team.key == "north")).one().lead = 1
        work.session.scalars(select(User).where(User.slack_id == "U_ELI")).one().team = "north"
    assert asked(works) == [{"channel": ""}] * 2


def test_cards_are_asked_for_the_latest_first_and_some_at_a_time(
    works: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "AT_ONCE", 2)
    places = ["C_1", "C_2", "C_1", "D_RITA", "C_1"]
    with works("T1") as work:
        for number, place in enumerate(places, 1):
            work.session.add(
                Post(
                    entity="lead",
                    record_id=number,
                    channel=place,
                    ts=str(number),
                    posted_at=work.now,
                )
            )
        audience.reconsider(work, "C_1")
    assert steps(works) == [["5", "3"], ["1"]]
    with works("T1") as work:
        audience.reconsider(work)
    assert steps(works) == [["5", "3"], ["2", "1"], []]
