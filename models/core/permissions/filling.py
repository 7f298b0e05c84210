"""Who may fill which field: none that only the program sets, and none that is hidden from them."""

from collections.abc import Iterable

from models.core.context import Context
from models.core.entity.base import Entity
from models.core.entity.readonly import why_readonly
from models.core.errors import Invalid
from models.core.permissions.policy import helpers, rights_of, role_of


def may_fill(work: Context, entity: type[Entity], names: Iterable[str]) -> None:
    """Raise Invalid, with a sentence for each of these fields that the actor cannot fill.

    Nobody fills what only the program sets; what is hidden from somebody they cannot fill.
    """
    names, kinds = list(names), entity.fields()
    if kept := [name for name in names if name in kinds and kinds[name].readonly]:
        raise Invalid({name: why_readonly(entity, name) for name in kept})
    may_know(work, entity, names)


def may_know(work: Context, entity: type[Entity], names: Iterable[str]) -> None:
    """Raise Invalid, with a sentence for each of these fields that is hidden from the actor."""
    actor, kinds = work.actor, entity.fields()
    hidden = [
        name
        for name in names
        if name in kinds and actor and rights_of(actor).hides(entity.slug(), name)
    ]
    if hidden and actor:
        role, who = role_of(actor), helpers(work, "let you see it")
        raise Invalid(
            {
                name: f"Your role ({role}) does not show you {kinds[name].label}. {who}"
                for name in hidden
            }
        )
