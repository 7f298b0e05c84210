"""Methods that read channels and what was said in them."""

from bot.sandbox.api.serializers import channel_json, message_json
from bot.sandbox.entities import Channel, Json

from ..messages import Message
from ..slack import Slack
from ..tickets import Refused
from .core import allows, channel_of, is_true, member_of, method, page_of

KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im"}
FEW = 15
"""Messages that a distributed app gets at a time, however many it asks for."""
FAMILY = {"channel": "channels", "group": "groups", "im": "im"}


@method("conversations.open", "im:write")
def conversations_open(slack: Slack, args: Json) -> Json:
    users = args.get("users") or ""
    named = users.split(",") if isinstance(users, str) else list(users)
    if args.get("channel"):
        channel = channel_of(slack, args)
    elif len(named) == 1 and named[0]:
        user = member_of(slack, named[0])
        if user.is_bot:
            raise Refused("cannot_dm_bot")
        channel = slack.im(user.id)
    else:
        raise Refused("users_list_not_supplied" if not named[0] else "not_enough_users")
    shape = channel_json(slack, channel) if is_true(args.get("return_im")) else {"id": channel.id}
    return {"channel": shape, "no_op": False, "already_open": False}


@method("conversations.list", "channels:read", "groups:read", "im:read")
def conversations_list(slack: Slack, args: Json) -> Json:
    kinds = {
        KINDS.get(kind.strip()) for kind in str(args.get("types") or "public_channel").split(",")
    }
    if any(kind and not allows(slack, f"{FAMILY[kind]}:read") for kind in kinds):
        raise Refused(
            "missing_scope", needed=",".join(f"{FAMILY[kind]}:read" for kind in kinds if kind)
        )
    channels = [
        channel
        for channel in slack.channels.values()
        if channel.kind in kinds and _known(slack, channel)
    ]
    if is_true(args.get("exclude_archived")):
        channels = [channel for channel in channels if not channel.is_archived]
    page, metadata = page_of(channels, args)
    return {"channels": [channel_json(slack, channel) for channel in page], **metadata}


@method("conversations.info", "channels:read", "groups:read", "im:read")
def conversations_info(slack: Slack, args: Json) -> Json:
    return {"channel": channel_json(slack, _readable(slack, args, "read"))}


@method("conversations.members", "channels:read", "groups:read", "im:read")
def conversations_members(slack: Slack, args: Json) -> Json:
    channel = _readable(slack, args, "read")
    members, metadata = page_of(slack.members_of(channel.id), args)
    return {"members": members, **metadata}


@method("conversations.join", "channels:join")
def conversations_join(slack: Slack, args: Json) -> Json:
    channel = channel_of(slack, args)
    if channel.is_archived:
        raise Refused("is_archived")
    if channel.kind != "channel":
        raise Refused("method_not_supported_for_channel_type")
    slack.join(channel.id, slack.bot.id)
    return {"channel": channel_json(slack, channel)}


@method("conversations.history", "channels:history", "groups:history", "im:history")
def conversations_history(slack: Slack, args: Json) -> Json:
    """Return the messages of a channel, newest first.

    The replies of threads, and what only one person saw, are left out.
    """
    channel = _readable(slack, args, "history")
    _joined(slack, channel)
    wanted = [m for m in slack.timeline.of(channel.id) if not m.is_reply and _asked_for(m, args)]
    page, metadata = page_of(wanted[::-1], args, most=FEW if slack.distributed else 1000)
    shapes = [
        message_json(slack, message, is_true(args.get("include_all_metadata"))) for message in page
    ]
    return {
        "messages": shapes,
        "has_more": bool(metadata["response_metadata"]["next_cursor"]),
        "pin_count": 0,
        **metadata,
    }


@method("conversations.replies", "channels:history", "groups:history", "im:history")
def conversations_replies(slack: Slack, args: Json) -> Json:
    """Return the message that started a thread and its replies, oldest first."""
    channel = _readable(slack, args, "history")
    _joined(slack, channel)
    parent = slack.timeline.find(channel.id, str(args.get("ts")))
    if parent is None:
        raise Refused("thread_not_found")
    start = slack.timeline.find(channel.id, str(parent.thread_ts)) if parent.is_reply else parent
    replies = slack.timeline.replies(channel.id, start.ts) if start else []
    thread = [start, *(reply for reply in replies if _asked_for(reply, args))] if start else []
    page, metadata = page_of(thread, args, most=FEW if slack.distributed else 1000, default=1000)
    shapes = [
        message_json(slack, message, is_true(args.get("include_all_metadata"))) for message in page
    ]
    return {
        "messages": shapes,
        "has_more": bool(metadata["response_metadata"]["next_cursor"]),
        **metadata,
    }


def _known(slack: Slack, channel: Channel) -> bool:
    """Return whether the bot knows a channel: private ones exist only for their members."""
    return not channel.is_private or slack.bot.id in slack.members_of(channel.id)


def _readable(slack: Slack, args: Json, what: str) -> Channel:
    channel = channel_of(slack, args)
    needed = f"{FAMILY[channel.kind]}:{what}"
    if not allows(slack, needed):
        raise Refused("missing_scope", needed=needed)
    return channel


def _joined(slack: Slack, channel: Channel) -> None:
    if slack.bot.id not in slack.members_of(channel.id):
        raise Refused("not_in_channel")


def _asked_for(message: Message, args: Json) -> bool:
    """Return whether a message is between `oldest` and `latest`.

    Their own moments count only when `inclusive`.
    """
    if message.only_for is not None:
        return False
    oldest, latest = _moment(args.get("oldest"), 0.0), _moment(args.get("latest"), float("inf"))
    ts = float(message.ts)
    return oldest <= ts <= latest if is_true(args.get("inclusive")) else oldest < ts < latest


def _moment(value: object, default: float) -> float:
    try:
        return float(str(value)) if value not in (None, "") else default
    except ValueError:
        raise Refused("invalid_ts_oldest") from None
