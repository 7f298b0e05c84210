"""Read back what a person left in a modal, and what the modal remembered."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

SIMPLE = ("value", "selected_date", "selected_user", "selected_conversation")
"""Where the state of an input has what it contains, as it is."""
WHY = "--reason"
"""The input for the reason of an act; no field can have this name."""
THREE_DECIMALS = re.compile(r"-?\d+\.\d{3}")
"""What could be a thousand, had it not come from an input for numbers, where a point is decimal."""


def metadata(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return what our form remembered; nothing where the form is not ours."""
    try:
        state = json.loads(view.get("private_metadata") or "{}")
    except (RecursionError, ValueError):
        return {}
    ours = isinstance(state, dict) and all(isinstance(value, str | int) for value in state.values())
    return state if ours else {}


def read(view: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts a person left in a modal, by field name."""
    state = view.get("state", {}).get("values", {})
    return {
        block: text_of(next(iter(values.values()))) for block, values in state.items() if values
    }


def picked_people(view: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the people who were picked, by their Slack ids."""
    inputs = (
        each
        for values in view.get("state", {}).get("values", {}).values()
        for each in values.values()
    )
    return tuple(each["selected_user"] for each in inputs if each.get("selected_user"))


def text_of(state: Mapping[str, Any]) -> str:
    """Return one input's state as a text."""
    if "selected_options" in state:
        return ", ".join(each["value"] for each in state["selected_options"] or [])
    if state.get("selected_option"):
        return str(state["selected_option"]["value"])
    if state.get("selected_date_time"):
        return datetime.fromtimestamp(state["selected_date_time"], UTC).isoformat()
    if state.get("type") == "number_input" and THREE_DECIMALS.fullmatch(state.get("value") or ""):
        return f"{state['value']}0"
    return next((str(state[name]) for name in SIMPLE if state.get(name)), "")


def typed(view: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts that a person changed in a modal, by field name."""
    inputs = [block for block in view.get("blocks", ()) if block.get("type") == "input"]
    begun = {block["block_id"]: text_of(begins_as(block["element"])) for block in inputs}
    return {name: text for name, text in read(view).items() if text != begun.get(name, "")}


def begins_as(element: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state of an input that nobody has touched."""
    state = {
        "type": element.get("type"),
        "value": element.get("initial_value"),
        "selected_option": element.get("initial_option"),
        "selected_date": element.get("initial_date"),
        "selected_date_time": element.get("initial_date_time"),
        "selected_user": element.get("initial_user"),
        "selected_conversation": element.get("initial_conversation"),
    }
    boxes = element.get("type") in ("checkboxes", "multi_static_select")
    return state | ({"selected_options": element.get("initial_options")} if boxes else {})
