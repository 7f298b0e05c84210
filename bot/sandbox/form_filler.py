"""Plain texts for the elements of a form, of any kind.

Tests and the conversation docs type with it.
"""

from collections.abc import Callable
from datetime import datetime

from bot.sandbox.entities import Json
from bot.sandbox.inputs import LISTS, VALUE_KEYS
from bot.sandbox.slack import Slack

Ask = Callable[[Json, str], Json]  # the options an app offers for a typed text
YES, NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")


def entry(slack: Slack, element: Json, text: str, ask: Ask) -> Json:
    """Return the entry of `state.values` for an element filled with this text; "" empties it."""
    kind = element["type"]
    if kind not in VALUE_KEYS or kind == "file_input":
        raise AssertionError(f"a {kind} cannot be filled with a text")
    key = VALUE_KEYS[kind][0]
    if kind in LISTS:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return {
            "type": kind,
            key: _boxes(element, parts)
            or [
                _one(slack, element, part, ask)
                for part in parts
                if part.casefold() not in _no(element)
            ],
        }
    return {"type": kind, key: _one(slack, element, text, ask) if text.strip() else None}


def _boxes(element: Json, parts: list[str]) -> list[Json]:
    """Return the boxes that are ticked; a single box is ticked by "yes", too."""
    ticked = element["type"] == "checkboxes" and len(element["options"]) == 1 and len(parts) == 1
    return element["options"][:1] if ticked and parts[0].casefold() in YES else []


def _no(element: Json) -> tuple[str, ...]:
    return NO if element["type"] == "checkboxes" and len(element["options"]) == 1 else ()


def _one(slack: Slack, element: Json, text: str, ask: Ask) -> str | int | Json:
    kind = element["type"]
    if "external_select" in kind:
        return _offered(element, text, ask)
    if "static_select" in kind or kind in ("radio_buttons", "checkboxes", "overflow"):
        return listed(element, text)
    if "users_select" in kind:
        return _member(slack, text)
    if "channels_select" in kind or "conversations_select" in kind:
        return _channel(slack, text)
    if kind == "datetimepicker":
        return int(text) if text.isdigit() else int(datetime.fromisoformat(text).timestamp())
    if kind == "rich_text_input":
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
        return {"type": "rich_text", "elements": [section]}
    return _dated(kind, text)


def _dated(kind: str, text: str) -> str:
    """Return the text of a picker, which gives a whole date or time, never half of one."""
    form = {"datepicker": "%Y-%m-%d", "timepicker": "%H:%M"}.get(kind)
    if form and datetime.strptime(text, form).strftime(form) != text:  # noqa: DTZ007 — a date has no zone
        raise AssertionError(f"a {kind} gives {form}, not {text!r}")
    return text


def choices(element: Json) -> list[Json]:
    """Return every option of a select, whether in groups or not."""
    groups = [one for group in element.get("option_groups") or () for one in group["options"]]
    return [*(element.get("options") or ()), *groups]


def listed(element: Json, text: str) -> Json:
    """Return the option with this value or label."""
    wanted = text.strip().casefold()
    for option in choices(element):
        if wanted in (str(option.get("value")).casefold(), option["text"]["text"].casefold()):
            return option
    labels = ", ".join(option["text"]["text"] for option in choices(element))
    raise AssertionError(f"{text!r} is not among the options: {labels}")


def _offered(element: Json, text: str, ask: Ask) -> Json:
    """Return the first option the app offers for what is typed."""
    least = element.get("min_query_length", 3)
    if len(text) < least:
        raise AssertionError(f"Slack asks for options from {least} characters on, not for {text!r}")
    offered = choices(ask(element, text))
    if not offered:
        raise AssertionError(f"the app offers nothing for {text!r} in {element['action_id']}")
    return offered[0]


def _member(slack: Slack, text: str) -> str:
    member = slack.member(text)
    if member is None:
        raise AssertionError(f"there is nobody called {text!r}")
    return member.id


def _channel(slack: Slack, text: str) -> str:
    channel = slack.channel(text)
    if channel is None:
        raise AssertionError(f"there is no channel {text!r}")
    return channel.id
