"""The people of the workspace: who they are, who comes, who changes."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Member
from models.core.identity.rights import Preset
from models.core.identity.user import User
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.handlers.kit import SQLITE, count, deliver, found, told


def person(works: UnitOfWorkFactory, slack_id: str) -> User:
    with works("T1", writes=False) as work:
        return work.session.scalars(select(User).where(User.slack_id == slack_id)).one()


def join(slack: SlackDriver, **profile: object) -> None:
    """Nina comes into the workspace."""
    nina = Member(
        "U_NINA", "nina", "Nina Novak", tz="Europe/Prague", email="Nina@Acme.example", team="T1"
    )
    slack.slack.members["U_NINA"] = replace(nina, **profile)
    slack.slack.join("C_GENERAL", "U_NINA")


def test_a_person_seen_for_the_first_time_is_looked_up_once(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    join(slack)
    slack.command("/crm lead new Bob", user="U_NINA")
    assert told(slack) == "Created LD-1 Bob"
    nina = person(works, "U_NINA")
    assert (nina.name, nina.email, nina.zone, nina.role) == (
        "Nina Novak",
        "nina@acme.example",
        "Europe/Prague",
        Preset.REP,
    )
    slack.command("/crm lead list", user="U_NINA")
    assert [name for name, _ in slack.slack.calls].count("users.info") == 1


@SQLITE
def test_a_guest_seen_for_the_first_time_is_refused(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    join(slack, is_restricted=True)
    slack.command("/crm lead new Bob", user="U_NINA")
    assert told(slack).startswith("Guests cannot use the CRM.")
    assert count(works, Lead) == 0


@SQLITE
def test_a_colleague_is_named_before_ever_having_used_the_bot(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    join(slack)
    slack.command("/crm lead new Bob @nina")
    assert found(works, Lead).owner == person(works, "U_NINA").id


def changed(slack: SlackDriver, **user: object) -> dict[str, object]:
    event = {
        "type": "user_change",
        "user": {"id": "U_RITA", "team_id": "T1", **user},
        "event_ts": "1.1",
    }
    return {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": "Ev1",
        "event_time": 1,
        "event": event,
    }


@SQLITE
def test_names_and_zones_follow_slack_and_the_role_stays(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    deliver(
        slack, "events_api", changed(slack, real_name="Rita Rossi", tz="Europe/Rome", is_bot=False)
    )
    rita = person(works, "U_RITA")
    assert (rita.name, rita.zone, rita.role) == ("Rita Rossi", "Europe/Rome", Preset.SENIOR)


@SQLITE
def test_whoever_has_left_may_do_nothing(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    deliver(slack, "events_api", changed(slack, real_name="Rita Reyes", deleted=True))
    slack.command("/crm lead new Bob")
    assert told(slack).startswith("Guests cannot use the CRM.")


@SQLITE
def test_a_change_of_somebody_we_never_met_or_of_another_workspace_is_passed_over(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    before = count(works, User)
    assert deliver(slack, "events_api", changed(slack, id="U_NEW", real_name="New")).acknowledged
    assert deliver(slack, "events_api", changed(slack) | {"team_id": "T9"}).acknowledged
    assert count(works, User) == before


@SQLITE
def test_an_admin_gives_roles_and_nobody_else_does(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    ravi = person(works, "U_RAVI")
    slack.command(f"/crm user set {ravi.ref} role=manager")
    assert told(slack) == "Your role (senior rep) does not allow “user set”. Ada Abel can give it."
    slack.command(f"/crm user set {ravi.ref} role=manager", user="U_ADA")
    assert "Role: senior rep → manager" in told(slack)


@SQLITE
@pytest.mark.parametrize(
    ("hours", "why"),
    [
        (
            {"starts_at": "soon"},
            {"starts_at": "“soon” is not a time of day. Try 9:00, 17:30 or 8am."},
        ),
        (
            {"ends_at": "25:00"},
            {"ends_at": "“25:00” is not a time on the clock. Try 9:00, 17:30 or 8am."},
        ),
    ],
)
def test_working_hours_are_checked(
    slack: SlackDriver, works: UnitOfWorkFactory, hours: dict[str, str], why: dict[str, str]
) -> None:
    slack.command(f"/crm user edit {person(works, 'U_RITA').ref}", user="U_ADA")
    slack.submit(hours, user="U_ADA")
    assert slack.errors == why


@SQLITE
def test_working_hours_that_are_emptied_are_the_usual_ones(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command(f"/crm user edit {person(works, 'U_RITA').ref}", user="U_ADA")
    slack.submit({"starts_at": "", "ends_at": ""}, user="U_ADA")
    assert (person(works, "U_RITA").starts_at, person(works, "U_RITA").ends_at) == (
        "09:00",
        "17:30",
    )


@SQLITE
@pytest.mark.parametrize("verb", ["new", "delete", "restore"])
def test_people_come_and_go_in_slack_not_here(
    slack: SlackDriver, works: UnitOfWorkFactory, verb: str
) -> None:
    before = count(works, User)
    slack.command(f"/crm user {verb} US-1", user="U_ADA")
    assert count(works, User) == before


@SQLITE
def test_everyone_sets_their_own_working_hours(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm hours from=8:00 until=16:00")
    rita = person(works, "U_RITA")
    assert (rita.starts_at, rita.ends_at) == ("08:00", "16:00")
    slack.command("/crm hours")
    slack.submit(starts_at="22:00", ends_at="6:00")
    rita = person(works, "U_RITA")
    assert (rita.starts_at, rita.ends_at) == ("22:00", "06:00")


@SQLITE
@pytest.mark.parametrize(
    ("line", "starts", "ends"),
    [
        ("hours from=8 until=8am", "08:00", "08:00"),
        ("hours from=8 until=5pm", "08:00", "17:00"),
        ("hours from=22:00 until=6:00", "22:00", "06:00"),
        ('hours from="9.30 Uhr" until="14h"', "09:30", "14:00"),
        ("hours from=730 until=noon", "07:30", "12:00"),
    ],
)
def test_working_hours_are_read_as_people_write_them(
    slack: SlackDriver, works: UnitOfWorkFactory, line: str, starts: str, ends: str
) -> None:
    slack.command(f"/crm {line}")
    rita = person(works, "U_RITA")
    assert (rita.starts_at, rita.ends_at) == (starts, ends)


@SQLITE
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"left": True}, "Has left the workspace, and may do nothing here"),
        ({"guest": True}, "A guest, who may do nothing here"),
    ],
)
def test_the_card_says_of_whom_nothing_is_to_be_expected(
    slack: SlackDriver, works: UnitOfWorkFactory, change: dict[str, bool], told: str
) -> None:
    slack.command("/crm user show US-2", user="U_ADA")
    assert told not in slack.last.words
    works.welcome("T1", "U_RAVI", **change)
    slack.command("/crm user show US-2", user="U_ADA")
    assert told in slack.last.words
