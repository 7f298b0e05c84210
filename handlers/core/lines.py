"""From a line to its verb: the one path that commands, buttons, forms, mentions and the terminal share."""

from typing import Any

from handlers.core.forms import form
from handlers.core.grammar import Line, Ref, suggest
from handlers.core.receipts import choices, question
from handlers.core.replies import Message, Reply, Request
from handlers.core.routes import GLOBAL, Catalogue, Verb
from models.core import access, values
from models.core.base import ENTITIES, Entity
from models.core.errors import Ambiguous, CRMError, Invalid, NotFound
from models.core.fields import LongText, Person, Reference
from models.operations.places import standing_here


def perform(request: Request) -> Reply:
    """Do what the line says; every line gets an answer."""
    found = verb_of(request.line, request.catalogue)
    if found is None:
        return puzzled(request)
    try:
        record, left = target(request, found) if found.record else (None, request.line.text)
        return run(request.but(texts=dict(request.texts) | typed(request, found, record, left)), found, record)
    except Ambiguous as error:
        offers = [(f"{ref} {title}", f"{found.noun} {found.name} {ref} {request.line.rest}") for ref, title in error.candidates]
        return choices(str(error), offers)


def verb_of(line: Line, catalogue: Catalogue) -> Verb | None:
    """The verb a line names; a bare reference is shown, a bare noun listed, words after a noun are a search."""
    if not line.raw.strip():
        return catalogue.find(GLOBAL, "help")
    noun = line.noun or next((ref.entity for ref in line.refs if ref.entity), None)
    if noun is None and line.verb is None:
        return None
    if line.verb or noun is None:
        return catalogue.find(noun, line.verb)
    default = "show" if line.refs else "find" if line.text else "list"
    return catalogue.find(noun, default) or catalogue.find(noun, "new") or catalogue.find(GLOBAL, "help")


def run(request: Request, verb: Verb, record: Entity | None) -> Reply:
    """Check the right, open the form where something is missing, ask before destruction; then do it."""
    access.check(request.work, verb.noun, verb.name)
    if request.surface != "form" and wants_form(request, verb):
        return form(request, verb, record)
    values = read(request, verb)
    if verb.confirm and request.surface != "form" and not request.flag("yes"):
        name = record.ref if record else ""
        return question(verb.confirm.format(record=record), verb.button or verb.name.capitalize(), f"{verb.noun} {verb.name} {name} --yes")
    return verb.run(request.but(values=values), record)


def wants_form(request: Request, verb: Verb) -> bool:
    """Whether the form has to open: asked for, nothing typed, or something required missing."""
    filled = {name for name, text in request.texts.items() if text.strip()}
    missing = not verb.partial and any(kind.required and name not in filled for name, kind in verb.asks.items() if name not in verb.defaults)
    wished = request.surface == "shortcut" or request.flag("form")
    return bool(verb.asks) and (wished or missing or (verb.opens == "empty" and not filled))


def read(request: Request, verb: Verb) -> dict[str, Any]:
    """The values of what the verb asks for; Invalid has a sentence for each that cannot be read."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, kind in verb.asks.items():
        if name in request.texts:
            try:
                values = kind.assign(name, request.texts[name], request.work) | values
            except Ambiguous:
                raise
            except ValueError as error:
                errors[name] = str(error)
    if errors:
        raise Invalid(errors)
    return values


def target(request: Request, verb: Verb) -> tuple[Entity, str]:
    """The record a verb is about, and the free words that are left: named, `this`, or by its name."""
    entity, line = ENTITIES[verb.noun], request.line
    for ref in line.refs:
        if ref.kind == "number" and ref.entity == verb.noun:
            return request.work.find(entity, ref.number, deleted=verb.deleted), line.text
        if ref.kind in ("email", "name"):
            return request.work.get(entity, request.work.lookup(verb.noun, ref.text)), line.text
    if line.text and not verb.asks:
        return request.work.get(entity, request.work.lookup(verb.noun, line.text)), ""
    here = standing_here(request.work, request.channel, request.thread, verb.noun)
    if here is None or not (request.thread or any(ref.kind == "this" for ref in line.refs)):
        raise NotFound(f"Which {entity.noun()}? Name it, for example: {entity.noun()} {verb.name} {entity.prefix}-1")
    return here, line.text


def typed(request: Request, verb: Verb, record: Entity | None, words: str) -> dict[str, str]:
    """The texts of a line by the field they are for: field=value, @people, references, and the words that are left."""
    texts = named(request, verb)
    people = [name for name, kind in verb.asks.items() if isinstance(kind, Person) and name not in texts]
    texts |= dict(zip(people, request.line.people, strict=False))
    for ref in request.line.refs:
        if record is None or ref.entity != record.slug() or ref.number != record.number:
            texts |= pointed(request, verb, ref, texts)
    if not verb.record:
        words = " ".join([words, *(ref.text for ref in request.line.refs if ref.kind in ("email", "name"))]).strip()
    return heard(request, verb) | read_off(request, verb, words) | texts


def heard(request: Request, verb: Verb) -> dict[str, str]:
    """What a message that a shortcut was used on, or the card it stands under, says of a new record."""
    entity = request.catalogue.routers[verb.noun].entity
    if request.surface != "shortcut" or entity is None:
        return {}
    here = standing_here(request.work, "", request.thread) if request.thread else None
    about = pointed(request, verb, Ref("number", here.slug(), here.number, here.ref), {}) if here else {}
    return entity.heard(values.from_slack(request.texts.get("message", ""))) | about


def named(request: Request, verb: Verb) -> dict[str, str]:
    router = request.catalogue.routers[verb.noun]
    names = (router.entity.field_names() if router.entity else {}) | {name: name for name in verb.asks}
    names |= {word: name for name, kind in verb.asks.items() for word in kind.also}
    known = {word: name for word, name in names.items() if name in verb.asks}
    line, kind = request.line, verb.asks.get(verb.text)
    strange = [word for word in line.fields if word not in known]
    if line.unknown and f"{line.unknown}=" in line.rest and not isinstance(kind, LongText):
        strange.append(line.unknown)
    for word in strange:
        near = suggest(word, known)
        hint = f"Did you mean {near[0]}?" if near else f"Try one of: {', '.join(verb.asks)}."
        raise CRMError(f"There is no “{word[:60]}” here. {hint}")
    return {known[word]: text for word, text in line.fields.items()}


def pointed(request: Request, verb: Verb, ref: Ref, texts: dict[str, str]) -> dict[str, str]:
    """A reference to another record fills the field that holds such records."""
    if ref.kind == "this":
        here = standing_here(request.work, request.channel, request.thread)
        slug, text = (here.slug(), here.ref) if here else ("", "")
    else:
        slug, text = ref.entity or "", ref.text
    fits = [name for name, kind in verb.asks.items() if isinstance(kind, Reference) and kind.to == slug and name not in texts]
    return {fits[0]: text} if fits else {}


def read_off(request: Request, verb: Verb, words: str) -> dict[str, str]:
    """What the words without a name are for: the entity's name when it is new, else what the verb asks for first."""
    if not words:
        return {}
    router = request.catalogue.routers[verb.noun]
    if verb.name == "new" and router.entity:
        return router.entity.texts_of(words, request.work)
    if verb.text and isinstance(verb.asks[verb.text], LongText) and not request.line.fields:
        words = request.line.said
    return {verb.text: words} if verb.text else {}


def puzzled(request: Request) -> Message:
    """Nobody knows this word: what it may have meant, and the search for it."""
    line, words = request.line, request.catalogue.words
    word = line.unknown or line.verb or line.raw.split()[0]
    known = words.verbs.get(line.noun or "", set()) if line.noun else {*words.nouns, *words.globals}
    start = f"{line.noun} " if line.noun else ""
    offers = [(near, f"{start}{near} {line.rest}") for near in suggest(word, sorted(known))]
    offers.append((f"Search for “{word[:40]}”", f"find {line.raw}"[:2000]))
    sentence = f"I do not know “{word[:60]}”." + (" Did you mean:" if len(offers) > 1 else "")
    return choices(sentence, [*offers, ("Help", "help")])
