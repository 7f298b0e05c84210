"""Read the small parts of a rule's line: days and times, fields with texts, teams and messages."""

import re
from collections.abc import Sequence

from models.automation.pieces import bare, unquoted, word_of
from models.core.identity.notices import DAYS

PAIR = re.compile(r"([^\W\d][\w-]*)\s*=\s*", re.I)
TO = re.compile(r"([^\W\d][\w-]*)\s+to\s+(.+)", re.I | re.S)
CLOCK = re.compile(r"(\d{1,2})(?::(\d\d))?\s*(am|pm)?", re.I)


def team_of(whom: str) -> str:
    """Return the team that a text names: team:emea, team emea, emea team; "" for none."""
    found = re.fullmatch(r"(?:the\s+)?team[:\s]\s*(.+)|(.+?)\s+team", whom.strip(), re.I | re.S)
    return unquoted((found[1] or found[2]).strip()) if found else ""


def message_of(text: str) -> tuple[str, str]:
    """Return who or where a message goes to, and its words in quotes."""
    found = re.search(r'["“„«]', text)
    if not found:
        return text.strip(), ""
    return text[: found.start()].strip() or "owner", unquoted(text[found.start() :])


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Return the fields and texts of `stage=won amount=5k`, or of `stage to won`.

    Raises:
        ValueError: there are none.
    """
    hidden = bare(text)
    found = list(PAIR.finditer(hidden))
    if not found or found[0].start():
        single = TO.fullmatch(text)
        if not single:
            raise ValueError(f"“{text[:40]}” sets no field. Try: set stage=proposal")
        return ((word_of(single[1]), unquoted(single[2])),)
    ends = [*(each.start() for each in found[1:]), len(text)]
    return tuple(
        (word_of(each[1]), unquoted(text[each.end() : end]))
        for each, end in zip(found, ends, strict=True)
    )


def day_of(word: str) -> Sequence[int]:
    """Return the days that a word means, as `date.weekday` counts."""
    said, names = word.casefold(), list(DAYS.values())
    if said in ("day", "daily"):
        return range(7)
    if said in ("weekday", "workday", "morning"):
        return range(5)
    found = [
        at
        for at, name in enumerate(names)
        if len(said) > 2 and name.casefold().startswith(said.removesuffix("s"))
    ]
    if not found:
        raise ValueError(f"“{word}” is no day. Try: every monday at 9:00, or every weekday at 8:30")
    return found


def clock(text: str) -> str:
    """Return a time of day as 09:00."""
    found = CLOCK.fullmatch(text.strip())
    hour = int(found[1]) if found else 99
    if found and found[3]:
        hour = hour % 12 + (12 if found[3].casefold() == "pm" else 0)
    minute = int(found[2] or 0) if found else 0
    if hour > 23 or minute > 59:
        raise ValueError(f"“{text}” is no time of day. Try 9:00 or 5pm.")
    return f"{hour:02}:{minute:02}"
