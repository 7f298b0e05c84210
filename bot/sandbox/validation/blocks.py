"""Limits of each block, and which blocks are allowed on which surface."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.entities import Json
from bot.sandbox.validation.charts import data_table, data_visualization, table
from bot.sandbox.validation.composition import (
    Problems,
    optional_plain,
    optional_string,
    plain,
    problem,
    string,
    text,
    url,
)
from bot.sandbox.validation.elements import IN_ACTIONS, IN_INPUT, IN_SECTION, element, image
from bot.sandbox.validation.rich_text import rich_text

MESSAGES = {"message"}
ONLY = {
    **dict.fromkeys(
        ("markdown", "table", "data_table", "data_visualization", "context_actions"), MESSAGES
    ),
    **dict.fromkeys(("task_card", "plan", "container"), MESSAGES),
    "alert": {"modal"},
    "carousel": {"message", "home"},
}
"""The blocks that are not allowed everywhere, and where they are."""
IN_CONTAINER = {
    "actions",
    "context",
    "divider",
    "file",
    "header",
    "image",
    "input",
    "rich_text",
    "section",
    "table",
    "video",
}


WIDTHS = ("narrow", "standard", "wide", "full")


def block(value: Any, where: str, surface: str) -> Problems:
    """Check one block of a message, modal or home tab."""
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in RULES:
        yield problem(where, f"unsupported block: {kind!r}")
        return
    if surface not in ONLY.get(kind, (surface,)):
        yield problem(where, f"{kind} blocks are not allowed in a {surface}")
    yield from optional_string(value, "block_id", where, 255, least=1)
    yield from RULES[kind](value, where)
    if (
        kind == "input"
        and surface != "modal"
        and value.get("element", {}).get("type") == "file_input"
    ):
        yield problem(f"{where}/element", "file_input is allowed in modals only")


def section(value: Json, where: str) -> Problems:
    fields = value.get("fields")
    if value.get("text") is None and not fields:
        yield problem(where, "missing required field: text or fields")
    if value.get("text") is not None:
        yield from text(value["text"], f"{where}/text", 3000)
    if fields is not None:
        if not isinstance(fields, list) or not 1 <= len(fields) <= 10:
            yield problem(f"{where}/fields", "must have 1 to 10 fields")
            return
        for index, one in enumerate(fields):
            yield from text(one, f"{where}/fields/{index}", 2000)
    if value.get("accessory") is not None:
        yield from element(value["accessory"], f"{where}/accessory", IN_SECTION)


def header(value: Json, where: str) -> Problems:
    yield from plain(value.get("text"), f"{where}/text", 150)


def divider(value: Json, where: str) -> Problems:
    yield from ()


def image_block(value: Json, where: str) -> Problems:
    yield from image(value, where)
    yield from optional_plain(value, "title", where, 2000)


def context(value: Json, where: str) -> Problems:
    for index, one in _elements(value, 10):
        if isinstance(one, dict) and one.get("type") == "image":
            yield from image(one, f"{where}/elements/{index}")
        else:
            yield from text(one, f"{where}/elements/{index}", 3000)
    yield from _count(value, where, 10)


def actions(value: Json, where: str) -> Problems:
    for index, one in _elements(value, 25):
        yield from element(one, f"{where}/elements/{index}", IN_ACTIONS)
    yield from _count(value, where, 25)


def context_actions(value: Json, where: str) -> Problems:
    for index, one in _elements(value, 5):
        yield from element(one, f"{where}/elements/{index}", {"feedback_buttons", "icon_button"})
    yield from _count(value, where, 5)


def input_block(value: Json, where: str) -> Problems:
    yield from plain(value.get("label"), f"{where}/label", 2000)
    yield from optional_plain(value, "hint", where, 2000)
    yield from element(value.get("element"), f"{where}/element", IN_INPUT)
    for key in ("optional", "dispatch_action"):
        if not isinstance(value.get(key, False), bool):
            yield problem(f"{where}/{key}", "must be true or false")


def markdown(value: Json, where: str) -> Problems:
    yield from string(value.get("text"), f"{where}/text", 12_000)


def alert(value: Json, where: str) -> Problems:
    yield from text(value.get("text"), f"{where}/text", 3000)
    if value.get("level", "default") not in ("default", "info", "warning", "error", "success"):
        yield problem(f"{where}/level", "must be default, info, warning, error or success")


def card(value: Json, where: str) -> Problems:
    if not any(value.get(key) for key in ("hero_image", "title", "actions", "body")):
        yield problem(where, "a card needs a hero_image, title, body or actions")
    for key, most in (("title", 150), ("subtitle", 150), ("body", 200)):
        if value.get(key) is not None:
            yield from text(value[key], f"{where}/{key}", most)
    for key in ("hero_image", "icon"):
        if value.get(key) is not None:
            yield from image(value[key], f"{where}/{key}")
    for index, one in enumerate(value.get("actions") or ()):
        yield from element(one, f"{where}/actions/{index}", {"button"})


def carousel(value: Json, where: str) -> Problems:
    for index, one in _elements(value, 10):
        yield from card(one, f"{where}/elements/{index}")
    yield from _count(value, where, 10)


def container(value: Json, where: str) -> Problems:
    """Check a title over up to ten blocks, which may be collapsed."""
    if value.get("rich_text_title") is None:
        yield from plain(value.get("title"), f"{where}/title", 150)
    if value.get("subtitle") is not None:
        yield from text(value["subtitle"], f"{where}/subtitle", 150)
    if value.get("icon") is not None:
        yield from image(value["icon"], f"{where}/icon")
    for key in ("is_collapsible", "default_collapsed", "has_header_divider"):
        if not isinstance(value.get(key, False), bool):
            yield problem(f"{where}/{key}", "must be true or false")
    if value.get("width", "standard") not in WIDTHS:
        yield problem(f"{where}/width", f"must be {', '.join(WIDTHS)}")
    if value.get("default_collapsed") and not value.get("is_collapsible"):
        yield problem(f"{where}/default_collapsed", "needs is_collapsible")
    yield from _children(value, where)


def _children(value: Json, where: str) -> Problems:
    children = value.get("child_blocks")
    if not isinstance(children, list) or not 1 <= len(children) <= 10:
        yield problem(f"{where}/child_blocks", "must have 1 to 10 blocks")
        return
    for index, one in enumerate(children):
        kind = one.get("type") if isinstance(one, dict) else None
        if kind not in IN_CONTAINER:
            yield problem(
                f"{where}/child_blocks/{index}", f"{kind} blocks are not allowed in a container"
            )
        else:
            yield from block(one, f"{where}/child_blocks/{index}", "message")


def video(value: Json, where: str) -> Problems:
    yield from plain(value.get("title"), f"{where}/title", 199)
    yield from string(value.get("alt_text"), f"{where}/alt_text", 2000)
    for key in ("video_url", "thumbnail_url"):
        yield from url(value.get(key), f"{where}/{key}", start="https://")


def _elements(value: Json, most: int) -> list[tuple[int, Any]]:
    elements = value.get("elements")
    return list(enumerate(elements[:most])) if isinstance(elements, list) else []


def _count(value: Json, where: str, most: int) -> Problems:
    elements = value.get("elements")
    if not isinstance(elements, list) or not 1 <= len(elements) <= most:
        yield problem(f"{where}/elements", f"must have 1 to {most} elements")


RULES: dict[str, Callable[[Json, str], Problems]] = {
    "section": section,
    "header": header,
    "divider": divider,
    "image": image_block,
    "context": context,
    "actions": actions,
    "context_actions": context_actions,
    "input": input_block,
    "markdown": markdown,
    "alert": alert,
    "card": card,
    "carousel": carousel,
    "container": container,
    "video": video,
    "rich_text": rich_text,
    "table": table,
    "data_table": data_table,
    "data_visualization": data_visualization,
}
