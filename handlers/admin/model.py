"""Show the model of the workspace: its nouns, their fields, and what names what."""

from collections.abc import Iterable

from handlers.admin.layout import noun_of
from handlers.admin.model_audit import audit, may_mend
from handlers.core.request import Request
from handlers.core.responses import File, Message, Response
from handlers.core.ui import blocks
from handlers.core.ui.blocks import Block, escape
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import CRMError
from models.core.model.diagram import (
    Diagram,
    Property,
    Thing,
    lines_of,
    mermaid,
    plantuml,
    seen_by_all,
)
from models.core.model.picture import png, svg

LONGEST = 3000
"""The letters of a diagram that stands in a message; a longer one is in the file."""
AUDIT = "audit"
FILES = "The picture, and the whole as Mermaid and PlantUML, come as files in a direct message."
MARKS = "Fields with a + were added here, those with a * are required."


def model(request: Request) -> Response:
    """Return the diagram of all nouns, or of the one that the line names, or what is amiss."""
    said = request.line.rest.strip()
    if said.casefold() == AUDIT:
        return audit(request)
    whole = seen_by_all(request.work)
    if not said:
        return overview(request, whole)
    entity, rest = noun_of(said)
    if rest:
        raise CRMError(f"“{rest[:60]}” is too much. Try: model {entity.noun()}, or model audit")
    return about(whole, entity)


def overview(request: Request, whole: Diagram) -> Message:
    """Return the diagram of all nouns, with the fields that admins added in words."""
    added = [each for each in whole.things if any(p.added for p in each.properties)]
    told = [f"{each.label}: {words(p for p in each.properties if p.added)}" for each in added]
    head = f"{len(whole.things)} nouns, {sum(map(count, added))} fields added to them"
    drawn = [blocks.section("\n".join([f"*{escape(head)}*", *map(escape, told)]))]
    drawn += [*texts(whole.bare()), blocks.context(escape(FILES)), steps(request, whole)]
    lines = [head, *told, FILES]
    return Message("\n".join(lines), blocks.distinct(drawn), files=lambda: files(whole, "model"))


def steps(request: Request, whole: Diagram) -> Block:
    """Return the menu of the nouns, and the way to what is amiss for who may mend it."""
    options = [blocks.option(each.label, ENTITIES[each.slug].noun()) for each in whole.things]
    ways = [blocks.select("One noun", "crm.model", options)] if options else []
    if may_mend(request.work):
        ways.append(blocks.button("What is amiss", "crm.model", AUDIT))
    return blocks.actions(*ways)


def about(whole: Diagram, entity: type[Entity]) -> Message:
    """Return one noun: its fields, their kinds, whom it names and what names it."""
    there = next((each for each in whole.things if each.slug == entity.slug()), None)
    if there is None:
        raise CRMError(f"Your role shows you no {entity.plural()}.")
    part = whole.around(there.slug)
    fields = [said_of(each) for each in there.properties]
    names = [f"A {there.label.lower()} {line}." for line in lines_of(part, there.slug)]
    head = f"{there.label}: {len(fields)} fields"
    drawn = [blocks.section(f"*{escape(head)}*")]
    drawn += [blocks.columns(map(escape, fields[at : at + 10])) for at in range(0, len(fields), 10)]
    drawn += [blocks.section("\n".join(map(escape, names)))] if names else []
    drawn += [*texts(part), blocks.context(escape(MARKS), escape(FILES))]
    lines = [head, *fields, *names]
    return Message("\n".join(lines), drawn, files=lambda: files(part, there.slug))


def said_of(each: Property) -> str:
    mark = "+ " if each.added else "* " if each.required else ""
    return f"{mark}{each.label} · {each.kind}"


def words(properties: Iterable[Property]) -> str:
    return ", ".join(f"{each.label} ({each.kind})" for each in properties)


def count(each: Thing) -> int:
    return sum(one.added for one in each.properties)


def texts(diagram: Diagram) -> list[Block]:
    """Return a diagram as texts to copy, as far as a message holds them."""
    written = {"Mermaid": mermaid(diagram), "PlantUML": plantuml(diagram)}
    drawn: list[Block] = []
    for name, text in written.items():
        if len(text) <= LONGEST:
            drawn += [blocks.context(f"*{name}*"), blocks.verbatim(text)]
    return drawn


def files(diagram: Diagram, name: str) -> list[File]:
    """Return a diagram as a picture, and as texts for programs that draw diagrams."""
    drawn = svg(diagram)
    picture = png(drawn)
    shown = (f"{name}.png", picture) if picture else (f"{name}.svg", drawn.encode())
    return [
        File(shown[0], "Picture of the model", shown[1]),
        File(f"{name}.mmd", "Model as Mermaid", mermaid(diagram).encode()),
        File(f"{name}.puml", "Model as PlantUML", plantuml(diagram).encode()),
    ]
