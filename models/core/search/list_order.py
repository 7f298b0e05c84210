"""Read the order of a list from its words: `sort amount`, `by close date`, `biggest deals`."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case

from models.core.context import Context
from models.core.db.dialects import folded
from models.core.entity.base import Entity
from models.core.fields import Choice, Country, Day, Moment, Money, Number, Text
from models.core.fields.base import Field
from models.core.fields.shape import by_shape
from models.core.permissions import visibility
from models.core.search.filter_fields import ALWAYS, OTHERS
from models.core.search.similarity import nearest

WORDS = (Text, Country)
SORTED = (Money, Number, Day, Moment, Choice, *WORDS)
"""The kinds of fields that a list is sorted by."""
FIGURES = (Money, Number)
NAME, AGE = "name", "age"
"""What any list can be sorted by besides fields; the age is that of the record here."""
DATE, AMOUNT = "the day it is about", "the first figure"
FIRST: Mapping[str, tuple[str, bool]] = {
    "biggest": (AMOUNT, True),
    "largest": (AMOUNT, True),
    "highest": (AMOUNT, True),
    "top": (AMOUNT, True),
    "smallest": (AMOUNT, False),
    "lowest": (AMOUNT, False),
    "newest": (AGE, True),
    "latest": (AGE, True),
    "oldest": (AGE, False),
    "earliest": (AGE, False),
    "soonest": (DATE, False),
}
"""What comes first → what it is about where no field is named, and whether the largest leads."""
UP = frozenset(("asc", "ascending", "up"))
WAYS = "|".join((*UP, "desc", "descending", "down"))
FIRSTS = "|".join(FIRST)
SORT = r"(?:sort(?:ed)?|order(?:ed)?)"
UNKNOWN = re.compile(rf"(?:^|\s){SORT} by (?P<field>\S.*)$", re.IGNORECASE)
AT_THE_END = re.compile(
    rf" (?:(?:{SORT}(?: by)?|by) .+|(?:{SORT} )?(?:{FIRSTS})(?: first)?)$", re.IGNORECASE
)
Sortable = Mapping[str, tuple[str, Field | None]]
"""What a list can be sorted by: a field, `name` or `age` → what people call it, and its kind."""


@dataclass(frozen=True)
class Order:
    """An order in which records are listed.

    Attributes:
        name: The field, `name` or `age`.
        label: What people call the field.
        kind: The kind of the field; None for `name` and `age`.
        down: Whether the largest comes first.
    """

    name: str
    label: str
    kind: Field | None
    down: bool

    @property
    def text(self) -> str:
        """Return the words that are read as this order."""
        return f"sort {self.name} {'desc' if self.down else 'asc'}"

    @property
    def told(self) -> str:
        """Return what people call the order: biggest amount first."""
        if self.name == AGE:
            return "newest first" if self.down else "oldest first"
        if self.kind is None or isinstance(self.kind, WORDS):
            return f"by {self.label}, {'Z to A' if self.down else 'A to Z'}"
        if isinstance(self.kind, Choice) and not is_ranked(self.kind):
            options = list(self.kind.options)
            first = options[-1 if self.down else 0]
            return f"by {self.label}, {self.kind.name(first).lower()} first"
        most, least = "biggest", "smallest"
        if isinstance(self.kind, Choice):
            most, least = "highest", "lowest"
        if isinstance(self.kind, Day | Moment):
            most, least = "latest", "earliest" if self.name in ALWAYS else "soonest"
        return f"{most if self.down else least} {self.label} first"

    def columns(self, entity: type[Entity]) -> tuple[Any, ...]:
        """Return what the statement is ordered by; records without a value come last."""
        if self.kind is None:
            first = entity.id if self.name == AGE else entity.key
            return (first.desc() if self.down else first, entity.id)
        column = getattr(entity, self.name)
        if isinstance(self.kind, WORDS):
            column = folded(column)
        if isinstance(self.kind, Choice):
            places = {option.value: place for place, option in enumerate(self.kind.options)}
            column = case(places, value=column)
        return ((column.desc() if self.down else column.asc()).nulls_last(), entity.id.desc())


def take(text: str, entity: type[Entity], work: Context) -> tuple[str, Order | None]:
    """Return the words of a list without those that say its order, and that order.

    A word that could be an order of what the readers do not see, or of what records of this kind
    do not have, stays a word of the list.

    Raises:
        ValueError: The list is to be sorted by something that it cannot be sorted by.
    """
    known: Sortable = {}
    for pattern in patterns(entity):
        if found := pattern.search(text):
            known = known or sortable(entity, work)
            if order := meant(found, known, entity):
                return f"{text[: found.start()]} {text[found.end() :]}".strip(), order
    if asked := UNKNOWN.search(text) or named_sort(entity).search(text):
        fields = list(dict.fromkeys(label for label, _ in sortable(entity, work).values()))
        labels, near = ", ".join(fields), nearest(asked["field"], fields, limit=1, least=60)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ValueError(
            f"{entity.plural().capitalize()} are not sorted by “{asked['field'][:60]}”. "
            f"Sort by one of these: {labels}.{hint}"
        )
    return text, None


def meant(found: re.Match[str], known: Sortable, entity: type[Entity]) -> Order | None:
    """Return the order that some words say; None where there is nothing to sort by like that."""
    said = {group: (word or "").lower() for group, word in found.groupdict().items()}
    usual, down = FIRST.get(said.get("first", ""), ("", None))
    name = named(said["field"], entity) if said.get("field") else usual_of(usual, known, entity)
    if name not in known:
        return None
    label, kind = known[name]
    if said.get("way"):
        down = said["way"] not in UP
    if down is None:
        down = name in (AGE, *ALWAYS) or isinstance(kind, FIGURES) or is_ranked(kind)
    return Order(name, label, kind, down)


def named(word: str, entity: type[Entity]) -> str:
    """Return the field that a word names, or `name` for those that make up a record's name."""
    word = re.sub("[ -]", "_", word)
    name = {**entity.field_names(), **OTHERS}.get(word, word)
    return NAME if name in entity.named else name


def usual_of(about: str, known: Sortable, entity: type[Entity]) -> str:
    """Return the field that an order is about where none is named."""
    if about == DATE:
        return "" if entity.dated in ALWAYS else entity.dated
    if about == AMOUNT:
        figures = (each for each in entity.line if isinstance(known.get(each, ("",))[-1], FIGURES))
        return next(figures, "")
    return about


def sortable(entity: type[Entity], work: Context) -> Sortable:
    """Return what a list can be sorted by, without what is hidden from a reader."""
    every = ways_to_sort(entity)
    if not visibility.hides_some(work):
        return every
    words = [getattr(entity, name) for name in (*entity.named, *entity.stand_ins)]
    asked = {name: [getattr(entity, name)] for name, (_, kind) in every.items() if kind}
    asked |= {NAME: words, AGE: []}
    return {name: each for name, each in every.items() if not visibility.hidden(work, *asked[name])}


@by_shape
def ways_to_sort(entity: type[Entity]) -> Sortable:
    """Return what a list can be sorted by where nothing is hidden."""
    kinds = {**entity.fields(), **ALWAYS}
    found = {name: kind for name, kind in kinds.items() if isinstance(kind, SORTED)}
    return {
        **{name: (kind.label.lower(), kind) for name, kind in found.items()},
        **{name: (name, None) for name in (AGE, NAME)},
    }


def offered(entity: type[Entity], work: Context) -> Sequence[Order]:
    """Return the orders that a menu offers: by age, day, figure, what is ranked, and name."""
    return orders(entity, frozenset(sortable(entity, work)))


@by_shape
def orders(entity: type[Entity], names: Collection[str]) -> Sequence[Order]:
    """Return the orders that a menu offers where a list can be sorted by these."""
    known = {name: each for name, each in ways_to_sort(entity).items() if name in names}
    day, figure = (usual_of(about, known, entity) for about in (DATE, AMOUNT))
    ranked = next((each for each in entity.line if is_ranked(entity.fields()[each])), "")
    ways = [(AGE, True), (AGE, False), (day, False), (figure, True), (ranked, True), (NAME, False)]
    return [Order(name, *known[name], down) for name, down in ways if name in known]


def is_ranked(kind: Field | None) -> bool:
    """Return whether the options of a field go from low to high."""
    return isinstance(kind, Choice) and kind.ranked


def without_order(text: str) -> str:
    """Return a text without words at its end that say an order, of whatever field."""
    return AT_THE_END.sub("", text)


@by_shape
def named_sort(entity: type[Entity]) -> re.Pattern[str]:
    """Return the way to ask for an order by a field of such records that has none."""
    return re.compile(rf"(?:^|\s){SORT} (?P<field>{spelt(entity)})$", re.IGNORECASE)


def spelt(entity: type[Entity]) -> str:
    """Return every way to write a field of such records, the longest first, as a pattern."""
    words = {word.replace("_", " ") for word in (*entity.field_names(), *OTHERS, NAME, AGE)}
    ways = (re.escape(word).replace(r"\ ", "[ _-]") for word in sorted(words, key=len)[::-1])
    return "|".join(ways)


@by_shape
def patterns(entity: type[Entity]) -> tuple[re.Pattern[str], ...]:
    """Return the ways to say an order of such records, the plainest first."""
    field, first = rf"(?P<field>{spelt(entity)})", rf"(?P<first>{FIRSTS})"
    ways = (
        rf"(?:^|(?<=\s))(?:{SORT}(?: by)?|by) {field}(?: (?P<way>{WAYS}))?(?:,? {first} first)?$",
        rf"(?:^|(?<=\s))(?:{SORT}(?: by)? )?{first}(?: {field})?(?: first)?$",
        rf"^{first}(?: first)?(?=\s)",
    )
    return tuple(re.compile(way, re.IGNORECASE) for way in ways)
