"""Make the choices of a workspace from their built-in options and those that its admins keep."""

from collections.abc import Mapping, Sequence
from dataclasses import fields as attributes
from dataclasses import replace
from decimal import Decimal as Exact
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, select

from models.core.context import Context
from models.core.custom.option import TAKEN, Option
from models.core.custom.order import built_in_options
from models.core.entity.base import ENTITIES, Entity
from models.core.fields import Choice, Listed
from models.core.fields.base import Field
from models.core.fields.synonyms import squeezed

SAYING: Any = Option.__table__.c
COLUMNS = (
    "about",
    "choice",
    "slot",
    "name",
    "like",
    "home",
    "position",
    *TAKEN,
    "conditions",
    "retired",
    "deleted_at",
)
"""The columns that say what an option is."""
OPTIONS = (
    select(*(SAYING[name] for name in COLUMNS))
    .where(SAYING.workspace == bindparam("workspace"))
    .order_by(SAYING.id)
)
"""The statement for the options of a workspace; what was deleted still says what it meant."""
SHARED = frozenset(each.name for each in attributes(Field))
"""The attributes that all kinds have."""


def with_options(rows: Sequence[Any]) -> Mapping[tuple[str, str], Choice]:
    """Return the choices that rows change: (entity, field) → what it is with these options."""
    found: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        entity = ENTITIES.get(row.about)
        if entity and row.choice in entity.built_in():
            found.setdefault((row.about, row.choice), []).append(row)
    made: dict[tuple[str, str], Choice] = {}
    for (about, choice), some in sorted(found.items(), key=lambda each: is_below(*each[0])):
        if kind := choice_of(about, choice, some):
            above = made.get((about, kind.under)) or ENTITIES[about].built_in().get(kind.under)
            made[about, choice] = told_apart(kind, above)
    return made


def first_above(about: str, kind: Choice) -> str:
    """Return the usual option of the choice above one."""
    return str(next(iter(built_in_options(about, kind.under))))


def is_below(about: str, choice: str) -> bool:
    """Return whether the options of a choice belong to those of another one."""
    return bool(getattr(ENTITIES[about].built_in()[choice], "under", ""))


def told_apart(kind: Choice, above: Any) -> Choice:
    """Return a choice where options of one name say what they belong to, but for the first."""
    same: dict[str, list[str]] = {}
    for each in map(str, kind.options):
        same.setdefault(squeezed(kind.name(each)), []).append(each)
    alike = {word: tuple(some) for word, some in same.items() if len(some) > 1}
    others = [each for some in alike.values() for each in some[1:]]
    bares = {each: kind.name(each) for each in others}
    names = {each: f"{bares[each]} ({above.name(kind.homes[each])})" for each in others}
    return replace(kind, alike=alike, bares=bares, names={**kind.names, **names})


def choice_of(about: str, choice: str, rows: Sequence[Any]) -> Choice | None:
    """Return a choice with the options that rows add or change; None for a text with none."""
    kind = ENTITIES[about].built_in()[choice]
    there = {row.slot: row for row in rows if not row.deleted_at}
    built_in = built_in_options(about, choice)
    if not (built_in or any(not row.retired for row in there.values())):
        return None
    place = {code: Exact(at) for at, code in enumerate(built_in, start=1)}
    place |= {slot: row.position for slot, row in there.items() if row.position is not None}
    ordered = sorted({**place, **there}, key=lambda code: place.get(code, Exact(10**6)))
    known = kind if isinstance(kind, Choice) else listed(kind)
    meanings = {row.slot: row.like for row in rows if row.like}
    names = {row.slot: row.name for row in rows if row.slot in there or row.slot not in built_in}
    deeds = {slot: kind.deeds[like] for slot, like in meanings.items() if like in kind.deeds}
    options: Any = StrEnum("Options", [(f"O{at}", code) for at, code in enumerate(ordered)])  # type: ignore[misc]
    added = (row for row in rows if known.under and row.slot not in built_in)
    homes = {row.slot: row.home or first_above(about, known) for row in added}
    return replace(
        known,
        form=known.form or known.sole,
        card=known.card or known.sole,
        options=options,
        homes={**known.homes, **homes},
        names={**known.names, **names},
        meanings={**known.meanings, **meanings},
        deeds={**known.deeds, **deeds},
        retired=frozenset(slot for slot, row in there.items() if row.retired),
        needs={
            slot: tuple(row.conditions.split(", ")) for slot, row in there.items() if row.conditions
        },
        entries={**known.entries, **{slot: taken(known, row) for slot, row in there.items()}},
    )


def listed(kind: Field) -> Listed:
    """Return the choice that a text becomes as soon as the workspace keeps a list for it."""
    return Listed(**{name: getattr(kind, name) for name in SHARED if name != "length"})


def taken(kind: Choice, row: Any) -> Mapping[str, str]:
    """Return what a record takes as it enters an option; what it does not say is as it was."""
    usual = kind.entries.get(row.like, {}) if row.like else {}
    said = {name: getattr(row, name) for name in TAKEN if name in kind.takes}
    return {**usual, **{name: str(each) for name, each in said.items() if each is not None}}


def described(work: Context, entity: type[Entity], name: str, kind: Choice, code: str) -> str:
    """Return an option with what it is like, what a record takes and needs there, and its number.

    Args:
        work: The unit of work.
        entity: The entity with the choice.
        name: The choice.
        kind: What the choice is.
        code: The option.
    """
    taken, kinds = kind.entries.get(code, {}), entity.fields()
    told = [f"{kinds[n].label}: {kinds[n].show(kinds[n].load(taken[n]), work)}" for n in taken]
    wanted = [kinds[each].label for each in kind.needs.get(code, ()) if each in kinds]
    told += [f"needs {', '.join(wanted)}"] if wanted else []
    home = kind.homes.get(code, "")
    told += [f"in {kind.above.name(home)}"] if home and not kind.above.says_nothing else []
    like = kind.meaning(code)
    told += [f"like {kind.name(like).lower()}"] if like != code and kind.has_meanings else []
    told += ["retired"] if code in kind.retired else []
    own = Option.id_of(work, entity.slug(), name, code)
    told += [str(work.get(Option, own).ref)] if own else []
    return " · ".join([kind.name(code), *told])
