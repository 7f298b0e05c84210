"""The stateful elements of Block Kit.

For each it says where it keeps its value, what it starts with, and when it is complete.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from bot.sandbox.entities import Json

# element type → the key of its value in `state.values`, the key of its initial value
VALUE_KEYS = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "file_input": ("files", "initial_files"),
}
LISTS = {kind for kind, (key, _) in VALUE_KEYS.items() if key.endswith("s")}
MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
REQUIRED = "Please complete this required field."


def elements_of(block: Json) -> list[Json]:
    """Return the interactive elements of one block."""
    if block["type"] == "input":
        return [block["element"]]
    if block["type"] == "section":
        return [block["accessory"]] if block.get("accessory") else []
    if block["type"] in ("actions", "context_actions"):
        return list(block["elements"])
    if block["type"] == "card":
        return list(block.get("actions", ()))
    if block["type"] == "carousel":
        return [element for child in block["elements"] for element in elements_of(child)]
    return []


def unfolded(blocks: Iterable[Json] | None) -> Iterator[Json]:
    """Yield every block, also those inside containers."""
    for block in blocks or ():
        yield block
        yield from block.get("child_blocks") or ()


def interactive(blocks: list[Json] | None) -> Iterator[tuple[Json, Json]]:
    """Yield every (block, element) with which a person can do something."""
    for block in unfolded(blocks):
        for element in elements_of(block):
            if "action_id" in element:
                yield block, element


def initial(element: Json) -> Json:
    """Return the entry of an untouched element in `state.values`."""
    kind = element["type"]
    key, start = VALUE_KEYS[kind]
    return {"type": kind, key: element.get(start, [] if kind in LISTS else None)}


def state_of(blocks: list[Json] | None, typed: Json) -> Json:
    """Return `state.values`: what was typed, else what each element started with."""
    values: Json = {}
    for block, element in interactive(blocks):
        if element["type"] in VALUE_KEYS:
            block_id, action_id = block["block_id"], element["action_id"]
            entry = typed.get(block_id, {}).get(action_id)
            values.setdefault(block_id, {})[action_id] = entry or initial(element)
    return values


def value_in(entry: Json | None) -> Any:
    """Return the bare value of an entry of `state.values`; None, "" or [] when it is empty."""
    return entry.get(VALUE_KEYS[entry["type"]][0]) if entry else None


def complaints(blocks: list[Json], values: Json) -> dict[str, str]:
    """Return what Slack's client itself refuses before it submits.

    The result has, by block, the sentence under the input.
    """
    found: dict[str, str] = {}
    for block in blocks:
        if block["type"] == "input":
            element = block["element"]
            value = value_in(values.get(block["block_id"], {}).get(element["action_id"]))
            empty = value is None or value == "" or value == []
            complaint = (
                (None if block.get("optional") else REQUIRED)
                if empty
                else _complaint(element, value)
            )
            if complaint:
                found[block["block_id"]] = complaint
    return found


def _complaint(element: Json, value: Any) -> str | None:
    match element["type"]:
        case "plain_text_input":
            return _length(element, len(value))
        case "email_text_input":
            return None if MAIL.fullmatch(value) else "You'll need to enter a valid email."
        case "url_text_input":
            return (
                None if re.match(r"https?://\S+$", value) else "You'll need to enter a valid URL."
            )
        case "number_input":
            return _number(element, value)
    most = element.get("max_selected_items")
    return f"You can only select up to {most} items." if most and len(value) > most else None


def _length(element: Json, length: int) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if length < least:
        return f"You'll need to enter at least {least} characters."
    return f"You'll need to enter fewer than {most + 1} characters." if length > most else None


def _number(element: Json, value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "You'll need to enter a number."
    if not element.get("is_decimal_allowed") and not number.is_integer():
        return "You'll need to enter a whole number."
    if "min_value" in element and number < float(element["min_value"]):
        return f"You'll need to enter a number greater than or equal to {element['min_value']}."
    if "max_value" in element and number > float(element["max_value"]):
        return f"You'll need to enter a number less than or equal to {element['max_value']}."
    return None
