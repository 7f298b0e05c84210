"""Find what a line is about, where it does not say so by a number.

It may say so by names, addresses, `this`, and the card of a thread.
"""

import re
from collections.abc import Mapping

from handlers.core.commandline.parser import Ref
from handlers.core.request import Request
from handlers.core.verb import Verb
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import Ambiguous, CRMError, NotFound
from models.core.fields import Email, LongText, Person, Reference
from models.core.outbox.current_record import nearby, standing_here
from models.core.parsing import values
from models.core.permissions import policy
from models.core.search import mentions
from models.core.search.query import suggestions
from models.core.unit_of_work import UnitOfWork

OFFERED = 5
BETWEEN = ("-", "–", "—", "|", "/", ",", ";", ":")
QUOTES = '"“”„«»'
LEADING = frozenset(
    (
        "for",
        "with",
        "at",
        "from",
        "of",
        "to",
        "a",
        "à",
        "al",
        "an",
        "für",
        "mit",
        "bei",
        "von",
        "pour",
        "avec",
        "chez",
        "para",
        "con",
        "@",
    )
)
"""Words between what something is and whom it is about."""


def which(request: Request, verb: Verb, said: str) -> CRMError:
    """Return the question which record is meant, with the records nearby to choose from.

    Args:
        request: The request.
        verb: The verb of the line.
        said: The word that was typed for the record.
    """
    entity, work = ENTITIES[verb.noun], request.work
    sentence = f"Which {entity.noun()}? Name it, for example: {entity.noun()} {verb.name} {entity.prefix}-1"
    if request.surface == "form":
        return NotFound(sentence)
    near = [record for record in nearby(work, request.channel, verb.noun) if verb.when(record)]
    offered = [record for record in near if policy.can(work.actor, verb.name, record)]
    return offers(sentence, said, offered) if offered else NotFound(sentence)


def here_or_asked(request: Request, verb: Verb, said: str) -> Entity:
    """Return the record that `this` means, or that a thread is about.

    Raises:
        CRMError: There is no such record; the error asks which one.
    """
    work, thread = request.work, request.thread
    here = (
        standing_here(work, request.channel, thread, verb.noun, deleted=bool(thread))
        if said or thread
        else None
    )
    if here is None:
        raise which(request, verb, said)
    if here.deleted_at and not verb.deleted:
        raise NotFound(f"{here} was deleted. Bring it back with: restore {here.ref}")
    return here


def this(request: Request) -> Entity:
    """Return the record that `this` means in a field.

    Raises:
        CRMError: There is no record here.
    """
    here = standing_here(request.work, request.channel, request.thread)
    if here is None:
        raise unclear()
    return here


def unclear() -> NotFound:
    return NotFound(
        "It is not clear what “this” is here. Name the record by its number, such as OP-1."
    )


def offers(sentence: str, said: str, records: list[Entity]) -> Ambiguous:
    return Ambiguous(sentence, said, [(record.ref, record.title) for record in records[:OFFERED]])


def unlike(request: Request, entity: type[Entity], name: str, error: ValueError) -> CRMError:
    """Return the error that no record has this name, with the records that a search finds."""
    near = suggestions(request.work, entity, name, OFFERED)
    if not near:
        return NotFound(str(error))
    return offers(
        f"There is no {entity.noun()} “{name[:60]}”. Did you mean one of these?", name, near
    )


def fields_of(verb: Verb, request: Request, taken: Mapping[str, str]) -> dict[str, type[Entity]]:
    """Return the free fields of a verb that hold records and are visible to the person who acts.

    The result is field → entity.
    """
    actor = request.work.actor
    return {
        name: ENTITIES[kind.to]
        for name, kind in verb.asks.items()
        if isinstance(kind, Reference)
        and not isinstance(kind, Person)
        and name not in taken
        and policy.can(actor, verb.name, verb.about, name)
    }


def by_name(request: Request, verb: Verb, ref: Ref, taken: Mapping[str, str]) -> dict[str, str]:
    """Return the field that the record fills which a quoted name or an address means.

    There is none where the name or address means no record, or belongs to the new record itself.

    Raises:
        Ambiguous: The name or address means several records.
    """
    itself = (
        any(isinstance(kind, Email) for kind in verb.asks.values())
        if ref.kind == "email"
        else not request.line.text
    )
    if verb.record or (itself and not isinstance(verb.asks.get(verb.text), LongText)):
        return {}
    free = fields_of(verb, request, taken)
    return chosen(
        free, mentions.called(request.work, list(dict.fromkeys(free.values())), ref.text), ref.text
    )


def spoken_of(request: Request, verb: Verb, texts: Mapping[str, str]) -> dict[str, str]:
    """Return what a new record is about that names no other record.

    It is about the record whose card the thread belongs to, else about the one that its words
    mention.

    Raises:
        Ambiguous: The words mention several.
    """
    free = fields_of(verb, request, texts)
    if (
        verb.record
        or not verb.saves
        or len(free) < len(fields_of(verb, request, {}))
        or request.surface == "form"
    ):
        return {}
    work, thread = request.work, request.thread
    here = standing_here(work, request.channel, thread) if thread else None
    if here is not None:
        return chosen(free, [here], here.ref)
    named = ENTITIES[verb.about].named[0] if verb.about in ENTITIES else ""
    words = (
        request.texts.get("message")
        if request.surface == "shortcut"
        else texts.get(named) or texts.get(verb.text)
    )
    itself = ENTITIES.get(verb.about)  # the name of a new company names no company above it
    free = {name: entity for name, entity in free.items() if entity is not itself}
    known = list(dict.fromkeys(entity for entity in free.values() if entity.in_talk))
    if not words or not known:
        return {}
    if request.surface == "shortcut":
        found = mentions.named_in(work, values.from_slack(words), known)
        return chosen(free, found, "") if len(found) == 1 else {}
    found = mentions.named_in(work, values.from_slack(words), known, leading=True)
    found, besides = needed(work, ENTITIES.get(verb.about), values.from_slack(words), found)
    filled = chosen(free, found, "") | (chosen(free, besides, "") if len(besides) == 1 else {})
    return filled | without_it(work, verb, texts, found[0]) if filled else {}


def without_it(
    work: UnitOfWork, verb: Verb, texts: Mapping[str, str], record: Entity
) -> dict[str, str]:
    """Return what the words say in addition to the name of the record that they are about.

    That is nothing where they are only its name.
    """
    entity = ENTITIES[verb.about]
    named = entity.named[0]
    words = texts.get(named) or texts.get(verb.text) or ""
    if values.fold(words) in (record.key, *record.key.split()) and isinstance(
        verb.asks.get(named), LongText
    ):
        return {named: ""}
    return before_name(work, entity, texts, record) if verb.name == "new" and named in texts else {}


def needed(
    work: UnitOfWork, about: type[Entity] | None, words: str, found: list[Entity]
) -> tuple[list[Entity], list[Entity]]:
    """Return whom the new record is about, and what else is named.

    Where a person is needed, a company is not whom it is about. Where only a company is named, the
    other words may name the person.
    """
    whose = [ENTITIES[name] for name in about.whose if ENTITIES[name].in_talk] if about else []
    people = [record for record in found if type(record) in whose]
    if not found or not whose or len(people) == len(found):
        return found, []
    folded = values.fold(words)
    others = [
        record
        for record in found
        if type(record) not in whose and values.fold(record.title) in folded
    ]
    people = people or mentions.named_in(work, without(words, others), whose)
    return (people, others) if people else (found, [])


def without(words: str, named: list[Entity]) -> str:
    """Return the words without the names of records."""
    for record in named:
        words = re.sub(rf"(?<!\w){re.escape(record.title)}(?!\w)", " ", words, flags=re.IGNORECASE)
    return words


def before_name(
    work: UnitOfWork, entity: type[Entity], texts: Mapping[str, str], record: Entity
) -> dict[str, str]:
    """Return what can be read off the end of the words before the record's name that ends them.

    An example is `Renewal 12k for Acme`. The name stays where it is; nothing is read where a field
    has been filled already.
    """
    named = entity.named[0]
    words, name = texts[named].split(" "), record.key.split()
    start = len(words)
    while start and values.fold(words[start - 1].strip(QUOTES)) in name:
        start -= 1
    start -= bool(start and words[start - 1] in BETWEEN)
    last = start - 1 if start and words[start - 1].casefold() in LEADING else start
    if start == len(words) or last < 1:
        return {}
    found = entity.texts_of(" ".join(words[:last]).rstrip(" ,;"), work)
    if any(field in texts for field in found if field != named):
        return {}
    return {**found, named: " ".join([found[named], *words[last:]])}


def chosen(free: Mapping[str, type[Entity]], found: list[Entity], said: str) -> dict[str, str]:
    """Return the first free field that holds such a record, with the record that was found."""
    ways = [
        (name, record)
        for record in found
        for name, entity in free.items()
        if isinstance(record, entity)
    ]
    if len(found) > 1:
        listed = ", ".join(str(record) for record in found[:OFFERED])
        name = f"“{said[:60]}”" if said else "This"
        raise offers(f"{name} could be about {listed}. Please say which one.", said, found)
    return {ways[0][0]: ways[0][1].ref} if ways else {}
