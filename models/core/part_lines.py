"""The parts of a record as a text with a line for each: read, written, and stored as one change."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.core import rules
from models.core.audit.entries import changes_of
from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Ambiguous, Invalid, Stale
from models.core.fields import Lines, Money, Reference
from models.core.fields.base import Reader
from models.core.names import learn
from models.core.parts import parts_of
from models.core.permissions import filling, policy

MOST = 100
"""The lines that one record may have; each is a record of its own."""
QUOTED = r'"(?:[^"\n]|"")+"|“[^“”\n]+”'
"""What is in quotation marks; a straight one in it is written twice."""
LINE = re.compile(rf"(?:(?<![^\s;×x*])(?:{QUOTED})(?=[\s;@]|$)|[^;\n])+")
"""A line: it ends at a semicolon or a new line that is not in quotation marks."""
REPEATED = 60
"""Letters of a line that an error repeats."""


@dataclass(frozen=True)
class Line:
    """One line as it was read.

    Attributes:
        place: Its place in the text, from 1.
        text: The line.
        texts: The fields that it says: field → text.
        values: The same as values.
    """

    place: int
    text: str
    texts: Mapping[str, str]
    values: Mapping[str, Any]


def split(text: str) -> Iterator[str]:
    """Yield the lines of a text that are not empty."""
    for found in LINE.finditer(text):
        if line := " ".join(found[0].split()):
            yield line


@dataclass(frozen=True)
class InCurrency:
    """The person who types, where the amounts are in another currency than the workspace's."""

    reader: Context
    currency: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reader, name)


def currency_of(
    work: Context, part: type[Entity], values: Mapping[str, Any], whole: Entity | None
) -> str:
    """Return the currency in which the parts of a record have their amounts.

    Args:
        work: The unit of work.
        part: The entity of the parts.
        values: What the record will hold.
        whole: The record, where it exists.
    """
    for kind in part.fields().values():
        if isinstance(kind, Money) and kind.beside == part.part_of:
            name = kind.currency.rpartition(".")[2]
            held = values[name] if name in values else getattr(whole, name, None)
            return str(held or work.currency)
    return work.currency


def read(work: Context, kind: Lines, text: str, currency: str) -> list[Line]:
    """Return the lines of a text, whose amounts are in a currency.

    Raises:
        ValueError: Which line was not understood, and why.
    """
    entity, lines = ENTITIES[kind.of], list(split(text))
    if kind.required and not lines:
        raise ValueError(f"{kind.label} is required.")
    if len(lines) > MOST:
        raise ValueError(f"{kind.label} has {len(lines)} lines; at most {MOST} are possible.")
    reader: Any = InCurrency(work, currency)
    return [read_line(work, reader, entity, place, line) for place, line in enumerate(lines, 1)]


def read_line(work: Context, reader: Reader, entity: type[Entity], place: int, text: str) -> Line:
    """Return one line as it is understood.

    Raises:
        ValueError: Which line it is, and what was not understood.
    """
    try:
        texts = entity.read_line(text, reader)
        absent = {name for name in entity.needed() if name != entity.part_of}
        filling.may_fill(work, entity, [name for name, said in texts.items() if said])
        values = entity.parse(dict.fromkeys(absent, "") | texts, reader)
    except Ambiguous as error:
        raise ValueError(said_of(place, text, str(error))) from None
    except Invalid as error:
        raise ValueError(said_of(place, text, " ".join(error.errors.values()))) from None
    except ValueError as error:
        raise ValueError(said_of(place, text, str(error))) from None
    usual = entity.defaults()
    return Line(
        place,
        text,
        texts,
        {name: usual.get(name) if value is None else value for name, value in values.items()},
    )


def said_of(place: int, text: str, why: str) -> str:
    shown = text if len(text) <= REPEATED else f"{text[: REPEATED - 1]}…"
    return f"Line {place}, “{shown}”: {why}"


def read_all(
    work: Context,
    entity: type[Entity],
    texts: Mapping[str, str],
    values: Mapping[str, Any],
    record: Entity | None = None,
) -> dict[str, list[Line]]:
    """Return the lines of each field of lines that is among these texts.

    Args:
        work: The unit of work.
        entity: The entity of the record.
        texts: Field → text.
        values: What the record will hold, as far as it was read.
        record: The record, where it exists.

    Raises:
        Invalid: A sentence for each text with a line that was not understood.
    """
    found, errors = {}, {}
    for name, kind in entity.line_fields().items():
        if name in texts:
            try:
                currency = currency_of(work, ENTITIES[kind.of], values, record)
                found[name] = read(work, kind, texts[name], currency)
            except ValueError as error:
                errors[name] = str(error)
    if errors:
        raise Invalid(errors)
    return found


def legible(work: Context, record: Entity | type[Entity], kind: Lines) -> bool:
    """Return whether all viewers may see all that the lines of a record say."""
    entity = ENTITIES[kind.of]
    if not shown(work, entity):
        return False
    return isinstance(record, type) or seen(work, parts_of(work, [record], entity))


def shown(work: Context, entity: type[Entity]) -> bool:
    """Return whether no field of an entity is hidden from any viewer."""
    hidden = any(policy.hides(work, entity, name) for name in entity.fields())
    return policy.shows(work, entity) and not hidden


def seen(work: Context, parts: Sequence[Entity]) -> bool:
    """Return whether all viewers may see these parts, and what they name."""
    learn(work, parts)
    return all(
        policy.shows(work, part)
        and all(
            policy.names_seen(work, kind, getattr(part, name))
            for name, kind in part.fields().items()
            if isinstance(kind, Reference)
        )
        for part in parts
    )


def write(work: Context, record: Entity, kind: Lines) -> str:
    """Return the parts of a record as a text that is read as the same parts.

    It is "" where some of the viewers may not see all of it.
    """
    return write_all(work, [record], kind)[record.id]


def first(work: Context, record: Entity, kind: Lines, most: int) -> tuple[list[str], int]:
    """Return the first lines of a record, and how many more there are.

    There are none where some of the viewers may not see all of it.
    """
    entity = ENTITIES[kind.of]
    parts = parts_of(work, [record], entity) if shown(work, entity) else []
    if not parts or not seen(work, parts):
        return [], 0
    return [part.write_line(work) for part in parts[:most]], max(len(parts) - most, 0)


def write_all(work: Context, records: Sequence[Entity], kind: Lines) -> dict[int, str]:
    """Return the parts of many records as texts, by the ids of the records; see `write`."""
    found: dict[int, list[Entity]] = {record.id: [] for record in records}
    entity = ENTITIES[kind.of]
    if shown(work, entity):
        for part in parts_of(work, records, entity):
            found[getattr(part, entity.part_of)].append(part)
    return {
        id: "\n".join(part.write_line(work) for part in parts) if seen(work, parts) else ""
        for id, parts in found.items()
    }


def quoted(text: str) -> str:
    """Return a text in quotation marks, so that nothing in it means anything in a line."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def unquoted(text: str) -> str:
    """Return what is in the quotation marks around a text, "" where there are none."""
    if not re.fullmatch(QUOTED, text):
        return ""
    return text[1:-1].replace('""', '"').strip()


def mark_of(text: str) -> str:
    """Return a short mark of a text, by which a form knows later whether others changed it."""
    plain = "\n".join(split(text))
    return hashlib.blake2b(plain.encode(), digest_size=8).hexdigest()


def changed(
    work: Context, record: Entity, texts: Mapping[str, str], seen: Mapping[str, Any]
) -> dict[str, str]:
    """Return the texts without the lines that are as they were, or that a person left as they were.

    Args:
        work: The unit of work.
        record: The record.
        texts: Field → text.
        seen: The mark of the lines that the person saw, by their field.

    Raises:
        Invalid: The person may not see all the lines, and so cannot write them.
        Stale: Others changed the lines since the person saw them.
    """
    texts = dict(texts)
    for name, kind in record.line_fields().items():
        if name not in texts:
            continue
        if not legible(work, record, kind):
            raise Invalid({name: f"You may not see all {kind.label} of {record.ref}."})
        mine, now, before = (
            mark_of(texts[name]),
            mark_of(write(work, record, kind)),
            seen.get(name),
        )
        if mine in (now, before):
            del texts[name]
        elif before not in (None, now):
            raise Stale(
                f"While you were editing {record.ref}, others changed {kind.label}. "
                "Save again to keep yours.",
                record.version,
            )
    return texts


def store(work: Context, whole: Entity, name: str, lines: Sequence[Line]) -> None:
    """Make the parts of a record those of its lines.

    A part that a line says unchanged stays as it is, the others are changed, deleted or added.

    Args:
        work: The unit of work.
        whole: The record, which is stored already.
        name: The field of the lines.
        lines: The lines.

    Raises:
        Invalid: Which line goes against a rule, and why.
        Forbidden: The right that is missing.
    """
    entity = ENTITIES[whole.line_fields()[name].of]
    parts = parts_of(work, [whole], entity)
    pairs = matched(lines, parts)
    kept = {part.id for part in pairs.values()}
    for part in parts:
        if part.id not in kept:
            policy.check(work, "delete", part)
            part.deleted_at = work.now
    for line in lines:
        part = pairs.get(line.place)
        if part is None:
            add(work, whole, name, entity, line)
        elif changed := differing(part, line):
            policy.check(work, "edit", part)
            for each, value in changed.items():
                setattr(part, each, value)
            keep_rules(work, name, part, line)
    work.session.flush()


def differ(work: Context, whole: Entity, name: str, lines: Sequence[Line]) -> bool:
    """Return whether the parts of a record are not what these lines say."""
    parts = parts_of(work, [whole], ENTITIES[whole.line_fields()[name].of])
    pairs = matched(lines, parts)
    return len(parts) != len(lines) or any(
        line.place not in pairs or differing(pairs[line.place], line) for line in lines
    )


def add(work: Context, whole: Entity, name: str, entity: type[Entity], line: Line) -> None:
    part = entity(**{**line.values, entity.part_of: whole.id})
    policy.check(work, "new", entity)
    rules.begin(work, part)
    keep_rules(work, name, part, line)
    work.session.add(part)


def keep_rules(work: Context, name: str, part: Entity, line: Line) -> None:
    """Apply the rules of a part before it is stored, so that an error can name its line."""
    with work.session.no_autoflush:
        try:
            rules.apply_rules(work, part, changes_of(part))
        except Invalid as error:
            why = said_of(line.place, line.text, " ".join(error.errors.values()))
            raise Invalid({name: why}) from None


def matched(lines: Sequence[Line], parts: Sequence[Entity]) -> dict[int, Entity]:
    """Return the part that each line is about, by the place of the line.

    First come those that say the same, then those about the same thing, then those at the same
    place.
    """
    found: dict[int, Entity] = {}
    free = list(parts)

    def take(line: Line, part: Entity) -> None:
        found[line.place] = part
        free.remove(part)

    def take_all(fits: Any) -> None:
        for line in lines:
            part = next((each for each in free if fits(each, line)), None)
            if line.place not in found and part is not None:
                take(line, part)

    take_all(lambda part, line: not differing(part, line))
    take_all(lambda part, line: is_about_the_same(part, line))
    places = {part.id: place for place, part in enumerate(parts, 1)}
    take_all(lambda part, line: places[part.id] == line.place)
    return found


def differing(part: Entity, line: Line) -> dict[str, Any]:
    """Return the values of a line that its part does not hold."""
    return {name: value for name, value in line.values.items() if getattr(part, name) != value}


def is_about_the_same(part: Entity, line: Line) -> bool:
    """Return whether a line names the same thing as a part, at another price, for example."""
    kinds = part.fields()
    names = [
        name
        for name, value in line.values.items()
        if value and (name in part.named or isinstance(kinds[name], Reference))
    ]
    return bool(names) and all(getattr(part, name) == line.values[name] for name in names)
