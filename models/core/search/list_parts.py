"""The pieces of lists that are conditions: words of options, and alternatives that go together."""

import re
from collections.abc import Iterator, Sequence
from functools import partial

from sqlalchemy import select

from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.name_reference import Named
from models.core.fields import Choice, Flag
from models.core.fields.base import Field
from models.core.fields.spoken import underscored
from models.core.parsing import values
from models.core.search import filter_parser
from models.core.search.filter_fields import ALWAYS, field_of, shortcuts, vocabulary, words
from models.core.search.filter_nodes import Node, Or, Term, Word
from models.core.search.filter_parser import LONGEST_NAME

LONE = re.compile(
    r"(?P<before>[^\s=<>~≠≥≤\"]*)(?P<space>\s*)(?P<op>>=|<=|=>|=<|>|<|≥|≤)\s*(?=[^\s=<>~])"
)
SAID = {
    ">": "more than",
    ">=": "at least",
    "≥": "at least",
    "=>": "at least",
    "<": "less than",
    "<=": "at most",
    "≤": "at most",
    "=<": "at most",
}
NEGATED = {
    "assigned": "unassigned",
    "owned": "unassigned",
    "claimed": "unassigned",
    "updated": "untouched",
    "touched": "untouched",
    "changed": "untouched",
    "modified": "untouched",
    "over": "at most",
    "above": "at most",
    "more than": "at most",
    "under": "at least",
    "below": "at least",
    "less than": "at least",
    "before": "from",
    "after": "until",
    "older than": "newer than",
    "newer than": "older than",
}
"""Phrases that are said after a not, and what the negation means without the not."""
NOT = re.compile(rf"(?<!\S)not (?:been )?({'|'.join(NEGATED)})(?!\S)", re.IGNORECASE)


def parsed(text: str, entity: type[Entity]) -> Node:
    """Return the tree of the words of a list.

    A sign without a field in front becomes the words that it is read as: > 10k.
    """
    text = NOT.sub(lambda found: NEGATED[found[1].lower()], text)
    if "<" in text or ">" in text or "≥" in text or "≤" in text:
        parts = re.split(r"(\"[^\"]*\"|<[@#][^<>]*>)", text)
        text = "".join(
            part if at % 2 else LONE.sub(partial(spelt, parts[at - 1] if at else "", entity), part)
            for at, part in enumerate(parts)
        )
    return filter_parser.parse(text, vocabulary(entity))


def spelt(quoted: str, entity: type[Entity], found: re.Match[str]) -> str:
    """Return a sign, as words where no field stands in front of it.

    Args:
        quoted: What stands in quotation marks in front of the text.
        entity: The kind of record.
        found: The sign, in the text.
    """
    if found["before"].endswith(")"):
        return found[0]  # of a count
    if names_field(found.string[: found.end("before")].strip() or quoted, entity):
        return found[0]
    try:
        field_of(found["before"].lower().replace("-", "_"), entity)
    except ValueError:
        known = found["before"] and not (
            values.fold(found["before"]) in shortcuts(entity) or found["space"]
        )
        return found[0] if known else f"{found['before']} {SAID[found['op']]} "
    return found[0]


def names_field(said: str, entity: type[Entity]) -> bool:
    """Return whether a text ends with the name of a field: open close date."""
    if said.endswith('"'):
        return True  # the parser says what is wrong with a name in quotation marks
    last, known = said.split()[-LONGEST_NAME:], words(entity)
    return any(underscored(" ".join(last[at:])) in known for at in range(len(last)))


def is_past(kind: Field) -> bool:
    """Return whether a field says when something happened: nobody types it."""
    return not kind.form or kind in ALWAYS.values()


def plain(parts: Sequence[Node]) -> list[str]:
    """Return the words at the beginning that have no quotes."""
    found: list[str] = []
    for part in parts:
        if not isinstance(part, Word) or part.exact:
            break
        found.append(part.text)
    return found


def key(word: str) -> str:
    """Return a word in the form in which options are compared: singular and plural are the same."""
    folded = values.fold(word).replace("_", " ").replace("-", " ")
    return folded[:-1] if folded.endswith("s") and len(folded) > 3 else folded


def worded(work: Context, kind: Field) -> Iterator[tuple[str, str, str]]:
    """Yield the words of the options of a field as (word, value, how it is shown)."""
    if isinstance(kind, Choice):
        for option in kind.options:
            yield option, option.value, kind.name(option)
        for word, value in kind.others.items():
            yield word, str(value), kind.name(str(value))
    elif isinstance(kind, Flag):
        yield kind.label, "yes", "yes"
    elif isinstance(kind, Named):
        for title in work.session.scalars(select(ENTITIES[kind.to].title)):
            yield title, title, title


def together(parts: Sequence[Node]) -> list[Node]:
    """Join options and people side by side in one field as alternatives: won lost."""
    found: list[Node] = []
    same: dict[str, int] = {}
    for part in parts:
        if isinstance(part, Term) and part.op == "=" and part.word:
            if part.field in same:
                other = found[same[part.field]]
                found[same[part.field]] = Or(
                    (*(other.parts if isinstance(other, Or) else (other,)), part)
                )
                continue
            same[part.field] = len(found)
        found.append(part)
    return found
