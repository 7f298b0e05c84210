"""What Slack's client does to a text.

Names become ids on the way in, blocks become plain words on the way out.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.sandbox.entities import Channel, Group, Json, Member

MAIL = re.compile(r"(?<![\w.+<|:/-])[\w.+-]++@[\w-]+(?:\.[\w-]+)+")
LINK = re.compile(r"(?<![<|\w])https?://[^\s<>|\"”]+")
MENTION = re.compile(r"(?<![\w<|])@([\w.-]*\w)")
CHANNEL = re.compile(r"(?<![\w&<|])#([\w-]+)")
BROADCAST = re.compile(r"(?<![\w<|!])@(here|channel|everyone)\b")
ENCODED = re.compile(r"<[@#][A-Z0-9_]+>")
# What people can read in an object of Block Kit, in the order they read it.
READABLE = (
    "title",
    "subtitle",
    "header",
    "label",
    "caption",
    "text",
    "body",
    "fields",
    "rows",
    "elements",
    "accessory",
    "element",
    "hint",
    "options",
    "option_groups",
    "description",
    "actions",
    "chart",
    "segments",
    "series",
    "name",
    "data",
    "axis_config",
    "categories",
    "x_label",
    "y_label",
    "alt_text",
    "child_blocks",
    "placeholder",
)


def escape(text: str) -> str:
    """Escape the three characters that Slack escapes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def encode(
    text: str,
    members: list[Member],
    channels: list[Channel],
    with_names: bool = False,
    groups: Sequence[Group] = (),
) -> str:
    """Return a typed text as Slack hands it to an app.

    It is escaped, with people, channels, links and addresses in brackets.
    """
    teams = {group.handle.casefold(): group for group in groups}
    people = {member.name.casefold(): member for member in members}
    rooms = {channel.name.casefold(): channel for channel in channels if not channel.is_im}

    def person(match: re.Match[str]) -> str:
        member, group = people.get(match[1].casefold()), teams.get(match[1].casefold())
        if group:
            return f"<!subteam^{group.id}|@{group.handle}>"
        return _bracket("@", member.id, member.name, with_names) if member else match[0]

    def room(match: re.Match[str]) -> str:
        channel = rooms.get(match[1].casefold())
        return _bracket("#", channel.id, channel.name, with_names) if channel else match[0]

    pieces = ENCODED.split(text)
    kept = [
        *ENCODED.findall(text),
        "",
    ]  # ids put in by the client's own completion stay as they are
    done = []
    for piece, code in zip(pieces, kept, strict=True):
        piece = LINK.sub(r"<\g<0>>", escape(piece))
        piece = MAIL.sub(r"<mailto:\g<0>|\g<0>>", piece)
        piece = BROADCAST.sub(r"<!\1>", piece)
        done.append(CHANNEL.sub(room, MENTION.sub(person, piece)) + code)
    return "".join(done)


def _bracket(sign: str, code: str, name: str, with_names: bool) -> str:
    return f"<{sign}{code}|{name}>" if with_names else f"<{sign}{code}>"


def words(blocks: Any) -> str:
    """Return every text a person can read in these blocks, one on each line."""
    return "\n".join(text for text in _texts(blocks) if text)


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield unescape(part)
    elif isinstance(part, list):
        for item in part:
            yield from _texts(item)
    elif isinstance(part, dict):
        yield from _texts_of(part)


def _texts_of(part: Json) -> Iterator[str]:
    if part.get("type") in ("rich_text_section", "rich_text_quote", "rich_text_preformatted"):
        yield "".join(
            _rich(element) for element in part.get("elements") or () if isinstance(element, dict)
        )
        return
    for key in READABLE:
        if key in part:
            yield from _texts(part[key])


def _rich(element: Json) -> str:
    """Return one piece of a rich text, as it reads."""
    match element.get("type"):
        case "user":
            return f"<@{element.get('user_id')}>"
        case "channel":
            return f"<#{element.get('channel_id')}>"
        case "emoji":
            return f":{element.get('name')}:"
        case "broadcast":
            return f"@{element.get('range')}"
        case "date":
            return str(element.get("fallback", ""))
    return str(element.get("text") or element.get("url") or "")
