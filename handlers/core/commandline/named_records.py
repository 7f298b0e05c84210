"""Read a line in which a name stands where the number of a record is expected: win Acme renewal.

Or one that is nothing but the name of a list that somebody keeps.
"""

import re
from collections.abc import Iterator, Sequence

from handlers.core.commandline.subjects import LEADING, QUOTES
from handlers.core.request import Request
from handlers.core.router import Command
from handlers.core.verb import Verb
from models.core import saved_filters
from models.core.entity.base import ENTITIES, Entity
from models.core.parsing import values
from models.core.search import mentions

LONGEST, WORDS, LETTERS = 8, 24, 400
"""The most words of a name, and the most words and letters of a line that is looked through."""
SHORTEST = 4
"""The letters that the beginning of a name has at least."""
LED = 2
"""The place of a name that a word leads to from the verb: history of Henrik."""
OWNED = re.compile(r"(?<=\w)['’]s$", re.IGNORECASE)
"""What makes a name own what follows: Grace's number."""
SAYING = frozenset(
    ("show", "open", "list", "get", "run", "see", "me", "my", "the", "saved", "kept")
)
"""Words that people say before the name of a list of theirs."""
FLAGS = re.compile(r"(?:\s+--[a-z]+)+$", re.IGNORECASE)
"""What may follow the name, such as --here."""
BEHIND = re.compile(
    r"\s+(?:\||(?:sort|sorted|order|ordered|group|grouped)\s+by\b).*$", re.IGNORECASE | re.DOTALL
)
"""An order, a group, or what becomes of the list, behind the name of a saved filter."""

Named = tuple[Entity, Command]
"""A record, and the command in which its number has taken the place of its name."""


def with_numbers(request: Request) -> list[Named]:
    """Return what a line means with the number of a record in place of its name.

    That is nothing for a line that is understood otherwise. There is one way for each record with
    the longest name that is in the line; a person or a company is also found by a part of the name.
    A way that is not understood either is left out.
    """
    words = words_of(request)
    return ways(request, words, named(request, words)) if words else []


def with_numbers_of_begun(request: Request) -> list[Named]:
    """Return what a line may mean where the beginning of a record's name stands in it.

    Nothing is done by that: move Blue Fjord to negotiation may be about any deal of that name.
    """
    words = words_of(request)
    entities = [each for each in asked_about(request) if each.owned and not each.in_talk]
    runs = (words[at : at + size] for size in sizes(words) for at in range(len(words) - size + 1))
    keys = [key for key in map(folded, runs) if len(key) >= SHORTEST]
    begun = mentions.fitting(request.work, entities, mentions.first(keys)) if words else []
    return ways(request, words, sorted(begun, key=lambda each: bool(getattr(each, "closed", 0))))


def words_of(request: Request) -> list[str]:
    """Return the words of a line that may name its record; none of one that needs no name."""
    raw = request.line.raw
    words = raw.split(" ") if len(raw) <= LETTERS else []
    return words if len(words) <= WORDS and is_asked(request) else []


def ways(request: Request, words: Sequence[str], records: Sequence[Entity]) -> list[Named]:
    """Return what the words mean with the number of each record, where that is understood."""
    found = []
    for record in records:
        if text := with_number(words, record):
            command = request.catalogue.command(text)
            verb = command.verb
            if verb and verb.record and verb.noun == record.slug() and not command.line.unknown:
                found.append((record, command))
    return found


def is_asked(request: Request) -> bool:
    """Return whether a line may name its record in a way that only this module reads.

    That is so where the verb is not known without the record, or takes other words with it.
    """
    line, verb = request.line, request.verb
    takes = verb is not None and (verb.text or verb.writes)
    unread = verb is None or bool(verb.record and takes and line.text)
    if verb and unread and is_named_whole(request, verb):
        return False
    numbered = any(ref.kind not in ("name", "email") for ref in line.refs)
    return unread and not numbered and not request.thread and request.surface != "form"


def is_named_whole(request: Request, verb: Verb) -> bool:
    """Return whether the words of a line are a name as only its noun reads: deal stage pilot."""
    entity = ENTITIES.get(verb.noun)
    return bool(entity and entity.recognise(request.work, request.line.text) is not None)


def named(request: Request, words: Sequence[str]) -> list[Entity]:
    """Return the records that the words name, of the kinds that the verb may be about."""
    work, entities = request.work, asked_about(request)
    keys = (folded(words[at : at + size]) for size in sizes(words) for at in range(len(words)))
    found = mentions.fitting(work, entities, mentions.whole(keys))
    if found:
        longest = max(len(record.key.split()) for record in found)
        return [record for record in found if len(record.key.split()) == longest]
    spoken = [entity for entity in entities if entity.in_talk]
    if not spoken:
        return []
    said = values.from_slack(" ".join(words))
    behind = values.from_slack(request.line.rest if request.line.verb else said)
    return mentions.named_in(work, said, spoken) or mentions.called(work, spoken, behind)


def asked_about(request: Request) -> list[type[Entity]]:
    """Return the kinds of records that a line may be about."""
    line, catalogue = request.line, request.catalogue
    nouns = [line.noun] if line.noun else catalogue.nouns_with(line.verb or "")
    return [ENTITIES[noun] for noun in nouns or catalogue.routers if noun in ENTITIES]


def sizes(words: Sequence[str]) -> range:
    """Return how many words a name may have, the most first."""
    return range(min(LONGEST, len(words)), 0, -1)


def folded(words: Sequence[str]) -> str:
    return values.fold(OWNED.sub("", " ".join(words).strip(f"{QUOTES},:"))) or " "


def with_number(words: Sequence[str], record: Entity) -> str:
    """Return the words with the number of a record in place of its name, "" where it is not there.

    The name is there as a whole, or as words of it side by side, or as an address.
    """
    parts = record.key.split()
    for size in sizes(words):
        for at in range(len(words) - size + 1):
            run = [folded([word]) for word in words[at : at + size]]
            if run in (parts, parts[:size], parts[-size:]) or (size == 1 and "@" in run[0]):
                before = words[: at - (at == LED and words[1].casefold() in LEADING)]
                return " ".join([*before, record.ref, *words[at + size :]])
    return ""


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────


def with_saved_filter(request: Request) -> Request:
    """Return the request for the list whose saved filter is the whole line, else as it is.

    A name counts where a line says no verb itself: what a person calls a list goes before what a
    phrase may mean. An order, a group, and what becomes of the list may stand behind it.
    """
    typed = values.clean(request.line.phrase or request.line.raw)
    said = BEHIND.sub("", FLAGS.sub("", typed)).rstrip(" ?!.")
    is_name = may_be_name(request.command) and bool(said)
    if not is_name or request.surface == "form":
        return request
    named = (saved_filters.called(request.work, name) for name in names_in(said))
    saved = next(filter(None, named), None)
    router = request.catalogue.routers.get(saved.about) if saved else None
    if saved is None or router is None:
        return request
    rest = BEHIND.search(typed) or FLAGS.search(typed)
    line = f"{saved.as_list(router.word)}{f' {rest[0].strip()}' if rest else ''}"
    return request.but(command=request.catalogue.command(line))


def names_in(said: str) -> Iterator[str]:
    """Yield what may be the name: all that was said, then what follows each leading word."""
    words = said.split(" ")
    for at in range(len(words)):
        yield " ".join(words[at:])
        if words[at].casefold() not in SAYING:
            return


def may_be_name(command: Command) -> bool:
    """Return whether a line may be the name of a list: it says no verb and no record itself."""
    line = command.line
    unread = command.verb is None or bool(line.phrase) or line.verb is None
    return unread and not any(ref.number for ref in line.refs)
