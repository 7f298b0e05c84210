"""Ask for a right.

The admins read who wants what, with buttons that grant it, and the person who asked gets the
answer.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from handlers.core.payloads import GLOBAL
from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.router import Catalogue
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import Block, escape
from handlers.core.ui.receipts import plainly
from handlers.core.verb import Verb
from models.core.entity.base import ENTITIES
from models.core.errors import Conflict, NotFound
from models.core.identity import rights
from models.core.identity.notices import Notice
from models.core.identity.rights import LOOKS, WIDTH, Scope
from models.core.identity.role import Role
from models.core.identity.user import User
from models.core.notifications.notify import notify
from models.core.outbox import delivery as outbox
from models.core.outbox.delivery import Delivery
from models.core.permissions import policy
from models.core.permissions.policy import READS
from models.core.unit_of_work import UnitOfWork

ASKED = 3
"""The maximum number of admins who are asked: one of them will be there."""


@dataclass(frozen=True)
class Right:
    """A verb about something, and whose records it is for."""

    about: str
    verb: str
    scope: Scope

    @property
    def governs(self) -> bool:
        """Return whether it changes how people work together.

        An admin types such a right in full; no button grants it.
        """
        entity = ENTITIES.get(self.about)
        return bool(entity and entity.governing) and self.verb not in READS

    def __str__(self) -> str:
        """Return the right in words: lead delete (own)."""
        owned = f" ({self.scope})" if self.about in ENTITIES else ""
        return f"{rights.noun(self.about)} {self.verb}".removeprefix(f"{GLOBAL} ") + owned

    @property
    def line(self) -> str:
        """Return the right as it is typed."""
        return f"{rights.noun(self.about)} {self.verb} {self.scope}"


def ask(request: Request) -> Response:
    """Send the admins what the person would like to be allowed, once a day."""
    work, command = request.work, request.catalogue.command(request.line.rest)
    line, verb = command.line, command.verb if command.line.raw.strip() else None
    actor = work.actor
    if verb is None or not actor:
        raise NotFound("What would you like to be allowed? Try: request lead delete")
    right = wanted(work, verb, next((ref.number for ref in line.refs if ref.number), None))
    if has(actor, right):
        raise Conflict(f"You may do that already: {right}.")
    role = work.session.scalar(select(Role.id).where(Role.key == actor.role))
    told = [admin for admin in policy.admins(work.session) if admin.id != actor.id][:ASKED]
    if not told:
        raise Conflict(f"There is no admin whom I could ask. {policy.way(work)}")
    names = " and ".join(admin.name for admin in told)
    asked = f"wish:{actor.id}:{verb.id}:{right.scope}:{work.today}"
    if not work.once(asked):
        raise Conflict(f"You asked for “{right}” today already; {names} can answer.")
    for admin in told:
        about = {"by": actor.id, "role": role, **vars(right)}
        notify(work, Notice.GIVEN, "wish", admin, f"{asked}:{admin.id}", about=about)
    return plainly(f"I will tell {names} that you ask for “{right}”.")


def wanted(work: UnitOfWork, verb: Verb, number: int | None) -> Right:
    """Return the narrowest right that covers the record.

    Where no record is named, it is the right to the person's own records.
    """
    entity, actor = ENTITIES.get(verb.about), work.actor
    has_owner = entity and (entity.owned or entity.part_of or entity.are_people)
    belongs = has_owner and (verb.record or verb.name in LOOKS)
    if not (entity and actor and belongs):
        return Right(verb.about, verb.name, Scope.ALL)
    try:
        record = work.find(entity, number, deleted=True) if number else None
    except NotFound:
        record = None
    whose = policy.whose(record) if record else actor.id
    narrow = (Scope.OWN, Scope.TEAM)
    scopes = (scope for scope in narrow if whose in policy.owners(actor, scope, verb.name))
    return Right(verb.about, verb.name, next(scopes, Scope.ALL))


def has(actor: User, right: Right) -> bool:
    """Return whether the person's role already gives as much as this right."""
    return (right.about == GLOBAL and policy.can(actor, right.verb, GLOBAL)) or (
        WIDTH.index(policy.rights_of(actor).scope(right.about, right.verb))
        >= WIDTH.index(right.scope)
    )


def wish(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message | None:
    """Return the message that a person asks for a right, with the answers an admin can give.

    The right may be granted to everyone with the role they asked with, given by another role, or
    declined. The result is None once they have it. `delivery.about` has `by`, the right, and
    `role`, the id of the role they had.
    """
    asker, right = work.get(User, delivery.about["by"]), right_of(delivery.about)
    if has(asker, right) or asker.left:
        return None
    said = f"{asker.name} ({asker.role}) asks to be allowed “{right}”."
    buttons = offers(work, asker, right, delivery.about.get("role"))
    return Message(
        said, [blocks.section(escape(said)), *([blocks.actions(*buttons)] if buttons else [])]
    )


def offers(work: UnitOfWork, asker: User, right: Right, asked_with: int | None) -> list[Block]:
    """Return the answers that the admin may still give.

    One press grants the right to a role if the role still exists and is still the one that they
    asked with, and if nobody can change by it how people work together.
    """
    role = work.session.scalar(select(Role).where(Role.key == asker.role))
    line = f"{asker.ref} {right.line}"
    grant = (
        [every(work, role, right, f"{role.ref} {line}")] if role and role.id == asked_with else []
    )
    buttons = {
        **({"grant": grant[0]} if grant and not right.governs else {}),
        "give": blocks.button("Give another role", "role.give", asker.ref),
        "decline": blocks.button("Decline", "role.decline", line),
    }
    return [buttons[verb] for verb in cards.usable(list(buttons), Role.slug(), work)]


def every(work: UnitOfWork, role: Role, right: Right, line: str) -> Block:
    """Return the button that lets everyone with a role do something.

    It first says how many people that are.
    """
    label, count = blocks.cut(f"Allow every {role.title}", 75), role.people(work)
    people = "one person has" if count == 1 else f"{count} people have"
    sure = blocks.confirm(
        f"{label}?", f"“{right}” is then allowed to all who have the role: {people} it.", "Allow"
    )
    return blocks.button(label, "role.grant", line, "primary", sure)


def right_of(about: dict[str, Any]) -> Right:
    return Right(about["about"], about["verb"], Scope(about["scope"]))


def answer(work: UnitOfWork, person: User, kind: str, **about: str) -> None:
    """Notify a person of the answer to their request.

    Args:
        work: The unit of work.
        person: The person who asked.
        kind: One of granted, declined or role.
        **about: What the answer is about.
    """
    if work.actor and work.actor.id != person.id:
        told = {"by": work.actor.id, "answer": kind, **about}
        key, its = f"answer:{person.id}:{work.unit}", {"entity": "user", "record_id": person.id}
        outbox.answer(work, "answer", person.slack_id, key, about=told, **its)


def answered(work: UnitOfWork, catalogue: Catalogue, delivery: Delivery) -> Message:
    """Return what an admin decided."""
    about, by = delivery.about, work.get(User, delivery.about["by"]).name
    if about["answer"] == "role":
        said = f"{by} gave you the role {about['role']}."
    elif about["answer"] == "granted":
        said = (
            f"{by} allowed what you asked for: every {about['role']} may now “{right_of(about)}”."
        )
    else:
        said = f"{by} declined what you asked for: “{right_of(about)}”."
    return plainly(said)
