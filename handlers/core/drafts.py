"""Keep what was typed in a form that is closed, and offer it when the form opens again."""

from collections.abc import Sequence

from handlers.core.request import Request
from handlers.core.responses import Nothing
from handlers.core.ui import blocks
from handlers.core.ui.card_text import moment
from handlers.core.ui.forms import refilled
from handlers.core.verb import Verb
from models.core import drafts
from models.core.entity.base import Entity

CONTINUE, DISCARD = "draft", "discard"
"""What is pressed in a form that offers a draft."""


def name_of(verb: Verb, refs: Sequence[str]) -> str:
    """Return the name of a form: its verb, and what it is about."""
    return " ".join([verb.id, *refs])


def keep(request: Request) -> Nothing:
    """Keep the texts of a form that a person closed without saving it."""
    verb = request.verb
    texts = {name: text for name, text in request.texts.items() if text.strip()}
    if verb and texts:
        refs = str(request.state.get("r", "")).split()
        known = {name: text for name, text in texts.items() if name in verb.asks}
        drafts.keep(request.work, name_of(verb, refs), known)
    return Nothing()


def with_draft(request: Request, verb: Verb, about: Sequence[Entity]) -> Request:
    """Return the request to draw a form with what the person left in it the last time.

    A form that opens offers the draft; it is there once the person wants it, or forgotten.
    """
    if request.pressed not in ("", CONTINUE, DISCARD) or request.surface == "say":
        return request
    name = name_of(verb, [record.ref for record in about])
    if request.pressed == DISCARD:
        drafts.drop(request.work, name)
        return request
    draft = drafts.find(request.work, name)
    if draft is None:
        return request
    if request.pressed == CONTINUE:
        return refilled(request, draft.texts)
    said = f"You closed this form without saving it, {moment(draft.at)}."
    ways = [
        blocks.button("Continue", f"form.{CONTINUE}", verb.id),
        blocks.button("Discard", f"form.{DISCARD}", verb.id),
    ]
    top = [blocks.alert(said, "info"), blocks.actions(*ways), *request.state.get("top", ())]
    return request.but(state={**request.state, "top": top})


def forget(request: Request, verb: Verb, about: Sequence[Entity]) -> None:
    """Forget the draft of a form that was saved."""
    if request.surface == "form":
        drafts.drop(request.work, name_of(verb, [record.ref for record in about]))
