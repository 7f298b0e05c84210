"""Slack's refusals in words that tell a person what to do."""

from bot.outlet import is_name, is_person
from models.core.user import Workspace

REASONS = {
    "channel_not_found": "there is no such channel, or it is private and I am not in it. Invite me there",
    "not_in_channel": "I am not in it. Invite me there: /invite @crm",
    "is_archived": "it is archived",
    "shared_with_outsiders": "it is shared with another company, and CRM records are nothing for outsiders",
    "missing_scope": "the app lacks a permission. Install it again with the manifest of this version",
    "messages_tab_disabled": "the app's Messages tab is off. Turn it on under App Home",
    "user_not_found": "Slack does not know this person any more",
    "restricted_action": "only some people may post there",
}
"""Slack's word → why nothing was posted."""


def sentence(error: str, channel: str, workspace: Workspace) -> str:
    """What went wrong where, and which setting it comes from. error: Slack's word for it."""
    where = f"<@{channel}>" if is_person(channel) else channel if is_name(channel) else f"<#{channel}>"
    reason = REASONS.get(error) or f"Slack refused it ({error})"
    names = [name for name in ("sales_channel", "support_channel") if getattr(workspace, name) == channel]
    setting = f" The channel comes from the setting {' and '.join(names).upper()}." if names else ""
    return f"I could not post in {where}: {reason}.{setting}"
