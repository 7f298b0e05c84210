"""From which fields a computed field follows, of its own record or of the parts of it."""

from collections.abc import Mapping

from models.core.entity.base import ENTITIES, Entity
from models.core.fields import Money
from models.core.fields.computed import NOTHING, Bound, Rollup, bound
from models.core.fields.shape import by_shape
from models.core.formula.syntax import parse
from models.core.formula.tokens import FormulaError

Key = tuple[str, str]
"""A field of an entity: (entity, field)."""


@by_shape
def condition_of(part: type[Entity], rollup: Rollup) -> Bound:
    """Return the condition of a rollup among the fields of the parts.

    One that is not understood any more is fulfilled by no part.
    """
    try:
        return bound(parse(rollup.where), part.operands(), is_condition=True)
    except FormulaError:
        return NOTHING


@by_shape
def decided_by(part: type[Entity], rollup: Rollup) -> tuple[str, ...]:
    """Return the fields of a part that say whether it counts."""
    names = condition_of(part, rollup).names if rollup.where else ()
    return tuple(dict.fromkeys([*names, *filter(None, [currency_of(part, rollup)])]))


@by_shape
def currency_of(part: type[Entity], rollup: Rollup) -> str:
    """Return the field of the parts with the currency of the amounts that are looked at.

    It is "" where they are in that of the workspace, or of the whole.
    """
    kind = part.fields().get(rollup.field)
    return kind.currency if isinstance(kind, Money) and not kind.beside else ""


@by_shape
def looks_at(part: type[Entity], rollup: Rollup) -> tuple[str, ...]:
    """Return the fields of a part from which a rollup follows."""
    return tuple(filter(None, [rollup.field, *decided_by(part, rollup)]))


@by_shape
def sources() -> Mapping[Key, tuple[Key, ...]]:
    """Return the computed fields of all entities, each with the fields from which it follows."""
    found: dict[Key, tuple[Key, ...]] = {}
    for slug, entity in ENTITIES.items():
        for name, formula in entity.formulas().items():
            found[slug, name] = tuple((slug, other) for other in formula.names)
        for name, rollup in entity.rollups().items():
            if part := ENTITIES.get(rollup.of):
                names = (rollup.by, *looks_at(part, rollup))
                found[slug, name] = tuple((rollup.of, other) for other in names)
    return found


@by_shape
def following(changed: frozenset[Key]) -> tuple[Key, ...]:
    """Return the computed fields that follow from some fields, each after those it follows from."""
    every, found = sources(), dict[Key, bool]()

    def follows(key: Key, way: tuple[Key, ...] = ()) -> bool:
        if key not in found and key not in way:
            others = [follows(each, (*way, key)) for each in every.get(key, ())]
            found[key] = key in changed or any(others)
        return found.get(key, False)

    for key in every:
        follows(key)
    return tuple(key for key, does in found.items() if does and key in every)
