"""Put what a person proposes to those who may do it.

It is tried first with the rights of those who would do it, in a unit of work that is taken back: so
what it would change is known, nobody is asked for what they cannot do, and what is wrong with it is
said at once.
"""

from collections.abc import Sequence
from typing import Any

from handlers.core.executor import perform
from handlers.core.interaction import Interaction
from handlers.core.proposal import Proposal, line_to_propose
from handlers.core.request import PROPOSES, Request
from handlers.core.responses import Form, Message, Nothing, Response
from handlers.core.router import Catalogue
from handlers.core.ui import blocks
from handlers.core.ui.receipts import choices, plainly, receipt
from models.core import approval as approvals
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Busy, Conflict, CRMError, Forbidden, Invalid, NeedsApproval
from models.core.identity.user import User
from models.core.parsing import values
from models.core.parsing.texts import enumerated
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory

TRIED = 6
"""The most people as whom it is tried."""
KEPT = 200
"""The most changes that are kept of what it would do."""
TOLD = ("entity", "record_id", "action", "field", "old", "new")
DOOR = "form"


class Tried(Exception):
    """What was tried would have changed this, and is taken back now."""

    def __init__(self, changes: Sequence[dict[str, Any]]) -> None:
        self.changes = [{name: each[name] for name in TOLD} for each in changes[:KEPT]]
        super().__init__()


def question(catalogue: Catalogue, act: Interaction, needed: NeedsApproval) -> Message:
    """Return the answer to a line that does what needs an approval: why, and how to ask for it."""
    said = f"{needed} Nothing was saved."
    line = line_to_propose(catalogue, act.line)
    if act.surface == "say" or not line:
        return plainly(f"{said} To ask for it, write propose before it.")
    return choices(said, [("Propose it", line)])


def state(needed: NeedsApproval) -> dict[str, Any]:
    """Return what the form is drawn again with that was sent and needs an approval."""
    said = f"{blocks.escape(str(needed))} Nothing is saved yet: you can propose it."
    return {"x": "approval", "top": [blocks.alert(said, "warning")], "a": PROPOSES}


def put(
    works: UnitOfWorkFactory, catalogue: Catalogue, act: Interaction, proposal: Proposal
) -> Response:
    """Put what a person proposes to those who may do it, and return the receipt.

    Raises:
        Conflict: They may do it themselves, nobody may, or the same waits already.
        CRMError: What is wrong with it.
    """
    changes, people = tried(works, catalogue, act, proposal)
    if act.person in people or not people:
        line = act.line.removeprefix("propose ")
        raise Conflict(f"You may do that yourself: {line}")

    def store(work: UnitOfWork) -> Response:
        if act.key and not work.once(f"{act.surface}:{act.key}"):
            return Nothing()
        work.reason = proposal.reason
        new = approvals.ask(
            work,
            work.get(User, work.actor.id),
            [work.get(User, id) for id in people.values()],
            proposal.what,
            reason=proposal.reason[:255] or None,
            does=proposal.line,
            texts=proposal.texts,
            about=[list(each) for each in proposal.about],
            entity=proposal.verb.about,
            changes=changes,
        )
        return told(work, catalogue, new)

    return works.attempt(store, act.workspace, act.person, act.surface)


def told(work: UnitOfWork, catalogue: Catalogue, new: approvals.Approval) -> Message:
    """Return the receipt of a proposal: who was asked, and until when it waits."""
    asked = approvals.people_in(new.asked)[: approvals.ASKED]
    names = enumerated([work.who(id) for id in asked], "or")
    until = values.show_moment(new.until, work.now, work.zone) if new.until else ""
    said = f"Proposed: {new.what} ({new.ref}). {names} can approve it until {until}."
    request = Request(work, catalogue, catalogue.command(f"approval show {new.ref}"))
    return receipt(request, new, said)


def tried(
    works: UnitOfWorkFactory, catalogue: Catalogue, act: Interaction, proposal: Proposal
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Return what it would change, and who may do it: Slack id → id, those nearest first.

    That is the person alone where they may do it themselves.

    Raises:
        Conflict: Nobody else may.
    """
    try:
        return trial(works, catalogue, act.workspace, act.person, proposal), {act.person: 0}
    except Forbidden:
        among: Sequence[int] | None = None
    except NeedsApproval as needed:
        among = needed.people
    return first_able(works, catalogue, act, proposal, able(works, act, proposal, among))


def first_able(
    works: UnitOfWorkFactory,
    catalogue: Catalogue,
    act: Interaction,
    proposal: Proposal,
    people: dict[str, int],
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Return what it would change if one of these people did it, and those who may do it.

    Raises:
        Conflict: None of them may.
    """
    for _ in range(TRIED):
        if not people:
            break
        first = next(iter(people))
        try:
            return trial(works, catalogue, act.workspace, first, proposal), people
        except Forbidden:
            people.pop(first)
        except NeedsApproval as needed:
            may = set(needed.people) - {people[first]}
            people = {each: id for each, id in people.items() if id in may}
        except CRMError as error:
            raise told_to_asker(error, proposal) from error
    raise Conflict("Nobody else here may do that either, so nobody can approve it.")


def told_to_asker(error: CRMError, proposal: Proposal) -> CRMError:
    """Return what who proposes may read of what went wrong for somebody else.

    That somebody may see more, and an error may say it: what is said of a field that was typed is
    about what was typed.
    """
    if isinstance(error, Busy):
        return error
    if isinstance(error, Invalid) and error.errors.keys() <= proposal.texts.keys():
        return Invalid(error.errors)
    return Conflict("Those who may do that cannot do it as it is. Ask one of them what is missing.")


def able(
    works: UnitOfWorkFactory, act: Interaction, proposal: Proposal, among: Sequence[int] | None
) -> dict[str, int]:
    """Return who else may use the verb: Slack id → id, those nearest first.

    Args:
        works: Opens units of work.
        act: The interaction of the person who proposes.
        proposal: What they propose.
        among: The ids of those of whom some may approve it; None for anybody.
    """
    with works(act.workspace, writes=False) as work:
        asker = approvals.called(work, act.person)
        found = [work.get(ENTITIES[slug], id) for slug, id, _ in proposal.about]
        what: Sequence[Entity] | type[Entity] = found or ENTITIES[proposal.verb.about]
        people = approvals.who_may(work, asker, proposal.verb.name, what, among)
        return {each.slack_id: each.id for each in people[: approvals.MOST]}


def trial(
    works: UnitOfWorkFactory,
    catalogue: Catalogue,
    workspace: str,
    person: str,
    proposal: Proposal,
) -> list[dict[str, Any]]:
    """Return what it would change if a person did it; nothing of it stays.

    Raises:
        CRMError: Why it cannot be done, or not by them.
    """
    try:
        with works(workspace, person, DOOR) as work:
            done(Request(work, catalogue, catalogue.command(proposal.line)), proposal.texts)
            raise Tried(work.changes)
    except Tried as found:
        return found.changes


def done(request: Request, texts: Any, **state: str) -> Message:
    """Do what was proposed, as its form would, and return the answer.

    Raises:
        Conflict: It asks for more.
    """
    reply = perform(request.but(surface=DOOR, texts=texts, state=state, asking=False, container=""))
    request.work.session.flush()
    if isinstance(reply, Form) or not isinstance(reply, Message) or reply.asks:
        said = reply.text if isinstance(reply, Message) else "Something is missing."
        raise Conflict(f"Something is left to say. {said}")
    return reply
