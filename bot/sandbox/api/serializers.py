"""Members, channels, messages and views in the shape of the Web API and the events."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.sandbox.entities import Channel, Group, Json, Member
from bot.sandbox.messages import Message
from bot.sandbox.slack import APP_ID, BOT_ID, Slack
from bot.sandbox.views import View


def user_json(slack: Slack, member: Member, with_email: bool = True) -> Json:
    offset = slack.now().astimezone(ZoneInfo(member.tz)).utcoffset()
    user: Json = {
        "id": member.id,
        "team_id": member.team,
        "name": member.name,
        "deleted": member.deleted,
        "color": "9f69e7",
        "real_name": member.real_name or member.name,
        "tz": member.tz,
        "tz_label": member.tz.rpartition("/")[2],
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_admin": member.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": member.is_restricted or member.is_ultra_restricted,
        "is_ultra_restricted": member.is_ultra_restricted,
        "is_bot": member.is_bot,
        "is_app_user": False,
        "is_email_confirmed": True,
        "who_can_share_contact_card": "EVERYONE",
        "updated": 1577836800,
        "profile": profile_json(member),
    }
    if with_email and member.email and not member.is_bot:
        user["profile"]["email"] = member.email
    if member.is_bot:
        user["profile"] |= {"api_app_id": APP_ID, "bot_id": BOT_ID}
    if member.teams:
        user["enterprise_user"] = enterprise_json(member)
    if not member.belongs(slack.team_id):
        # a person who shares a channel with the app is no stranger to Slack
        rooms = [channel for channel in slack.channels.values() if not channel.is_im]
        shared = [
            room for room in rooms if {member.id, slack.bot.id} <= set(slack.members_of(room.id))
        ]
        user["is_stranger"] = not shared
    return user


def profile_json(member: Member) -> Json:
    first, _, last = (member.real_name or member.name).partition(" ")
    return {
        "title": member.title,
        "phone": "",
        "real_name": member.real_name or member.name,
        "real_name_normalized": member.real_name or member.name,
        "display_name": member.name,
        "display_name_normalized": member.name,
        "first_name": first,
        "last_name": last,
        "status_text": "",
        "status_emoji": "",
        "team": member.team,
        "avatar_hash": "",
    }


def enterprise_json(member: Member) -> Json:
    return {
        "id": member.id,
        "enterprise_id": "E1",
        "enterprise_name": "Organisation",
        "is_admin": False,
        "is_owner": False,
        "teams": list(member.teams),
    }


def channel_json(slack: Slack, channel: Channel) -> Json:
    if channel.is_im:
        return {
            "id": channel.id,
            "is_im": True,
            "is_archived": False,
            "is_user_deleted": False,
            "is_open": True,
            "user": channel.user,
            "created": 1577836800,
            "is_org_shared": False,
            "context_team_id": slack.team_id,
        }
    members = slack.members_of(channel.id)
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "is_member": slack.bot.id in members,
        "created": 1577836800,
        "creator": next(iter(members), ""),
        "num_members": len(members),
        "context_team_id": slack.team_id,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.topic, "creator": "", "last_set": 0},
    }


def group_json(slack: Slack, group: Group) -> Json:
    return {
        "id": group.id,
        "team_id": slack.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.handle,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": 1577836800,
        "date_update": int(slack.now().timestamp()),
        "date_delete": 0,
        "auto_type": None,
        "created_by": "",
        "updated_by": "",
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
        "users": list(group.users),
        "user_count": len(group.users),
    }


def bot_profile(slack: Slack) -> Json:
    return {
        "id": BOT_ID,
        "app_id": APP_ID,
        "user_id": slack.bot.id,
        "name": slack.app_name,
        "team_id": slack.team_id,
        "deleted": False,
        "updated": 1577836800,
        "icons": {},
    }


def message_json(slack: Slack, message: Message, with_metadata: bool = False) -> Json:
    """Return a message as `conversations.history` and payloads give it."""
    shape: Json = {
        "type": "message",
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "team": slack.members[message.user].team,
    }
    if message.user == slack.bot.id:
        shape |= {"bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": bot_profile(slack)}
    if message.blocks is not None:
        shape["blocks"] = message.blocks
    if message.edited_at:
        shape["edited"] = {"user": message.user, "ts": message.edited_at}
    if message.files:
        shape["files"] = message.files
    if message.reactions:
        shape["reactions"] = message.reactions
    if with_metadata and message.metadata:
        shape["metadata"] = message.metadata
    return shape | thread_json(slack, message)


def thread_json(slack: Slack, message: Message) -> Json:
    """Return the part of a message that says which thread it belongs to, or starts."""
    if message.is_reply:
        return {"thread_ts": message.thread_ts}
    replies = [
        reply
        for reply in slack.timeline.replies(message.channel, message.ts)
        if reply.only_for is None
    ]
    if not replies:
        return {}
    users = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": users,
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
    }


def view_json(slack: Slack, view: View) -> Json:
    """Return a view as `views.*` answers and payloads carry it."""
    return view.content | {
        "id": view.id,
        "team_id": slack.team_id,
        "hash": view.hash,
        "state": {"values": view.state()},
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "app_id": APP_ID,
        "bot_id": BOT_ID,
        "app_installed_team_id": slack.team_id,
    }


def page_message(slack: Slack, message: Message) -> Json:
    """Return a message as the page in the browser renders it."""
    replies = [
        reply
        for reply in slack.timeline.replies(message.channel, message.ts)
        if reply.only_for is None
    ]
    shape: Json = {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "reply_count": 0 if message.is_reply else len(replies),
        "edited": message.edited_at is not None,
        "ephemeral": message.only_for is not None,
        "bot": message.user == slack.bot.id,
        "files": [{key: file[key] for key in ("name", "url", "title")} for file in message.files],
    }
    if message.is_reply:
        shape["thread_ts"] = message.thread_ts
    return shape


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
