"""Slack's refusals in words that say what a person has to do."""

from bot.slack.gateway import is_name, is_person
from models.core.identity.user import Workspace

REVOKED = ("token_revoked", "account_inactive")
"""The app was removed, or its token revoked: only a new installation helps."""
UNTRUSTED = (
    *REVOKED,
    "invalid_auth",
    "not_authed",
    "token_expired",
    "team_access_not_granted",
    "org_login_required",
)
"""What Slack says to a token: nothing is wrong with the message, which waits."""
GONE = ("message_not_found", "cant_update_message", "thread_not_found", "cannot_reply_to_message")
"""The card does not exist any more."""
CLOSED = ("channel_not_found", "is_archived", "is_inactive")
"""The app cannot reach the channel any more, nor what was posted there.

Slack has one word for posting in an archived channel and another for changing a message there.
"""

AGAIN = "Install the app again with the manifest of this version"
REASONS = {
    "channel_not_found": "there is no such channel, or it is private and I am not in it. Invite me there",
    "not_in_channel": "I am not in it. Invite me there: /invite @crm",
    "is_archived": "it is archived. Bring it back in Slack, or set another channel",
    "is_inactive": "it is archived. Bring it back in Slack, or set another channel",
    "shared_with_outsiders": "it is shared with another company, and CRM records are nothing for outsiders",
    "missing_scope": f"the app lacks a permission. {AGAIN}",
    "no_permission": f"the app lacks a permission. {AGAIN}",
    "not_allowed_token_type": f"the token is of the wrong kind. {AGAIN}",
    "access_denied": "the rules of your Slack workspace forbid it. Ask whoever administers Slack",
    "ekm_access_denied": "your company's keys forbid it. Ask whoever administers Slack",
    "messages_tab_disabled": "the app's Messages tab is off. Turn it on under App Home",
    "user_not_found": "Slack does not know this person any more",
    "user_disabled": "this person has left the Slack workspace",
    "cannot_dm_bot": "it is a bot, and bots read no direct messages",
    "restricted_action": "only some people may post there. Let the app post there, or choose another channel",
    "restricted_action_read_only_channel": "nobody may post there. Choose another channel",
    "restricted_action_thread_only_channel": "only replies may be posted there. Choose another channel",
    "restricted_action_non_threadable_channel": "nothing may be posted in threads there. Allow threads there again",
    "restricted_action_thread_locked": "the thread is locked. Unlock it in Slack",
    "msg_too_long": "it is too long for Slack. Please report this",
    "msg_blocks_too_long": "it is too long for Slack. Please report this",
    "invalid_blocks": "Slack does not take it as it is drawn. Please report this",
}
"""Slack's word → why nothing was posted, and what to do."""


def sentence(error: str, channel: str, workspace: Workspace) -> str:
    """Return what went wrong where, and which setting the channel comes from.

    Args:
        error: Slack's word for it.
        channel: Where the app could not post.
        workspace: The workspace, with its settings.
    """
    where = (
        f"<@{channel}>" if is_person(channel) else channel if is_name(channel) else f"<#{channel}>"
    )
    names = [
        name for name in ("sales_channel", "support_channel") if getattr(workspace, name) == channel
    ]
    setting = f" The channel comes from the setting {' and '.join(names).upper()}." if names else ""
    return f"I could not post in {where}: {reason(error)}.{setting}"


def reason(error: str) -> str:
    """Return why Slack refuses; an unknown kind of restriction counts as a restriction too.

    Args:
        error: Slack's word, or the app's own sentence, which stays as it is.
    """
    if " " in error:
        return error
    known = "restricted_action" if error.startswith("restricted_action") else error
    return REASONS.get(error) or REASONS.get(known) or f"Slack refused it ({error})"
