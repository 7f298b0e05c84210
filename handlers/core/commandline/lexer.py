"""Cut a command line into tokens: words, quoted names, fields, flags, people and channels."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.core.fields.spoken import underscored
from models.core.parsing.texts import WRAPPED, from_slack, target

Kind = Literal["word", "quoted", "field", "flag", "person", "channel"]

LINK = r"<(?:[@\#!]|mailto:|tel:|https?:)[^<>]*>"
QUOTED = r"[\"“”„«][^\"“”„«»]*[\"“”»]"
VALUE = rf"(?:{QUOTED}|(?:{LINK}|\S)*+)"
TOKEN = re.compile(
    rf"""
      <@(?P<person>\w+)(?:\|[^<>]*)?>
    | <\#(?P<channel>\w+)(?:\|[^<>]*)?>
    | (?P<called>{QUOTED})=(?!=)(?P<called_value>{VALUE})
    | (?P<quoted>{QUOTED})
    | (?:--|—|–)(?P<flag>[^\W\d_][\w-]*)(?:=(?P<flag_value>{VALUE}))?(?!\S)
    | (?P<field>[^\W\d][\w.-]*)=(?!=)(?P<field_value>{VALUE})
    | (?P<word>(?:{LINK}|\S)++)
    """,
    re.VERBOSE,
)
TIME = re.compile(r"\d{1,2}(?::\d\d)?(?:am|pm)?", re.IGNORECASE)


PERIODS, SIGNS = frozenset(("week", "month", "quarter", "year")), ".,;:!?)"


@dataclass(frozen=True)
class Token:
    """A piece of the line from `start` to `end`.

    Attributes:
        text: What the person saw.
        name: The name of a field or a flag.
    """

    kind: Kind
    text: str
    start: int
    end: int
    name: str = ""
    closed: bool = False
    """Whether its value was in quotes, so that nothing that follows belongs to it."""

    @property
    def word(self) -> str:
        """Return the token as a keyword is compared, or an empty text if it cannot be a keyword."""
        return self.text.lower() if self.kind == "word" else ""


def scan(line: str) -> list[Token]:
    """Return every token of the line, in order.

    No matter what a person types, each character is in a token or is white space.
    """
    return together([token_of(found) for found in TOKEN.finditer(line)])


def together(tokens: list[Token]) -> list[Token]:
    """Return the tokens with `this week` as one, because it is no record."""
    found: list[Token] = []
    for token in tokens:
        if found and found[-1].word == "this" and token.word.rstrip(SIGNS) in PERIODS:
            first = found.pop()
            token = Token("word", f"{first.text} {token.text}", first.start, token.end)
        found.append(token)
    return found


def token_of(found: re.Match[str]) -> Token:
    start, end = found.span()
    if found["flag"]:
        return Token("flag", value_of(found["flag_value"] or ""), start, end, found["flag"].lower())
    if name := found["field"] or underscored(value_of(found["called"] or "")):
        value = found["field_value"] or found["called_value"] or ""
        closed = re.fullmatch(QUOTED, value) is not None
        return Token("field", value_of(value), start, end, name.lower(), closed)
    if found["quoted"]:
        return Token("quoted", value_of(found["quoted"]), start, end)
    if found["person"]:
        return Token("person", found["person"], start, end)
    if found["channel"]:
        return Token("channel", found["channel"], start, end)
    return Token("word", value_of(found["word"]), start, end)


def value_of(text: str) -> str:
    """Return what a value says: without its quotes, a link as its target, `&amp;` as &."""
    if re.fullmatch(QUOTED, text):
        text = text[1:-1]
    return target(text) if WRAPPED.fullmatch(text) else from_slack(text)


@dataclass(frozen=True)
class Flag:
    """A known flag with its value, from `start` to `end` in the line."""

    name: str
    value: str | Literal[True]
    start: int
    end: int


def take_flags(
    tokens: list[Token], known: Mapping[str, bool | str]
) -> tuple[list[Token], list[Flag]]:
    """Return the tokens without the known flags, and the flags.

    A flag that takes a value has it after `=`, or as the next word or quotation; a time may follow:
    --every mon 9:00. A flag that takes words has all that follow, up to the next flag or field, or
    one quotation: --reason they asked for it
    """
    others: list[Token] = []
    flags: list[Flag] = []
    waiting = list(reversed(tokens))
    while waiting:
        token = waiting.pop()
        if token.kind != "flag" or token.name not in known:
            others.append(token)
            continue
        take = take_words if known[token.name] == "words" else take_values
        values = [token] if token.text else take(waiting) if known[token.name] else []
        value = " ".join(value.text for value in values)
        flags.append(
            Flag(token.name, value or True, token.start, values[-1].end if values else token.end)
        )
    return others, flags


def take_words(waiting: list[Token]) -> list[Token]:
    values = take_values(waiting)
    while (
        values and values[0].kind == "word" and waiting and waiting[-1].kind in ("word", "quoted")
    ):
        values.append(waiting.pop())
    return values


def take_values(waiting: list[Token]) -> list[Token]:
    if not waiting or waiting[-1].kind not in ("word", "quoted"):
        return []
    values = [waiting.pop()]
    if values[0].kind == "word" and waiting and TIME.fullmatch(waiting[-1].word):
        values.append(waiting.pop())
    return values
