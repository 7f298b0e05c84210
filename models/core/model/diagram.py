"""The entities with their fields and references, as text for the programs that draw diagrams."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.custom_values import PREFIX
from models.core.fields import Person, Reference
from models.core.fields.base import Field
from models.core.parsing.texts import with_article
from models.core.permissions import policy

WORD = re.compile(r"\W", re.ASCII)
Sees = Callable[[type[Entity], str], bool]
"""Whether a field of an entity is drawn."""


@dataclass(frozen=True)
class Property:
    """A field in a diagram.

    Attributes:
        name: The field.
        label: Its name for people.
        kind: What it holds, in a word: text, money, reference.
        required: No record is without it.
        added: An admin added it.
    """

    name: str
    label: str
    kind: str
    required: bool
    added: bool


@dataclass(frozen=True)
class Thing:
    """A noun in a diagram."""

    slug: str
    name: str
    label: str
    properties: tuple[Property, ...]


@dataclass(frozen=True)
class Arrow:
    """A field of one noun that names a record of another, or of the same."""

    start: str
    end: str
    name: str
    label: str
    required: bool
    added: bool


@dataclass(frozen=True)
class Diagram:
    things: tuple[Thing, ...]
    arrows: tuple[Arrow, ...]

    def around(self, slug: str) -> "Diagram":
        """Return one noun with all its fields, and its neighbours by their names alone."""
        arrows = tuple(each for each in self.arrows if slug in (each.start, each.end))
        near = {end for each in arrows for end in (each.start, each.end)} | {slug}
        things = (each for each in self.things if each.slug in near)
        drawn = (each if each.slug == slug else replace(each, properties=()) for each in things)
        return Diagram(tuple(drawn), arrows)

    def bare(self) -> "Diagram":
        """Return the nouns with the fields that admins added, without those that are built in."""
        own = [
            replace(each, properties=tuple(p for p in each.properties if p.added))
            for each in self.things
        ]
        return Diagram(tuple(own), self.arrows)


def is_drawn(entity: type[Entity], name: str) -> bool:
    return name != "deleted_at"


def drawn_of(entities: Iterable[type[Entity]], sees: Sees = is_drawn) -> Diagram:
    """Return the diagram of some entities, without arrows to people.

    Args:
        entities: The entities, in their order.
        sees: Whether a field is drawn.
    """
    known = list(entities)
    things = tuple(thing(entity, sees) for entity in known)
    slugs = {entity.slug() for entity in known}
    arrows = tuple(each for entity in known for each in arrows_of(entity, slugs, sees))
    return Diagram(things, arrows)


def thing(entity: type[Entity], sees: Sees) -> Thing:
    kinds = {**entity.fields(), **entity.line_fields()}
    found = (
        Property(name, kind.label, word_of(kind), kind.required, name.startswith(PREFIX))
        for name, kind in kinds.items()
        if is_drawn(entity, name) and sees(entity, name)
    )
    label = entity.noun().capitalize()
    return Thing(entity.slug(), entity.__name__, label, tuple(found))


def arrows_of(entity: type[Entity], slugs: Iterable[str], sees: Sees) -> Iterator[Arrow]:
    """Yield the references of an entity to the others that are drawn."""
    for name, kind in entity.fields().items():
        if not isinstance(kind, Reference) or isinstance(kind, Person) or kind.to not in slugs:
            continue
        if sees(entity, name):
            told = (name, kind.label, kind.required, name.startswith(PREFIX))
            yield Arrow(entity.slug(), kind.to, *told)


def word_of(kind: Field) -> str:
    """Return the kind of a field in a word, as diagrams write it: long text as LongText."""
    return type(kind).__name__


def seen_by_all(work: Context) -> Diagram:
    """Return the diagram of all nouns with records that all who read may look at.

    Fields that are hidden from one of them are left out, and what governs how people work.
    """

    def sees(entity: type[Entity], name: str) -> bool:
        return policy.shows(work, entity.slug(), name)

    shown = [each for each in ENTITIES.values() if not each.governing and sees(each, "")]
    return drawn_of(shown, sees)


def named(diagram: Diagram) -> dict[str, str]:
    """Return what each noun is called in the text of a diagram: slug → name."""
    return {each.slug: WORD.sub("_", each.name) for each in diagram.things}


def mermaid(diagram: Diagram, details: bool = True) -> str:
    """Return a diagram as Mermaid reads it.

    Args:
        diagram: The diagram.
        details: Whether the nouns stand in it with their labels and fields, not in arrows alone.
    """
    names, lines = named(diagram), ["erDiagram"]
    for each in diagram.things if details else ():
        lines.append(f"    {names[each.slug]}[{quoted(each.label)}]{' {' * bool(each.properties)}")
        lines += [f"        {mermaid_field(each)}" for each in each.properties]
        lines += ["    }"] if each.properties else []
    lines += [
        f"    {names[each.start]} }}o--{'||' if each.required else 'o|'} {names[each.end]}"
        f" : {each.name if each.name.isidentifier() and each.name.isascii() else quoted(each.name)}"
        for each in diagram.arrows
    ]
    return "\n".join(lines)


def mermaid_field(each: Property) -> str:
    marks = [each.label, *(["required"] if each.required else []), *(["added"] * each.added)]
    return f"{each.kind} {WORD.sub('_', each.name)} {quoted(', '.join(marks))}"


def plantuml(diagram: Diagram) -> str:
    """Return a diagram as PlantUML reads it; a star marks what is required."""
    names, lines = named(diagram), ["@startuml", "hide circle"]
    for each in diagram.things:
        lines.append(f"entity {quoted(each.label)} as {names[each.slug]} {{")
        lines += [f"  {plantuml_field(each)}" for each in each.properties]
        lines.append("}")
    lines += [
        f"{names[each.start]} }}o--{'||' if each.required else 'o|'} {names[each.end]}"
        f" : {flat(each.label)}"
        for each in diagram.arrows
    ]
    return "\n".join([*lines, "@enduml"])


def plantuml_field(each: Property) -> str:
    star = "* " if each.required else ""
    return f"{star}{flat(each.label)} : {each.kind}{' <<added>>' if each.added else ''}"


def flat(text: str) -> str:
    """Return a text on one line, without the signs that mean something in a diagram."""
    return re.sub(r"[\s{}<>|:\"#@]+", " ", text).strip()


def quoted(text: str) -> str:
    return f'"{flat(text)}"'


def lines_of(diagram: Diagram, slug: str) -> Sequence[str]:
    """Return what a noun refers to and what refers to it, a sentence each."""
    labels = {each.slug: each.label.lower() for each in diagram.things}
    to = [
        f"names {with_article(labels[each.end])} in {each.label}"
        + (", always" if each.required else "")
        for each in diagram.arrows
        if each.start == slug
    ]
    back = [
        f"is named by a {labels[each.start]} in {each.label}"
        for each in diagram.arrows
        if each.end == slug
    ]
    return [*to, *back]
