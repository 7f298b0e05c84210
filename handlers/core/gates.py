"""Ask for what a record needs where it is to go, such as the amount of a deal, and then move it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from handlers.core.request import Request
from handlers.core.verb import Verb
from models.core import records
from models.core.entering import NOTHING
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import CRMError, Incomplete
from models.core.fields.base import Field
from models.core.permissions import policy

GATE = "gate"
"""What a form does that was sent without what the record needs: it asks for that as well."""


def state(error: CRMError) -> Mapping[str, str]:
    """Return what a form remembers of the fields that a record lacks; nothing of other errors."""
    return {"g": " ".join(error.fields)} if isinstance(error, Incomplete) else {}


def asked(request: Request, verb: Verb) -> dict[str, Field]:
    """Return the fields that the record lacks where it is to go, as required inputs."""
    kinds = ENTITIES[verb.about].fields() if verb.about in ENTITIES else {}
    names = str(request.state.get("g", "")).split()
    return {
        name: replace(kinds[name], required=True, form=True, when=None)
        for name in names
        if name in kinds
    }


def gated(request: Request, verb: Verb, about: Sequence[Entity]) -> Verb:
    """Return the verb as it asks for what the record lacks as well.

    The form that changes a record then asks for that and for what was typed, and for nothing more.
    """
    needed = asked(request, verb)
    if not needed:
        return verb
    kinds = dict(verb.asks)
    if verb.saves and about:
        typed = {name for name, text in request.texts.items() if text.strip()}
        kinds = {name: kind for name, kind in kinds.items() if name in typed}
    return replace(verb, asks={**kinds, **needed})


def fill(request: Request, verb: Verb, about: Sequence[Entity]) -> None:
    """Fill in what records lack before they go where they need it.

    A verb that saves what it asks for does that by itself.
    """
    names = [] if verb.saves else asked(request, verb)
    for record in about:
        empty = [name for name in names if getattr(record, name) in NOTHING]
        texts = {name: request.texts[name] for name in empty if request.texts.get(name)}
        if texts:
            policy.check(request.work, "edit", record)
            records.update(request.work, record, texts)
