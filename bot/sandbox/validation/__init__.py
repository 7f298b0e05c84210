"""What Slack refuses: the size, shape and uniqueness rules of messages, modals and home tabs."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from bot.sandbox.entities import Json
from bot.sandbox.inputs import interactive, unfolded
from bot.sandbox.mrkdwn import words
from bot.sandbox.validation.blocks import block
from bot.sandbox.validation.composition import (
    PLAIN,
    Problems,
    option_groups,
    optional_plain,
    optional_string,
    options,
    plain,
    problem,
)

__all__ = ["blocks_too_long", "options_problems", "problems", "view_too_large"]

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
BLOCKS_CHARACTERS = 13_000
VIEW_BYTES = 250_000


def problems(surface: str, payload: Json) -> list[str]:
    """Return why Slack would refuse this message, modal or home tab; empty when it would not.

    Args:
        surface: "message", "modal" or "home".
        payload: A message with `text` and `blocks`, or a view.
    """
    try:
        found = list(_message(payload) if surface == "message" else _view(surface, payload))
    except (
        AttributeError,
        KeyError,
        TypeError,
    ) as error:  # a list where an object belongs, and the like
        return [problem("", f"malformed payload: {error}")]
    if not found:  # ids are compared once every block has its shape
        found = list(_ids(surface, payload.get("blocks") or []))
    return found


def blocks_too_long(blocks: Any) -> bool:
    """Return whether a message's blocks together are more than Slack takes.

    That limit is undocumented, about 13,000.
    """
    return len(words(blocks)) > BLOCKS_CHARACTERS


def view_too_large(view: Any) -> bool:
    return len(json.dumps(view).encode()) > VIEW_BYTES


def options_problems(answer: Json) -> list[str]:
    """Return why Slack would not show the options an app answered with."""
    if "option_groups" in answer:
        return list(option_groups(answer["option_groups"], "/option_groups"))
    return list(options(answer.get("options"), "/options", 100, least=0, kinds=PLAIN))


def _message(payload: Json) -> Problems:
    blocks = payload.get("blocks")
    if blocks is None:
        return
    yield from _blocks("message", blocks)
    kinds = (
        Counter(one.get("type") for one in blocks if isinstance(one, dict))
        if isinstance(blocks, list)
        else {}
    )
    if kinds.get("table", 0) > 1:
        yield problem("/blocks", "only_one_table_allowed: a message has at most one table")
    if kinds.get("data_visualization", 0) > 2:
        yield problem("/blocks", "a message has at most two data_visualization blocks")
    if (
        kinds.get("markdown", 0)
        and len(words([b for b in blocks if b.get("type") == "markdown"])) > 12_000
    ):
        yield problem("/blocks", "all markdown blocks together must have at most 12000 characters")
    if blocks_too_long(blocks):
        yield problem("/blocks", f"msg_blocks_too_long: more than {BLOCKS_CHARACTERS} characters")


def _view(surface: str, view: Json) -> Problems:
    if view.get("type") != surface:
        yield problem("/type", f"must be {surface}")
    for key, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        yield from optional_string(view, key, "", most)
    if view.get("blocks") is None:
        yield problem("", "missing required field: blocks")
    else:
        yield from _blocks(surface, view["blocks"])
    if surface == "modal":
        yield from _modal(view)
    elif any(view.get(key) for key in ("title", "submit", "close")):
        yield problem("", "a home tab has no title, submit or close")
    if view_too_large(view):
        yield problem("", f"view_too_large: more than {VIEW_BYTES} bytes")


def _modal(view: Json) -> Problems:
    yield from plain(view.get("title"), "/title", 24)
    yield from optional_plain(view, "submit", "", 24)
    yield from optional_plain(view, "close", "", 24)
    blocks = view.get("blocks")
    has_input = isinstance(blocks, list) and any(
        isinstance(b, dict) and b.get("type") == "input" for b in blocks
    )
    if has_input and not view.get("submit"):
        yield problem("/submit", "missing required field: submit (the view has an input)")


def _blocks(surface: str, blocks: Any) -> Problems:
    if not isinstance(blocks, list):
        yield problem("/blocks", "must be a list of blocks")
        return
    if len(blocks) > MOST_BLOCKS[surface]:
        yield problem(
            "/blocks",
            f"no more than {MOST_BLOCKS[surface]} blocks allowed (there are {len(blocks)})",
        )
    for index, one in enumerate(blocks):
        yield from block(one, f"/blocks/{index}", surface)


def _ids(surface: str, blocks: list[Json]) -> Problems:
    """Yield the ids that occur twice, so that two things cannot be distinguished.

    Blocks are compared anywhere, elements in a form or within one block.
    """
    every = list(unfolded(blocks))
    for block_id in _repeated(one["block_id"] for one in every if one.get("block_id")):
        yield problem("/blocks", f"block_id {block_id!r} is not unique")
    groups = [every] if surface == "modal" else [[{**one, "child_blocks": []}] for one in every]
    for group in groups:
        for action_id in _repeated(element["action_id"] for _, element in interactive(group)):
            yield problem("/blocks", f"action_id {action_id!r} is not unique")
    if sum(bool(element.get("focus_on_load")) for _, element in interactive(blocks)) > 1:
        yield problem("/blocks", "only one element can have focus_on_load")


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
