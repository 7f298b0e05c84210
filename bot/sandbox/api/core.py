"""One call of the Web API: who calls, with what, and what is answered or refused."""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.entities import Channel, Json, Member
from bot.sandbox.validation import problems

from ..messages import Message
from ..slack import Slack
from ..tickets import Refused

Method = Callable[[Slack, Json], Json]
TRUE = (True, "true", "1", "True")


@dataclass(frozen=True)
class Registered:
    """A method, and the scopes of which the token must have one."""

    run: Method
    scopes: tuple[str, ...]
    app_token: bool = False
    client: bool = False


METHODS: dict[str, Registered] = {}


def method(
    name: str, *scopes: str, app_token: bool = False, client: bool = False
) -> Callable[[Method], Method]:
    """Register a method of the Web API under Slack's name for it.

    Args:
        name: Slack's name for the method.
        *scopes: The scopes of which the token must have one.
        app_token: Whether it is called with the app's token.
        client: Whether it is called with the app's id and secret.
    """

    def register(run: Method) -> Method:
        METHODS[name] = Registered(run, scopes, app_token, client)
        return run

    return register


def call(slack: Slack, name: str, token: str | None, args: Json) -> Json:
    """Answer a call the way Slack does; an error is an answer too."""
    try:
        registered = METHODS.get(name)
        if registered is None:
            raise Refused("unknown_method", req_method=name)
        _authorise(slack, registered, token)
        with slack.lock:
            slack.calls.append((name, args))
            answer = registered.run(slack, args)
        return {"ok": True, **answer}
    except Refused as refused:
        return refusal(refused)


def refusal(refused: Refused) -> Json:
    answer: Json = {"ok": False, "error": refused.error, **refused.more}
    if refused.messages:
        answer["errors"] = list(refused.messages)
        answer["response_metadata"] = {
            "messages": [f"[ERROR] {message}" for message in refused.messages]
        }
    return answer


def _authorise(slack: Slack, registered: Registered, token: str | None) -> None:
    if registered.client:
        if token != basic(slack.client_id, slack.client_secret):
            raise Refused("bad_client_secret")
        return
    if not token:
        raise Refused("not_authed")
    if token not in (slack.bot_token, slack.app_token):
        raise Refused("invalid_auth")
    if (token == slack.app_token) != registered.app_token:
        raise Refused("not_allowed_token_type")
    granted = slack.manifest.get("oauth_config", {}).get("scopes", {}).get("bot")
    if granted is not None and registered.scopes and not set(granted) & set(registered.scopes):
        raise Refused(
            "missing_scope", needed=",".join(registered.scopes), provided=",".join(granted)
        )


def basic(client_id: str, client_secret: str) -> str:
    """Return what an app that has no token yet sends in place of one."""
    return f"Basic {b64encode(f'{client_id}:{client_secret}'.encode()).decode()}"


def allows(slack: Slack, scope: str) -> bool:
    """Return whether the manifest asks for this scope; one that lists none asks for all."""
    granted = slack.manifest.get("oauth_config", {}).get("scopes", {}).get("bot")
    return granted is None or scope in granted


def linted(slack: Slack, surface: str, payload: Json, error: str) -> None:
    """Refuse what Slack would refuse, and remember the refusal.

    So a test fails even if the app swallows the error.
    """
    found = problems(surface, payload)
    if found:
        slack.problem(f"{error} in a {surface}: " + "; ".join(found))
        raise Refused(error, *found)


def decoded(args: Json, key: str) -> Any:
    """Return an argument that is an object: itself in a JSON body, its JSON text in a form."""
    value = args.get(key)
    if isinstance(value, str):
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise Refused("invalid_arguments", f"{key} is not JSON [json-pointer:/{key}]") from None
    return value


def is_true(value: Any) -> bool:
    return value in TRUE


def number(args: Json, key: str, default: int) -> int:
    try:
        return int(args.get(key) or default)
    except ValueError:
        raise Refused("invalid_arguments", f"{key} must be a number") from None


def channel_of(slack: Slack, args: Json, key: str = "channel", named: bool = False) -> Channel:
    """Return the channel of a call, by its id.

    Args:
        slack: The emulator.
        args: The arguments of the call.
        key: The argument that has the channel.
        named: Whether a post may also give its name, or the person who reads it.
    """
    said = str(args.get(key) or "")
    channel = slack.channel(said) if named else slack.channels.get(said)
    if channel is None or (channel.is_private and slack.bot.id not in slack.members_of(channel.id)):
        raise Refused("channel_not_found")
    return channel


def member_of(slack: Slack, user: Any) -> Member:
    member = slack.members.get(str(user or ""))
    if member is None:
        raise Refused("user_not_found")
    return member


def message_of(slack: Slack, channel: Channel, ts: Any) -> Message:
    """Return a message of the channel; what only one person saw cannot be found again."""
    message = slack.timeline.find(channel.id, str(ts))
    if message is None or message.only_for is not None:
        raise Refused("message_not_found")
    return message


def page_of(
    items: list[Any], args: Json, most: int = 1000, default: int = 100
) -> tuple[list[Any], Json]:
    """Return one page of a list, and the `response_metadata` that leads to the next."""
    limit = max(1, min(number(args, "limit", default), most))
    cursor = str(args.get("cursor") or "")
    if cursor and not (cursor.startswith("next:") and cursor[5:].isdigit()):
        raise Refused("invalid_cursor")
    start = int(cursor[5:]) if cursor else 0
    rest = start + limit < len(items)
    return items[start : start + limit], {
        "response_metadata": {"next_cursor": f"next:{start + limit}" if rest else ""}
    }
