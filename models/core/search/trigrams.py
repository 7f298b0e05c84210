"""Find the search texts that contain given words.

Trigrams find the candidates in the index; the text itself decides.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain, combinations, count, islice, pairwise
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    column,
    func,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.orm import Session

from models.core.context import SYSTEM
from models.core.entity.base import ENTITIES
from models.core.entity.finding import KEPT
from models.core.parsing import values
from models.core.permissions import visibility
from models.core.search import visible_words
from models.core.search.index import INDEX, SearchText

TRIGRAM = 3
MOST_WORDS = 8
"""Further words of a query are left out.

They would narrow down what is already one record or none.
"""
LONGEST_JOINED = 12
"""Letters of a word that may be several: each further one would be many more ways to cut it."""
TELLING = 4
"""Number of trigrams that a part of a name needs to be looked for alone."""
LONGEST = 64
"""Further letters of a word are left out: a slip is looked for at each of them."""
AROUND = "\"'()[]{}<>,;:!?"
PHONE = re.compile(r"[+(]?\d[\d ()/.-]{4,}")

ONLY_BY_INDEX = "only_by_index"
"""Where a session keeps that PostgreSQL may read texts by their index alone."""

FTS = table(INDEX, column("rowid"), column(INDEX))
FOUND = (SearchText.entity, SearchText.record_id, SearchText.text)

Ways = Sequence[Sequence[str]]
"""Alternatives; each is the pieces that a text must all contain."""


def words_of(text: str) -> list[str]:
    """Return the folded words and pictures of a query, without quotes and brackets around them."""
    words = [
        word.strip(AROUND) for word in values.fold(values.unquote_smart(values.clean(text))).split()
    ]
    return [word[:LONGEST] for word in words if any(map(tells, word))][:MOST_WORDS]


def tells(letter: str) -> bool:
    """Return whether a sign is a letter, a digit or a picture; signs between words tell nothing."""
    return letter.isalnum() or unicodedata.category(letter) == "So"


def ways_of(text: str) -> list[list[str]]:
    """Return what a text must contain to answer a query.

    That is its words, or the digits of the phone number that it may be.
    """
    ways = [[piece(word) for word in words_of(text)]]
    if PHONE.fullmatch(text.strip()):
        ways.append([re.sub(r"\D", "", text).lstrip("0")])  # the same at home and abroad
    return ways


def piece(word: str) -> str:
    """Return what a text must contain to hold a word.

    That is the word anywhere, or a short word where a word begins.
    """
    return word if len(word) >= TRIGRAM else f" {word}"


def served(ways: Ways) -> bool:
    """Return whether the index can find all of the ways: each needs a trigram."""
    return all(trigrams(pieces) for pieces in ways)


def find(
    session: Session, ways: Ways, entities: Sequence[str], limit: int, roughly: bool = False
) -> "Sequence[Row[str, int, str]]":
    """Return the (entity, record id, text) of up to `limit` texts that fit.

    They belong to records that the viewers may see, and fit by words that the viewers may see.

    Args:
        session: the session.
        ways: alternatives, each the pieces that a text must all contain.
        entities: the table names of those wanted.
        limit: the most texts to return.
        roughly: the caller checks in the texts whether the pieces are there and in words that the
            viewers may see. Checking here takes a separate statement for each number of ways, and
            up to 400 ms to make one.
    """
    if roughly:
        statement, given = roughly_found(session, ways, entities)
        statement, given = at_most(statement), {**given, "most": limit}
    else:
        statement, given = exactly_found(session, ways, entities, limit), {}
    with only_by_index(session):
        return session.execute(statement, given).all()


def ids(session: Session, ways: Ways, entity: str, limit: int) -> Sequence[int]:
    """Return the ids of up to `limit` records of one entity, found as `find` does."""
    wanted = exactly_found(session, ways, [entity], limit)
    with only_by_index(session):
        return session.scalars(wanted.with_only_columns(SearchText.record_id)).all()


def among(entities: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition for the texts of these entities.

    It is made so that it uses no index: none can check which of a few it is sooner than the text.
    """
    return SearchText.entity.concat("").in_(entities)


def seen(session: Session, entities: Sequence[str], ways: Ways) -> list[ColumnElement[bool]]:
    """Return the conditions on `SearchText` that leave out what the viewers may not see.

    They also leave out what the viewers would find only by words that they may not see.

    Args:
        session: the session.
        entities: the table names of those wanted.
        ways: what must be in words that the viewers may see.
    """
    work: Any = session.info.get("work")
    if not work or work.viewers == (SYSTEM,):
        return []
    sight = visibility.of(session)
    limits = {
        slug: visible_words.limits(work, ENTITIES[slug], ways, ENTITIES[slug].__table__.c)
        for slug in entities
    }
    return [each for slug in entities for each in shown(slug, sight, limits[slug])]


def shown(
    slug: str, sight: visibility.Sight, limits: Sequence[ColumnElement[bool]] = ()
) -> Iterator[ColumnElement[bool]]:
    """Yield the condition on `SearchText` that leaves out an entity's records that are not seen.

    For each text there is a look at its record, never at all the records that may be seen, into
    which PostgreSQL would turn EXISTS.

    Args:
        slug: the table name of the entity.
        sight: what the viewers may see.
        limits: what a record must fulfil besides.
    """
    rows: Any = ENTITIES[slug].__table__
    if limits := [*visibility.conditions(ENTITIES[slug], sight, rows.c), *limits]:
        theirs = select(rows.c.id).where(rows.c.id == SearchText.record_id, *limits).limit(1)
        yield or_(SearchText.entity != slug, theirs.scalar_subquery().is_not(None))


@contextmanager
def only_by_index(session: Session) -> Iterator[None]:
    """Keep PostgreSQL from reading the whole table because it expects to reach a limit soon.

    Of 100,000 texts two common words that no record has together took 100 ms, now 3. A block within
    such a block changes nothing, so that a search that asks several times says it once.
    """
    if is_sqlite(session) or session.info.get(ONLY_BY_INDEX):
        yield
        return
    switch(session, "off")
    session.info[ONLY_BY_INDEX] = True
    yield
    session.info[ONLY_BY_INDEX] = False
    switch(session, "on")


def switch(session: Session, state: str) -> None:
    """Set whether PostgreSQL may read whole tables and plain indexes until the transaction ends."""
    session.execute(
        select(*(func.set_config(f"enable_{way}", state, True) for way in ("seqscan", "indexscan")))
    )


def found(session: Session, ways: Ways, entities: Sequence[str] = ()) -> "Select[str, int, str]":
    """Return the query for the (entity, record id, text) of what fits.

    The order is the one in which the index gives the texts soonest.

    Args:
        session: the session.
        ways: alternatives, each the pieces that a text must all contain.
        entities: the index leaves out others by the references of these, as far as it can.
    """
    if is_sqlite(session):
        match = matches(ways, begins(entities))
        return by_index(FTS.c[INDEX].op("MATCH")(match)).where(exactly(ways))
    return select(*FOUND).where(contains(with_begin(ways, entities)))


def exactly_found(
    session: Session, ways: Ways, entities: Sequence[str], limit: int
) -> "Select[str, int, str]":
    """Return the query for what fits among what the viewers may see, by words that they may see."""
    wanted = found(session, ways, entities).where(among(entities))
    return wanted.where(*seen(session, entities, ways)).limit(limit)


def roughly_found(
    session: Session, ways: Ways, entities: Sequence[str]
) -> "tuple[Select[str, int, str], dict[str, Any]]":
    """Return the query that also finds texts with the trigrams of the pieces in another order.

    It is made once for each set of viewers and, on PostgreSQL, for each number of pieces. Its
    parameters are returned with it.
    """
    sight = visibility.of(session) if session.info.get("work") else ()
    if is_sqlite(session):
        return rough(tuple(entities), sight), {"match": matches(ways, begins(entities))}
    ways = with_begin(ways, entities)
    given = {f"piece{at}": escaped(piece) for at, piece in enumerate(chain(*ways))}
    return rough(tuple(entities), sight, tuple(map(len, ways))), given


@lru_cache(maxsize=512)
def at_most(wanted: "Select[str, int, str]") -> "Select[str, int, str]":
    """Return a query with `most` as a further parameter: the number of rows."""
    return wanted.limit(bindparam("most", type_=Integer)).execution_options(**{KEPT: True})


@lru_cache(maxsize=512)
def rough(
    entities: Sequence[str], sight: visibility.Sight, shape: Sequence[int] = ()
) -> "Select[str, int, str]":
    """Return the statement of `roughly_found`; without a shape it is that of SQLite.

    Args:
        entities: the table names of those wanted.
        sight: what the viewers may see.
        shape: how many pieces each of the ways has.
    """
    pieces = (bindparam(f"piece{place}", type_=String) for place in count())
    ways = [
        [SearchText.text.contains(piece, escape="/") for piece in islice(pieces, length)]
        for length in shape
    ]
    wanted = (
        select(*FOUND).where(or_(*(and_(true(), *way) for way in ways)))
        if shape
        else by_index(FTS.c[INDEX].op("MATCH")(bindparam("match", type_=String)))
    )
    limits = [each for slug in entities for each in shown(slug, sight)]
    return wanted.where(among(entities), *limits)


def by_index(match: ColumnElement[bool]) -> "Select[str, int, str]":
    """Return the query of SQLite for what the index finds, the newest first."""
    wanted = select(*FOUND).join(FTS, FTS.c.rowid == SearchText.id).where(match)
    return wanted.order_by(FTS.c.rowid.desc())


def with_begin(ways: Ways, entities: Sequence[str]) -> Ways:
    """Return the ways with the beginning of the texts of these entities as a further piece.

    With several ways and several entities there would be too many pairs to look for.
    """
    begin = begins(entities)
    narrow = begin if len(begin) == 1 or len(ways) == 1 else []
    return [[*([each] if each else []), *way] for each in narrow or [""] for way in ways]


def escaped(piece: str) -> str:
    """Return a piece as it is written in a pattern of LIKE, with / before what means more there."""
    return re.sub("([/%_])", r"/\1", piece)


def is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def begins(entities: Sequence[str]) -> list[str]:
    """Return the trigrams with which the texts of these entities begin.

    They begin with them because their references do. Return none if these are all the entities. To
    find that none of 300,000 activities with a word is a customer took SQLite 300 ms, now 1, and
    PostgreSQL 116, now 5.
    """
    if len(entities) == len(ENTITIES) or not all(slug in ENTITIES for slug in entities):
        return []
    return [f"{ENTITIES[slug].prefix.casefold()}-"[:TRIGRAM] for slug in entities]


def contains(ways: Ways) -> ColumnElement[bool]:
    """Return the condition on `SearchText` that fits one of the ways; PostgreSQL uses the index."""
    return or_(
        *(
            and_(true(), *(SearchText.text.contains(p, autoescape=True) for p in way))
            for way in ways
        )
    )


def matches(ways: Ways, begin: Sequence[str] = ()) -> str:
    """Return what MATCH of FTS5 is asked.

    With detail=none it knows single trigrams only; LIKE there crashes SQLite 3.40.

    Args:
        ways: alternatives, each the pieces that a text must all contain.
        begin: trigrams of which a text must have one in addition.
    """
    every = list(dict.fromkeys(tuple(trigrams(pieces)) for pieces in ways))
    shared = [each for each in every[0] if all(each in others for others in every)]
    rest = [[each for each in one if each not in shared] for one in every]
    parts = [*map(quoted, shared), *([any_of(rest)] if all(rest) else [])]
    return " AND ".join([*parts, *([any_of([[each] for each in begin])] if begin else [])])


def any_of(ways: Ways) -> str:
    """Return the query of FTS5 for texts with all trigrams of one of the ways."""
    return "(" + " OR ".join("(" + " AND ".join(map(quoted, way)) + ")" for way in ways) + ")"


def exactly(ways: Ways) -> ColumnElement[bool]:
    """Return the condition that looks into the text.

    The same trigrams in another order are another word.
    """
    return or_(*(and_(*(func.instr(SearchText.text, p) > 0 for p in pieces)) for pieces in ways))


def trigrams(pieces: Sequence[str]) -> list[str]:
    """Return trigrams that cover the pieces, each once.

    All trigrams would narrow down no further than they cost to read.
    """
    found = []
    for piece in pieces:
        last = len(piece) - TRIGRAM
        found += [piece[at : at + TRIGRAM] for at in (*range(0, last, TRIGRAM), last) if at >= 0]
    return list(dict.fromkeys(found))


def quoted(trigram: str) -> str:
    return '"' + trigram.replace('"', '""') + '"'


def slips(word: str, least: int = 2) -> list[list[str]]:
    """Return the pieces of a word that one slip leaves whole, for each place in the word.

    `jonson` may be ` jo` and `nson`. A slip is two letters swapped, a wrong letter or one too many,
    or one too few; where the pieces left by the first are too short to find anything by, those of
    the next are tried. The caller must compare what the texts found really contain. Numbers,
    references and addresses are taken literally.

    Args:
        word: the word.
        least: trigrams that must be left.
    """
    places = range(len(word)) if word.isalpha() else ()
    left = ([[f" {word[:at]}", word[at + lost :]] for lost in (2, 1, 0)] for at in places)
    found = (next((pieces for pieces in ways if telling(pieces, least)), None) for ways in left)
    return [[piece for piece in pieces if len(piece) >= TRIGRAM] for pieces in found if pieces]


def splits(word: str, cuts: int) -> list[list[str]]:
    """Return the pieces of a name that was written as one word, for each way to cut it.

    An example is ` van`, ` der` and ` berg`.
    """
    if not word.isalpha() or len(word) > LONGEST_JOINED:
        return []
    least = 2 if word.upper() != word else 1
    ways = [
        (0, *places, len(word))
        for places in combinations(range(least, len(word) - least + 1), cuts)
    ]
    apart = [way for way in ways if all(then - at >= least for at, then in pairwise(way))]
    found = [[f" {word[at:then]}" for at, then in pairwise(way)] for way in apart]
    return [pieces for pieces in found if trigrams(pieces)]


def splits_with_a_slip(word: str) -> list[list[str]]:
    """Return the pieces left by each way to cut a name when one piece holds the slip.

    Pieces that say too little are left out.
    """
    ways = [way for cuts in (1, 2) for way in splits(word, cuts)]
    left = [
        [piece for piece in way if piece is not lost and len(piece) > TRIGRAM]
        for way in ways
        for lost in way
    ]
    return [
        list(each) for each in dict.fromkeys(tuple(each) for each in left) if telling(each, TELLING)
    ]


def telling(pieces: Sequence[str], least: int = 2) -> bool:
    """Return whether pieces are long enough not to be in every other text."""
    return sum(len(piece) - TRIGRAM + 1 for piece in pieces if len(piece) >= TRIGRAM) >= least
