"""Which column of a file fills which field: guessed from headers, corrected by the person."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from models.core.entity.base import ENTITIES, Entity
from models.core.entity.readonly import why_readonly
from models.core.errors import Invalid
from models.core.fields import Day, Email, Moment, Person, Phone, Reference, Text
from models.core.fields.shape import by_shape
from models.core.parsing import values
from models.core.parsing.currencies import find_currency
from models.exchange.headers import (
    HEADLINES,
    LAST_WORDS,
    LINKS,
    NOUNS,
    OF_ADDRESS,
    QUALIFIED,
    QUALIFIERS,
    RELATED,
    TEXTS,
    WORDS,
)

REF, EXTERNAL_ID, CREATED_AT, DELETED, PERSON_NAME = (
    "ref",
    "external_id",
    "created_at",
    "deleted",
    "full_name",
)
MIDDLE, SUFFIX = "middle_name", "name_suffix"
WEB = "web"
ORIGIN = "exported_from"
"""What a column can fill in addition to fields.

These are our reference, the id and the creation date that the record has elsewhere, whether it is
deleted there (such rows are skipped), a person's first and last name in one, what comes between and
behind them, where people are found on the web, and which workspace our own export is from.
"""

BESIDES = {EXTERNAL_ID: Text("Id"), CREATED_AT: Moment("Created")}
"""What a file says about a record in addition to its fields."""

LEFT_OUT = "left out as you said"
KEPT = "kept by Rapport"
"""Why the column of a field that only the program sets is left out."""
REASON = "reason rejected"
"""The last column of a file of rejected rows."""

UNIT = re.compile(r"(.*?)[\s_]*(?:[\[(](.+)[\])]|\bin ([A-Z]{3}))\s*", re.DOTALL)
"""A header with what follows it in parentheses, such as a currency."""


@dataclass
class Columns:
    """What happens to each column of a file: the field that it fills, or why it is left out.

    Attributes:
        fallback: Columns that fill a field only in rows where the column in `fields` is empty.
        beside: Columns that say more than one field can hold: further contact points, and texts
            that are put below one another.
    """

    fields: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    fallback: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)

    def all(self) -> dict[str, str]:
        """Return every column that fills a field, in the order in which they count."""
        return self.fields | self.fallback | self.beside

    def leave_out(self, header: str, why: str) -> None:
        for some in (self.fields, self.fallback, self.beside):
            some.pop(header, None)
        self.left_out[header] = why

    def swap(self, taken: str, other: str) -> None:
        """Swap two columns: the other one fills the target, and the first takes its place."""
        target = self.fields.pop(taken)
        self.fields[other] = target
        for some in (self.fallback, self.beside):
            if some.pop(other, ""):
                some[taken] = target
        if self.left_out.pop(other, ""):
            self.left_out[taken] = f"{target} comes from {other}"


def guess(
    entity: type[Entity],
    headers: Iterable[str],
    filled: Collection[str] | None = None,
    chosen: Mapping[str, str] | None = None,
) -> Columns:
    """Return what each column fills.

    First counts what the person chose, then the entity's own words, then what other systems call
    things.

    Args:
        entity: The entity that is imported.
        headers: The headers of the file.
        filled: The headers of the columns that hold anything; None means all.
        chosen: Header → field, or "" to leave the column out.

    Raises:
        Invalid: A header or field in `chosen` does not exist.
    """
    headers = list(dict.fromkeys(headers))
    taken = choose(entity, headers, chosen or {})
    usable = [header for header in headers if header and (filled is None or header in filled)]
    readonly = {name for name, kind in entity.fields().items() if kind.readonly}
    meant = {header: meaning(entity, header) for header in usable if header not in taken}
    kept = {header for header, (_, target) in meant.items() if target in readonly}
    meant = {header: found for header, found in meant.items() if header not in kept}
    nearest = sorted(
        meant, key=lambda header: (-names_it(entity, header, meant[header][1]), meant[header][0])
    )
    for header in nearest:
        if meant[header][1] and meant[header][1] not in taken.values():
            taken[header] = meant[header][1]
    columns = arranged(entity, {header: taken[header] for header in headers if taken.get(header)})
    for header in nearest:
        target = meant[header][1]
        if header not in taken and target and holds_more(entity, target):
            columns.beside[header] = target
        elif header not in taken and target and may_stand_in(entity, target):
            columns.fallback[header] = target
    for header in headers:
        if header not in columns.all():
            why = KEPT if header in kept else why_not(entity, header, header in usable, taken)
            columns.left_out[header] = why
    return columns


def arranged(entity: type[Entity], taken: Mapping[str, str]) -> Columns:
    """Return the taken columns arranged by how they fill their targets.

    Of several that fill the same target, all but the first add to it.
    """
    columns = Columns()
    for header, target in taken.items():
        second = target in columns.fields.values() or not is_plain(entity, header, target)
        more = second and holds_more(entity, target)
        (columns.beside if more else columns.fields)[header] = target
    return columns


def label_of(entity: type[Entity], header: str, target: str) -> str:
    """Return what is written before the text of a column that is put below another text.

    Nothing is written below the subject of a task.
    """
    bare = target in entity.named and is_plain(entity, header, target)
    return header if target == entity.remarks and not bare else ""


def is_plain(entity: type[Entity], header: str, target: str) -> bool:
    """Return whether a header says only that its column is a text: Description, not Resolution."""
    words = words_of(entity, header)
    main = any(word in own_words(entity) or word in TEXTS for word in words)
    return target != entity.remarks or main or names_it(entity, header, target)


def names_it(entity: type[Entity], header: str, target: str) -> bool:
    """Return whether a column is the headline of what also holds longer texts: a task's subject."""
    headline = target == entity.remarks and target in entity.named
    return headline and any(word in HEADLINES for word in words_of(entity, header))


def holds_more(entity: type[Entity], target: str) -> bool:
    """Return whether several columns may fill a field together: numbers, addresses and texts."""
    return target in (entity.remarks, WEB) or isinstance(entity.fields().get(target), Phone | Email)


def may_stand_in(entity: type[Entity], target: str) -> bool:
    """Return whether a second column may fill a field where the first is empty.

    An example is a day on which something was closed or is expected to be.
    """
    kind = BESIDES.get(target) or entity.fields().get(target)
    names_a_record = isinstance(kind, Reference) and not isinstance(kind, Person)
    return isinstance(kind, Day | Moment) or names_a_record or target in entity.besides


def is_last_resort(entity: type[Entity], header: str) -> bool:
    """Return whether a header has its meaning only because there is nothing clearer."""
    words = words_of(entity, header)
    return meaning(entity, header)[1] in {
        name for word in words for name in LAST_WORDS.get(word, ())
    }


def words_of(entity: type[Entity], header: str) -> list[str]:
    """Return the words that a header is.

    These are the whole header, the header without what is in parentheses, and without the noun
    before it.
    """
    header = CUSTOM.sub(r"\1", NUMBERED.sub("", header))
    word = squeeze(header)
    bare = squeeze(UNIT.sub(r"\1", header)) if UNIT.fullmatch(header) else word
    bare = bare.removesuffix(OF_ADDRESS) or bare
    return [word, bare, *(() if bare in LAST_WORDS else without_noun(entity, bare))]


def meaning(entity: type[Entity], header: str) -> tuple[int, str]:
    """Return how far one had to look for the meaning of a header, and the field, "" for none.

    The nearest is the most certain.
    """
    word, bare, *shorter = words_of(entity, header)
    own = own_words(entity)
    found = (
        own.get(word, "") or own.get(bare, ""),
        next((own[each] for each in shorter if each in own), ""),
        next((name for each in shorter if (name := first_of(entity, WORDS.get(each, ())))), ""),
        first_of(entity, WORDS.get(word, ())) or first_of(entity, WORDS.get(bare, ())),
        links(entity).get(bare, ""),
        qualified(entity, bare),
        first_of(entity, LAST_WORDS.get(bare, ())),
        next(
            (name for each in shorter if (name := first_of(entity, LAST_WORDS.get(each, ())))), ""
        ),
    )
    return next(((place, name) for place, name in enumerate(found) if name), (len(found), ""))


NUMBERED = re.compile(r" \(\d+\)$")
"""What distinguishes headers that occur more than once."""
CUSTOM = re.compile(r"custom field \((.+)\)", re.IGNORECASE)
"""How Jira writes the fields that people added."""


def first_of(entity: type[Entity], names: Iterable[str]) -> str:
    known = targets(entity)
    return next((name for name in names if name in known), "")


def without_noun(entity: type[Entity], word: str) -> list[str]:
    """Return a word without the noun of the entity before it: dealamount as amount.

    Some systems write the noun twice.
    """
    nouns = {squeeze(noun) for noun in nouns_of(entity)}
    once = {word.removeprefix(noun) for noun in nouns if word.startswith(noun) and word != noun}
    twice = {
        each.removeprefix(noun)
        for each in once
        for noun in nouns
        if each.startswith(noun) and each != noun
    }
    return sorted(once | twice, key=len)


def nouns_of(entity: type[Entity]) -> list[str]:
    return [*entity.words(), *NOUNS.get(entity.slug(), ())]


def goals(entity: type[Entity]) -> dict[str, str]:
    """Return, for each target that a column can fill with a record, which kind of record it is."""
    kinds = entity.fields().items()
    named = {name: kind.to for name, kind in kinds if isinstance(kind, Reference) and kind.form}
    return named | {name: name for name in entity.besides if name in ENTITIES}


@by_shape
def links(entity: type[Entity]) -> dict[str, str]:
    """Return the words under which a column names another record, and the field that it fills."""
    found: dict[str, str] = {}
    named = [(name, to) for name, to in goals(entity).items() if to != "user"]
    for name, to in sorted(named, key=lambda goal: goal[0] != goal[1]):
        for noun in {squeeze(noun) for noun in nouns_of(ENTITIES[to])}:
            upward = ("parent",) if to == entity.slug() else RELATED
            for word in (f"{before}{noun}{after}" for before in upward for after in LINKS):
                found.setdefault(word, name)
    return found


def qualified(entity: type[Entity], word: str) -> str:
    """Return the field of an address or number with a qualifier before it: mailingcity as city."""
    for before in QUALIFIERS:
        rest = word.removeprefix(before)
        if rest and rest != word:
            target = own_words(entity).get(rest, "") or first_of(entity, WORDS.get(rest, ()))
            if target in QUALIFIED:
                return target
    return ""


def choose(
    entity: type[Entity], headers: Iterable[str], chosen: Mapping[str, str]
) -> dict[str, str]:
    """Return what the person chose, with headers as in the file and fields by their real names."""
    written = {values.fold(header): header for header in headers}
    words = own_words(entity)
    taken: dict[str, str] = {}
    for header, word in chosen.items():
        if values.fold(header) not in written:
            raise Invalid(
                {
                    header: f"The file has no column “{header[:60]}”. It has: {', '.join(written.values())}."
                }
            )
        known = words.get(squeeze(word), "")
        if known in entity.fields() and entity.fields()[known].readonly:
            raise Invalid({header: why_readonly(entity, known)})
        if word and not known:
            close = difflib.get_close_matches(squeeze(word), words, 1)
            hint = (
                f"Did you mean {words[close[0]]}?"
                if close
                else f"Try one of: {', '.join(targets(entity))}."
            )
            raise Invalid({header: f"There is no “{word[:60]}” to fill. {hint}"})
        taken[written[values.fold(header)]] = words[squeeze(word)] if word else ""
    return taken


def why_not(entity: type[Entity], header: str, usable: bool, taken: Mapping[str, str]) -> str:
    _, target = meaning(entity, header)
    other = next((other for other in taken if target and taken[other] == target), None)
    if header in taken:
        return LEFT_OUT
    if not header:
        return "has no name"
    if header == REASON:
        return "what was wrong before"
    if not usable:
        return "empty"
    return f"{target} comes from {other}" if other else "nothing here is called that"


def targets(entity: type[Entity]) -> list[str]:
    """Return everything that a column can fill."""
    kinds = entity.fields().items()
    fields = [name for name, kind in kinds if name != "deleted_at" and not kind.readonly]
    person = [PERSON_NAME, MIDDLE, SUFFIX, WEB] if "first_name" in fields else []
    fields += entity.line_fields()
    return [REF, *fields, *entity.besides, EXTERNAL_ID, CREATED_AT, DELETED, ORIGIN, *person]


@by_shape
def own_words(entity: type[Entity]) -> dict[str, str]:
    """Return our own words for our fields.

    A field that only we fill is called by its name alone.
    """
    kinds = entity.fields()
    inner = {name for name, kind in kinds.items() if isinstance(kind, Reference) and not kind.form}
    names = {
        word: name
        for word, name in entity.field_names().items()
        if name not in {"deleted_at", *inner}
    }
    for name, kind in entity.line_fields().items():
        names |= dict.fromkeys((*kind.also, kind.label, name), name)
    return {
        squeeze(word): name
        for word, name in (names | {target: target for target in targets(entity)}).items()
    }


def squeeze(header: str) -> str:
    """Return a header without signs and case: `CLOSE_DATE` and `Close date` as closedate."""
    return SIGNS.sub("", values.fold(header))


def currency_in(header: str) -> str:
    """Return the currency that a header names, as `Amount (EUR)` does."""
    found = UNIT.fullmatch(header)
    return find_currency((found[2] or found[3]).strip()) or "" if found else ""


SIGNS = re.compile(r"[\W_]")
