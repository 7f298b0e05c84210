"""The few Block Kit pieces that the bot draws with, kept inside Slack's limits.

They are plain dicts; no Slack library is used.
"""

from collections.abc import Iterable, Sequence
from typing import Any

Block = dict[str, Any]

BUTTON, TITLE, OPTION, HEADER, SECTION, FIELD = 75, 24, 75, 150, 3000, 2000
PLACEHOLDER, VALUE = 150, 150

NATIVE = ("data_visualization", "data_table")
"""Blocks that not every Slack draws; a message says the same without them."""
INVALID = "invalid_blocks"
"""Slack's error where it does not draw them."""


def has_native(drawn: Sequence[Block]) -> bool:
    return any(block["type"] in NATIVE for block in drawn)


def plainer(drawn: Sequence[Block]) -> list[Block]:
    """Return the blocks without those that not every Slack draws."""
    return [block for block in drawn if block["type"] not in NATIVE]


def cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def apart(old: str, new: str, limit: int) -> tuple[str, str]:
    """Return two texts, each cut to the limit around where they begin to differ.

    So long texts show what changed.
    """
    differing = (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other)
    alike = next(differing, min(len(old), len(new)))
    if max(len(old), len(new)) <= limit or alike < limit // 2:
        return cut(old, limit), cut(new, limit)
    start = old.find(" ", alike - limit // 3, alike) + 1 or alike - limit // 3
    return cut(f"…{old[start:]}", limit), cut(f"…{new[start:]}", limit)


def escape(text: str) -> str:
    """Return what people typed as mrkdwn: inert where it is also in a `verbatim` text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, limit: int = SECTION) -> Block:
    return {"type": "plain_text", "text": cut(text, limit) or " ", "emoji": True}


def mrkdwn(text: str, limit: int = SECTION) -> Block:
    """Return a block of our own text, which may contain `escape`d texts of people.

    It is verbatim, so that no @here or #general in it becomes active.
    """
    return {"type": "mrkdwn", "text": cut(text, limit) or " ", "verbatim": True}


def section(text: str, accessory: Block | None = None) -> Block:
    return {"type": "section", "text": mrkdwn(text)} | (
        {"accessory": accessory} if accessory else {}
    )


def columns(texts: Iterable[str]) -> Block:
    """Return a block with up to ten short texts side by side."""
    return {"type": "section", "fields": [mrkdwn(text, FIELD) for text in texts][:10]}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, HEADER)}


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text) for text in texts][:10]}


def alert(text: str, level: str) -> Block:
    """Return a box that stands out in a modal, the only place where Slack draws one."""
    return {"type": "alert", "level": level, "text": mrkdwn(text)}


def divider() -> Block:
    return {"type": "divider"}


def said(text: str) -> Block:
    """Return a block with what a person typed, word for word.

    Nothing in it is read as formatting, links or names.
    """
    words = {
        "type": "rich_text_section",
        "elements": [{"type": "text", "text": cut(text, SECTION) or " "}],
    }
    return {"type": "rich_text", "elements": [words]}


def preformatted(text: str) -> Block:
    """Return a block with a text to copy, letter by letter, in letters of one width."""
    code = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text or " "}]}
    return {"type": "rich_text", "elements": [code]}


def confirm(title: str, question: str, yes: str) -> Block:
    return {
        "title": plain(title, 100),
        "text": plain(question, 300),
        "confirm": plain(yes, 30),
        "deny": plain("Cancel"),
    }


def button(label: str, action: str, value: str, style: str = "", ask: Block | None = None) -> Block:
    """Return a button that runs `action` with the rest of the line in `value`."""
    block: Block = {
        "type": "button",
        "text": plain(label, BUTTON),
        "action_id": action,
        "value": value[:2000],
    }
    return block | ({"style": style} if style else {}) | ({"confirm": ask} if ask else {})


def option(text: str, value: str) -> Block:
    return {"text": plain(text, OPTION), "value": value[:VALUE]}


def select(label: str, action: str, options: Sequence[Block], chosen: Block | None = None) -> Block:
    """Return a menu with one choice; the chosen option is shown, and is one of the options."""
    block: Block = {
        "type": "static_select",
        "action_id": action,
        "placeholder": plain(label, PLACEHOLDER),
        "options": list(options)[:100],
    }
    return block | ({"initial_option": chosen} if chosen else {})


def people(label: str, action: str, slack_id: str = "") -> Block:
    """Return a menu of the workspace's people; the person with this id is shown as chosen."""
    block: Block = {
        "type": "users_select",
        "action_id": action,
        "placeholder": plain(label, PLACEHOLDER),
    }
    return block | ({"initial_user": slack_id} if slack_id else {})


def overflow(action: str, options: Sequence[Block]) -> Block:
    return {"type": "overflow", "action_id": action, "options": list(options)[:5]}


def search(placeholder: str, action: str) -> Block:
    """Return a field in which people type and choose from what is found.

    The action begins with the noun whose picker finds it, and runs with what was chosen.
    """
    return {
        "type": "external_select",
        "action_id": action,
        "placeholder": plain(placeholder, PLACEHOLDER),
        "min_query_length": 1,
    }


def actions(*elements: Block, block_id: str = "") -> Block:
    block = {"type": "actions", "elements": list(elements)[:25]}
    return block | ({"block_id": block_id} if block_id else {})


def modal(
    title: str, callback: str, blocks: Sequence[Block], metadata: str = "", submit: str = ""
) -> Block:
    """Return a modal.

    Args:
        title: The title of the modal.
        callback: The callback_id.
        blocks: The blocks in it.
        metadata: What the modal remembers.
        submit: The label of its button; without one it only shows something.
    """
    view: Block = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title, TITLE),
        "close": plain("Cancel" if submit else "Close", TITLE),
        "private_metadata": metadata,
        "blocks": distinct(blocks)[:100],
    }
    return view | ({"submit": plain(submit, TITLE)} if submit else {})


def home(drawn: Sequence[Block]) -> Block:
    """Return the view of the App Home tab."""
    return {"type": "home", "callback_id": "crm.home", "blocks": distinct(drawn)[:100]}


def distinct(blocks: Sequence[Block]) -> list[Block]:
    """Return the same blocks with every action_id unique.

    The second `task.done` becomes `task.done#2`.
    """
    seen: dict[str, int] = {}
    for element in (element for block in blocks for element in elements(block)):
        action = element.get("action_id", "").partition("#")[0]
        if action:
            seen[action] = seen.get(action, 0) + 1
            element["action_id"] = action if seen[action] == 1 else f"{action}#{seen[action]}"
    return list(blocks)


def elements(block: Block) -> list[Block]:
    """Return the interactive parts of a block."""
    if block["type"] == "actions":
        return list(block["elements"])
    one = block.get("accessory") or block.get("element")
    return [one] if one else []
