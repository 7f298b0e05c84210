"""Limits of rich text: sections, lists, quotes and preformatted text."""

from typing import Any

from bot.sandbox.entities import Json
from bot.sandbox.validation.composition import WEB, Problems, problem, string, url

PARTS = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")
# kind of piece → the key that it needs
PIECES = {
    "text": "text",
    "link": "url",
    "user": "user_id",
    "channel": "channel_id",
    "usergroup": "usergroup_id",
    "emoji": "name",
    "broadcast": "range",
    "color": "value",
    "date": "timestamp",
    "team": "team_id",
}


def rich_text(block: Json, where: str) -> Problems:
    """Check a block (or a cell of a table) of rich text."""
    elements = block.get("elements")
    if not isinstance(elements, list) or not elements:
        yield problem(f"{where}/elements", "must have at least one element")
        return
    for index, part in enumerate(elements):
        yield from _part(part, f"{where}/elements/{index}")


def _part(part: Any, where: str) -> Problems:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind not in PARTS:
        yield problem(where, f"unsupported rich text element {kind!r}")
        return
    pieces = part.get("elements")
    if not isinstance(pieces, list):
        yield problem(f"{where}/elements", "missing required field: elements")
        return
    if kind == "rich_text_list" and part.get("style") not in ("bullet", "ordered"):
        yield problem(f"{where}/style", "must be bullet or ordered")
    for index, piece in enumerate(pieces):
        place = f"{where}/elements/{index}"
        yield from _part(piece, place) if kind == "rich_text_list" else _piece(piece, place)


def _piece(piece: Any, where: str) -> Problems:
    kind = piece.get("type") if isinstance(piece, dict) else None
    if kind not in PIECES:
        yield problem(where, f"unsupported rich text element {kind!r}")
    elif kind == "text":
        yield from string(piece.get("text"), f"{where}/text", 12_000)
    elif kind == "link":
        yield from url(piece.get("url"), f"{where}/url", start=rf"{WEB}|(mailto|tel):\S")
    elif piece.get(PIECES[kind]) in (None, ""):
        yield problem(where, f"missing required field: {PIECES[kind]}")
