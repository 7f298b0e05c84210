"""People of another company never become users, whatever door they are named at, and are never
written to.
"""

from typing import Any

import pytest
from sqlalchemy import select

from bot.delivery.dispatcher import DeliveryDispatcher
from bot.sandbox import events
from bot.sandbox.client import SlackDriver
from bot.sandbox.entities import Channel, Member
from bot.sandbox.payloads import event
from bot.sandbox.slack import BOT_USER
from bot.sandbox.transport import EVENT
from models.core.identity.rights import Preset
from models.core.identity.user import User
from models.core.outbox.delivery import deliver
from models.core.unit_of_work import UnitOfWorkFactory
from models.sales.lead import Lead
from models.sales.opportunity import Opportunity
from tests.bot.outgoing import deal
from tests.ground import given
from tests.handlers.kit import SQLITE, count, found, told
from tests.handlers.kit import deliver as hand_in

pytestmark = SQLITE
XENIA = Member("U_XENIA", "xenia", "Xenia Xu", email="xenia@other.example", team="T_OTHER")
GRETA = Member("U_GRETA", "greta", "Greta Grid", team="E1", teams=("T3", "T1"))
REFUSAL = "This is only for the people of the workspace it belongs to."


@pytest.fixture(autouse=True)
def shared(slack: SlackDriver) -> None:
    """A channel where Xenia of another company reads along, and Greta of the same organisation."""
    slack.slack.members |= {"U_XENIA": XENIA, "U_GRETA": GRETA}
    people = ["U_RITA", "U_XENIA", "U_GRETA", BOT_USER]
    slack.slack.channels["C_SHARED"] = Channel(
        "C_SHARED", "shared", members=people, is_ext_shared=True
    )


def person(works: UnitOfWorkFactory, slack_id: str, workspace: str = "T1") -> User | None:
    with works(workspace, writes=False) as work:
        return work.session.scalars(select(User).where(User.slack_id == slack_id)).one_or_none()


def written_to(slack: SlackDriver, slack_id: str) -> list[str]:
    """What the bot sent somebody alone: direct messages and their Home."""
    theirs, where = {slack_id, "D" + slack_id[1:]}, ("channel", "users", "user_id")
    calls = [(name, {args.get(key) for key in where}) for name, args in slack.slack.calls]
    return [name for name, to in calls if to & theirs and name != "chat.postEphemeral"]


# ── named by others ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("user", "line"),
    [
        ("U_RITA", "assign OP-1 <@U_XENIA>"),
        ("U_RITA", "deal edit OP-1 owner=<@U_XENIA>"),
        ("U_RITA", "lead new Bob <@U_XENIA>"),
        ("U_RITA", 'task new "Call <@U_XENIA>" OP-1'),
        ("U_RITA", "note <@U_XENIA> OP-1"),
        ("U_RITA", "find <@U_XENIA>"),
        ("U_ADA", "user set <@U_XENIA> role=admin"),
        ("U_ADA", "team join sales <@U_XENIA>"),
        ("U_ADA", "role give <@U_XENIA> admin"),
        ("U_ADA", "team edit sales lead=<@U_XENIA>"),
    ],
)
def test_naming_somebody_of_another_company_makes_nobody_of_them(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher, user: str, line: str
) -> None:
    deal(works)
    before = count(works, User)
    slack.command(f"/crm {line}", user=user)
    said = slack.modal.words if slack.modal else told(slack)
    assert "U_XENIA" not in said
    assert "Xenia" not in said
    slack.say(f"@crm {line}", channel="C_SALES", user=user)
    courier.drain()
    assert person(works, "U_XENIA") is None
    assert count(works, User) == before
    assert found(works, Opportunity).owner != 0
    assert written_to(slack, "U_XENIA") == []


def test_they_cannot_be_chosen_in_a_form(slack: SlackDriver, works: UnitOfWorkFactory) -> None:
    deal(works)
    slack.command("/crm assign OP-1")
    slack.submit(to="U_XENIA")
    assert slack.errors == {"to": "This is nobody of this workspace. Choose one of its members."}
    assert person(works, "U_XENIA") is None


def test_they_join_no_team_by_a_user_group_and_are_nobody_by_what_slack_tells(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    slack.slack.groups["S0NORTH"].users = ["U_OLGA", "U_XENIA"]
    slack.command("/crm team edit north group=@north-team", user="U_ADA")
    courier.drain()
    for kind in ("user_change", "team_join"):
        hand_in(
            slack,
            EVENT,
            event(slack.slack, {"type": kind, "user": {"id": "U_XENIA", "team_id": "T1"}}),
        )
    events.join(slack.slack, "C_SALES", "U_XENIA")
    given(works, Lead, first_name="Ada")
    courier.drain()
    assert person(works, "U_XENIA") is None
    assert written_to(slack, "U_XENIA") == []


def test_many_names_in_one_line_are_not_all_looked_up(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.command("/crm find " + " ".join(f"<@U_X{number}>" for number in range(40)))
    asked = [args["user"] for name, args in slack.slack.calls if name == "users.info"]
    assert len(asked) == 10


# ── what they do themselves ───────────────────────────────────────────────────────────────────────


def acts_of(slack: SlackDriver) -> list[tuple[str, dict[str, Any]]]:
    """Xenia mentions the bot, writes to it and looks at its Home, as Slack tells of it, with and
    without her team.
    """
    said: list[tuple[str, dict[str, Any]]] = []
    for team in ({"user_team": "T_OTHER"}, {"team": "T_OTHER"}, {"user_team": "E9"}, {}):
        mention = {
            "type": "app_mention",
            "user": "U_XENIA",
            "text": "lead list",
            "channel": "C_SHARED",
            "ts": "1.2",
        }
        direct = {
            "type": "message",
            "channel_type": "im",
            "user": "U_XENIA",
            "text": "lead list",
            "channel": "D_XENIA",
        }
        home = {"type": "app_home_opened", "user": "U_XENIA", "tab": "home", "channel": "D_XENIA"}
        said += [
            (EVENT, event(slack.slack, {**inner, **team, "ts": "1.2"}))
            for inner in (mention, direct, home)
        ]
    return said


def test_whatever_they_do_nothing_is_sent_to_them_alone(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    given(works, Lead, first_name="Ada", last_name="Lovelace")
    for kind, payload in acts_of(slack):
        assert hand_in(slack, kind, payload).acknowledged
    courier.drain()
    assert person(works, "U_XENIA") is None
    assert written_to(slack, "U_XENIA") == []
    slack.actor = "U_XENIA"
    assert {message.text for message in slack.seen} == {REFUSAL}
    assert not slack.slack.problems


def test_slack_is_asked_once_a_while_about_who_presses_again_and_again(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    for number in range(5):
        slack.say(f"@crm lead list {number}", channel="C_SHARED", user="U_XENIA")
    assert [name for name, _ in slack.slack.calls].count("users.info") == 1


def test_one_of_ours_in_a_shared_channel_is_one_of_ours_though_the_organisation_is_named(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    slack.say("@crm lead new Ada Lovelace", channel="C_SHARED", user="U_GRETA")
    assert told(slack) == "Created LD-1 Ada Lovelace"
    assert slack.slack.sent[-1].payload["event"]["user_team"] == "E1"
    slack.click("crm.undo", user="U_GRETA")
    assert told(slack) == "Undone: LD-1 Ada Lovelace was removed"
    slack.command("/crm lead new Grace", channel="C_SHARED", user="U_GRETA")
    assert told(slack) == "Created LD-2 Grace"
    greta = person(works, "U_GRETA")
    assert greta
    assert (greta.role, greta.guest) == (Preset.REP, False)


def test_an_act_of_one_of_ours_that_says_they_are_of_another_company_is_refused(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    for team in ("T_OTHER", "E1"):
        said = {
            "type": "app_mention",
            "user": "U_RITA",
            "text": "lead new Ada",
            "channel": "C_SALES",
            "ts": "1.2",
        }
        hand_in(slack, EVENT, event(slack.slack, {**said, "user_team": team}))
        assert told(slack) == REFUSAL
    rita = person(works, "U_RITA")
    assert rita
    assert not rita.guest
    assert count(works, Lead) == 0


@pytest.mark.parametrize("failure", ["500", "ratelimited", "drop_before", "missing_scope"])
def test_who_is_new_and_of_whom_slack_says_nothing_stays_outside_and_is_told(
    slack: SlackDriver, works: UnitOfWorkFactory, failure: str
) -> None:
    slack.slack.members["U_NEW"] = Member("U_NEW", "new", "Nora New", team="T1")
    slack.slack.join("C_GENERAL", "U_NEW")
    slack.slack.fail("users.info", with_=failure)
    slack.command("/crm lead new Ada", user="U_NEW")
    assert told(slack).startswith("Slack does not say right now who you are, so nothing was done.")
    assert count(works, Lead) == 0
    slack.command("/crm lead new Ada", user="U_NEW")
    assert told(slack) == "Created LD-1 Ada"


# ── who was one of ours ───────────────────────────────────────────────────────────────────────────


def test_who_goes_to_another_workspace_may_do_nothing_from_then_on(
    slack: SlackDriver, works: UnitOfWorkFactory, courier: DeliveryDispatcher
) -> None:
    moved = {"id": "U_RITA", "team_id": "T_OTHER", "real_name": "Rita Reyes", "is_stranger": False}
    hand_in(slack, EVENT, event(slack.slack, {"type": "user_change", "user": moved}))
    slack.command("/crm lead new Ada")
    assert told(slack).startswith("Guests cannot use the CRM.")
    with works("T1") as work:
        deliver(work, "message", "U_RITA", "k", about={"text": "Something new"})
    courier.drain()
    assert "Something new" not in [message.text for message in slack.posted("D_RITA")]


def test_who_was_taken_for_one_of_ours_before_is_found_out_when_they_act(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    works.welcome("T1", "U_XENIA", name="Xenia Xu")
    slack.say("@crm lead new Ada", channel="C_SHARED", user="U_XENIA")
    assert told(slack) == REFUSAL
    xenia = person(works, "U_XENIA")
    assert xenia
    assert xenia.guest
    assert count(works, Lead) == 0


def test_of_a_change_that_does_not_say_whose_it_is_slack_is_asked(
    slack: SlackDriver, works: UnitOfWorkFactory
) -> None:
    works.welcome("T1", "U_XENIA", name="Xenia Xu")
    for slack_id in ("U_RITA", "U_XENIA"):
        hand_in(slack, EVENT, event(slack.slack, {"type": "user_change", "user": {"id": slack_id}}))
    rita, xenia = person(works, "U_RITA"), person(works, "U_XENIA")
    assert rita
    assert xenia
    assert (rita.guest, xenia.guest) == (False, True)
