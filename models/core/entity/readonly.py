"""Why nobody types a field that only the program sets, and what to change instead."""

from models.core.entity.base import ENTITIES, Entity
from models.core.fields.computed import Formula, Rollup
from models.core.parsing.texts import enumerated


def why_readonly(entity: type[Entity], name: str) -> str:
    """Return the sentence for somebody who tries to fill a readonly field.

    Args:
        entity: The entity.
        name: The field.
    """
    label = entity.fields()[name].label
    sources = sources_of(entity, name)
    if not sources:
        return f"{label} is kept by Rapport, and nobody types it. Leave it out."
    several = len(sources) > 1 or sources[0] == sources[0].lower()
    what, those = enumerated(sources), "those" if several else "that"
    return f"{label} is kept by Rapport: it follows from {what}. Change {those} instead."


def sources_of(entity: type[Entity], name: str) -> list[str]:
    """Return what people change so that a computed field changes: labels of fields, or parts."""
    computed = entity.fields()[name].computed
    if isinstance(computed, Rollup):
        return [f"its {ENTITIES[computed.of].plural().replace('_', ' ')}"]
    found: dict[str, None] = {}
    for other in entity.formulas()[name].names if isinstance(computed, Formula) else ():
        if kind := entity.fields().get(other):
            found |= dict.fromkeys(sources_of(entity, other) if kind.readonly else [kind.label])
    return list(found)
