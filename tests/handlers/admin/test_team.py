"""Teams: made, led, put below one another, and joined."""

import pytest

from bot.sandbox.client import SlackDriver
from models.core.identity.team import Team
from models.core.identity.user import User
from models.core.permissions import policy
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from tests.ground import given
from tests.handlers.kit import SQLITE, count, found, told

pytestmark = SQLITE


def admin(slack: SlackDriver, line: str) -> str:
    """Ada types a line; returns the answer."""
    slack.command(f"/crm {line}", user="U_ADA")
    return told(slack)


def sees(works: UnitOfWorkFactory, person: str, lead: Lead) -> bool:
    with works("T1", person, writes=False) as work:
        return policy.can(work.actor, "show", work.get(Lead, lead.id))


def person(works: UnitOfWorkFactory, slack_id: str) -> User:
    with works("T1", writes=False) as work:
        return work.get(User, work.lookup("user", slack_id))


def test_a_team_is_made_with_who_leads_it_and_what_it_is_a_part_of(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    before = count(works, Team)
    said = f"Created TM-{before + 1} Europe\nLead: Mona Meyer\nPart of: TM-1 sales"
    assert admin(slack, "team new Europe lead=@mona under=sales") == said
    team = found(works, Team, before + 1)
    assert team.lead == person(works, "U_MONA").id
    admin(slack, "team show Europe")
    assert "Lead:* Mona Meyer" in slack.last.words
    assert "Part of:* sales" in slack.last.words


def test_who_leads_a_team_sees_what_is_that_of_the_teams_below(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    lead = given(works, Lead, first_name="Ada", owner="me")
    assert not sees(works, "U_OLGA", lead)
    admin(slack, "team new Europe lead=@olga")
    admin(slack, "team set sales under=Europe")
    assert sees(works, "U_OLGA", lead)


def test_somebody_joins_and_sees_what_is_the_teams(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    lead = given(works, Lead, first_name="Ada", owner="me")
    assert "Team: north → sales" in admin(slack, "team join sales @olga")
    assert sees(works, "U_OLGA", lead)
    slack.click("crm.undo", user="U_ADA")
    assert not sees(works, "U_OLGA", lead)


def test_whoever_joins_takes_the_role_of_the_team(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    admin(slack, 'team set support role="support lead"')
    admin(slack, "team join support @rita")
    assert (person(works, "U_RITA").team, person(works, "U_RITA").role) == (
        "support",
        "support lead",
    )


def test_a_team_of_several_words_is_joined_by_form_button_and_mention(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    admin(slack, "team new Europe West")
    admin(slack, "team join Europe West @rita")
    assert person(works, "U_RITA").team == "europe west"
    slack.command("/crm team show Europe West", user="U_ADA")
    slack.click("team.join", user="U_ADA")
    slack.submit(person="@ravi", user="U_ADA")
    assert "Team: sales → europe west" in told(slack)
    slack.say("@crm team join Europe West @sam", user="U_ADA")
    assert person(works, "U_SAM").team == "europe west"


def test_joining_twice_is_refused(slack: SlackDriver) -> None:
    assert admin(slack, "team join sales @rita") == "Rita Reyes is in the team sales already."


@pytest.mark.parametrize(
    "line", ["team join sales @olga", "team new Mine", "team set sales lead=me", "delete TM-1"]
)
def test_only_admins_change_teams(slack: SlackDriver, works: UnitOfWorkFactory, line: str) -> None:
    before = count(works, Team)
    slack.command(f"/crm {line} --yes", user="U_MONA")
    assert "does not allow “team" in told(slack)
    assert slack.last.buttons == ["Request"]
    assert (count(works, Team), person(works, "U_OLGA").team) == (before, "north")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (
            "team set sales under=sales",
            "sales would be part of itself. Choose another team, or none.",
        ),
        ("team set sales role=wizard", "There is no role “wizard”."),
        ("team new Sales", "There is a team Sales already: TM-"),
    ],
)
def test_what_cannot_be_comes_back_in_the_form_with_the_reason(
    slack: SlackDriver, line: str, why: str
) -> None:
    slack.command(f"/crm {line}", user="U_ADA")
    assert slack.modal
    assert why in slack.modal.words


def test_teams_in_a_loop_are_refused(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    admin(slack, "team set north under=sales")
    slack.command("/crm team set sales under=north", user="U_ADA")
    assert slack.modal
    assert "sales would be part of itself" in slack.modal.words


def test_a_team_nobody_knows_is_not_joined(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    assert admin(slack, "team join west @rita").startswith("There is no team “west”")
    assert person(works, "U_RITA").team == "sales"


def test_a_team_with_people_is_not_deleted(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    crowd = "Rita Reyes and others are in the team sales. Give them another team first."
    assert admin(slack, "delete TM-1 --yes") == crowd
    alone = "Olga Orlova is in the team north. Give them another team first."
    assert admin(slack, "delete TM-3 --yes") == alone
    admin(slack, "team join sales @olga")
    assert (
        admin(slack, "delete TM-3 --yes") == "Deleted TM-3 north. It can be restored for 30 days."
    )


def test_a_team_that_others_are_a_part_of_is_not_deleted(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    admin(slack, "team new Europe")
    admin(slack, "team set sales under=Europe")
    assert (
        admin(slack, "delete TM-4 --yes")
        == "The team sales is a part of Europe. Put it somewhere else first."
    )


def test_who_left_keeps_no_team_from_being_deleted(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    works.welcome("T1", "U_OLGA", left=True)
    assert (
        admin(slack, "delete TM-3 --yes") == "Deleted TM-3 north. It can be restored for 30 days."
    )
