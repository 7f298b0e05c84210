"""Who is in a Slack user group belongs to the team that follows it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox import events
from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Member
from bot.scheduler.scheduler import Scheduler
from bot.slack import channel_members
from models.core import user_groups
from models.core.audit.entries import AuditEntry
from models.core.identity.rights import Preset
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWorkFactory
from tests.bot.outgoing import rows, texts
from tests.ground import StoppedClock
from tests.handlers.kit import SQLITE, assert_inert, told

NORTH = "S0NORTH"


def team_of(works: UnitOfWorkFactory, slack_id: str) -> str | None:
    with works("T1", writes=False) as work:
        return work.session.scalars(select(User.team).where(User.slack_id == slack_id)).one()


def follow(
    slack: SlackDriver,
    courier: DeliveryDispatcher,
    team: str = "north",
    group: str = "@north-team",
    more: str = "",
) -> None:
    slack.command(f"/crm team edit {team} group={group} {more}".strip(), user="U_ADA")
    courier.drain()


def regroup(
    slack: SlackDriver, courier: DeliveryDispatcher, *users: str, group: str = NORTH
) -> None:
    events.regroup(slack.slack, slack.slack.groups[group], list(users))
    courier.drain()


def test_a_team_becomes_its_group_and_follows_who_comes_and_goes(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    follow(slack, courier)
    assert "Slack user group: empty → @north-team" in told(slack)
    assert team_of(works, "U_OLGA") == "north"
    regroup(slack, courier, "U_OLGA", "U_ELI")
    assert team_of(works, "U_ELI") == "north"
    regroup(slack, courier, "U_ELI")
    assert (team_of(works, "U_OLGA"), team_of(works, "U_ELI")) == (None, "north")
    assert_inert(slack)


@SQLITE
def test_who_joins_gets_the_teams_role_and_an_admin_stays_one(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    slack.slack.groups[NORTH].users = ["U_ELI", "U_ADA"]
    follow(slack, courier, more="role=manager")
    with works("T1", writes=False) as work:
        found = {
            user.slack_id: user.role
            for user in work.session.scalars(select(User).where(User.team == "north"))
        }
        entry = work.session.scalars(
            select(AuditEntry).where(AuditEntry.field == "team", AuditEntry.new == "north")
        )
        assert {each.reason for each in entry} >= {"Slack user group @north-team"}
    assert found == {"U_ELI": Preset.MANAGER, "U_ADA": Preset.ADMIN}


@SQLITE
def test_who_is_new_is_welcomed_and_guests_and_bots_are_not_taken_in(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    slack.slack.members["U_NEW"] = Member("U_NEW", "new", "Nora New", team="T1")
    slack.slack.members["U_BOT"] = Member("U_BOT", "bot", "Another bot", team="T1", is_bot=True)
    slack.slack.groups[NORTH].users = ["U_NEW", "U_BOT", "U_GUS", "U_OLGA"]
    follow(slack, courier)
    assert team_of(works, "U_NEW") == "north"
    assert team_of(works, "U_GUS") is None
    assert works.unknown("T1", {"U_BOT"})


@SQLITE
def test_many_who_are_new_are_looked_up_bit_by_bit(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    clock: StoppedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(channel_members, "ASKED", 2)
    new = [f"U_{number}" for number in range(5)]
    slack.slack.members |= {each: Member(each, each.lower(), team="T1") for each in new}
    slack.slack.groups[NORTH].users = new
    follow(slack, courier)
    for _ in range(3):
        clock.forward(timedelta(seconds=2))
        courier.drain()
    assert {team_of(works, each) for each in new} == {"north"}


@SQLITE
def test_who_is_in_two_groups_stays_where_they_are(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    follow(slack, courier, "support", "@desk")
    slack.slack.groups[NORTH].users = ["U_SAM", "U_OLGA"]
    follow(slack, courier)
    assert team_of(works, "U_SAM") == "support"
    regroup(slack, courier, "U_SOFIA", group="S0DESK")
    regroup(slack, courier, "U_SAM", "U_OLGA")
    assert team_of(works, "U_SAM") == "north"


@SQLITE
def test_a_group_is_looked_at_once_a_day_though_no_event_came(
    slack: SlackDriver,
    works: UnitOfWorkFactory,
    courier: DeliveryDispatcher,
    scheduler: Scheduler,
    clock: StoppedClock,
) -> None:
    follow(slack, courier)
    slack.slack.groups[NORTH].users = ["U_ELI"]
    scheduler.tick()
    scheduler.tick()
    courier.drain()
    assert team_of(works, "U_ELI") == "north"
    assert len(rows(works, kind="gathering")) == 2
    clock.forward(timedelta(days=1))
    scheduler.tick()
    assert len(rows(works, kind="gathering")) == 3


@SQLITE
def test_a_group_that_is_gone_changes_nothing_and_an_admin_is_told(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    follow(slack, courier)
    del slack.slack.groups[NORTH]
    with works("T1") as work:
        user_groups.look_again(work)
    courier.drain()
    assert team_of(works, "U_OLGA") == "north"
    assert "I could not read who is in the Slack user group S0NORTH" in texts(slack, "U_ADA")[-1]


@SQLITE
def test_a_team_that_follows_no_group_any_more_is_left_alone(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    follow(slack, courier)
    with works("T1") as work:
        user_groups.look_again(work)
    slack.command("/crm team edit north group=", user="U_ADA")
    slack.slack.groups[NORTH].users = []
    courier.drain()
    assert team_of(works, "U_OLGA") == "north"
    assert (
        rows(works, kind="gathering")[-1].error
        == "dropped: the team follows another group, or none"
    )


@SQLITE
@pytest.mark.parametrize("typed", ["north-team", "S0NORTH", "<@U_RITA>", "@nobody"])
def test_what_is_no_user_group_is_refused_with_a_sentence(
    slack: SlackDriver, courier: DeliveryDispatcher, typed: str
) -> None:
    slack.command(f"/crm team edit north group={typed}", user="U_ADA")
    said = str(slack.modal) if slack.modal else told(slack)
    assert "is not a Slack user group. Try its @ in a command, picked from Slack's list." in said
