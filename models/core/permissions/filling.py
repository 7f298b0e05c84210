"""Who may fill which field: not what only the program sets, and nothing that is hidden from them.

Some fields take more than the right to their record, such as the role of a person.
"""

from collections.abc import Iterable

from models.core.context import SYSTEM, Context
from models.core.entity.base import Changes, Entity
from models.core.entity.name_reference import Named
from models.core.entity.readonly import why_readonly
from models.core.errors import Forbidden, Invalid
from models.core.fields.shape import by_shape
from models.core.identity import rights
from models.core.identity.rights import NOTHING, Scope
from models.core.identity.role import Role
from models.core.permissions.derived import rights_said
from models.core.permissions.policy import helpers, rights_in, rights_of


@by_shape
def delicate(entity: type[Entity]) -> frozenset[str]:
    """Return the fields that take more than the right to their record."""
    roles = {
        name
        for name, kind in entity.fields().items()
        if isinstance(kind, Named) and kind.to == Role.slug()
    }
    return frozenset(entity.needs) | roles | ({"rights"} if entity is Role else frozenset())


def check_needs(work: Context, record: Entity, changes: Changes) -> None:
    """Raise Forbidden where a change takes a right in addition to that of its verb.

    This holds no matter how the change comes. It is also raised where the change gives somebody
    more than the actor has, or may give: else a person who gives roles could make themselves admin.
    What counts is the role with which they came, not the one they are about to have.
    """
    if work.actor is SYSTEM or not changes.keys() & delicate(type(record)):
        return
    role = work.session.info["role"]
    mine = rights_in(work.session, role)
    for about, verb in dict.fromkeys(
        record.needs[name] for name in record.needs if name in changes
    ):
        if mine.scope(about, verb) != Scope.ALL:
            line = f"{rights.noun(about)} {verb}"
            said = f"Your role ({role}) does not allow “{line}”, which this takes."
            raise Forbidden(f"{said} {helpers(work)}", f"request {line}")
    for name, (before, after) in changes.items():
        kind = record.fields()[name]
        if isinstance(record, Role) and name == "rights":
            given, held = rights_said(after or ""), rights_said(before or "")
        elif isinstance(kind, Named) and kind.to == Role.slug():
            given, held = rights_in(work.session, after or ""), NOTHING
        else:
            continue
        if more := given.beyond(mine, held):
            said = (
                f"Your role ({role}) does not give you “{more}”, so you cannot give it to others."
            )
            raise Forbidden(f"{said} {helpers(work)}")


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
        role, who = actor.role, helpers(work, "let you see it")
        raise Invalid(
            {
                name: f"Your role ({role}) does not show you {kinds[name].label}. {who}"
                for name in hidden
            }
        )
