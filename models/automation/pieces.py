"""Cut a text at words and commas that stand outside of quotes and parentheses."""

import re

from models.core.entity.base import ENTITIES

HELD = re.compile(
    r'"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|<(?:[@#!]|mailto:|https?:)[^<>]*>|https?://[^\s<>"“”,;]+',
    re.I,
)
"""What is in quotes, and people, channels and links as Slack writes them."""


def bare(text: str) -> str:
    """Return a text of the same length with blanks for what is in quotes or parentheses."""
    hidden = HELD.sub(lambda found: "\x00" * len(found[0]), text)
    depth, out = 0, []
    for sign in hidden:
        depth -= sign == ")" and depth > 0
        out.append("\x00" if depth else sign)
        depth += sign == "("
    return "".join(out)


def open_at(text: str, at: int) -> bool:
    """Return whether a place of a text is outside of quotes and parentheses."""
    return bare(text)[at : at + 1] != "\x00"


def once(text: str, word: str) -> tuple[str, str | None]:
    """Return what stands before and after the first `word` outside of quotes; None without it."""
    found = re.search(rf"(?<!\S){word}(?!\S)", bare(text), re.I)
    if not found:
        return text, None
    return text[: found.start()].strip(), text[found.end() :].strip()


def listed(text: str, joint: str = "and") -> list[str]:
    """Return the parts between commas, and between the word that joins."""
    found = re.finditer(rf",|;|(?<!\S){joint}(?!\S)", bare(text), re.I)
    parts, at = [], 0
    for each in found:
        parts.append(text[at : each.start()])
        at = each.end()
    return [part.strip() for part in (*parts, text[at:])]


def begins(text: str, word: str) -> bool:
    return bool(re.match(rf"{word}(?!\S)", text, re.I))


def noun_of(text: str) -> tuple[str, str]:
    """Return the entity whose noun a text begins with, and the words behind it; "" for none."""
    words = re.sub(r"^(?:an?|the|any|each)\s+", "", text.strip(), flags=re.I).split()
    nouns = {word: slug for slug, entity in ENTITIES.items() for word in entity.words()}
    for length in (3, 2, 1):
        said = " ".join(words[:length]).casefold()
        if len(words) >= length and said in nouns:
            rest = re.split(r"\s+", text.strip(), maxsplit=length + text_articles(text))
            return nouns[said], rest[-1].strip() if len(words) > length else ""
    return "", text.strip()


def text_articles(text: str) -> int:
    return 1 if re.match(r"(?:an?|the|any|each)\s+", text.strip(), re.I) else 0


def word_of(text: str) -> str:
    """Return the word for a field as filters know it: close date as close_date."""
    return re.sub(r"[\s-]+", "_", unquoted(text).casefold())


def unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if re.fullmatch(r'["“„«].*["”“»]', text, re.S) and len(text) > 1 else text


def unwrapped(text: str) -> str:
    """Return a text without the parentheses around all of it."""
    text = text.strip()
    return (
        text[1:-1].strip()
        if text[:1] == "(" and bare(text) == f"({(len(text) - 2) * chr(0)})"
        else text
    )


def is_name(text: str) -> bool:
    """Return whether a filter is the name of one, in quotes."""
    return bool(HELD.fullmatch(text.strip())) and text.strip()[0] not in "<hH"


def is_channel(text: str) -> bool:
    """Return whether a text names a channel: #sales, or as Slack writes one."""
    return bool(re.match(r"[#<CG]", text))
