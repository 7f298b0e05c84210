"""The app's manifest, generated from the routes.

It lists commands, shortcuts, events and the scopes they need.
"""

from typing import Any

import yaml

from handlers.core.router import Catalogue
from handlers.general.shortcuts import SHORTCUTS

ALIASES = {
    "find": "Search everything",
    "lead": "Leads: new, list, convert",
    "deal": "Deals: new, stage, won, lost",
    "case": "Cases: new, claim, reply, resolve",
    "log": "Write down a call, meeting, e-mail or note",
    "task": "Tasks: new, done, snooze",
    "report": "The pipeline and the cases in figures",
}
"""Separate commands for what is typed most: the root with the word already there."""

HINTS = {
    "find": "acme",
    "lead": "new Ada Lovelace company=Acme",
    "deal": "new Acme renewal 12k CU-1",
    "case": "claim CS-9",
    "log": "call CU-12 Talked about the budget",
    "task": "new Call Ada CU-12 fri 9:00",
    "report": "--here shows it to the channel",
}

SCOPES = [
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "usergroups:read",
    "users:read",
    "users:read.email",
]
"""As few as are enough.

History is for looking up posts whose outcome is unknown, and for references that people write.
Files are pictures and texts that a person asks for, such as the diagram of the model.
"""

EVENTS = [
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_rename",
    "channel_shared",
    "channel_unshared",
    "group_rename",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "subteam_members_changed",
    "subteam_updated",
    "team_join",
    "tokens_revoked",
    "user_change",
]

REQUESTS, REDIRECT = "/slack/events", "/slack/oauth_redirect"
"""Where Slack posts to, and sends browsers back to, in HTTP mode."""


def commands(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Return the root and its aliases.

    An alias whose word is no route would be a lie, so it raises KeyError.
    """
    listed = [
        (
            catalogue.root,
            "The CRM: type what you want to do, or help",
            "help | lead new | deal won OP-42",
        )
    ]
    for word, description in ALIASES.items():
        if word not in catalogue.words.nouns and word not in catalogue.words.globals:
            raise KeyError(word)
        listed.append((f"{catalogue.root}-{word}", description, HINTS[word]))
    return [
        {"command": command, "description": description, "usage_hint": hint, "should_escape": True}
        for command, description, hint in listed
    ]


def manifest(catalogue: Catalogue, url: str = "") -> dict[str, Any]:
    """Return the manifest in the shape of Slack's schema.

    Args:
        catalogue: The routes.
        url: Where Slack reaches the bot; empty for Socket Mode.
    """
    made = in_socket_mode(catalogue)
    return over_http(made, url.rstrip("/")) if url else made


def over_http(made: dict[str, Any], url: str) -> dict[str, Any]:
    """Return the same app, to which Slack posts."""
    address = {"request_url": f"{url}{REQUESTS}"}
    for each in made["features"]["slash_commands"]:
        each["url"] = address["request_url"]
    made["oauth_config"] = {"redirect_urls": [f"{url}{REDIRECT}"], **made["oauth_config"]}
    settings = made["settings"]
    settings["event_subscriptions"] = address | settings["event_subscriptions"]
    settings["interactivity"] |= {**address, "message_menu_options_url": address["request_url"]}
    settings["socket_mode_enabled"] = False
    return made


def in_socket_mode(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Rapport",
            "description": "The CRM that lives in Slack",
            "background_color": "#1f4a5f",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "crm", "always_online": True},
            "shortcuts": [
                {
                    "name": each.name,
                    "type": each.kind,
                    "callback_id": each.callback,
                    "description": each.description,
                }
                for each in SHORTCUTS
            ],
            "slash_commands": commands(catalogue),
        },
        "oauth_config": {"scopes": {"bot": SCOPES}},
        "settings": {
            "event_subscriptions": {"bot_events": EVENTS},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }


def written(catalogue: Catalogue, url: str = "") -> str:
    """Return the manifest as the text of manifest.yaml."""
    head = "# Generated from the routes by `crm manifest`; a test says that they agree.\n"
    return head + str(
        yaml.safe_dump(manifest(catalogue, url), sort_keys=False, allow_unicode=True, width=120)
    )
