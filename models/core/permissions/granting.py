"""Who may give rights: nobody gives more than they have, by whatever way."""

from collections.abc import Iterable

from models.core.context import SYSTEM, Context
from models.core.entity.base import Changes, Entity
from models.core.entity.name_reference import Named
from models.core.errors import Forbidden
from models.core.fields.shape import by_shape
from models.core.identity import rights
from models.core.identity.rights import NOTHING, Rights, Scope
from models.core.identity.role import Role
from models.core.identity.user import User
from models.core.permissions import policy
from models.core.permissions.derived import rights_said


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
    must_have(work, (record.needs[name] for name in record.needs if name in changes))
    for name, (before, after) in changes.items():
        kind = record.fields()[name]
        if isinstance(record, Role) and name == "rights":
            given, held = rights_said(after or ""), rights_said(before or "")
        elif isinstance(kind, Named) and kind.to == Role.slug():
            given, held = policy.rights_in(work.session, after or ""), NOTHING
        else:
            continue
        must_exceed(work, given, held)


def check_gives(work: Context, role: str) -> None:
    """Raise Forbidden unless the actor may give a role, by its key, to somebody."""
    if work.actor is not SYSTEM:
        must_have(work, [User.needs["role"]])
        must_exceed(work, policy.rights_in(work.session, role), NOTHING)


def must_have(work: Context, needs: Iterable[tuple[str, str]]) -> None:
    """Raise Forbidden where the actor lacks one of these rights, each (what it is about, verb)."""
    role = work.session.info["role"]
    for about, verb in dict.fromkeys(needs):
        if policy.rights_in(work.session, role).scope(about, verb) != Scope.ALL:
            line = f"{rights.noun(about)} {verb}"
            said = f"Your role ({role}) does not allow “{line}”, which this takes."
            raise Forbidden(f"{said} {policy.helpers(work)}", f"request {line}")


def must_exceed(work: Context, given: Rights, held: Rights) -> None:
    """Raise Forbidden where rights go beyond those of the actor, but for those that were held."""
    role = work.session.info["role"]
    if more := given.beyond(policy.rights_in(work.session, role), held):
        said = f"Your role ({role}) does not give you “{more}”, so you cannot give it to others."
        raise Forbidden(f"{said} {policy.helpers(work)}")
