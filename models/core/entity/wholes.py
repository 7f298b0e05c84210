"""Divide a text into the fields that it is made of, and put it together again."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from models.core.entity.base import Entity
from models.core.fields import Whole
from models.core.fields.base import Field, Reader
from models.core.parsing import values
from models.core.parsing.names import TITLE


@cache
def wholes(entity: type[Entity]) -> Mapping[str, Whole]:
    """Return the fields of an entity that are several fields as one text."""
    return {
        name: kind
        for each in reversed(entity.__mro__)
        for name, kind in vars(each).items()
        if isinstance(kind, Whole)
    }


def divided(
    entity: type[Entity], texts: Mapping[str, str], reader: Reader, record: Entity | None = None
) -> dict[str, str]:
    """Return texts with the fields in place of each whole, as a line with its words fills them.

    What was typed for a field itself counts more. A text that says how the record is called already
    changes nothing; an empty one empties the fields.

    Args:
        entity: The entity of the record.
        texts: Field → text.
        reader: The person who types.
        record: The record that the texts are for, where it exists.
    """
    found = dict(texts)
    for name, kind in wholes(entity).items():
        if name not in found:
            continue
        text = values.clean(found.pop(name))
        if record is None or text != written(record, name, reader):
            said = parts_of(entity, kind, text, found, reader, record)
            found = said | {n: each for n, each in found.items() if each.strip() or n not in said}
    return found


def parts_of(
    entity: type[Entity],
    kind: Whole,
    text: str,
    typed: Mapping[str, str],
    reader: Reader,
    record: Entity | None,
) -> dict[str, str]:
    """Return the fields that a text fills; no word of it is lost.

    It may say more than a name: an address, a company, a title. Where that has no place, because
    something else is typed or stands there, or is nothing that is known, all of it is the name.
    """
    empty = dict.fromkeys(kind.of, "")
    if not text:
        return empty
    said = entity.texts_of(text, reader)
    more = said.keys() - set(kind.of)
    taken = [name for name in more if typed.get(name, "").strip() or getattr(record, name, None)]
    joined = record is not None and more & entity.joins.keys()
    strange = not said.get(entity.remarks, TITLE).startswith(TITLE)
    strange = strange or not all(reads(entity, name, said[name], reader) for name in more)
    if taken or joined or strange or not said.keys() & set(kind.of):
        first, _, last = text.partition(" ")
        said = dict(zip(kind.of, (first, last.strip()), strict=False))
    return empty | said


def reads(entity: type[Entity], name: str, text: str, reader: Reader) -> bool:
    """Return whether a text can be read as what a field holds; a join takes any name."""
    kind = entity.fields().get(name)
    try:
        return kind is None or bool(kind.parse(text, reader) is not None)
    except ValueError:
        return False


def written(record: Entity, name: str, reader: Reader) -> str:
    """Return a whole as a text, as it stands."""
    kinds = record.fields()
    parts = (
        kinds[part].write(getattr(record, part), reader) for part in wholes(type(record))[name].of
    )
    return " ".join(filter(None, parts))


def typed(entity: type[Entity], name: str, texts: Mapping[str, str]) -> str | None:
    """Return what was typed for a whole, or for the fields that it is made of; None for nothing."""
    parts = [texts[part].strip() for part in wholes(entity)[name].of if part in texts]
    return texts.get(name, " ".join(filter(None, parts)) if parts else None)


def joined_names(entity: type[Entity], names: Iterable[str]) -> list[str]:
    """Return the names of fields with a whole in place of the fields that it is made of."""
    whole = {part: name for name, kind in wholes(entity).items() for part in kind.of}
    return list(dict.fromkeys(whole.get(name, name) for name in names))


def kind_of(entity: type[Entity], name: str) -> Field:
    """Return the kind of a field or of a whole."""
    found: Any = wholes(entity).get(name)
    return found or entity.fields()[name]
