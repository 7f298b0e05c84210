"""Events in addition to what people do with the app.

They say who comes and goes, and what happens to channels and user groups.
"""

from threading import Timer

from bot.sandbox.api.serializers import channel_json, group_json
from bot.sandbox.entities import Channel, Group, Json

from . import payloads
from .slack import Slack
from .transport import EVENT, Envelope


def subscribed(slack: Slack, name: str) -> bool:
    """Return whether the manifest asks for these events."""
    events = slack.manifest.get("settings", {}).get("event_subscriptions", {}).get("bot_events", ())
    return name in events


def send(slack: Slack, payload: Json, retry: int = 0) -> None:
    """Send an event, and repeat what was not acknowledged: some at once, some after a while."""
    answer = slack.deliver(Envelope(EVENT, payload, retry, "http_error" if retry else ""))
    if answer.acknowledged:
        return
    if retry >= len(slack.retry_after):
        slack.problem(f"the event {payload['event']['type']} was not acknowledged: {answer.why}")
    elif pause := slack.retry_after[retry]:
        later = Timer(pause, send, (slack, payload, retry + 1))
        later.daemon = True
        later.start()
    else:
        send(slack, payload, retry + 1)


def happen(slack: Slack, inner: Json, channel: Channel | None = None) -> None:
    """Send the app an event that it asks for; one of a channel only if the app is in it."""
    there = channel is None or slack.bot.id in slack.members_of(channel.id)
    if there and subscribed(slack, inner["type"]):
        send(slack, payloads.event(slack, inner | {"event_ts": slack.stamp()}, channel))


def join(slack: Slack, channel_id: str, user: str) -> None:
    """Let somebody join a channel."""
    channel = slack.channels[channel_id]
    slack.join(channel_id, user)
    kind = "G" if channel.is_private else "C"
    inner = {
        "type": "member_joined_channel",
        "user": user,
        "channel": channel_id,
        "channel_type": kind,
        "team": slack.members[user].team,
    }
    happen(slack, inner, channel)


def leave(slack: Slack, channel_id: str, user: str) -> None:
    """Let somebody leave a channel."""
    channel = slack.channels[channel_id]
    channel.members = [member for member in slack.members_of(channel_id) if member != user]
    kind = "G" if channel.is_private else "C"
    inner = {
        "type": "member_left_channel",
        "user": user,
        "channel": channel_id,
        "channel_type": kind,
        "team": slack.members[user].team,
    }
    happen(slack, inner, channel)


def share(slack: Slack, channel_id: str, team: str = "T_ELSEWHERE") -> None:
    """Share a channel with another company, whose people read it from now on."""
    channel = slack.channels[channel_id]
    channel.is_ext_shared = True
    happen(
        slack, {"type": "channel_shared", "connected_team_id": team, "channel": channel_id}, channel
    )


def rename(slack: Slack, channel_id: str, name: str) -> None:
    channel = slack.channels[channel_id]
    channel.name = name
    kind = "group_rename" if channel.is_private else "channel_rename"
    happen(slack, {"type": kind, "channel": channel_json(slack, channel)}, channel)


def regroup(slack: Slack, group: Group, users: list[str]) -> None:
    """Replace the members of a user group, as somebody decided."""
    before, group.users = group.users, list(users)
    about = {
        "subteam_id": group.id,
        "team_id": slack.team_id,
        "date_update": int(slack.now().timestamp()),
    }
    added, removed = (
        [one for one in users if one not in before],
        [one for one in before if one not in users],
    )
    changes = {
        "added_users": added,
        "added_users_count": str(len(added)),
        "removed_users": removed,
        "removed_users_count": str(len(removed)),
    }
    happen(slack, {"type": "subteam_members_changed", **about, **changes})
    happen(slack, {"type": "subteam_updated", "subteam": group_json(slack, group)})
