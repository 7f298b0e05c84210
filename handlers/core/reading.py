"""What a line says to a verb: which record it is about, and which text is for which field."""

import re
from collections.abc import Collection, Sequence

from handlers.core import about
from handlers.core.grammar import Ref, suggest
from handlers.core.replies import Request
from handlers.core.routes import Verb
from models.core import values
from models.core.base import ENTITIES, Entity
from models.core.errors import Ambiguous, CRMError
from models.core.fields import LongText, Person, Reference
from models.core.user import with_names


def target(request: Request, verb: Verb) -> tuple[Entity, Ref | None]:
    """The record a verb is about, and the reference that named it: a number, a name, `this`, the card of the thread."""
    entity, line, work = ENTITIES[verb.noun], request.line, request.work
    for ref in line.refs:
        if ref.kind == "number" and ref.entity == verb.noun and ref.number is not None:
            return work.find(entity, ref.number, verb.deleted), ref
    for person in line.people:
        if (found := entity.recognise(work, person)) is not None:
            return work.get(entity, found), None
    by_name = [ref for ref in line.refs if ref.kind in ("name", "email")]
    if not by_name and not verb.text and (name := leaving_out(line.text, mentions(request, verb))):
        by_name = [Ref("name", name)]
    if by_name:
        return called(request, entity, by_name[0].text), by_name[0]
    this = next((ref for ref in line.refs if ref.kind == "this"), None)
    return about.here_or_asked(request, verb, this.text if this else ""), this


def called(request: Request, entity: type[Entity], name: str) -> Entity:
    """The one record a name fits; Ambiguous where it fits several, or none and a search finds some."""
    try:
        return request.work.get(entity, request.work.lookup(entity.slug(), name))
    except Ambiguous:
        raise
    except ValueError as error:
        raise about.unlike(request, entity, name, error) from None


def texts(request: Request, verb: Verb, used: Ref | None) -> dict[str, str]:
    """The texts of a line by the field they are for: field=value, @people, references, and the words that are left.

    used: the reference that named the record, which therefore says nothing else.
    """
    if verb.searches:
        return {}
    found = named(request, verb)
    found |= dict(zip(people_asked(verb, found), request.line.people, strict=False))
    words = []
    pointing = mentions(request, verb)
    for ref in request.line.refs:
        if ref is used:
            continue
        if filled := pointed(request, verb, ref, found):
            found |= filled
            pointing.append(spelling(ref))
        elif ref.kind in ("name", "email"):
            words += [] if ref.text in request.line.text.casefold() else [ref.text]
    words += [] if used and used.text == request.line.text else [request.line.text]
    free = " ".join(word for word in words if word)  # what is quoted stood before the words
    return heard(request, verb) | free_words(request, verb, free, pointing) | found


def people_asked(verb: Verb, given: Collection[str] = ()) -> list[str]:
    """The fields that the people in a line fill, one after the other."""
    return [name for name, kind in verb.asks.items() if isinstance(kind, Person) and name not in given]


def mentions(request: Request, verb: Verb) -> list[str]:
    """Patterns of the people who fill a field, and are no part of a name."""
    asked = people_asked(verb, named(request, verb))
    return [rf"<@{person}>" for person in request.line.people[: len(asked)]]


def named(request: Request, verb: Verb) -> dict[str, str]:
    """The `field=value` parts; a name that is no field of this verb is an error with the nearest one that is."""
    entity = request.catalogue.routers[verb.noun].entity
    names = entity.field_names() if entity else {}
    names |= {word: name for name, kind in verb.asks.items() for word in (*kind.also, name)}
    known = {word: name for word, name in names.items() if name in verb.asks}
    line = request.line
    strange = [word for word in line.fields if word not in known]
    if line.unknown and f"{line.unknown}=" in line.rest and not takes_prose(verb):
        strange.append(line.unknown)
    if strange:
        near = suggest(strange[0], known)
        others = f"Try one of: {', '.join(verb.asks)}." if verb.asks else f"“{verb.name}” takes no fields."
        hint = f"Did you mean {near[0]}?" if near else others
        raise CRMError(f"There is no “{strange[0][:60]}” here. {hint}")
    return {known[word]: text for word, text in line.fields.items()}


def pointed(request: Request, verb: Verb, ref: Ref, taken: dict[str, str]) -> dict[str, str]:
    """A reference to another record, or its name, fills the first free field that holds such records."""
    if ref.kind in ("name", "email"):
        return about.by_name(request, verb, ref, taken)
    if ref.kind == "this":
        here = about.this(request)
        slug, text = here.slug(), here.ref
    else:
        slug, text = ref.entity or "", ref.text
    kinds = {name: kind for name, kind in verb.asks.items() if isinstance(kind, Reference) and name not in taken}
    return next(({name: text} for name, kind in kinds.items() if kind.to == slug), {})


def spelling(ref: Ref) -> str:
    """A pattern for the ways people type a reference: CU-12, cu12, #CU-12."""
    if ref.number is None:
        return re.escape(ref.text)
    return rf"#?{ref.text.partition('-')[0]}[-‐‑–—]?0*{ref.number}"


def free_words(request: Request, verb: Verb, words: str, pointing: Sequence[str]) -> dict[str, str]:
    """Words without a name: the entity's own when it is new, else what the verb asks for first, as it was typed.

    pointing: patterns of the words that filled another field; they are part of a sentence, but not of a name.
    """
    if not words:
        return {}
    entity = request.catalogue.routers[verb.noun].entity
    if verb.name == "new" and entity:
        if not takes_prose(verb):
            words = leaving_out(words, pointing)
        return entity.texts_of(legible(request, words), request.work)
    if takes_prose(verb) and not request.line.fields:
        words = request.line.said
    return {verb.text: legible(request, words)} if verb.text else {}


def leaving_out(words: str, patterns: Sequence[str]) -> str:
    for pattern in patterns:
        words = re.sub(rf"(?<!\S){pattern}(?!\S)", "", words, count=1, flags=re.IGNORECASE)
    return " ".join(words.split())


def legible(request: Request, words: str) -> str:
    """The words with names in the place of people and channels, which are codes to whoever reads them."""
    named = re.sub(r"<@\w+>", lambda code: with_names(request.work, code[0]), words)
    return re.sub(r"<#\w+\|([^<>]+)>", r"#\1", named)


def takes_prose(verb: Verb) -> bool:
    return bool(verb.text) and isinstance(verb.asks[verb.text], LongText)


def heard(request: Request, verb: Verb) -> dict[str, str]:
    """What the message a shortcut was used on says of a new record."""
    entity = request.catalogue.routers[verb.noun].entity
    if request.surface != "shortcut" or entity is None:
        return {}
    return entity.heard(values.from_slack(request.texts.get("message", "")))
