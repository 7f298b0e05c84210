"""The fields of a noun, in an order, as what a field holds."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as field_of
from typing import Any

from models.core.entity.base import ENTITIES, Entity
from models.core.entity.wholes import kind_of, wholes
from models.core.fields.base import Field, Reader
from models.core.fields.kinds import Tags
from models.core.parsing import values

WORD = re.compile(r"[\"“”„«]([^\"“”„«»]+)[\"“”»]|([^\s,;]+)")
"""A word of a list of fields; one in quotation marks may have several parts."""
LONGEST = 5
"""Words that the name of a field may have without quotation marks."""
OFFERED = 100
"""Options of a menu in Slack."""


@dataclass(frozen=True)
class FieldNames(Tags):
    """Some fields of the noun that another field names, in an order."""

    of: str = "about"
    """The field with the noun."""
    asked: bool = False
    """Whether they are what a form asks for, in place of what a card shows."""
    listed: Mapping[str, str] = field_of(default_factory=dict, hash=False)
    """The fields that a form offers: name → label."""

    def read(self, text: str, reader: Reader) -> tuple[str, ...]:
        found = (quoted or word for quoted, word in WORD.findall(values.clean(text)))
        return tuple(dict.fromkeys(found))

    def within(self, texts: Mapping[str, Any], record: Any) -> Field:
        """Return this kind with the fields of the noun that the record is about."""
        said = texts.get(self.of) or getattr(record, self.of, None) or ""
        known = {word: slug for slug, each in ENTITIES.items() for word in each.words()}
        slug = known.get(values.fold(str(said)), "")
        return replace(self, listed=self.choosable(ENTITIES[slug])) if slug else self

    def choosable(self, entity: type[Entity]) -> dict[str, str]:
        """Return the fields among which one may choose: name → label."""
        return dict(list(self.kinds_of(entity))[:OFFERED])

    def kinds_of(self, entity: type[Entity]) -> Iterator[tuple[str, str]]:
        """Yield the fields of a form, or those that a card can show, with their labels."""
        if not self.asked:
            kinds = {n: kind for n, kind in entity.fields().items() if n != "deleted_at"}
            yield from ((name, kind.label) for name, kind in kinds.items())
            yield from ((n, k.label) for n, k in entity.joining().items() if n not in kinds)
            return
        parts = {part for kind in wholes(entity).values() for part in kind.of}
        asked = {n: k for n, k in entity.declared_fields().items() if k.form and n not in parts}
        asked |= {**wholes(entity), **entity.joining()}
        yield from ((name, kind.label) for name, kind in asked.items())

    def resolved(self, entity: type[Entity], words: Collection[str]) -> tuple[str, ...]:
        """Return the fields that words name; a name may have several words.

        Raises:
            ValueError: A word names none; the sentence says which there are.
        """
        names, left = self.words_for(entity), list(words)
        found: dict[str, None] = {}
        while left:
            length = next((n for n in range(LONGEST, 0, -1) if keyed(left[:n]) in names), 0)
            if not length:
                known = ", ".join(label for _, label in self.kinds_of(entity))
                what = "asked for in forms" if self.asked else "on cards"
                raise ValueError(
                    f"“{left[0][:60]}” is no field of a {entity.noun()} that can be {what}."
                    f" There are {known}."
                )
            found[names[keyed(left[:length])]] = None
            del left[:length]
        return tuple(found)

    def words_for(self, entity: type[Entity]) -> dict[str, str]:
        """Return every word that names such a field → the field; its own name counts most."""
        choosable = dict(self.kinds_of(entity))
        known = {word: name for word, name in entity.field_names().items() if name in choosable}
        known |= {keyed([label]): name for name, label in reversed(choosable.items())}
        return known | {name: name for name in choosable}

    def show(self, value: Any, reader: Reader, record: Any = None) -> str:
        entity = ENTITIES.get(getattr(record, self.of, ""))
        labels = dict(self.kinds_of(entity)) if entity else {}
        return ", ".join(labels.get(name, name) for name in value or ())


def keyed(words: Collection[str]) -> str:
    return values.fold(" ".join(words)).replace(" ", "_")


def label_of(entity: type[Entity], name: str) -> str:
    """Return what a field, a whole or a join of an entity is called."""
    joins = entity.joining()
    return joins[name].label if name in joins else kind_of(entity, name).label
