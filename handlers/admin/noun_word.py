"""Admins say what nouns are called in the workspace: in a line, or in a form."""

import re
from collections.abc import Mapping

from sqlalchemy import select

from handlers.admin.layout import RESET, noun_of
from handlers.core.executor import perform
from handlers.core.request import Request
from handlers.core.responses import Message, Response
from handlers.core.ui import blocks
from handlers.core.ui.blocks import escape
from handlers.core.ui.receipts import plainly
from models.core.custom.noun_word import NounWord, word_of
from models.core.entity.base import ENTITIES
from models.core.errors import CRMError

EXAMPLE = "word deal Auftrag plural=Aufträge"
PLURAL = re.compile(r"\s*\bplural\s*=\s*(?P<many>\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]|.+)", re.IGNORECASE)
QUOTES = "\"“”„'"


def call(request: Request) -> Response:
    """Call a noun as the line says; without a word, its form opens."""
    line = request.line.rest.strip()
    if not line:
        return all_of(request)
    try:
        entity, rest = noun_of(line)
    except CRMError:
        raise CRMError(f"Say the noun first, such as: {EXAMPLE}") from None
    there = word_of(request.work, entity.slug())
    many = PLURAL.search(rest)
    one = (rest[: many.start()] + rest[many.end() :] if many else rest).strip().strip(QUOTES)
    if one.casefold() == RESET and not many:
        if there is None:
            return plainly(f"Rapport's own word is {entity.noun()}, and nobody changed it.")
        return done(request, f"delete {there.ref} --yes", {})
    texts = {"one": one, "many": many["many"].strip(f"{QUOTES} ") if many else ""}
    texts = {name: text for name, text in texts.items() if text}
    if there is not None:
        return done(request, f"edit {there.ref}", texts)
    line = "new" if one else "new --form"
    return done(request, line, {"about": entity.slug(), **texts})


def done(request: Request, line: str, texts: Mapping[str, str]) -> Response:
    """Do something to the word for a noun, as the line of its own verb does it."""
    command = request.catalogue.command(f"{NounWord.noun()} {line}")
    return perform(request.but(command=command, texts=texts))


def all_of(request: Request) -> Message:
    """Return what nouns are called here, and how one changes it."""
    found = request.work.session.scalars(select(NounWord).order_by(NounWord.about)).all()
    told = [
        f"{ENTITIES[each.about].usual_noun().capitalize()}: {each.one}, {each.many} ({each.ref})"
        for each in found
    ]
    told = told or ["All nouns are called as Rapport calls them."]
    how = f"Change one with: {request.catalogue.root} {EXAMPLE}"
    drawn = [blocks.section("\n".join(map(escape, told))), blocks.context(escape(how))]
    return Message("\n".join([*told, how]), drawn)
