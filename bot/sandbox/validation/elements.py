"""Limits of the elements people act on: buttons, selects, inputs, boxes and pickers."""

import re
from collections.abc import Callable
from typing import Any

from bot.sandbox.entities import Json
from bot.sandbox.inputs import LISTS, VALUE_KEYS
from bot.sandbox.validation.composition import (
    ANY_TEXT,
    Problems,
    confirm,
    option_groups,
    optional_plain,
    optional_string,
    options,
    plain,
    problem,
    string,
    style,
    url,
)

SELECTS = {name for name in VALUE_KEYS if name.endswith("_select")}
BOXES = {"checkboxes", "radio_buttons"}
PICKERS = {"datepicker", "timepicker", "datetimepicker"}
TEXT_INPUTS = {
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
}
IN_ACTIONS = (
    {"button", "overflow", "workflow_button", "rich_text_input"} | SELECTS | BOXES | PICKERS
)
IN_SECTION = (
    {"button", "overflow", "workflow_button", "image"}
    | SELECTS
    | BOXES
    | (PICKERS - {"datetimepicker"})
)
IN_INPUT = TEXT_INPUTS | SELECTS | BOXES | PICKERS | {"file_input"}
FOCUSABLE = TEXT_INPUTS | SELECTS | BOXES | PICKERS
CONFIRMABLE = SELECTS | BOXES | PICKERS | {"button", "overflow", "workflow_button", "icon_button"}


def element(value: Any, where: str, allowed: set[str]) -> Problems:
    """Check one element where the block allows only some kinds of them."""
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in allowed:
        yield problem(where, f"unsupported element: {kind!r} is not allowed here")
        return
    yield from optional_string(value, "action_id", where, 255, least=1)
    if "confirm" in value:
        yield from confirm(value["confirm"], f"{where}/confirm")
        if kind not in CONFIRMABLE:
            yield problem(f"{where}/confirm", f"{kind} has no confirmation dialog")
    if value.get("focus_on_load") and kind not in FOCUSABLE:
        yield problem(f"{where}/focus_on_load", f"{kind} cannot be focused on load")
    yield from optional_plain(value, "placeholder", where, 150)
    yield from RULES[str(kind)](value, where)


def button(value: Json, where: str) -> Problems:
    yield from plain(value.get("text"), f"{where}/text", 75)
    yield from optional_string(value, "value", where, 2000)
    yield from optional_string(value, "accessibility_label", where, 75)
    yield from style(value, where)
    if value.get("url") is not None:
        yield from url(value["url"], f"{where}/url")


def image(value: Json, where: str) -> Problems:
    yield from string(value.get("alt_text"), f"{where}/alt_text", 2000)
    if "slack_file" not in value:
        yield from url(value.get("image_url"), f"{where}/image_url")


def overflow(value: Json, where: str) -> Problems:
    yield from options(value.get("options"), f"{where}/options", 5, may_link=True)


def boxes(value: Json, where: str) -> Problems:
    yield from options(value.get("options"), f"{where}/options", 10, kinds=ANY_TEXT)
    yield from _initial(value, where, value.get("options"))


def static_select(value: Json, where: str) -> Problems:
    if ("options" in value) == ("option_groups" in value):
        yield problem(where, "must have options or option_groups, and not both")
    elif "options" in value:
        yield from options(value["options"], f"{where}/options", 100)
    else:
        yield from option_groups(value["option_groups"], f"{where}/option_groups")
    groups = [group.get("options") or [] for group in value.get("option_groups") or ()]
    yield from _initial(
        value, where, [*(value.get("options") or []), *(one for group in groups for one in group)]
    )
    yield from _most_selected(value, where)


def external_select(value: Json, where: str) -> Problems:
    least = value.get("min_query_length", 3)
    if not isinstance(least, int) or least < 0:
        yield problem(f"{where}/min_query_length", "must be a whole number")
    yield from options(_chosen(value), f"{where}/initial_option", 100, least=0)
    yield from _most_selected(value, where)


def id_select(value: Json, where: str) -> Problems:
    """Check a select of people or conversations: its initial choices are ids, never options."""
    key = VALUE_KEYS[value["type"]][1]
    chosen = value.get(key, [])
    for one in chosen if isinstance(chosen, list) else [chosen]:
        if not isinstance(one, str) or not re.fullmatch(r"[A-Z][A-Z0-9_]+", one):
            yield problem(f"{where}/{key}", f"{one!r} is not an id")
    yield from _most_selected(value, where)


def picker(value: Json, where: str) -> Problems:
    shapes = {
        "datepicker": r"\d{4}-\d\d-\d\d",
        "timepicker": r"([01]\d|2[0-3]):[0-5]\d",
        "datetimepicker": r"\d{10}",
    }
    key = VALUE_KEYS[value["type"]][1]
    if key in value and not re.fullmatch(shapes[value["type"]], str(value[key])):
        yield problem(f"{where}/{key}", f"{value[key]!r} has the wrong format")


def text_input(value: Json, where: str) -> Problems:
    least, most = value.get("min_length", 0), value.get("max_length", 3000)
    if not 0 <= least <= 3000 or not 1 <= most <= 3000 or least > most:
        yield problem(where, "min_length and max_length must lie between 0 and 3000")
    yield from optional_string(value, "initial_value", where, most)


def number_input(value: Json, where: str) -> Problems:
    if not isinstance(value.get("is_decimal_allowed"), bool):
        yield problem(f"{where}/is_decimal_allowed", "missing required field: is_decimal_allowed")
    for key in ("initial_value", "min_value", "max_value"):
        if key in value and not re.fullmatch(r"-?\d+(\.\d+)?", str(value[key])):
            yield problem(f"{where}/{key}", f"{value[key]!r} is not a number")


def typed_input(value: Json, where: str) -> Problems:
    if value["type"] != "rich_text_input":
        yield from optional_string(value, "initial_value", where, 3000)


def file_input(value: Json, where: str) -> Problems:
    if not 1 <= value.get("max_files", 10) <= 10:
        yield problem(f"{where}/max_files", "must be between 1 and 10")


def icon_button(value: Json, where: str) -> Problems:
    yield from plain(value.get("text"), f"{where}/text", 75)
    yield from string(value.get("icon"), f"{where}/icon", 75)


def feedback(value: Json, where: str) -> Problems:
    for side in ("positive_button", "negative_button"):
        yield from plain(value.get(side, {}).get("text"), f"{where}/{side}/text", 75)
        yield from string(value.get(side, {}).get("value"), f"{where}/{side}/value", 2000)


def _chosen(value: Json) -> list[Any]:
    initial = value.get(VALUE_KEYS[value["type"]][1])
    return [] if initial is None else initial if isinstance(initial, list) else [initial]


def _initial(value: Json, where: str, offered: Any) -> Problems:
    """Check that each initial choice is one of the options, letter by letter."""
    key = VALUE_KEYS[value["type"]][1]
    if key in value and (value["type"] in LISTS) != isinstance(value[key], list):
        yield problem(
            f"{where}/{key}", "must be a list" if value["type"] in LISTS else "must be one option"
        )
    if value.get(key) == []:
        yield problem(f"{where}/{key}", "must not be an empty list")
    for one in _chosen(value):
        if one not in (offered or []):
            yield problem(f"{where}/{key}", "is not among the options")


def _most_selected(value: Json, where: str) -> Problems:
    if "max_selected_items" in value and (
        value["type"] not in LISTS or value["max_selected_items"] < 1
    ):
        yield problem(
            f"{where}/max_selected_items", "must be at least 1, and only in a multi-select"
        )


RULES: dict[str, Callable[[Json, str], Problems]] = {
    "button": button,
    "workflow_button": button,
    "image": image,
    "overflow": overflow,
    "icon_button": icon_button,
    "feedback_buttons": feedback,
    "file_input": file_input,
    "plain_text_input": text_input,
    "number_input": number_input,
    "static_select": static_select,
    "multi_static_select": static_select,
    "external_select": external_select,
    "multi_external_select": external_select,
    **dict.fromkeys(BOXES, boxes),
    **dict.fromkeys(PICKERS, picker),
    **dict.fromkeys(("email_text_input", "url_text_input", "rich_text_input"), typed_input),
    **dict.fromkeys(
        sorted(one for one in SELECTS if "static" not in one and "external" not in one), id_select
    ),
}
