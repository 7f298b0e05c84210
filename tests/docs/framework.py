"""The reference of the framework, taken from its classes and what their docstrings say."""

import ast
import inspect
import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from functools import cache
from textwrap import dedent
from typing import Any

from bot.app import TASKS
from bot.scheduler.jobs import JOBS, Job
from handlers.core.verb import Verb
from handlers.notifications.digest import DRAWINGS
from models.core import fields as kinds
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.name_reference import Named
from models.core.fields.base import Field as Kind
from models.core.parsing.texts import summary
from models.core.unit_of_work import UnitOfWork

ARGUMENT = re.compile(r"^ {4}(?P<name>[\w, ]+): (?P<about>.*(?:\n {5,}.*)*)", re.MULTILINE)


def kinds_of_field() -> list[tuple[str, ...]]:
    """Every kind: its name, what it is, and the options that it has in addition to those of all."""
    known = [kind for kind in vars(kinds).values() if isinstance(kind, type)] + [Named]
    common = {each.name for each in fields(Kind)}
    rows = []
    for kind in known:
        own = [each for each in fields(kind) if each.name not in common]
        said = "" if (kind.__doc__ or "").startswith(f"{kind.__name__}(") else summary(kind.__doc__)
        rows.append((f"`{kind.__name__}`", said, options_of(own)))
    return rows


def options_of(found: list[Field[Any]]) -> str:
    return ", ".join(f"`{each.name}`" for each in found)


def field_options() -> list[tuple[str, ...]]:
    """What may be said of a field of every kind."""
    return [row_of(Kind, each) for each in fields(Kind)]


def verb_options() -> list[tuple[str, ...]]:
    """What may be said of a verb."""
    given = ("noun", "about", "name", "run", "help")
    return [row_of(Verb, each) for each in fields(Verb) if each.name not in given]


def row_of(owner: type, each: Field[Any]) -> tuple[str, str, str]:
    default = "" if each.default is MISSING or callable(each.default) else repr(each.default)
    return f"`{each.name}`", f"`{default}`" if default else "", explained(owner).get(each.name, "")


def entity_attributes() -> list[tuple[str, ...]]:
    """What an entity says of itself."""
    said = explained(Entity)
    named = [name for name, hint in Entity.__annotations__.items() if "ClassVar" in str(hint)]
    return [(f"`{name}`", said.get(name, "")) for name in named]


def hooks() -> list[tuple[str, ...]]:
    """The methods of `Entity` that entities override, and which do."""
    rows = []
    for name, member in vars(Entity).items():
        users = [each.__name__ for each in ENTITIES.values() if name in vars(each)]
        body = getattr(member, "__func__", getattr(member, "fget", member))
        if users and not name.startswith("_") and inspect.isfunction(body):
            rows.append((f"`{name}`", summary(body.__doc__), ", ".join(sorted(users))))
    return rows


def deliveries() -> list[tuple[str, ...]]:
    """The kinds of delivery."""
    return [(f"`{kind}`", summary(draw.__doc__)) for kind, draw in DRAWINGS.items()]


def when(job: Job) -> str:
    """How often a job runs."""
    if job.seconds:
        return f"every {job.seconds:g} s"
    return "every look" if job.every == 1 else f"every {job.every}th look"


def jobs() -> list[tuple[str, ...]]:
    """The jobs of the scheduler."""
    return [
        (
            f"`{job.name}`",
            summary(job.run.__doc__),
            when(job),
            "always" if job.worth is None else f"{job.worth.total_seconds() / 3600:g} h",
        )
        for job in JOBS
    ]


def tasks() -> list[tuple[str, ...]]:
    """The kinds of background tasks."""
    whose = {True: "of who asked", False: "of the program"}
    return [(f"`{kind.name}`", kind.doc, whose[kind.personal]) for kind in TASKS]


def unit_of_work() -> list[tuple[str, ...]]:
    """What code may ask of a unit of work."""
    said = explained(UnitOfWork)
    rows = [(f"`{each.name}`", said.get(each.name, "")) for each in fields(UnitOfWork)]
    for name, member in vars(UnitOfWork).items():
        body = getattr(member, "fget", getattr(member, "__wrapped__", member))
        if not name.startswith("_") and inspect.isfunction(body):
            call = name if isinstance(member, property) else f"{name}()"
            rows.append((f"`{call}`", summary(body.__doc__)))
    return rows


@cache
def explained(owner: type) -> Mapping[str, str]:
    """Return what each attribute of a class is for: by the string below it, or by `Args:`."""
    found: dict[str, str] = {}
    for match in arguments(owner.__doc__ or ""):
        for name in match["name"].split(", "):
            found[name] = " ".join(match["about"].split())
    body = ast.parse(dedent(inspect.getsource(owner))).body[0]
    assert isinstance(body, ast.ClassDef)
    for node, below in zip(body.body, body.body[1:], strict=False):
        match (node, below):
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = summary(text)
    return found


def arguments(text: str) -> list[re.Match[str]]:
    """The entries of the `Args:` or `Attributes:` block of a docstring."""
    block = re.split(r"^\s*(?:Args|Attributes):\s*$", inspect.cleandoc(text), flags=re.MULTILINE)
    return list(ARGUMENT.finditer(block[1])) if len(block) > 1 else []
