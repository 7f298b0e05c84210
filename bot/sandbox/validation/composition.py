"""Limits of the smallest parts: ids, texts, addresses, options and confirmation dialogs."""

import re
from collections.abc import Iterator
from typing import Any

from bot.sandbox.entities import Json

Problems = Iterator[str]
ANY_TEXT = ("plain_text", "mrkdwn")
PLAIN = ("plain_text",)
WEB = r"https?://[^\s/]"


def problem(where: str, sentence: str) -> str:
    """Return a problem the way Slack words it, with the place as a JSON pointer."""
    return f"{sentence} [json-pointer:{where}]"


def string(value: Any, where: str, most: int, least: int = 1) -> Problems:
    """Check the least and the greatest length of a bare string."""
    if not isinstance(value, str):
        yield problem(where, "must be a string")
    elif len(value) < least:
        yield problem(where, f"must be more than {least - 1} characters")
    elif len(value) > most:
        yield problem(where, f"must be less than {most + 1} characters (it has {len(value)})")


def optional_string(holder: Json, key: str, where: str, most: int, least: int = 0) -> Problems:
    if holder.get(key) is not None:
        yield from string(holder[key], f"{where}/{key}", most, least)


def text(value: Any, where: str, most: int, kinds: tuple[str, ...] = ANY_TEXT) -> Problems:
    """Check a text object: its kind, and its length, without which Slack renders nothing."""
    if not isinstance(value, dict):
        yield problem(where, "must be a text object")
        return
    if value.get("type") not in kinds:
        yield problem(
            where, f"unsupported text type {value.get('type')!r}, must be {' or '.join(kinds)}"
        )
    yield from string(value.get("text"), f"{where}/text", most)
    foreign = "emoji" if value.get("type") == "mrkdwn" else "verbatim"
    if foreign in value:
        yield problem(where, f"{foreign} is not allowed in {value.get('type')}")


def plain(value: Any, where: str, most: int) -> Problems:
    yield from text(value, where, most, PLAIN)


def optional_plain(holder: Json, key: str, where: str, most: int) -> Problems:
    if holder.get(key) is not None:
        yield from plain(holder[key], f"{where}/{key}", most)


def url(value: Any, where: str, most: int = 3000, start: str = WEB) -> Problems:
    yield from string(value, where, most)
    if isinstance(value, str) and not re.match(start, value):
        yield problem(where, f"must be an http(s) address, not {value[:60]!r}")


def confirm(value: Any, where: str) -> Problems:
    """Check the dialog that asks before an action."""
    if not isinstance(value, dict):
        yield problem(where, "must be a confirmation dialog")
        return
    yield from plain(value.get("title"), f"{where}/title", 100)
    yield from text(value.get("text"), f"{where}/text", 300)
    yield from plain(value.get("confirm"), f"{where}/confirm", 30)
    yield from plain(value.get("deny"), f"{where}/deny", 30)
    yield from style(value, where)


def style(holder: Json, where: str) -> Problems:
    if holder.get("style") not in (None, "primary", "danger"):
        yield problem(f"{where}/style", "must be primary or danger")


def option(
    value: Any, where: str, kinds: tuple[str, ...] = PLAIN, may_link: bool = False
) -> Problems:
    """Check one option of a select, menu or group of boxes."""
    if not isinstance(value, dict):
        yield problem(where, "must be an option")
        return
    yield from text(value.get("text"), f"{where}/text", 75, kinds)
    yield from string(value.get("value"), f"{where}/value", 150)
    if value.get("description") is not None:
        yield from text(value["description"], f"{where}/description", 75, kinds)
    if "url" in value:
        yield from url(value["url"], f"{where}/url")
        if not may_link:
            yield problem(f"{where}/url", "only options of an overflow menu may have a url")


def options(
    values: Any,
    where: str,
    most: int,
    least: int = 1,
    kinds: tuple[str, ...] = PLAIN,
    may_link: bool = False,
) -> Problems:
    """Check a list of options, each with a value of its own."""
    if not isinstance(values, list) or not least <= len(values) <= most:
        yield problem(where, f"must have {least} to {most} options")
        return
    for index, value in enumerate(values):
        yield from option(value, f"{where}/{index}", kinds, may_link)
    names = [value.get("value") for value in values if isinstance(value, dict)]
    if len(set(names)) < len(names):
        yield problem(where, "two options have the same value")


def option_groups(groups: Any, where: str) -> Problems:
    if not isinstance(groups, list) or not 1 <= len(groups) <= 100:
        yield problem(where, "must have 1 to 100 groups of options")
        return
    for index, group in enumerate(groups):
        yield from plain(group.get("label"), f"{where}/{index}/label", 75)
        yield from options(group.get("options"), f"{where}/{index}/options", 100)
