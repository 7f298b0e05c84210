"""Who may do what: a table of role × entity × verb, asked by every door."""

from typing import TYPE_CHECKING

from models.core.base import ENTITIES
from models.core.errors import Forbidden
from models.core.user import Role, User

if TYPE_CHECKING:
    from models.core.work import Work

EVERYONE = frozenset({"show", "list", "find", "more", "help", "home", "report", "undo", "hours", "history", "as"})
"""What everyone of the workspace may do: look, and take back what they did themselves."""

ALL = "*"
RIGHTS: dict[str, dict[str, frozenset[str]]] = {
    Role.REP: {entity: frozenset({ALL}) for entity in
               ("customer", "contact", "account", "membership", "lead", "opportunity", "activity")}
    | {"case": frozenset({"new", "edit", "set", "assign", "note"})},
    Role.SUPPORT: {entity: frozenset({ALL}) for entity in ("case", "activity", "customer", "contact")}
    | {"lead": frozenset({"new"}), "account": frozenset({"edit", "set"}), "membership": frozenset({ALL})},
    Role.MANAGER: {entity: frozenset({ALL}) for entity in
                   ("customer", "contact", "account", "membership", "lead", "opportunity", "case", "activity")},
    Role.EXECUTIVE: {"activity": frozenset({ALL})},
    Role.ADMIN: {ALL: frozenset({ALL})},
}  # fmt: skip


FOR_ADMINS = frozenset({"deliveries", "status", "audit"})
"""What shows how the bot itself is doing, by noun or verb: nobody else has use for it, or may see it."""

NAMED = {entity for rights in RIGHTS.values() for entity in rights} | {"user"}
"""An entity that no role names yet belongs to everyone who works with records; people are an admin's business."""


def may(actor: User | None, entity: str, verb: str) -> bool:
    """Whether someone may use a verb on an entity. The CRM itself (no actor) may do everything; guests nothing."""
    if actor is None:
        return True
    if actor.guest or actor.left:
        return False
    if entity in FOR_ADMINS or verb in FOR_ADMINS:
        return actor.role == Role.ADMIN
    if verb in EVERYONE:
        return True
    rights = RIGHTS.get(actor.role, {})
    if entity not in NAMED and actor.role != Role.EXECUTIVE:
        return True
    allowed = rights.get(ALL, frozenset()) | rights.get(entity, frozenset())
    return ALL in allowed or verb in allowed


def check(work: "Work", entity: str, verb: str) -> None:
    """Raise Forbidden with a sentence unless the actor may."""
    if may(work.actor, entity, verb):
        return
    actor = work.actor
    if actor and (actor.guest or actor.left):
        raise Forbidden("Guests cannot use the CRM. Ask someone of the workspace to do it for you.")
    noun = ENTITIES[entity].noun() if entity in ENTITIES else entity
    role = actor.role if actor else ""
    whom = "an admin" if entity in FOR_ADMINS or verb in FOR_ADMINS else "a manager or an admin"
    raise Forbidden(f"Your role ({role}) does not allow “{noun} {verb}”. Ask {whom}.")
