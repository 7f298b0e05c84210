"""Methods that post, change and remove messages, and the response addresses.

These addresses come with commands and clicks.
"""

from typing import Any

from bot.sandbox.api.serializers import message_json
from bot.sandbox.entities import Channel, Json
from bot.sandbox.validation import blocks_too_long

from ..messages import Message
from ..slack import Slack
from ..tickets import Refused
from .core import channel_of, decoded, linted, member_of, message_of, method

LONGEST_TEXT = 40_000
LONGEST_UPDATE = 4_000


@method("chat.postMessage", "chat:write")
def post_message(slack: Slack, args: Json) -> Json:
    channel = _may_post(slack, args)
    content = _content(slack, args)
    thread_ts = _thread(slack, channel, args)
    message = slack.post(
        channel.id, slack.bot.id, **content, thread_ts=thread_ts, metadata=_metadata(args)
    )
    return {
        "channel": channel.id,
        "ts": message.ts,
        "message": message_json(slack, message, with_metadata=True),
    }


@method("chat.postEphemeral", "chat:write")
def post_ephemeral(slack: Slack, args: Json) -> Json:
    channel = _may_post(slack, args)
    user = member_of(slack, args.get("user"))
    if user.id not in slack.members_of(channel.id):
        raise Refused("user_not_in_channel")
    content = _content(slack, args)
    message = slack.post(
        channel.id, slack.bot.id, **content, thread_ts=args.get("thread_ts"), only_for=user.id
    )
    return {"message_ts": message.ts}


@method("chat.update", "chat:write")
def update(slack: Slack, args: Json) -> Json:
    channel = channel_of(slack, args)
    message = _own(slack, channel, args, "cant_update_message")
    if channel.is_archived:
        raise Refused("is_inactive")
    if len(str(args.get("text") or "")) > LONGEST_UPDATE:
        slack.problem(f"msg_too_long: chat.update with {len(args['text'])} characters of text")
        raise Refused("msg_too_long")
    content = _content(slack, args)
    if args.get("blocks") is None:  # blocks that are not mentioned stay; an empty list removes them
        content["blocks"] = message.blocks
    if args.get("metadata"):
        content["metadata"] = _metadata(args)
    slack.change(message, **content)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message_json(slack, message),
    }


@method("chat.delete", "chat:write")
def delete(slack: Slack, args: Json) -> Json:
    channel = channel_of(slack, args)
    message = _own(slack, channel, args, "cant_delete_message")
    slack.remove(message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink")
def permalink(slack: Slack, args: Json) -> Json:
    channel = channel_of(slack, args)
    message = message_of(slack, channel, args.get("message_ts"))
    link = f"{slack.url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return {
        "channel": channel.id,
        "permalink": link + (f"?thread_ts={message.thread_ts}" if message.is_reply else ""),
    }


def respond(slack: Slack, code: str, body: Json) -> None:
    """Handle what is posted to a response_url.

    It is a private answer, an answer for all, or it replaces or deletes the original.
    """
    with slack.lock:
        address = slack.tickets.addresses.get(code)
        if address is None:
            raise Refused("invalid_token")
        if failure := slack.failures.take("response_url", body):
            raise Refused(failure.kind)
        address.use(slack.now())
        original = slack.timeline.find(address.channel, address.ts) if address.ts else None
        if body.get("delete_original"):
            if original:
                slack.remove(original)
            return
        content = _content(slack, body)
        if body.get("replace_original") and original:
            slack.change(original, **content)
            return
        in_channel = body.get("response_type") == "in_channel"
        thread_ts = body.get("thread_ts") or (
            original.thread_ts if original and original.is_reply else None
        )
        slack.post(
            address.channel,
            slack.bot.id,
            **content,
            thread_ts=thread_ts,
            only_for=None if in_channel else address.user,
        )


def answer_command(slack: Slack, user: str, channel: str, body: Json) -> None:
    """Post the acknowledgement of a slash command, which may itself be the message."""
    with slack.lock:
        in_channel = body.get("response_type") == "in_channel"
        slack.post(
            channel, slack.bot.id, **_content(slack, body), only_for=None if in_channel else user
        )


def _may_post(slack: Slack, args: Json) -> Channel:
    channel = channel_of(slack, args, named=True)
    if channel.is_archived:
        raise Refused("is_archived")
    if slack.bot.id not in slack.members_of(channel.id):
        raise Refused("not_in_channel")
    return channel


def _content(slack: Slack, args: Json) -> Json:
    """Return the text and blocks of a message, or refuse them as Slack does."""
    blocks: Any = decoded(args, "blocks")
    if blocks:
        if isinstance(blocks, list) and blocks_too_long(blocks):
            slack.problem(
                "msg_blocks_too_long: the blocks of a message have more than 13,000 characters"
            )
            raise Refused("msg_blocks_too_long")
        linted(slack, "message", {"blocks": blocks}, "invalid_blocks")
    if not args.get("text") and not blocks:
        raise Refused("no_text")
    return {"text": str(args.get("text") or "")[:LONGEST_TEXT], "blocks": blocks or None}


def _metadata(args: Json) -> Json | None:
    metadata: Json | None = decoded(args, "metadata")
    if metadata is not None and not {"event_type", "event_payload"} <= set(metadata):
        raise Refused("invalid_metadata_format")
    return metadata


def _thread(slack: Slack, channel: Channel, args: Json) -> str | None:
    ts = args.get("thread_ts")
    if not ts:
        return None
    parent = slack.timeline.find(channel.id, str(ts))
    if parent is None:
        raise Refused("thread_not_found")
    return parent.thread_ts if parent.is_reply else parent.ts


def _own(slack: Slack, channel: Channel, args: Json, error: str) -> Message:
    """Return the bot's own message.

    Nobody can change what a person wrote, nor what only one person saw.
    """
    message = message_of(slack, channel, args.get("ts"))
    if message.user != slack.bot.id:
        raise Refused(error)
    return message
