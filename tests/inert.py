"""What of a payload for Slack comes alive there: who would be pinged, what would be linked."""

import re
from collections.abc import Iterator
from typing import Any

TOKEN = re.compile(r"<(?=[@#!]|[a-z][a-z0-9+.-]*:)[^<>]*>", re.IGNORECASE)
"""What Slack's markup makes of a name, a group, a channel or an address; what is escaped is none of
it.
"""
DATE = re.compile(r"<!date\^\d+\^\{date_short_pretty\} \{time\}\|[\w :-]+>")
"""The one token we write ourselves: a moment in each reader's own zone."""
HOME = re.compile(r"<slack://app\?team=\w+&amp;id=\w+&amp;tab=home\|Open it>")
"""The one link we write ourselves: to the app's own Home tab."""
NAME = re.compile(r"(?<![\w@#/&])(?:@[\w.-]+|#(?=[\w-]*[^\W\d])[\w-]+)")
ADDRESS = re.compile(
    r"(?:\b(?:https?|ftp)://|\bmailto:|\bwww\.)\S+|[\w.+-]+@[\w-]+\.[\w.-]+", re.IGNORECASE
)
LIVING = ("user", "usergroup", "channel", "broadcast", "team", "link")
"""Pieces of rich text that are more than words."""
ADDRESSES = ("url", "image_url", "thumbnail_url", "title_url", "video_url")


def pings(payload: Any, where: str = "") -> list[str]:
    """Everything in a message, a view or an answer that Slack would make a mention, a broadcast or
    a link of.

    `text` of a message is markup. Names in it are read where `parse` is full or `link_names` is
    set, addresses where it is shown, which it is without blocks. In a `mrkdwn` object both are read
    unless it is `verbatim`; a `markdown` block knows no such word. `plain_text` is words, and so is
    the text of rich text, but not its other pieces.
    """
    if isinstance(payload, list):
        return [found for at, each in enumerate(payload) for found in pings(each, f"{where}/{at}")]
    if not isinstance(payload, dict):
        return []
    inner = [found for key, each in payload.items() for found in pings(each, f"{where}/{key}")]
    return [f"{where}: {found}" for found in [*alive(payload), *outward(payload)]] + inner


def alive(part: dict[str, Any]) -> Iterator[str]:
    """What the texts and pieces of this one object come to."""
    kind, text = part.get("type"), part.get("text")
    if kind in LIVING and not isinstance(text, dict) and "elements" not in part:
        yield str(kind)
    elif kind == "mrkdwn" or kind == "markdown":
        yield from read(str(text), plain=kind == "markdown" or part.get("verbatim") is not True)
    elif kind in (None, "message") and isinstance(text, str):
        names = part.get("parse") == "full" or bool(part.get("link_names"))
        yield from read(
            text, plain=names, linked=not part.get("blocks") and part.get("parse") != "none"
        )
    yield from (
        f"fallback {found}"
        for key in ("fallback", "pretext")
        for found in read(str(part.get(key, "")))
    )


def read(text: str, plain: bool = False, linked: bool = False) -> Iterator[str]:
    """What a marked-up text comes to. plain: names and addresses are read without brackets, too;
    linked: addresses.
    """
    rest = HOME.sub(" ", DATE.sub(" ", text))
    yield from TOKEN.findall(rest)
    rest = TOKEN.sub(" ", rest)
    if plain or linked:
        yield from ADDRESS.findall(rest)
    if plain:
        yield from NAME.findall(ADDRESS.sub(" ", rest))


def outward(part: dict[str, Any]) -> Iterator[str]:
    """The addresses that a button, a picture or a title leads to."""
    yield from (str(part[key]) for key in ADDRESSES if part.get(key) and part.get("type") != "link")
