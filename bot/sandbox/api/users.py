"""Methods about the token, the team, its people and its bots."""

from bot.sandbox.api.core import allows, channel_of, member_of, message_of, method, page_of
from bot.sandbox.api.serializers import bot_profile, group_json, message_json, user_json
from bot.sandbox.entities import Json
from bot.sandbox.slack import APP_ID, BOT_ID, Slack
from bot.sandbox.tickets import Refused


@method("auth.test")
def auth_test(slack: Slack, args: Json) -> Json:
    return {
        "url": f"{slack.url}/",
        "team": slack.team_name,
        "user": slack.bot.name,
        "team_id": slack.team_id,
        "user_id": slack.bot.id,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


@method("api.test")
def api_test(slack: Slack, args: Json) -> Json:
    return {"args": args}


@method("apps.connections.open", app_token=True)
def connections_open(slack: Slack, args: Json) -> Json:
    """Return a new address for a websocket; the ticket in it is good for one connection."""
    return {"url": f"{slack.url.replace('http', 'ws', 1)}/socket/{slack.tickets.socket()}"}


@method("users.info", "users:read")
def users_info(slack: Slack, args: Json) -> Json:
    return {
        "user": user_json(
            slack, member_of(slack, args.get("user")), allows(slack, "users:read.email")
        )
    }


@method("users.list", "users:read")
def users_list(slack: Slack, args: Json) -> Json:
    members, metadata = page_of(list(slack.members.values()), args)
    with_email = allows(slack, "users:read.email")
    return {"members": [user_json(slack, member, with_email) for member in members], **metadata}


@method("users.lookupByEmail", "users:read.email")
def lookup_by_email(slack: Slack, args: Json) -> Json:
    wanted = str(args.get("email") or "").casefold()
    for member in slack.people:
        if member.email and member.email.casefold() == wanted and not member.deleted:
            return {"user": user_json(slack, member)}
    raise Refused("users_not_found")


@method("usergroups.list", "usergroups:read")
def usergroups_list(slack: Slack, args: Json) -> Json:
    shapes = [group_json(slack, group) for group in slack.groups.values()]
    return {
        "usergroups": [
            {key: value for key, value in shape.items() if key != "users"} for shape in shapes
        ]
    }


@method("usergroups.users.list", "usergroups:read")
def usergroups_users_list(slack: Slack, args: Json) -> Json:
    group = slack.groups.get(str(args.get("usergroup") or ""))
    if group is None:
        raise Refused("no_such_subteam")
    return {"users": list(group.users)}


@method("team.info", "team:read")
def team_info(slack: Slack, args: Json) -> Json:
    domain = slack.team_name.lower().replace(" ", "-")
    return {
        "team": {
            "id": slack.team_id,
            "name": slack.team_name,
            "domain": domain,
            "email_domain": "",
            "icon": {},
        }
    }


@method("bots.info", "users:read")
def bots_info(slack: Slack, args: Json) -> Json:
    if args.get("bot", BOT_ID) != BOT_ID:
        raise Refused("bot_not_found")
    return {"bot": bot_profile(slack) | {"app_id": APP_ID}}


@method("reactions.add", "reactions:write")
def reactions_add(slack: Slack, args: Json) -> Json:
    channel = channel_of(slack, args)
    message = message_of(slack, channel, args.get("timestamp"))
    name = str(args.get("name") or "")
    if not name:
        raise Refused("invalid_name")
    if any(reaction["name"] == name for reaction in message.reactions):
        raise Refused("already_reacted")
    message.reactions.append({"name": name, "users": [slack.bot.id], "count": 1})
    return {"message": message_json(slack, message)}
