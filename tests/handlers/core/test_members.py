"""Who is a member of a workspace is decided in one place, by what Slack says of them."""

from typing import Any

import pytest
from sqlalchemy import select

from handlers.core.members import belongs, comes_from, member
from models.core import user_groups
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWorkFactory
from tests.tables import table

TEAMS: list[tuple[dict[str, Any], bool]] = [
    ({"team_id": "T1"}, True),
    ({"team_id": "T1", "is_stranger": False}, True),
    ({"team_id": "T1", "enterprise_user": {"teams": ["T1", "T3"]}}, True),
    ({"team_id": "E1", "enterprise_user": {"teams": ["T3", "T1"]}}, True),
    ({"team_id": "T3", "enterprise_user": {"teams": ["T3", "T1"]}}, True),
    ({"team_id": "T1", "is_stranger": True}, False),
    ({"team_id": "T2", "is_stranger": False}, False),
    ({"team_id": "T2"}, False),
    ({"team_id": "E1", "enterprise_user": {"teams": ["T3"]}}, False),
    ({"team_id": "E1", "enterprise_user": {"teams": []}}, False),
    ({"team_id": "E1", "enterprise_user": {}}, False),
    ({"enterprise_user": {"teams": "T1"}}, False),
    ({"enterprise_user": ["T1"]}, False),
    ({"team_id": ""}, False),
    ({"team_id": None}, False),
    ({"team_id": ["T1"]}, False),
    ({}, False),
]


@pytest.mark.parametrize(("user", "ours"), TEAMS, ids=str)
def test_the_teams_decide_and_in_doubt_somebody_is_from_elsewhere(
    user: dict[str, Any], ours: bool
) -> None:
    assert belongs(user, "T1") is ours
    assert bool(member({"id": "U1", **user}, "T1")) is ours


def test_nobody_belongs_to_no_workspace() -> None:
    assert not belongs({"team_id": ""}, "")
    assert not belongs({"team_id": None}, "")


@table("bot", [{"is_bot": True}, {"id": "USLACKBOT"}])
def test_bots_are_of_the_workspace_and_no_members_of_it(bot: dict[str, Any]) -> None:
    user = {"id": "U1", "team_id": "T1", **bot}
    assert belongs(user, "T1")
    assert member(user, "T1") == {}


@table(
    ("said", "guest"),
    [({}, False), ({"is_restricted": True}, True), ({"is_ultra_restricted": True}, True)],
)
def test_guests_are_members_who_may_do_nothing(said: dict[str, Any], guest: bool) -> None:
    assert member({"id": "U1", "team_id": "T1", **said}, "T1")["guest"] is guest


@table(
    ("team", "may"),
    [("T1", True), ("T3", True), ("E1", True), ("T2", False), ("E2", False), ("", False)],
)
def test_an_act_may_say_that_somebody_comes_from_their_teams_and_their_organisation(
    team: str, may: bool
) -> None:
    user = {"team_id": "T1", "enterprise_user": {"enterprise_id": "E1", "teams": ["T1", "T3"]}}
    assert comes_from(user, team) is may
    assert comes_from({"team_id": "T1"}, team) is (team == "T1")


def test_who_gives_no_zone_has_the_workspaces_until_they_do(works: UnitOfWorkFactory) -> None:
    with works("T1") as work:
        work.workspace.zone = "Europe/Berlin"
    said = {"id": "U_ZED", "team_id": "T1", "real_name": "Zed"}
    works.welcome("T1", "U_ZED", **member(said, "T1"))
    with works("T1") as work:
        user_groups.meet(work, {"U_ZOE": member({**said, "id": "U_ZOE"}, "T1")})
    assert zones(works, "U_ZED", "U_ZOE") == ["Europe/Berlin"] * 2
    works.welcome("T1", "U_ZED", **member({**said, "tz": "Asia/Tokyo"}, "T1"))
    works.welcome("T1", "U_ZED", **member(said, "T1"))
    assert zones(works, "U_ZED") == ["Asia/Tokyo"]


def zones(works: UnitOfWorkFactory, *ids: str) -> list[str]:
    with works("T1", writes=False) as work:
        return list(
            work.session.scalars(select(User.zone).where(User.slack_id.in_(ids)).order_by(User.id))
        )
