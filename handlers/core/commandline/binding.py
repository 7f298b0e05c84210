"""Bind a line to its verb: which records it is about, and what its parts refer to."""

import re
from collections.abc import Collection, Iterable, Sequence

from handlers.core.commandline import subjects
from handlers.core.commandline.parser import Ref, suggest
from handlers.core.request import Request
from handlers.core.router import Catalogue
from handlers.core.verb import Verb, takes_prose
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.readonly import why_readonly
from models.core.errors import Ambiguous, CRMError
from models.core.fields import Joined, LongText, Match, Person, Reference
from models.core.identity.user import with_names
from models.core.parsing import values
from models.core.search.similarity import slips_between

SHORT = 2


def target(request: Request, verb: Verb) -> tuple[Entity, Ref | None]:
    """Return the record a verb is about, and the reference that named it.

    The reference is a number, a name, `this`, or the card of the thread.
    """
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
    return subjects.here_or_asked(request, verb, this.text if this else ""), this


def targets(request: Request, verb: Verb) -> tuple[list[Entity], list[Ref]]:
    """Return the records a verb is about, and the references that named them.

    All numbers that are next to each other are meant; where words are a text, the numbers in it are
    a part of it. Where the verb asks for another record of the same kind, a second number names
    that one.
    """
    first, used = target(request, verb)
    records, refs = [first], [used] if used else []
    asked = [
        kind for kind in verb.asks.values() if isinstance(kind, Reference) and kind.to == verb.noun
    ]
    if used is None or used.kind != "number" or asked or takes_prose(verb):
        return records, refs
    for ref in request.line.refs:
        if ref.kind != "number" or ref.entity != verb.noun or ref is used or ref.number is None:
            continue
        if verb.text and ref.start > request.line.free:
            continue
        refs.append(ref)
        record = request.work.find(ENTITIES[verb.noun], ref.number, verb.deleted)
        records += [] if record in records else [record]
    return records, refs


def called(request: Request, entity: type[Entity], name: str) -> Entity:
    """Return the one record that has a name.

    Raises:
        Ambiguous: The name fits several records, or none and a search finds some.
    """
    try:
        return request.work.get(entity, request.work.lookup(entity.slug(), name))
    except Ambiguous:
        raise
    except ValueError as error:
        raise subjects.unlike(request, entity, name, error) from None


def people_asked(verb: Verb, given: Collection[str] = ()) -> list[str]:
    """Return the fields that the people in a line fill, one after the other."""
    return [
        name for name, kind in verb.asks.items() if isinstance(kind, Person) and name not in given
    ]


def mentions(request: Request, verb: Verb) -> list[str]:
    """Return patterns of the people who fill a field, and are no part of a name."""
    asked = people_asked(verb, named(request, verb))
    return [rf"<@{person}>" for person in request.line.people[: len(asked)]]


def named(request: Request, verb: Verb) -> dict[str, str]:
    """Return the `field=value` parts by field.

    Raises:
        CRMError: A name is no field of this verb; the error names the nearest one that is.
    """
    known, line = names_of(request.catalogue, verb), request.line
    strange = [word for word in line.fields if word not in known]
    if (
        line.unknown
        and f"{line.unknown}=" in line.rest.casefold()
        and not is_told(request, verb, line.unknown)
    ):
        strange.append(line.unknown)
    for word in strange:
        must_be_typed(request, verb, word)
    if strange:
        near = suggest(strange[0], known) or slips(strange[0], known)
        spoken = request.catalogue.routers[verb.noun].spoken_asked(verb)
        others = (
            f"Try one of: {', '.join(spoken.values())}."
            if verb.asks
            else f"“{verb.name}” takes no fields."
        )
        hint = f"Did you mean {spoken[known[near[0]]]}?" if near else others
        raise CRMError(f"There is no “{strange[0].replace('_', ' ')[:60]}” here. {hint}")
    return {known[word]: text for word, text in line.fields.items()}


def must_be_typed(request: Request, verb: Verb, word: str) -> None:
    """Raise CRMError where a word names a field that only the program sets."""
    entity = request.catalogue.routers[verb.noun].entity
    name = entity.field_names().get(word, "") if entity else ""
    if entity and name and entity.fields()[name].readonly:
        raise CRMError(why_readonly(entity, name))


def names_of(catalogue: Catalogue, verb: Verb) -> dict[str, str]:
    """Return every word that names a field the verb asks for → the field."""
    return catalogue.routers[verb.noun].names_asked(verb)


def is_told(request: Request, verb: Verb, word: str) -> bool:
    """Return whether `word=` is part of a text that is kept as it is, and not a mistyped field."""
    if not tells(request.catalogue, verb):
        return False
    known = names_of(request.catalogue, verb)
    return len(verb.asks) == 1 or not (suggest(word, known) or slips(word, known))


def slips(word: str, known: Iterable[str]) -> list[str]:
    """Return the known words from which one slip of the finger made this one.

    A word of two letters could come from too many.
    """
    return [other for other in known if len(word) > SHORT and slips_between(word, other) <= 1]


def tells(catalogue: Catalogue, verb: Verb) -> bool:
    """Return whether the verb's words are sentences, which may have people, records and signs."""
    entity = catalogue.routers[verb.noun].entity
    named = verb.asks.get(entity.named[0]) if entity and verb.name == "new" else None
    return takes_prose(verb) or isinstance(named, LongText)


def pointed(request: Request, verb: Verb, ref: Ref, taken: dict[str, str]) -> dict[str, str]:
    """Return the first free field that can hold the record of a reference, with its text.

    The reference may also be the name of a record.
    """
    if ref.kind in ("name", "email"):
        return subjects.by_name(request, verb, ref, taken)
    if ref.kind == "this":
        here = subjects.this(request)
        slug, text = here.slug(), here.ref
    else:
        slug, text = ref.entity or "", ref.text
    asks = verb.asks.items()
    kinds = {
        name: kind
        for name, kind in asks
        if isinstance(kind, Reference | Joined | Match) and name not in taken
    }
    return next(({name: text} for name, kind in kinds.items() if kind.to == slug), {})


def leaving_out(words: str, patterns: Sequence[str]) -> str:
    for pattern in patterns:
        words = re.sub(rf"(?<!\S){pattern}(?!\S)", "", words, count=1, flags=re.IGNORECASE)
    return " ".join(words.split())


def legible(request: Request, words: str) -> str:
    """Return the words with names in place of people and channels.

    Those are codes to the people who read them.
    """
    named = re.sub(r"<@\w+>", lambda code: with_names(request.work, code[0]), words)
    return re.sub(r"<#\w+\|([^<>]+)>", r"#\1", named)


def heard(request: Request, verb: Verb) -> dict[str, str]:
    """Return what the message a shortcut was used on says of a new record."""
    entity = request.catalogue.routers[verb.noun].entity
    if request.surface != "shortcut" or entity is None:
        return {}
    return entity.heard(values.from_slack(request.texts.get("message", "")))
