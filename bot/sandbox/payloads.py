"""What Slack sends an app, in Slack's own shape.

That is commands, actions, submissions, shortcuts and events.
"""

import re
from typing import Any

from bot.sandbox.api.serializers import channel_json, message_json, view_json
from bot.sandbox.entities import Channel, Json, Member

from .inputs import interactive, state_of
from .messages import Message
from .slack import APP_ID, Slack
from .tickets import Address
from .views import View

TOKEN = (
    "sandbox-verification-token"  # deprecated by Slack, still sent; the signature is what counts
)


def command(slack: Slack, member: Member, channel: Channel, name: str, text: str) -> Json:
    """Return the form of a slash command; it has no thread."""
    room = {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)
    return {
        "token": TOKEN,
        "team_id": slack.team_id,
        "team_domain": _domain(slack),
        "channel_id": channel.id,
        "channel_name": room,
        "user_id": member.id,
        "user_name": member.name,
        "command": name,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "trigger_id": slack.tickets.trigger(member.id),
        "response_url": _url(slack, slack.tickets.address(member.id, channel.id, slack.now())),
    }


def in_message(slack: Slack, member: Member, message: Message) -> Json:
    """Return the part of an action that says on which message it was done."""
    place: Json = {
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": message.only_for is not None,
        },
        "channel": _channel(slack, message.channel),
        "state": {"values": state_of(message.blocks, message.values)},
        "response_url": _url(
            slack, slack.tickets.address(member.id, message.channel, slack.now(), message.ts)
        ),
    }
    if message.is_reply:
        place["container"]["thread_ts"] = message.thread_ts
    if message.only_for is None:  # Slack keeps no ephemeral message to send along
        place["message"] = message_json(slack, message)
    return place


def in_view(slack: Slack, view: View) -> Json:
    """Return the part of an action that says in which modal or home tab it was done."""
    return {"container": {"type": "view", "view_id": view.id}, "view": view_json(slack, view)}


def actions(slack: Slack, member: Member, place: Json, done: list[Json]) -> Json:
    stamped = [{**action, "action_ts": slack.stamp()} for action in done]
    return {"type": "block_actions", **_common(slack, member), **place, "actions": stamped}


def suggestion(
    slack: Slack, member: Member, place: Json, block_id: str, action_id: str, value: str
) -> Json:
    """Return the request for options when somebody types in a select that the app fills."""
    common = {key: value for key, value in _common(slack, member).items() if key != "trigger_id"}
    place = {key: value for key, value in place.items() if key not in ("response_url", "state")}
    return {
        "type": "block_suggestion",
        **common,
        **place,
        "block_id": block_id,
        "action_id": action_id,
        "value": value,
    }


def submission(slack: Slack, member: Member, view: View) -> Json:
    return {
        "type": "view_submission",
        **_common(slack, member),
        "view": view_json(slack, view),
        "response_urls": _response_urls(slack, member, view),
    }


def closing(slack: Slack, member: Member, view: View, is_cleared: bool) -> Json:
    common = {key: value for key, value in _common(slack, member).items() if key != "trigger_id"}
    return {
        "type": "view_closed",
        **common,
        "view": view_json(slack, view),
        "is_cleared": is_cleared,
    }


def shortcut(slack: Slack, member: Member, callback_id: str) -> Json:
    return {
        "type": "shortcut",
        **_common(slack, member),
        "callback_id": callback_id,
        "action_ts": slack.stamp(),
    }


def message_action(slack: Slack, member: Member, callback_id: str, message: Message) -> Json:
    address = slack.tickets.address(member.id, message.channel, slack.now(), message.ts)
    return {
        "type": "message_action",
        **_common(slack, member),
        "callback_id": callback_id,
        "action_ts": slack.stamp(),
        "message_ts": message.ts,
        "message": message_json(slack, message),
        "channel": _channel(slack, message.channel),
        "response_url": _url(slack, address),
    }


def event(slack: Slack, inner: Json, channel: Channel | None = None) -> Json:
    """Return an event in its wrapper, with an id by which a repeated one is recognised."""
    number = next(slack.numbers)
    return {
        "token": TOKEN,
        "team_id": slack.team_id,
        "context_team_id": slack.team_id,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": inner,
        "type": "event_callback",
        "event_id": f"Ev{number:08d}",
        "event_time": int(slack.now().timestamp()),
        "event_context": f"4-sandbox-{number}",
        "is_ext_shared_channel": bool(channel and channel.is_ext_shared),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": slack.team_id,
                "user_id": slack.bot.id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }


def said(slack: Slack, message: Message, kind: str) -> Json:
    """Return the event of a message: `app_mention`, or `message` with its channel's type."""
    inner = message_json(slack, message) | {
        "type": kind,
        "channel": message.channel,
        "event_ts": message.ts,
        "client_msg_id": f"00000000-0000-4000-8000-{next(slack.numbers):012d}",
        "blocks": [_typed(message.text)],
    }
    channel = slack.channels[message.channel]
    if channel.is_ext_shared:  # of an Enterprise Grid it is the organisation, not the workspace
        team = slack.members[message.user].team
        inner |= {"user_team": team, "source_team": team}
    return inner if kind == "app_mention" else inner | {"channel_type": channel.kind}


def home_opened(slack: Slack, member: Member) -> Json:
    inner: Json = {
        "type": "app_home_opened",
        "user": member.id,
        "channel": slack.im(member.id).id,
        "tab": "home",
        "event_ts": slack.stamp(),
    }
    view = slack.views.homes.get(member.id)
    return inner | {"view": view_json(slack, view)} if view else inner


def action_of(element: Json, block_id: str, done: Json) -> Json:
    """Return one action: what the element is, and what the person chose or typed in it."""
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block_id,
    }
    for key in ("text", "value", "style"):
        if key in element:
            action[key] = element[key]
    typed = element["type"] != "button"  # the value of a button is the app's, not the client's
    return action | {
        key: value
        for key, value in done.items()
        if key.startswith("selected_") or (key in ("value", "rich_text_value") and typed)
    }


def _typed(text: str) -> Json:
    """Return the rich text that Slack's composer makes of a line."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": "typed", "elements": [section]}


def _common(slack: Slack, member: Member) -> Json:
    return {
        "user": {
            "id": member.id,
            "username": member.name,
            "name": member.name,
            "team_id": member.team,
        },
        "team": {"id": slack.team_id, "domain": _domain(slack)},
        "api_app_id": APP_ID,
        "token": TOKEN,
        "trigger_id": slack.tickets.trigger(member.id),
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _response_urls(slack: Slack, member: Member, view: View) -> list[Json]:
    """Return an address to answer in, for each select of a conversation that asked for one."""
    found = []
    state = view.state()
    for block, element in interactive(view.blocks):
        chosen: Any = state.get(block["block_id"], {}).get(element["action_id"], {})
        channel = chosen.get("selected_conversation") or chosen.get("selected_channel")
        if element.get("response_url_enabled") and channel:
            address = slack.tickets.address(member.id, channel, slack.now())
            found.append(
                {
                    "block_id": block["block_id"],
                    "action_id": element["action_id"],
                    "channel_id": channel,
                    "response_url": _url(slack, address),
                }
            )
    return found


def _channel(slack: Slack, channel_id: str) -> Json:
    channel = slack.channels[channel_id]
    return {"id": channel.id, "name": channel_json(slack, channel).get("name", "directmessage")}


def _url(slack: Slack, address: Address) -> str:
    return f"{slack.url}/response/{address.code}"


def _domain(slack: Slack) -> str:
    return re.sub("[^a-z0-9]+", "-", slack.team_name.lower())
