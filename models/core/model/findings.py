"""What is amiss with the model of a workspace: unused fields, doubles, orphans, empty columns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Any

from sqlalchemy import select

from models.core.context import Context
from models.core.custom.custom_field import CustomField
from models.core.custom.field_layout import PLACES, FieldLayout
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.custom_values import PREFIX
from models.core.fields import Person, Reference
from models.core.identity import rights
from models.core.identity.role import Role
from models.core.model.sample import NEWEST, Filled, Pair, Sample, alike, countable, lost, sample_of
from models.core.parsing import values
from models.core.parsing.texts import enumerated
from models.core.permissions import policy
from models.core.search.similarity import likeness

UNUSED = timedelta(days=180)
LEAST = 20
"""Records of a noun below which it is too early to call a column empty, or two of them the same."""
EMPTY = 0.05
"""The share of records that fill a column at least; fewer, and it is mostly empty."""
SAME = 0.9
"""The share of equal values from which two fields may be the same."""
ALIKE = 85
"""From 0 to 100, how like the names of two fields are that may mean the same."""
PAIRS = 60
"""Pairs of fields of a noun whose values are compared."""


class Fault(StrEnum):
    """What is amiss, in the order in which it is told."""

    ORPHAN = "Orphans"
    UNUSED = "Unused fields"
    DOUBLE = "Doubles in meaning"
    EMPTY = "Mostly empty columns"
    UNASKED = "Fields that no form asks"


@dataclass(frozen=True)
class Finding:
    """One thing that is amiss.

    Attributes:
        fault: What is amiss.
        said: The sentence about it.
        mends: What can be done: the words of a button → its line.
    """

    fault: Fault
    said: str
    mends: Mapping[str, str]


Added = Mapping[tuple[str, str], CustomField]
"""The fields that admins added, by the entity and the field."""


def findings(work: Context) -> list[Finding]:
    """Return all that is amiss, as far as the newest records of each noun tell."""
    with policy.beyond(work.session):
        rows = work.session.scalars(select(CustomField).order_by(CustomField.id)).all()
    added = {(row.about, row.slot): row for row in rows}
    found = [*hidden(work), *laid(work), *strayed(added)]
    for entity in ENTITIES.values():
        if not entity.governing:
            sample = sample_of(work, entity)
            found += [*orphans(work, entity), *unused(work, entity, sample, added)]
            found += [*doubles(work, entity, sample, added), *unasked(entity, sample, added)]
    return sorted(found, key=lambda each: (list(Fault).index(each.fault), is_built_in(each)))


def is_built_in(found: Finding) -> bool:
    """Return whether a finding is about fields that stay, which come after those that need not."""
    return any(line.startswith("layout ") for line in found.mends.values())


def of(entity: type[Entity], name: str) -> str:
    return f"{entity.fields()[name].label} of a {entity.noun()}"


def among(total: int, entity: type[Entity]) -> str:
    """Return which records were looked at: all of them, or the newest."""
    if total == 1:
        return f"the only {entity.noun()}"
    return f"{'the newest' if total >= NEWEST else 'all'} {total:,} {entity.plural()}"


def ending(row: CustomField) -> dict[str, str]:
    """Return what ends a field that was added; its values stay until it is deleted."""
    retire = {} if row.retired else {"Retire": f"field edit {row.ref} retired=yes"}
    return {**retire, "Delete": f"field delete {row.ref}"}


def shows(row: CustomField) -> dict[str, str]:
    return {f"Open {row.name}": f"field show {row.ref}"}


def lay_out(entity: type[Entity]) -> dict[str, str]:
    """Return the way to the layout of a noun, where a built-in field steps back."""
    return {"Lay out": f"layout {entity.noun()}"}


def orphans(work: Context, entity: type[Entity]) -> Iterator[Finding]:
    """Yield the fields in which records name records that were deleted."""
    for name, kind in entity.fields().items():
        if not isinstance(kind, Reference) or isinstance(kind, Person) or kind.to not in ENTITIES:
            continue
        count, number = lost(work, entity, name, ENTITIES[kind.to])
        if count:
            noun = entity.noun() if count == 1 else entity.plural()
            names = "names" if count == 1 else "name"
            to = ENTITIES[kind.to].noun()
            said = f"{count:,} {noun} {names} a deleted {to} in {kind.label}."
            ref = f"{entity.prefix}-{number}"
            yield Finding(Fault.ORPHAN, said, {f"Open {ref}": f"show {ref}"})


def hidden(work: Context) -> Iterator[Finding]:
    """Yield the roles that hide fields which are no more."""
    with policy.beyond(work.session):
        roles = work.session.scalars(select(Role).order_by(Role.id)).all()
    for role in roles:
        for about, names in rights.said_to_hide(role.rights).items():
            if gone := sorted(names - ENTITIES[about].field_names().keys()):
                called = [name.removeprefix(PREFIX).replace("_", " ") for name in gone]
                said = f"The role {role.title} hides {enumerated(called, 'and')}"
                what = f"of a {rights.noun(about)}"
                yield Finding(
                    Fault.ORPHAN,
                    f"{said} {what}, which is no more.",
                    {"Open the role": f"role edit {role.ref} --form"},
                )


def laid(work: Context) -> Iterator[Finding]:
    """Yield the layouts that name fields which are no more."""
    with policy.beyond(work.session):
        layouts = work.session.scalars(select(FieldLayout).order_by(FieldLayout.id)).all()
    for layout in layouts:
        entity = ENTITIES.get(layout.about)
        for place in PLACES if entity else ():
            kind: Any = layout.fields()[place]
            there = {name for name, _ in kind.kinds_of(entity)}
            gone = [name for name in getattr(layout, place) or () if name not in there]
            if entity and gone:
                said = f"The {place} of a {entity.noun()} has {enumerated(gone, 'and')} in its layout, "
                yield Finding(Fault.ORPHAN, f"{said}which is no more.", lay_out(entity))


def strayed(added: Added) -> Iterator[Finding]:
    """Yield the fields of a noun, or that name a noun, which is no more."""
    for row in added.values():
        gone = next((slug for slug in (row.about, row.to) if slug and slug not in ENTITIES), "")
        if gone:
            said = f"The field {row.name} needs the noun {gone}, which is no more."
            yield Finding(Fault.ORPHAN, said, ending(row))


def unused(work: Context, entity: type[Entity], sample: Sample, added: Added) -> Iterator[Finding]:
    """Yield the fields that nobody fills, not lately, or seldom: built-in ones together."""
    told: dict[tuple[Fault, str], list[str]] = {}
    for name, filled in sample.filled.items():
        row = added.get((entity.slug(), name))
        if (row is None and sample.total < LEAST) or not sample.total:
            continue
        if verdict := verdict_on(filled, sample.total, work.now):
            fault, said = verdict
            if row is None:
                told.setdefault(verdict, []).append(entity.fields()[name].label)
            else:
                what = said.format(of(entity, name), among(sample.total, entity))
                yield Finding(fault, what, ending(row))
    for (fault, said), labels in told.items():
        what = f"{enumerated(labels, 'and')} of a {entity.noun()}"
        yield Finding(fault, said.format(what, among(sample.total, entity)), lay_out(entity))


def verdict_on(filled: Filled, total: int, now: datetime) -> tuple[Fault, str] | None:
    """Return what is amiss with a column, and the sentence with a gap for its name."""
    if not filled.count:
        return Fault.UNUSED, "Nobody filled {}, in {}."
    if filled.changed and filled.changed < now - UNUSED:
        return Fault.UNUSED, f"Nobody filled {{}} for {UNUSED.days} days, in {{}}."
    if total >= LEAST and filled.count < EMPTY * total:
        return Fault.EMPTY, f"Fewer than {EMPTY:.0%} hold {{}}, in {{}}."
    return None


def doubles(work: Context, entity: type[Entity], sample: Sample, added: Added) -> Iterator[Finding]:
    """Yield the pairs of fields, one of them added, with like names or the same values."""
    kinds = countable(entity)
    pairs = [(b, a) if a.startswith(PREFIX) else (a, b) for a, b in combinations(kinds, 2)]
    pairs = [(one, other) for one, other in pairs if (entity.slug(), other) in added]
    named = {pair for pair in pairs if are_alike(*(kinds[name].label for name in pair))}
    known = [p for p in pairs if p not in named and may_be_same(entity, p, sample)][:PAIRS]
    equal = alike(work, entity, known)
    for pair in pairs:
        both, same = equal.get(pair, (0, 0))
        if pair in named or (both >= LEAST and same >= SAME * both):
            yield double(entity, pair, added, f"{same:,} of {both:,} values are the same")


def double(entity: type[Entity], pair: Pair, added: Added, same: str) -> Finding:
    """Return the finding about two fields that may mean the same."""
    one, other = (entity.fields()[name].label for name in pair)
    like = are_alike(one, other)
    why = "their names are alike" if like else same
    row = added[entity.slug(), pair[1]]
    said = (
        f"{one} and {other} of a {entity.noun()} may mean the same: {why}. "
        f"Move what {other} holds first, then retire it."
    )
    return Finding(Fault.DOUBLE, said, {**shows(row), "Retire": ending(row).get("Retire", "")})


def are_alike(one: str, other: str) -> bool:
    first, second = sorted(map(values.fold, (one, other)), key=len)
    together = " ".join(sorted(first.split())) == " ".join(sorted(second.split()))
    return together or likeness(first, second) >= ALIKE


def may_be_same(entity: type[Entity], pair: Pair, sample: Sample) -> bool:
    """Return whether two fields are of one kind, and filled often enough to compare them."""
    one, other = (entity.fields()[name] for name in pair)
    often = all(sample.filled[name].count >= LEAST for name in pair)
    return often and type(one) is type(other) and getattr(one, "to", "") == getattr(other, "to", "")


def unasked(entity: type[Entity], sample: Sample, added: Added) -> Iterator[Finding]:
    """Yield the fields that were added and that no form asks for, with what they still hold."""
    for name, filled in sample.filled.items():
        row = added.get((entity.slug(), name))
        if row is not None and not entity.fields()[name].form:
            said = f"No form asks for {of(entity, name)}: {filled.count:,} hold it still."
            mends = {"Ask again": f"field edit {row.ref} retired=no", **ending(row)}
            yield Finding(Fault.UNASKED, said, mends)
