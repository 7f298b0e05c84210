"""The manifest: what Slack is told is what the routes do, in the shape Slack asks for."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from bot.manifest import ALIASES, EVENTS, SCOPES, manifest, written
from bot.sandbox.client import SlackDriver
from bot.sandbox.slack import BOT_USER
from bot.sandbox.transport import EVENT, Envelope
from handlers.core.router import Catalogue
from handlers.general.shortcuts import SHORTCUTS
from handlers.registry import ROUTERS
from tests.handlers.kit import SQLITE

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "tests/data/slack/manifest.schema.2.0.0.json").read_text())

FOR_EVENTS = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "channel_rename": {"channels:read"},
    "channel_shared": {"channels:read"},
    "channel_unshared": {"channels:read"},
    "group_rename": {"groups:read"},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "subteam_members_changed": {"usergroups:read"},
    "subteam_updated": {"usergroups:read"},
    "team_join": {"users:read"},
    "tokens_revoked": set(),
    "user_change": {"users:read"},
}
"""The scopes without which Slack does not send an event."""

READ = {"channels:read", "groups:read"}
HISTORY = {"channels:history", "groups:history", "im:history"}
FOR_METHODS = {
    "auth_test": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": HISTORY,
    "conversations_info": READ,
    "conversations_list": READ,
    "conversations_members": READ,
    "conversations_open": {"im:write"},
    "conversations_replies": HISTORY,
    "files_upload_v2": {"files:write"},
    "oauth_v2_access": set(),
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read", "users:read.email"},
    "users_list": {"users:read", "users:read.email"},
    "views_open": set(),
    "views_publish": set(),
    "views_push": set(),
    "views_update": set(),
}
"""The scopes a method of the Web API needs for what we ask of it."""


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue(ROUTERS)


def faults(text: dict[str, Any]) -> list[str]:
    """What Slack's own schema finds wrong, as `where: why`."""
    found = Draft7Validator(SCHEMA).iter_errors(text)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in found]


def test_the_file_is_what_the_routes_say(catalogue: Catalogue) -> None:
    assert (ROOT / "manifest.yaml").read_text() == written(catalogue), (
        "Run: crm manifest > manifest.yaml"
    )


def test_slacks_schema_accepts_it(catalogue: Catalogue) -> None:
    assert faults(yaml.safe_load(written(catalogue))) == []


def test_over_http_slack_is_told_where_everything_goes(catalogue: Catalogue) -> None:
    made = manifest(catalogue, "https://crm.example.com/")
    assert faults(made) == []
    where = "https://crm.example.com/slack/events"
    assert {each["url"] for each in made["features"]["slash_commands"]} == {where}
    settings = made["settings"]
    assert not settings["socket_mode_enabled"]
    assert settings["event_subscriptions"] == {"request_url": where, "bot_events": EVENTS}
    assert settings["interactivity"]["request_url"] == where
    assert settings["interactivity"]["message_menu_options_url"] == where
    assert made["oauth_config"]["redirect_urls"] == ["https://crm.example.com/slack/oauth_redirect"]


def test_over_a_socket_no_address_is_named(catalogue: Catalogue) -> None:
    assert manifest(catalogue)["settings"]["socket_mode_enabled"]
    assert "url" not in written(catalogue)


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("slash_commands", [{"command": "crm"}]),
        ("shortcuts", [{"name": "x", "type": "local"}]),
        ("bot_user", {}),
    ],
)
def test_slacks_schema_refuses_what_is_wrong(
    catalogue: Catalogue, part: str, wrong: object
) -> None:
    text = manifest(catalogue)
    text["features"][part] = wrong
    assert faults(text)


def test_every_command_has_its_route(catalogue: Catalogue) -> None:
    root, *aliases = [each["command"] for each in manifest(catalogue)["features"]["slash_commands"]]
    assert root == "/crm"
    for alias in aliases:
        noun = alias.removeprefix("/crm-")
        assert noun in catalogue.words.nouns or noun in catalogue.words.globals, alias


def test_every_example_beside_a_command_is_understood(catalogue: Catalogue) -> None:
    for each in manifest(catalogue)["features"]["slash_commands"]:
        noun = each["command"].partition("-")[2]
        for example in each["usage_hint"].split(" | "):
            line = catalogue.command(f"{noun} {example}").line
            assert catalogue.find(line.noun, line.verb), f"{each['command']} {example}"


def test_an_alias_without_a_route_is_refused(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ALIASES, "invoice", "Write an invoice")
    with pytest.raises(KeyError, match="invoice"):
        manifest(catalogue)


def test_another_root_command_renames_its_aliases() -> None:
    commands = manifest(Catalogue(ROUTERS, "/sales"))["features"]["slash_commands"]
    assert {each["command"].partition("-")[0] for each in commands} == {"/sales"}


def test_people_and_channels_in_commands_arrive_as_ids(catalogue: Catalogue) -> None:
    assert all(each["should_escape"] for each in manifest(catalogue)["features"]["slash_commands"])


def test_every_shortcut_has_its_verb(catalogue: Catalogue) -> None:
    callbacks = [each.callback for each in SHORTCUTS]
    assert len(callbacks) == len(set(callbacks))
    for callback in callbacks:
        noun, _, verb = callback.partition("#")[0].partition(".")
        assert catalogue.find(noun, verb), callback


def called() -> set[str]:
    """The methods of the Web API the source calls, outside the sandbox, which is the other side,
    and Socket Mode.
    """
    paths = [
        path
        for path in [*ROOT.glob("bot/**/*.py"), *ROOT.glob("handlers/**/*.py")]
        if path.name != "socket_mode.py" and "sandbox" not in path.parts
    ]
    return {
        method
        for path in paths
        for method in re.findall(r"\bclient\.([a-z]+_\w+)", path.read_text())
    }


def test_the_scopes_are_what_methods_events_and_commands_need_and_no_more() -> None:
    assert called() == set(FOR_METHODS)
    assert set(EVENTS) == set(FOR_EVENTS)
    needed = {"commands"}.union(*FOR_METHODS.values(), *FOR_EVENTS.values())
    assert sorted(needed) == SCOPES


def event(kind: str) -> Envelope:
    """An event as Slack sends it, with what all of them carry."""
    about: dict[str, Any] = (
        {"user": {"id": "U_RITA"}} if kind in ("team_join", "user_change") else {"user": "U_RITA"}
    )
    place = "D_RITA" if kind.startswith(("message", "app_")) else "C_SALES"
    about |= {
        "type": kind.partition(".")[0],
        "channel": place,
        "channel_type": "im",
        "tab": "home",
        "ts": "1.0",
    }
    about |= {"subteam_id": "S1", "subteam": {"id": "S1"}}
    about |= {"text": f"<@{BOT_USER}> help"} if kind != "app_home_opened" else {}
    sent = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": about}
    return Envelope(
        EVENT, {**sent, "authorizations": [{"team_id": "T1", "user_id": BOT_USER, "is_bot": True}]}
    )


@SQLITE
@pytest.mark.parametrize("kind", EVENTS)
def test_every_event_is_listened_to(slack: SlackDriver, kind: str) -> None:
    assert slack.slack.transport.send(event(kind), seconds=3).acknowledged


@SQLITE
def test_an_event_nobody_subscribed_to_is_not(slack: SlackDriver) -> None:
    assert not slack.slack.transport.send(event("channel_created"), seconds=3).acknowledged


def test_slacks_limits_on_one_app_are_kept(catalogue: Catalogue) -> None:
    features = manifest(catalogue)["features"]
    assert len(features["slash_commands"]) <= 50
    assert len(features["shortcuts"]) <= 10
