"""Methods that open, stack, change and publish views."""

from typing import Any

from bot.sandbox.api.serializers import view_json
from bot.sandbox.entities import Json
from bot.sandbox.validation import view_too_large

from ..slack import Slack
from ..tickets import Refused
from ..views import DEEPEST, View, content_of
from .core import decoded, linted, member_of, method


@method("views.open")
def views_open(slack: Slack, args: Json) -> Json:
    content = checked(slack, "modal", decoded(args, "view"))
    user = slack.tickets.owner(args.get("trigger_id"))
    _unused(slack, content)
    slack.tickets.exchange(args["trigger_id"])
    return {"view": told(slack, "view_opened", slack.show(user, content))}


@method("views.push")
def views_push(slack: Slack, args: Json) -> Json:
    content = checked(slack, "modal", decoded(args, "view"))
    user = slack.tickets.owner(args.get("trigger_id"))
    _unused(slack, content)
    view = push(slack, user, content)
    slack.tickets.exchange(args["trigger_id"])
    return {"view": told(slack, "view_pushed", view)}


@method("views.update")
def views_update(slack: Slack, args: Json) -> Json:
    content = checked(slack, "modal", decoded(args, "view"))
    view = slack.views.find(args.get("view_id"), args.get("external_id"))
    if view is None or view.content["type"] != "modal":
        raise Refused("not_found")
    _fresh(view, args)
    _unused(slack, content, view)
    slack.redraw(view, content)
    return {"view": told(slack, "view_updated", view)}


@method("views.publish")
def views_publish(slack: Slack, args: Json) -> Json:
    user = member_of(slack, args.get("user_id"))
    content = checked(slack, "home", decoded(args, "view"))
    home = slack.manifest.get("features", {}).get("app_home", {})
    if not home.get("home_tab_enabled", True):
        raise Refused("not_enabled")
    if view := slack.views.homes.get(user.id):
        _fresh(view, args)
    return {"view": told(slack, "home", slack.show_home(user.id, content))}


def push(slack: Slack, user: str, content: Json) -> View:
    """Show a modal on top of the one that is open."""
    stack = slack.views.stack(user)
    if not stack:
        raise Refused("not_found")
    if len(stack) >= DEEPEST:
        raise Refused("push_limit_reached")
    return slack.show(user, content, previous=stack[-1])


def checked(slack: Slack, surface: str, view: Any) -> Json:
    """Return the content of a view that Slack would render."""
    if not isinstance(view, dict):
        raise Refused("invalid_arguments", "missing required field: view [json-pointer:/view]")
    if view_too_large(view):
        slack.problem("view_too_large: a view has more than 250 KB")
        raise Refused("view_too_large")
    linted(slack, surface, view, "invalid_arguments")
    return content_of(view)


def told(slack: Slack, kind: str, view: View) -> Json:
    """Let the person's client render the view, and return it as the API does."""
    shape = view_json(slack, view)
    slack.tell({"type": kind, "view": shape}, [view.user])
    return shape


def _fresh(view: View, args: Json) -> None:
    """Refuse an older click that would replace what a newer one has rendered."""
    if args.get("hash") and args["hash"] != view.hash:
        raise Refused("hash_conflict")


def _unused(slack: Slack, content: Json, own: View | None = None) -> None:
    external = content.get("external_id")
    other = slack.views.find(external_id=external) if external else None
    if other is not None and other is not own:
        raise Refused("duplicate_external_id")
