"""What a person proposes to those who may do it: a verb, records and texts, as they meant them.

Nothing is done while somebody proposes. `Proposal` leads out of the unit of work to
`handlers.core.proposing`, which asks those who may do it.
"""

from collections.abc import Sequence

from handlers.core.payloads import GLOBAL, line_of
from handlers.core.request import PROPOSES, Request
from handlers.core.router import Catalogue
from handlers.core.verb import Verb
from models.core import approval as approvals
from models.core.approval import ApprovalState
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.wholes import divided
from models.core.errors import Conflict
from models.core.fields import Day, Moment, Reference
from models.core.fields.base import Field, read_all
from models.core.identity import rights
from models.core.identity.rights import MARKS
from models.core.permissions import filling, policy

BUTTON = 1900
"""Characters of a line that a button carries."""
YES = "--yes"
"""What is proposed is not asked about again when it is done."""


class Proposal(Exception):
    """A person proposes something, and all that it needs is said.

    Attributes:
        what: What it is, without anything that only some may see.
        line: The line that does it.
        texts: The texts of its form.
        verb: The verb.
        about: The records, each as entity, id and version.
        reason: Why, in the words of the person.
    """

    def __init__(self, request: Request, verb: Verb, records: Sequence[Entity]) -> None:
        refs = [record.ref for record in records]
        must_be_readable(request, verb, records[0] if records else None)
        self.verb, self.reason = verb, request.reason
        self.line = line_of(verb.noun, verb.name, *refs, YES)
        self.texts = meant(request, verb)
        self.about = [(each.slug(), each.id, each.version) for each in records]
        self.what = " ".join([named(verb), *refs])
        super().__init__()


def must_be_readable(request: Request, verb: Verb, record: Entity | None) -> None:
    """Read the texts as who proposes them, who sees what is wrong with them and nothing else.

    Raises:
        Invalid: A sentence for every text that they cannot write.
        Ambiguous: What could be meant.
    """
    work = request.work
    texts = {name: text for name, text in request.texts.items() if text.strip()}
    if not verb.saves:
        read_all(verb.asks, texts, work, record)
        return
    entity = ENTITIES[verb.about]
    filling.may_fill(work, entity, texts)
    parts = divided(entity, texts, work, record)
    entity.parse(
        {name: text for name, text in parts.items() if name in entity.fields()}, work, record
    )


def named(verb: Verb) -> str:
    """Return what a verb does, for people: New field, Change, Delete."""
    if verb.saves and verb.record:
        return f"Change {ENTITIES[verb.about].noun()}"
    return verb.heading if verb.title else f"{verb.heading} {ENTITIES[verb.about].noun()}"


def meant(request: Request, verb: Verb) -> dict[str, str]:
    """Return the texts of a verb so that whoever reads them later reads the same.

    For somebody else `me` is another person, and `tomorrow` another day. A new record is to be the
    one's who proposes it.
    """
    work, found = request.work, {}
    for name, text in request.texts.items():
        found[name] = read_now(request, verb.asks.get(name), text) if text.strip() else text
    entity = ENTITIES[verb.about]
    if verb.name == "new" and verb.saves and entity.owned and entity.makers and work.actor:
        found.setdefault(entity.owned, work.actor.ref)
    return found


def read_now(request: Request, kind: Field | None, text: str) -> str:
    """Return a text that says the same whoever reads it, whenever."""
    if not isinstance(kind, Day | Moment | Reference):
        return text
    try:
        return kind.write(kind.read(text, request.work), request.work)
    except ValueError:
        return text  # what is wrong with it is said when it is tried


def is_proposable(verb: Verb | None) -> bool:
    """Return whether a verb is one that people propose: it changes records that may be proposed."""
    entity = ENTITIES.get(verb.about) if verb else None
    if verb is None or entity is None or not entity.proposed:
        return False
    return verb.writes and not (verb.words or verb.hidden) and verb.name not in MARKS


def line_to_propose(catalogue: Catalogue, line: str) -> str:
    """Return the line that proposes what a line does, "" where it cannot be proposed so."""
    found = f"propose {line}"
    return found if is_proposable(catalogue.command(line).verb) and len(found) <= BUTTON else ""


def proposed(request: Request) -> Request:
    """Return the request of what somebody proposes: that of the line behind the verb.

    Raises:
        Conflict: Nobody proposes it, or nothing is named.
    """
    said = request.line.raw[request.line.begins :].strip()
    command = request.catalogue.command(said)
    if not said or command.verb is None:
        raise Conflict("What do you propose? Write what you would do: propose account delete AC-4")
    if not request.work.actor:
        raise Conflict("Only people propose something. Say who with --as.")
    if not is_proposable(command.verb):
        noun = rights.noun(command.verb.about).removeprefix(GLOBAL)
        line = f"{noun} {command.verb.name}".strip()
        raise Conflict(f"“{line}” cannot be proposed. Ask for the right: request {line}")
    return request.but(command=command, state={**request.state, "a": PROPOSES})


def check(request: Request, verb: Verb, what: Entity | str) -> None:
    """Raise what `policy.check` raises unless the actor may use a verb.

    To propose it they need only see what it is about.
    """
    policy.check(request.work, "show" if request.proposes else verb.name, what)


def answered(request: Request) -> None:
    """Write down that the form that was sent does what somebody else proposed, if it does.

    Whoever decides may have changed it in the form.

    Raises:
        Conflict: The actor cannot decide it, or somebody did already.
    """
    ref = request.proposal
    if not ref or request.surface != "form":
        return
    work = request.work
    number = int(ref.partition("-")[2] or 0)
    found = work.find(approvals.Approval, number)
    asker = approvals.decide(work, found, ApprovalState.APPROVED, "With changes")
    work.reason = because(asker.name, ref)


def because(name: str, ref: str) -> str:
    """Return the reason that the history gives for what was approved."""
    return f"asked by {name} ({ref})"
