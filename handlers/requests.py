"""Asking for a right: admins are told who wants what, with a button that gives it."""

from handlers.core import blocks
from handlers.core.acts import GLOBAL
from handlers.core.blocks import escape
from handlers.core.lines import verb_of
from handlers.core.receipts import plainly
from handlers.core.replies import Reply, Request
from handlers.core.routes import Verb
from models.core import access, rights
from models.core.base import ENTITIES
from models.core.errors import Conflict, NotFound
from models.core.outbox import deliver
from models.core.rights import Scope
from models.core.user import User
from models.core.work import Work

ASKED = 3
"""Admins who are told at most: one of them will be there."""


def ask(request: Request) -> Reply:
    """Tell the admins what the person would like to be allowed, once a day."""
    work, line = request.work, request.catalogue.parse(request.line.rest)
    verb = verb_of(line, request.catalogue) if line.raw.strip() else None
    actor = work.actor
    if verb is None or actor is None:
        raise NotFound("What would you like to be allowed? Try: request lead delete")
    scope = wanted(work, verb, next((ref.number for ref in line.refs if ref.number), None))
    if access.rights_of(actor).scope(verb.about, verb.name) in (scope, Scope.ALL):
        raise Conflict(f"You may do that already: {words(verb)}.")
    told = [admin for admin in access.admins(work.session) if admin.id != actor.id][:ASKED]
    if not told:
        raise Conflict("There is no admin whom I could ask. Whoever runs the bot can make one, in a terminal.")
    for admin in told:
        key = f"request:{actor.id}:{verb.id}:{scope}:{work.today}:{admin.id}"
        deliver(work, "message", admin.slack_id, key, about=drawn(actor, verb, scope))
    return plainly(f"{' and '.join(admin.name for admin in told)} will read that you ask for “{words(verb)}”.")


def words(verb: Verb) -> str:
    return f"{rights.noun(verb.about)} {verb.name}".removeprefix(f"{GLOBAL} ")


def wanted(work: Work, verb: Verb, number: int | None) -> Scope:
    """The narrowest scope that holds the record; their own, where none is named."""
    entity, actor = ENTITIES.get(verb.about), work.actor
    if entity is None or actor is None:
        return Scope.ALL
    try:
        record = work.find(entity, number, deleted=True, verb=verb.name) if number else None
    except NotFound:
        record = None
    scopes = (Scope.OWN, Scope.TEAM)
    owner = access.whose(record) if record else actor.id
    return next((scope for scope in scopes if owner in (access.owners(actor, scope) or ())), Scope.ALL)


def drawn(actor: User, verb: Verb, scope: Scope) -> dict[str, object]:
    """The message: who asks for what, to be allowed for everyone with their role, or by giving them another."""
    right = f"{words(verb)} ({scope})"
    said = f"{actor.name} ({actor.role}) asks to be allowed “{right}”."
    allowed = f"{actor.role} {rights.noun(verb.about)} {verb.name} {scope}"
    offers = blocks.actions(
        blocks.button(blocks.cut(f"Allow every {actor.role}", 75), "role.allow", allowed, "primary"),
        blocks.button(blocks.cut(f"Change {actor.name}'s role", 75), "user.edit", actor.ref),
    )
    return {"text": escape(said), "blocks": [blocks.section(escape(said)), offers]}
