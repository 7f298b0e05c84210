"""Search by words: what the index of trigrams gives, ranked, with slips of the finger forgiven."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple, TypeVar

from sqlalchemy import Select, String, bindparam, literal, select, union_all

from models.core.context import Context
from models.core.entity.base import ENTITIES, Entity
from models.core.entity.finding import KEPT
from models.core.parsing import values
from models.core.permissions import policy
from models.core.search import trigrams, visible_words
from models.core.search.index import SearchText, text_of
from models.core.search.lookup import REFERENCE, begins, keys
from models.core.search.similarity import holds_joined, likeness, slips_between
from models.core.search.trigrams import piece, slips, splits, splits_with_a_slip, ways_of, words_of

E = TypeVar("E", bound=Entity)

CANDIDATES = 200
"""The most hits that the index gives, which are then ranked here.

Ranking a million in SQL is what makes search slow.
"""
FURTHER = 50
"""The most hits that merely carry a name, where as many have that name themselves.

Those with the name themselves come first anyway.
"""
NAMED = 50
"""The most records that are added because their names begin with what was typed.

Among thousands with a common word they are what is meant.
"""
FEW = 3
"""With fewer found, slips of the finger are considered."""
LONG = 8
"""Letters from which a word may hold two slips."""
NEWEST = 20_000
"""Number of the newest texts that are looked through for what no index finds."""


class Hit(NamedTuple):
    """A record that may be meant."""

    entity: str
    record_id: int
    text: str

    @property
    def key(self) -> tuple[str, int]:
        return self.entity, self.record_id


def best(work: Context, text: str, entities: Sequence[type[Entity]]) -> list[Hit]:
    """Return the hits of a text among these entities, ranked.

    Misspelt words are considered only where too few fit, and none is called just what was typed.
    """
    words = words_of(text)
    if not words:
        return []
    named = hits_of(work, texts_of_named(tuple(entities)), name=values.fold(text))
    with trigrams.only_by_index(work.session):
        hits = {hit.key: hit for hit in candidates(work, text, named, entities)}
        ranked = sorted(hits.values(), key=lambda hit: rank(hit, words), reverse=True)
        if len(ranked) < FEW and not any(is_called(hit, words) for hit in ranked):
            ranked = beside(ranked, misspelt(work, words, entities))
        ranked = ranked or joined(work, words, entities) or nearly(work, words, entities)
    ranked = beside(ranked, looked_through(work, words, entities))
    meant = by_reference(work, text, entities) or by_key(work, text, entities)
    return beside(meant, ranked)


def is_called(hit: Hit, words: Sequence[str]) -> bool:
    """Return whether the name of a hit begins with several words just as they were typed."""
    return len(words) > 1 and f"{hit.text} ".partition(" ")[2].startswith(f"{' '.join(words)} ")


def beside(first: list[Hit], others: Sequence[Hit]) -> list[Hit]:
    """Return the first hits, followed by the others whose records are not among them."""
    known = {hit.key for hit in first} if others else set()
    return first + [hit for hit in others if hit.key not in known]


def by_reference(work: Context, text: str, entities: Iterable[type[Entity]]) -> list[Hit]:
    """Return the record that a reference names; for a single entity its bare number is enough."""
    known = {entity.prefix: entity for entity in entities}
    match = REFERENCE.fullmatch(text.strip())
    prefix, number = (match[1].upper(), match[2]) if match else ("", text.strip())
    entity = known.get(prefix) if prefix else next(iter(known.values()))
    if entity is None or not re.fullmatch(r"[0-9]{1,9}", number) or (not prefix and len(known) > 1):
        return []
    named = select(entity.id).where(entity.number == int(number))
    return hits_of(work, texts_of(entity, named))


def by_key(work: Context, text: str, entities: Iterable[type[Entity]]) -> list[Hit]:
    """Return the records of which a text is a key."""
    found: list[Hit] = []
    for entity in entities:
        for column, value in keys(work, entity, text.strip()):
            found += hits_of(work, texts_of(entity, select(entity.id).where(column == value)))
    return found


def candidates(
    work: Context, text: str, named: Sequence[Hit], entities: Sequence[type[Entity]]
) -> list[Hit]:
    """Return the hits that contain all words, and those with that name."""
    found = containing(work, ways_of(text), entities)
    known = {hit.key for hit in found}
    return found + legible(work, [hit for hit in named if hit.key not in known])


def containing(
    work: Context, ways: trigrams.Ways, entities: Sequence[type[Entity]], roughly: bool = False
) -> list[Hit]:
    """Return texts that fit one of the ways; none where no index can find them.

    Records with a name of their own are looked for first: far more carry the name of a customer.

    Args:
        work: who reads, and the session.
        ways: alternatives, each the pieces that a text must all contain.
        entities: the kinds of records.
        roughly: perhaps they fit, for the caller to check.
    """
    if not ways or not trigrams.served(ways):
        return []
    others = [entity.slug() for entity in entities if visible_words.pointing(entity)]
    named = [entity.slug() for entity in entities if entity.slug() not in others]
    groups = [slugs for slugs in (named, others) if slugs]
    found: list[Hit] = []
    for slugs in groups:
        most = CANDIDATES if len(found) < FURTHER else FURTHER
        found += [Hit(*row) for row in trigrams.find(work.session, ways, slugs, most, roughly)]
    whole = set(found)
    return [hit for hit in legible(work, found) if hit in whole or fits(hit.text, ways)]


def fits(text: str, ways: trigrams.Ways) -> bool:
    """Return whether a text contains all pieces of one of the ways.

    Words that the viewers do not see may have made the text a candidate.
    """
    return any(all(piece in f" {text}" for piece in way) for way in ways)


def legible(work: Context, hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits with only the words that the viewers may see.

    What is hidden must not influence how near they are.
    """
    secret = {
        slug
        for slug in {hit.entity for hit in hits}
        if visible_words.has_secrets(work, ENTITIES[slug])
    }
    found = [hit for hit in hits if hit.entity not in secret]
    for slug in secret:
        records = records_of(work, ENTITIES[slug], [hit for hit in hits if hit.entity == slug])
        found += [
            Hit(slug, record.id, text) for record, text in texts_seen(work, ENTITIES[slug], records)
        ]
    return found


def texts_seen(work: Context, entity: type[E], records: Sequence[E]) -> Iterator[tuple[E, str]]:
    """Yield each record with the words by which the viewers may find it.

    The records that a field points at are read once for each field.
    """
    near: list[Entity] = []  # kept alive, so that the session has them at hand
    with policy.beyond(work.session):
        for name, to in visible_words.pointing(entity).items():
            ids = {getattr(record, name) for record in records} - {None}
            there = (
                select(ENTITIES[to])
                .where(ENTITIES[to].id.in_(ids))
                .execution_options(with_deleted=True)
            )
            near += work.session.scalars(there) if ids else ()
    for record in records:
        yield record, text_of(record, work)


def misspelt(work: Context, words: Sequence[str], entities: Sequence[type[Entity]]) -> list[Hit]:
    """Return texts that hold all words if a slip in one of them is forgiven, the nearest first."""
    hits: dict[Hit, int] = {}
    for word in words:
        others = [piece(other) for other in words if other is not word]
        ways = [[*others, *left] for left in slips(word)]
        for hit in containing(work, ways, entities, roughly=True):
            if not all(other in f" {hit.text}" for other in others):
                continue
            distance = min(slips_between(word, other) for other in hit.text.split())
            if distance <= (2 if len(word) >= LONG else 1):
                hits[hit] = min(distance, hits.get(hit, distance))
    return sorted(hits, key=lambda hit: (-hits[hit], rank(hit, words)), reverse=True)


def joined(work: Context, words: Sequence[str], entities: Sequence[type[Entity]]) -> list[Hit]:
    """Return texts with a name that was written as one word: vanderberg.

    Another is 李小龙, whose family name comes last in the text. Else return texts with a name that
    this word is, with a slip in one of its parts: vandnberg.
    """
    for cuts in (1, 2) if len(words) == 1 else ():
        hits = containing(work, splits(words[0], cuts), entities, roughly=True)
        if found := [hit for hit in hits if holds_joined(hit.text.split(), words[0])]:
            return sorted(found, key=lambda hit: rank(hit, words), reverse=True)
    ways = splits_with_a_slip(words[0]) if len(words) == 1 and words[0].isascii() else []
    hits = containing(work, ways, entities, roughly=True) if ways else []
    found = [
        hit
        for hit in hits
        if holds_joined(hit.text.split(), words[0], 2 if len(words[0]) >= LONG else 1)
    ]
    return sorted(found, key=lambda hit: rank(hit, words), reverse=True)


def nearly(work: Context, words: Sequence[str], entities: Sequence[type[Entity]]) -> list[Hit]:
    """Return texts that contain something like each of the words: henrick dal, for Henrik Dahl."""
    hits: dict[Hit, int] = {}
    for word in words:
        begin = [f" {other[:1]}" for other in words if other is not word]
        ways = [
            [*begin, *way]
            for way in ([piece(word)], *slips(word, least=1))
            if trigrams.trigrams(way)
        ]
        for hit in containing(work, ways, entities, roughly=True):
            there = hit.text.split()
            if all(any(is_like(each, other) for other in there) for each in words):
                hits[hit] = sum(
                    min(slips_between(each, other) for other in there) for each in words
                )
    return sorted(hits, key=lambda hit: (-hits[hit], rank(hit, words)), reverse=True)


def is_like(word: str, other: str) -> bool:
    """Return whether a word is another one, its beginning, or that with a slip.

    A short word must have the same first letter.
    """
    slips = 2 if len(word) >= LONG else 1 if len(word) >= trigrams.TRIGRAM else 0
    begin = other[: len(word)] if len(word) > trigrams.TRIGRAM else other
    near = min(slips_between(word, other), slips_between(word, begin)) <= slips
    return other.startswith(word) or (
        near and (len(word) > trigrams.TRIGRAM or word[0] == other[0])
    )


def looked_through(
    work: Context, words: Sequence[str], entities: Sequence[type[Entity]]
) -> list[Hit]:
    """Return texts among the newest that contain what is too short for the index.

    Examples are a picture or a sign of Chinese.
    """
    ways, slugs = [[piece(word) for word in words]], [entity.slug() for entity in entities]
    if trigrams.served(ways) or all(word.isascii() for word in words):
        return []
    newest = select(SearchText.id).order_by(SearchText.id.desc()).limit(NEWEST).subquery()
    wanted = select(SearchText.entity, SearchText.record_id, SearchText.text).where(
        SearchText.id.in_(select(newest.c.id)),
        SearchText.entity.in_(slugs),
        trigrams.contains(ways),
        *trigrams.seen(work.session, slugs, ways),
    )
    found = legible(work, hits_of(work, wanted.order_by(SearchText.id.desc()).limit(CANDIDATES)))
    return sorted(found, key=lambda hit: rank(hit, words), reverse=True)


def texts_of(entity: type[Entity], ids: "Select[int]") -> "Select[str, int, str]":
    """Return the search texts of records."""
    wanted = select(SearchText.entity, SearchText.record_id, SearchText.text)
    return wanted.where(SearchText.entity == entity.slug(), SearchText.record_id.in_(ids))


@cache
def texts_of_named(entities: tuple[type[Entity], ...]) -> "Select[str, int, str]":
    """Return the search texts of records whose folded name begins with the parameter `name`.

    It is one statement for all of the entities, and it is made once: every search asks it.
    """
    name = bindparam("name", type_=String)
    called = (
        select(literal(entity.slug()).label("entity"), entity.id.label("id"))
        .where(begins(entity.key, name))
        .order_by(entity.key)
        .limit(NAMED)
        .subquery()
        for entity in entities
    )
    there = union_all(*(select(each.c.entity, each.c.id) for each in called)).subquery()
    wanted = select(SearchText.entity, SearchText.record_id, SearchText.text)
    its = (SearchText.entity == there.c.entity) & (SearchText.record_id == there.c.id)
    return wanted.join(there, its).execution_options(**{KEPT: True})


def hits_of(work: Context, statement: "Select[str, int, str]", **given: str) -> list[Hit]:
    return [Hit(*row) for row in work.session.execute(statement, given)]


def rank(hit: Hit, words: Sequence[str]) -> tuple[bool, int, bool, bool, float, int]:
    """Return the rank of a hit, best last when sorted.

    It compares in this order: the name begins with the query; how many words are there whole or as
    a beginning; the words are the record's own and not those of a customer or account it points at;
    it is a person or company and not what only carries their name; how near the name is; the
    newest.
    """
    name, query = hit.text.partition(" ")[2], " ".join(words)
    text = f" {hit.text} "
    there = sum((f" {word} " in text) + (f" {word}" in text) for word in words)
    entity = ENTITIES[hit.entity]
    own = not visible_words.pointing(entity)
    return (
        name.startswith(query),
        there,
        own,
        entity.in_talk,
        likeness(query, name[: 2 * len(query)]),
        hit.record_id,
    )


def records_of(work: Context, entity: type[E], hits: Sequence[Hit]) -> list[E]:
    """Return the records of hits, in the order of the hits."""
    ids = [hit.record_id for hit in hits]
    loaded = {
        record.id: record
        for record in work.session.scalars(select(entity).where(entity.id.in_(ids)))
    }
    return [loaded[id] for id in ids if id in loaded]
