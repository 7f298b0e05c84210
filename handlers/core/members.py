"""Decide who is a member of a workspace, and what we store of them.

Only this module decides that, by what Slack says of a person.
"""

from collections.abc import Callable, Mapping
from typing import Any

from models.core.parsing import values

SLACKBOT = "USLACKBOT"
Profile = dict[str, Any]
"""Columns of User."""


def belongs(user: Mapping[str, Any], workspace: str) -> bool:
    """Return whether Slack says that a user is of this workspace, as a person or a bot.

    Slack does not call a user who shares a channel with it a stranger, so their teams decide; a
    user without teams is from elsewhere.
    """
    return workspace in teams(user) and not user.get("is_stranger")


def comes_from(user: Mapping[str, Any], team: str) -> bool:
    """Return whether an interaction of this person may say that they are of a team.

    The team is a workspace or an organisation.
    """
    return team in teams(user) or team == organisation(user).get("enterprise_id")


def teams(user: Mapping[str, Any]) -> list[str]:
    """Return the workspaces that Slack says a user belongs to.

    The first may be their organisation.
    """
    others = organisation(user).get("teams")
    found = [user.get("team_id"), *(others if isinstance(others, list) else ())]
    return [team for team in found if isinstance(team, str) and team]


def organisation(user: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what Slack says of a user as a member of an Enterprise Grid."""
    said = user.get("enterprise_user")
    return said if isinstance(said, dict) else {}


def is_bot(user: Mapping[str, Any]) -> bool:
    """Return whether no person is behind the user. Slack does not mark its own bot as one."""
    return bool(user.get("is_bot")) or user.get("id") == SLACKBOT


def member(user: Mapping[str, Any], workspace: str) -> Profile:
    """Return what we store of a member of the workspace.

    It is empty for a bot, and for a user from elsewhere.
    """
    return profile(user) if belongs(user, workspace) and not is_bot(user) else {}


def profile(user: Mapping[str, Any]) -> Profile:
    """Return what we store of what Slack says of a person.

    We store the zone's name, never its offset; without a name we store no zone.
    """
    details = user.get("profile") or {}
    name = user.get("real_name") or details.get("real_name") or user.get("name") or ""
    zone = known(values.read_zone, user.get("tz"))
    return {
        "name": " ".join(values.clean(name).split())[:255] or user["id"],
        "email": known(values.read_email, details.get("email")),
        **({"zone": zone} if zone else {}),
        "guest": bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        "left": bool(user.get("deleted")),
    }


def known(read: Callable[[str], str], text: str | None) -> str | None:
    """Return what a text says, or None where it cannot be read.

    So an odd profile does not lock anybody out.
    """
    try:
        return read(text) if text else None
    except ValueError:
        return None
