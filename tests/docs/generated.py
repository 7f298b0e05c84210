"""The parts of the documents that are taken from the code: settings, commands, rights, the data
model.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.orm import Mapper

from bot.config import Settings
from bot.manifest import commands as slash_commands
from handlers.core.payloads import GLOBAL
from handlers.core.router import Catalogue, Router
from handlers.core.verb import Verb
from handlers.general.glossary import GLOSSARY
from handlers.registry import ROUTERS
from models.core import replica  # noqa: F401  tables that nothing else here brings
from models.core.entity.base import ENTITIES, Base, Entity
from models.core.fields import Choice, Lines, Person, Reference
from models.core.fields.base import Field
from models.core.identity.defaults import DESCRIPTIONS
from models.core.identity.rights import PRESETS, Preset, Rights, Scope, stored
from models.core.model.diagram import drawn_of, mermaid
from models.core.parsing.texts import summary
from models.core.permissions.policy import CRM, EVERYONE
from tests.docs import framework

ROOT = Path(__file__).parents[2]
PART = re.compile(
    r"(?P<begin><!-- generated: (?P<name>[\w-]+)[^>]*-->\n).*?(?P<end><!-- end -->)", re.DOTALL
)
CATALOGUE = Catalogue(ROUTERS)


def renewed(document: str) -> str:
    """A document with its generated parts as they should be. KeyError where one asks for a part
    nobody knows.
    """

    def part(found: re.Match[str]) -> str:
        return f"{found['begin']}\n{PARTS[found['name']]()}\n\n{found['end']}"

    return PART.sub(part, document)


def documents() -> list[Path]:
    """Every document of the project."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines
    )


# ── settings and commands ─────────────────────────────────────────────────────────────────────────


def settings() -> str:
    rows = []
    for each in fields(Settings):
        default = (
            "needed for Slack"
            if each.metadata["needed"]
            else f"`{each.default}`"
            if each.default
            else ""
        )
        rows.append((f"`{each.name.upper()}`", default, each.metadata["help"]))
    return table(("Setting", "Default", "What it is for"), rows)


def slash() -> str:
    rows = [
        (f"`{each['command']}`", each["description"], f"`{each['usage_hint']}`")
        for each in slash_commands(CATALOGUE)
    ]
    return table(("Command", "What it is for", "What you may type after it"), rows)


def everywhere() -> str:
    """The verbs that need no noun, and those that every entity has."""
    common: dict[str, Verb] = {}
    for router in entity_routers():
        common |= {
            verb.name: verb
            for verb in router.verbs.values()
            if verb.common and verb.name not in common
        }
    rows = [
        (f"`{verb.name}`", summary(verb.help)) for verb in CATALOGUE.routers[GLOBAL].verbs.values()
    ]
    rows += [
        (f"`deal {verb.name}{' OP-42' if verb.record else ''}`", summary(verb.help))
        for verb in common.values()
    ]
    nouns = ", ".join(f"`{noun_of(router)}`" for router in entity_routers())
    intro = f"What works everywhere. `deal` stands for any noun:\n{nouns}."
    return f"{intro}\n\n{table(('After `/crm`', 'What it does'), rows)}"


def words() -> str:
    """The words for which others have another one."""
    return table(("Word", "What it is, and which other word works"), GLOSSARY)


def special() -> str:
    """The verbs that belong to one noun."""
    rows = [
        (
            f"`{noun_of(router)} {verb.name}{reference(router, verb)}`",
            summary(verb.help),
            who(verb),
        )
        for router in CATALOGUE.routers.values()
        if router.noun != GLOBAL
        for verb in router.verbs.values()
        if not verb.common and not verb.hidden
    ]
    return table(("After `/crm`", "What it does", "Who may"), rows)


def entity_routers() -> list[Router]:
    return [router for noun, router in CATALOGUE.routers.items() if noun in ENTITIES]


def known() -> list[type[Entity]]:
    """The entities in the order of the catalogue, whatever was imported first."""
    return [ENTITIES[router.noun] for router in entity_routers()]


def noun_of(router: Router) -> str:
    return router.entity.noun() if router.entity and router.noun in ENTITIES else router.noun


def reference(router: Router, verb: Verb) -> str:
    return f" {router.entity.prefix}-5" if verb.record and router.entity else ""


def who(verb: Verb) -> str:
    """The roles that may use a verb, on whatever records."""
    allowed = [name for name in Preset if told_scope(name, verb.about, verb.name)]
    return "everyone" if len(allowed) == len(Preset) else ", ".join(allowed)


def told_scope(role: str, about: str, verb: str) -> str:
    if about == CRM and verb in EVERYONE:
        return Scope.ALL
    scope = rights_of(role).scope(about, verb)
    return "" if scope == Scope.NONE else scope


def rights_of(role: str) -> Rights:
    return stored(PRESETS[role])


def rights() -> str:
    """The rights of each role that a workspace begins with, as the role's own text."""
    parts = [f"**{name}**: {DESCRIPTIONS[name]}.\n\n```\n{rights_of(name)}\n```" for name in Preset]
    return "\n\n".join(parts)


# ── the data model ────────────────────────────────────────────────────────────────────────────────


def diagram() -> str:
    """The references between entities, without those to people, as `/crm model` draws them."""
    return f"```mermaid\n{mermaid(drawn_of(known()), details=False)}\n```"


def entities() -> str:
    return "\n\n".join(entity_part(entity) for entity in known())


def entity_part(entity: type[Entity]) -> str:
    words = ", ".join(
        f"`{word}`" for word in dict.fromkeys((entity.noun(), *entity.nouns, entity.slug()))
    )
    rows = [
        (f"`{name}`", kind.label, kind_of(kind), length_of(kind), *marks(kind))
        for name, kind in (*entity.fields().items(), *entity.line_fields().items())
        if name != "deleted_at"
    ]
    head = ("Field", "Label", "Kind", "Length", "Required", "Personal", "Searched")
    about = (
        f"{summary(entity.__doc__)} In commands: {words}; references look like `{entity.prefix}-5`."
    )
    return f"### {entity.__name__}\n\n{about}\n\n{table(head, rows)}"


def kind_of(kind: Field) -> str:
    if isinstance(kind, Choice):
        return f"Choice of {', '.join(kind.options)}"
    if isinstance(kind, Reference) and not isinstance(kind, Person):
        return f"Reference to {ENTITIES[kind.to].__name__}"
    if isinstance(kind, Lines):
        return f"Lines of {ENTITIES[kind.of].__name__}"
    return type(kind).__name__


def length_of(kind: Field) -> str:
    """How many characters the column holds; nothing where it holds no characters or has no
    limit.
    """
    length = getattr(kind.column(), "length", None)
    return str(length) if length else ""


def marks(kind: Field) -> list[str]:
    return ["yes" if mark else "" for mark in (kind.required, kind.personal, kind.search)]


def tables() -> str:
    """The tables that hold no records of people."""
    rows = [
        (f"`{mapper.local_table.description}`", summary(mapper.class_.__doc__), columns_of(mapper))
        for mapper in sorted(
            Base.registry.mappers, key=lambda mapper: str(mapper.local_table.description)
        )
        if mapper.class_.__module__.startswith("models.") and not issubclass(mapper.class_, Entity)
    ]
    return table(("Table", "What stands in it", "Columns"), rows)


def columns_of(mapper: Mapper[Base]) -> str:
    return ", ".join(
        f"`{column.name}`" for column in inspect(mapper).local_table.columns if column.name != "id"
    )


FRAMEWORK: dict[str, tuple[tuple[str, ...], Callable[[], list[tuple[str, ...]]]]] = {
    "kinds": (("Kind", "What it holds", "Options of its own"), framework.kinds_of_field),
    "field-options": (("Option", "Default", "What it says"), framework.field_options),
    "entity-attributes": (("Attribute", "What it says"), framework.entity_attributes),
    "hooks": (("Hook", "What it does", "Who has one"), framework.hooks),
    "verb-options": (("Option", "Default", "What it says"), framework.verb_options),
    "deliveries": (("Kind", "What is sent"), framework.deliveries),
    "tasks": (("Kind", "What it does", "With the rights"), framework.tasks),
    "jobs": (("Job", "What it does", "When", "What was missed is made up for"), framework.jobs),
    "unit-of-work": (("Member", "What it is"), framework.unit_of_work),
}
"""The tables of docs/framework.md: their head, and what makes their rows."""


def framework_part(name: str) -> Callable[[], str]:
    head, rows = FRAMEWORK[name]
    return lambda: table(head, rows())


PARTS: dict[str, Callable[[], str]] = {
    **{name: framework_part(name) for name in FRAMEWORK},
    "settings": settings,
    "slash": slash,
    "everywhere": everywhere,
    "special": special,
    "words": words,
    "rights": rights,
    "diagram": diagram,
    "entities": entities,
    "tables": tables,
}
"""What stands between `<!-- generated: NAME -->` and `<!-- end -->` in a document."""
