"""What the small Slack tells an app of channels and user groups, where the app listens and is
there.
"""

from dataclasses import dataclass, field

import pytest
from slack_sdk import WebClient

from bot.sandbox import events
from bot.sandbox.entities import Group, Json
from bot.sandbox.slack import Slack
from bot.sandbox.transport import Answer, Envelope

from .kit import MANIFEST, refused, workspace

ALL = [
    "member_joined_channel",
    "member_left_channel",
    "channel_shared",
    "channel_rename",
    "group_rename",
    "subteam_members_changed",
    "subteam_updated",
]


@dataclass
class Ear:
    """An app that writes down what it hears. deaf: how often it does not acknowledge."""

    heard: list[Json] = field(default_factory=list)
    deaf: int = 0
    connected: bool = True

    def send(self, envelope: Envelope, seconds: float) -> Answer:
        self.heard.append(envelope.payload["event"] | {"retry": envelope.retry})
        self.deaf -= 1
        return Answer(acknowledged=self.deaf < 0)

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.heard]


@pytest.fixture
def place() -> Slack:
    settings = {"event_subscriptions": {"bot_events": ALL}}
    slack = workspace(
        manifest=MANIFEST | {"settings": settings}, groups=[Group("S1", "sales", ["U_RITA"])]
    )
    slack.transport = Ear()
    return slack


def ear(slack: Slack) -> Ear:
    assert isinstance(slack.transport, Ear)
    return slack.transport


def test_who_comes_and_goes_is_told(place: Slack) -> None:
    events.leave(place, "C_SALES", "U_SAM")
    assert place.members_of("C_SALES") == ["U_RITA", "U0BOT"]
    events.join(place, "C_SALES", "U_OLGA")
    assert place.members_of("C_SALES") == ["U_RITA", "U0BOT", "U_OLGA"]
    left, joined = ear(place).heard
    assert (left["type"], left["user"], left["channel"]) == (
        "member_left_channel",
        "U_SAM",
        "C_SALES",
    )
    assert (joined["type"], joined["user"], joined["team"]) == (
        "member_joined_channel",
        "U_OLGA",
        "T2",
    )


def test_where_the_app_is_not_it_hears_nothing(place: Slack) -> None:
    events.join(place, "C_QUIET", "U_SAM")
    events.rename(place, "C_BOARD", "table")
    assert ear(place).heard == []
    assert place.channels["C_BOARD"].name == "table"


def test_what_nobody_subscribed_to_is_not_told() -> None:
    slack = workspace()
    slack.transport = Ear()
    events.join(slack, "C_SALES", "U_OLGA")
    assert ear(slack).heard == []


def test_a_channel_is_renamed_and_shared(place: Slack) -> None:
    events.rename(place, "C_SALES", "deals")
    events.share(place, "C_SALES")
    place.join("C_BOARD", "U0BOT")
    events.rename(place, "C_BOARD", "table")
    assert ear(place).types == ["channel_rename", "channel_shared", "group_rename"]
    assert ear(place).heard[0]["channel"]["name"] == "deals"
    assert place.channels["C_SALES"].is_ext_shared


def test_who_is_in_a_user_group_is_decided_anew(place: Slack) -> None:
    events.regroup(place, place.groups["S1"], ["U_SAM"])
    changed, updated = ear(place).heard
    assert (changed["subteam_id"], changed["added_users"], changed["removed_users"]) == (
        "S1",
        ["U_SAM"],
        ["U_RITA"],
    )
    assert (updated["subteam"]["handle"], updated["subteam"]["users"]) == ("sales", ["U_SAM"])
    place.reset()
    assert place.groups["S1"].users == ["U_RITA"]


def test_an_event_that_is_not_acknowledged_comes_again_and_is_complained_of_in_the_end(
    place: Slack,
) -> None:
    ear(place).deaf = 1
    events.join(place, "C_SALES", "U_OLGA")
    assert [event["retry"] for event in ear(place).heard] == [0, 1]
    assert place.problems == []
    ear(place).deaf = 2
    events.leave(place, "C_SALES", "U_OLGA")
    assert place.problems == ["the event member_left_channel was not acknowledged: "]


def test_user_groups_are_listed_and_read(web: WebClient, slack: Slack) -> None:
    slack.groups["S1"] = Group("S1", "sales", ["U_RITA", "U_SAM"])
    [group] = web.usergroups_list()["usergroups"]
    assert (group["id"], group["handle"], group["user_count"]) == ("S1", "sales", 2)
    assert web.usergroups_users_list(usergroup="S1")["users"] == ["U_RITA", "U_SAM"]
    assert refused(lambda: web.usergroups_users_list(usergroup="S2"))["error"] == "no_such_subteam"


def test_a_group_that_is_typed_arrives_as_its_id(slack: Slack) -> None:
    slack.groups["S1"] = Group("S1", "night-desk")
    assert slack.encode("ask @night-desk or @rita") == "ask <!subteam^S1|@night-desk> or <@U_RITA>"
