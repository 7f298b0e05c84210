"""Who belongs to which team and who is admin, by what Slack says."""

import pytest
from sqlalchemy import select

from models.core import records, user_groups
from models.core.identity.rights import Preset
from models.core.identity.team import Group, Team
from models.core.identity.user import User
from models.core.outbox.delivery import Delivery
from models.core.unit_of_work import UnitOfWorkFactory
from tests.models.marks import SQLITE

NORTH = "<!subteam^S1|@north-team>"
KIND = Group("Slack user group")


def follow(works: UnitOfWorkFactory, group: str = NORTH) -> Delivery:
    """Let the team north follow a group; returns what asks for who is in it."""
    with works("T1", "U_ADA") as work:
        records.update(
            work,
            work.session.scalars(select(Team).where(Team.key == "north")).one(),
            {"group": group},
        )
    return asked(works)[-1]


def asked(works: UnitOfWorkFactory) -> list[Delivery]:
    with works("T1", writes=False) as work:
        return list(
            work.session.scalars(
                select(Delivery).where(Delivery.kind == "gathering").order_by(Delivery.id)
            )
        )


def north(works: UnitOfWorkFactory) -> set[str]:
    with works("T1", writes=False) as work:
        return set(work.session.scalars(select(User.slack_id).where(User.team == "north")))


def test_who_is_in_the_group_is_in_the_team_and_nobody_else(works: UnitOfWorkFactory) -> None:
    delivery = follow(works)
    with works("T1") as work:
        user_groups.gather(work, delivery, {"U_ELI", "U_RITA", "U_GUS", "U_UNKNOWN"})
    assert north(works) == {"U_ELI", "U_RITA"}
    assert asked(works)[-1].state == "sent"


@SQLITE
def test_what_was_asked_for_another_group_changes_nothing(works: UnitOfWorkFactory) -> None:
    first = follow(works)
    follow(works, "<!subteam^S2|@south>")
    with works("T1") as work:
        user_groups.gather(work, first, {"U_RITA"})
    assert north(works) == {"U_OLGA"}


@SQLITE
def test_only_teams_that_follow_the_group_are_looked_at(works: UnitOfWorkFactory) -> None:
    follow(works)
    for group, count in (("S9", 1), ("S1", 2), ("", 3)):
        with works("T1") as work:
            user_groups.look_again(work, group)
        assert len(asked(works)) == count
    with works("T2") as work:
        user_groups.look_again(work)
    assert len(asked(works)) == 3


@SQLITE
def test_an_admin_is_appointed_where_there_is_none(works: UnitOfWorkFactory) -> None:
    for slack_id, left, role in (
        ("U_RITA", False, Preset.SENIOR),
        ("U_GUS", True, Preset.REP),
        ("U_RITA", True, "admin"),
    ):
        works.welcome("T1", "U_ADA", left=left)
        with works("T1") as work:
            user_groups.appoint(work, slack_id)
            assert (
                work.session.scalars(select(User.role).where(User.slack_id == slack_id)).one()
                == role
            )


@SQLITE
def test_a_user_group_is_kept_by_its_id_and_shown_by_its_name(works: UnitOfWorkFactory) -> None:
    with works("T1", writes=False) as work:
        assert KIND.parse(NORTH, work) == "S1|north-team"
        assert KIND.parse("<!subteam^S1>", work) == "S1|S1"
        assert KIND.parse(KIND.write("S1|north-team", work), work) == "S1|north-team"
        assert KIND.show("S1|north-team", work) == "@north-team"
        assert (KIND.show(None, work), KIND.parse("", work)) == ("", None)
        for text in ("@north-team", "S1", "<@U_RITA>", "<!subteam^S1|<!channel>>", "<!here>"):
            with pytest.raises(ValueError, match="is not a Slack user group"):
                KIND.parse(text, work)
