"""Find the people, customers and accounts that a text mentions by name, address or number."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from models.core.context import Context
from models.core.entity.base import Entity
from models.core.fields import Email, Phone
from models.core.parsing import values
from models.core.permissions import policy, visibility
from models.core.search import lookup, trigrams
from models.core.search.lookup import REFERENCE, begins

Way = Callable[[type[Entity]], list[ColumnElement[bool]]]
"""The conditions that find records of an entity; empty where there is nothing to search by."""

OFFERED = 5
LOOKED_AT = 100
"""The most records with a word that are checked for having it as their last name."""
WORDS, LONGEST = 40, 2000
"""The most words and letters of a text that are looked up; the rest is not."""
LONGEST_NAME = 4
SHORTEST = 3
"""Letters of a first or last name that is looked up alone, in scripts with capitals."""
WORD = re.compile(r"[^\W_](?:[^\s@<>\"“”„«»,;:!?()=]*[^\W_])?")
OWNERS = re.compile(r"['’]s$")
ADDRESS = re.compile(r"[^\s@<>\"=,;:()|]+@[^\s@<>\"=,;()|]+\.[^\s@<>\"=,;().|]+")
NUMBER = re.compile(r"(?<![\w-])#?([a-z]{2})-(\d{1,9})(?![\w-])", re.IGNORECASE)
PHONE = re.compile(rf"(?<!\w){lookup.PHONE.pattern}")
NO_NAMES = frozenset(
    re.findall(
        r"\w+",
        """
    the and but for with from about they them this that she her his him our you your who what when where why how not
    all are was were had has have did does will can could would should may might must let get got ask asked call
    called calls met meet spoke spoken talk talked told tell said say sent send wrote write mail mailed left new
    der die das und ich wir sie les una los las con por mit bei von auf
""",
    )
)
"""Words that make up sentences: alone they name nobody."""


@dataclass(frozen=True)
class Spoken:
    """A word of a text.

    Attributes:
        capital: whether it can be a name by its looks; in scripts without capitals it always can.
    """

    text: str
    capital: bool

    @property
    def is_name(self) -> bool:
        folded = values.fold(self.text)
        cased = self.text.lower() != self.text.upper()
        return folded not in NO_NAMES and (len(folded) >= SHORTEST or not cased)


def called(work: Context, entities: Sequence[type[Entity]], name: str) -> list[Entity]:
    """Return the records that a name, address or number means, by the surest way that finds any."""
    name = values.unquote_smart(values.clean(name)).strip().strip('"')
    if match := REFERENCE.fullmatch(name):
        numbered = [entity for entity in entities if entity.prefix == match[1].upper()]
        if numbered:
            return fitting(work, numbered, lambda entity: [entity.number == int(match[2])])
    key = values.fold(name)[:255]
    if "@" in name or not key:
        return fitting(work, entities, lambda entity: addressed(work, entity, [name]))
    for way in (whole([key]), first([key])):
        if found := fitting(work, entities, way):
            return found
    return fitting(work, entities, lambda entity: phoned(work, entity, [name])) or last(
        work, entities, [key]
    )


def named_in(
    work: Context, text: str, entities: Sequence[type[Entity]], leading: bool = False
) -> list[Entity]:
    """Return the records of these entities that a text mentions.

    They are those whose number, address or whole name is in it, else those whose first or last name
    is, written as names are: a company's name may begin with somebody's last name.

    Args:
        work: who reads, and the session.
        text: the text.
        entities: the kinds of records to look for.
        leading: the first word of the text may be a name however it is written.
    """
    text = text[:LONGEST]
    numbers = [(match[1].upper(), int(match[2])) for match in NUMBER.finditer(text)]
    sure: list[Way] = [
        lambda entity: [
            entity.number == number for prefix, number in numbers if prefix == entity.prefix
        ],
        lambda entity: addressed(work, entity, [match[0] for match in ADDRESS.finditer(text)]),
        lambda entity: phoned(work, entity, [match[0] for match in PHONE.finditer(text)]),
    ]
    for way in sure:
        if found := fitting(work, entities, way):
            return found
    words = spoken(text, leading)
    runs = [run for length in range(LONGEST_NAME, 1, -1) for run in run_of(words, length)]
    alone = list(
        dict.fromkeys(values.fold(word.text) for word in words if word.capital and word.is_name)
    )
    together = [key for word in alone for key in apart(word)]
    if found := longest(fitting(work, entities, whole([*runs, *alone, *together]))):
        return found
    begins = fitting(work, entities, first(alone))
    others = [] if any(len(record.named) > 1 for record in begins) else last(work, entities, alone)
    return [*begins, *(record for record in others if record not in begins)]


def spoken(text: str, leading: bool) -> list[Spoken]:
    """Return the words of a text, without its addresses."""
    found = [OWNERS.sub("", word[0]) for word in WORD.finditer(ADDRESS.sub(" ", text[:LONGEST]))][
        :WORDS
    ]
    return [
        Spoken(word, (leading and not at) or looks_like_a_name(word))
        for at, word in enumerate(found)
    ]


def looks_like_a_name(word: str) -> bool:
    return word != word.lower() or word.lower() == word.upper()


def run_of(words: Sequence[Spoken], length: int) -> list[str]:
    """Return the texts of all runs of `length` words side by side."""
    runs = (words[at : at + length] for at in range(len(words) - length + 1))
    return [values.fold(" ".join(word.text for word in run)) for run in runs]


def apart(word: str) -> list[str]:
    """Return the names that a word can be written from without a space.

    This is for scripts without capitals: 李小龙 is also 小龙 李.
    """
    if word.upper() != word.lower() or len(word) > LONGEST_NAME:
        return []
    cuts = [(word[:at], word[at:]) for at in range(1, len(word))]
    return [" ".join(order) for one, two in cuts for order in ((one, two), (two, one))]


def longest(found: Sequence[Entity]) -> list[Entity]:
    """Remove records whose name is a part of the name of another one that was found.

    Ada is removed where there is Ada King.
    """
    keys = {record.key for record in found}
    return [
        record
        for record in found
        if not any(record.key != key and record.key in key.split() for key in keys)
    ]


def whole(keys: Iterable[str]) -> Way:
    """Return the way that finds a name that is one of these."""
    wanted = list(dict.fromkeys(keys))
    return lambda entity: [entity.key.in_(wanted)] if wanted else []


def first(keys: Iterable[str]) -> Way:
    """Return the way that finds a name that begins with one of these words."""
    wanted = [f"{key} " for key in keys]
    return lambda entity: [begins(entity.key, start) for start in wanted]


def last(work: Context, entities: Sequence[type[Entity]], keys: Iterable[str]) -> list[Entity]:
    """Return the records whose name ends with one of these words.

    The index finds the records that have the word; the name decides.
    """
    found: list[Entity] = []
    for key in keys:
        ways = [[f" {word}" for word in key.split()]]
        if entities and trigrams.served(ways):
            hits = trigrams.find(
                work.session, ways, [entity.slug() for entity in entities], LOOKED_AT
            )
            theirs = fitting(work, entities, among(hits), LOOKED_AT)
            found += [
                record
                for record in theirs
                if record.key.endswith(f" {key}") and record not in found
            ]
    return found[: OFFERED + 1]


def among(hits: Sequence[Any]) -> Way:
    """Return the way that finds only these hits of the index."""

    def ids(entity: type[Entity]) -> list[int]:
        return [hit.record_id for hit in hits if hit.entity == entity.slug()]

    return lambda entity: [entity.id.in_(theirs)] if (theirs := ids(entity)) else []


def addressed(
    work: Context, entity: type[Entity], addresses: Sequence[str]
) -> list[ColumnElement[bool]]:
    """Return the conditions that one of these is an e-mail address that the viewers may see."""
    wanted = [address.strip(".,;:!?").lower() for address in addresses]
    return [column.in_(wanted) for column in seen(work, entity, Email)] if wanted else []


def phoned(
    work: Context, entity: type[Entity], numbers: Sequence[str]
) -> list[ColumnElement[bool]]:
    """Return the conditions that one of these is a phone number that the viewers may see."""
    wanted = []
    for number in numbers:
        try:
            wanted.append(values.read_phone(number, work.region))
        except ValueError:
            continue
    return [column.in_(wanted) for column in seen(work, entity, Phone)] if wanted else []


def seen(work: Context, entity: type[Entity], of: type) -> list[ColumnElement[str]]:
    """Return the columns of a kind that are hidden from none of the viewers."""
    kinds = entity.fields().items()
    return [
        getattr(entity, name)
        for name, kind in kinds
        if type(kind) is of and not policy.hides(work, entity, name)
    ]


def fitting(
    work: Context, entities: Sequence[type[Entity]], way: Way, limit: int = OFFERED + 1
) -> list[Entity]:
    """Return the records that fit one of the conditions of a way and are still meant."""
    found: list[Entity] = []
    for entity in entities:
        if conditions := way(entity):
            meant = entity.meant()
            limits = [] if visibility.hidden(work, meant) else [meant]
            some = (
                select(entity)
                .where(or_(*conditions), *limits)
                .order_by(entity.key, entity.id)
                .limit(limit)
            )
            found += work.session.scalars(some)
    return found
