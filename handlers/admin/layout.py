"""Admins say which fields a card shows and a form asks for first: in a line, or in a form."""

from collections.abc import Mapping

from sqlalchemy import select

from handlers.core.executor import perform
from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.ui import blocks, cards
from handlers.core.ui.blocks import escape
from handlers.core.ui.receipts import plainly
from models.core.custom.custom_field import led
from models.core.custom.field_layout import PLACES, FieldLayout, layout_of
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import CRMError
from models.core.parsing.texts import with_article

EXAMPLE = 'layout deal card stage amount "Close date"'
RESET = "reset"


def arrange(request: Request) -> Response:
    """Lay out a noun as the line says; without fields, its form opens."""
    said = request.line.rest.strip()
    if not said:
        return all_of(request)
    entity, rest = noun_of(said)
    there = layout_of(request.work, entity.slug())
    word, _, fields = rest.partition(" ")
    place = word.casefold()
    if place == RESET and not fields.strip():
        if there is None:
            return plainly(
                f"{with_article(entity.noun()).capitalize()} is laid out as Rapport does it already."
            )
        return done(request, f"delete {there.ref} --yes", {})
    if place and place not in PLACES:
        raise CRMError(f"Say card, form or {RESET} after {entity.noun()}, such as: {EXAMPLE}")
    texts = {place: "" if fields.strip().casefold() == RESET else fields} if fields.strip() else {}
    if there is not None:
        return done(request, f"edit {there.ref}", texts)
    line = "new" if texts else "new --form"
    return done(request, line, {"about": entity.slug(), **texts})


def noun_of(said: str) -> tuple[type[Entity], str]:
    """Return the noun that a line begins with, and the rest of the line.

    Raises:
        CRMError: It begins with none that can be laid out.
    """
    nouns = {
        word: entity
        for entity in ENTITIES.values()
        if not entity.governing
        for word in entity.words()
    }
    begin, rest = led(said, nouns)
    if not begin:
        raise CRMError(f"Say the noun first, such as: {EXAMPLE}")
    return nouns[begin.casefold()], rest.strip()


def done(request: Request, line: str, texts: Mapping[str, str]) -> Response:
    """Do something to a layout, as the line of its own verb does it."""
    command = request.catalogue.command(f"{FieldLayout.noun()} {line}")
    return perform(request.but(command=command, texts=texts))


def all_of(request: Request) -> Message:
    """Return the layouts that admins made, and how one makes some."""
    work = request.work
    found = work.session.scalars(select(FieldLayout).order_by(FieldLayout.about)).all()
    told = [
        f"{each.spoken}, {place}: {names}"
        for each in found
        for place, names in cards.texts(each, work, *PLACES).items()
    ]
    told = told or ["All cards and forms are as Rapport lays them out."]
    how = f"Change one with: {request.catalogue.root} {EXAMPLE}"
    drawn = [blocks.section("\n".join(map(escape, told))), blocks.context(escape(how))]
    return Message("\n".join([*told, how]), drawn)
