"""A viewer that was not decided sees nothing: whatever is asked for, by whatever door.

Tests say so with an error, where nobody decided who reads; in production the answer is empty.
"""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as some
from sqlalchemy import func, select

from handlers.core.executor import perform
from handlers.core.request import Request
from handlers.core.responses import Form, Home, Message
from handlers.core.router import Catalogue
from handlers.core.ui import cards, details
from handlers.notifications import report
from handlers.registry import ROUTERS
from models.analytics import dashboard
from models.core import context
from models.core.entity.base import ENTITIES, Entity
from models.core.errors import CRMError
from models.core.fields import Email, LongText, Text
from models.core.parsing.texts import clean
from models.core.permissions import policy
from models.core.search.query import (
    find_everywhere,
    find_records,
    list_records,
    suggestions,
)
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from models.exchange.exporter import export
from models.sales import pipeline
from models.support import open_cases
from tests.handlers.kit import begin_with
from tests.models.marks import THOROUGH, tried
from tests.samples import given_sample

pytestmark = pytest.mark.dialect
CATALOGUE = Catalogue(ROUTERS)
Found = list[object]
"""What somebody read."""


# ── the doors ─────────────────────────────────────────────────────────────────────────────────────


def listed(work: UnitOfWork, record: Entity, text: str) -> Found:
    page = list_records(work, type(record), text)
    counted = page.heading.startswith(("More than", *"123456789"))
    return [*page.records, *([page.heading] if counted else [])]


def filtered(work: UnitOfWork, record: Entity, text: str) -> Found:
    return [*find_records(work, type(record), "created <= today").records]


def worded(work: UnitOfWork, record: Entity, text: str) -> Found:
    return [*find_records(work, type(record), text).records]


def looked_up(work: UnitOfWork, record: Entity, text: str) -> Found:
    found: Found = []
    for named in (text, record.ref, record.title):
        try:
            found.append(work.lookup(record.slug(), named))
        except ValueError:
            continue
    return found


def named(work: UnitOfWork, record: Entity, text: str) -> Found:
    said = (work.name(record.slug(), record.id), str(record), record.spoken)
    return [each for each in said if each not in (context.HIDDEN, record.ref)]


def rendered(work: UnitOfWork, record: Entity, text: str) -> Found:
    drawn = cards.card(record, work, CATALOGUE)
    held = [cards.shown(record, work), *cards.texts(record, work, *record.fields()).items()]
    return [*filter(None, held), *told(record, str(drawn), cards.summary(record, work))]


def in_full(work: UnitOfWork, record: Entity, text: str) -> Found:
    line = CATALOGUE.command(f"more {record.ref}")
    drawn = [
        details.more(
            Request(work, CATALOGUE, replace(line, line=replace(line.line, flags={"tab": tab}))),
            record,
        )
        for tab in (details.OVERVIEW, details.TIMELINE, details.DETAIL)
    ]
    return [*policy.fields(work, record), *told(record, str(drawn))]


def reported(work: UnitOfWork, record: Entity, text: str) -> Found:
    rows = [*pipeline.by_stage(work), *open_cases.cases_by_priority(work)]
    mine = (dashboard.my_day(work, 5), dashboard.my_deals(work, 5), dashboard.my_cases(work, 5))
    said = report.report(work, CATALOGUE).text
    return [*rows, *filter(None, mine), *re.findall(r"[1-9]\d* deal|: [1-9]", said)]


def exported(work: UnitOfWork, record: Entity, text: str) -> Found:
    file = io.StringIO(newline="")
    count = export(work, type(record), file)
    return [count] if count else file.getvalue().splitlines()[1:]


def counted(work: UnitOfWork, record: Entity, text: str) -> Found:
    entity = type(record)
    columns = [entity.id, entity.title, func.count(entity.id)]
    return [each for column in columns for each in work.session.scalars(select(column)) if each]


def by_line(line: str) -> Callable[[UnitOfWork, Entity, str], Found]:
    """The answer to a line, as far as it tells anything of the record."""

    def door(work: UnitOfWork, record: Entity, text: str) -> Found:
        typed = line.format(noun=record.noun(), ref=record.ref, text=text or record.title)
        reply = perform(Request(work, CATALOGUE, CATALOGUE.command(typed)))
        blocks = reply.blocks if isinstance(reply, Message) else []
        view = reply.view if isinstance(reply, Form | Home) else {}
        offered = [each for each in ("show ", "more ") if f"{each}{record.ref}" in str(blocks)]
        return [*offered, *told(record, str(blocks) + str(view), but=typed)]

    return door


def told(record: Entity, *said: str, but: str = "") -> Found:
    """What texts tell of a record: its name, or what one of its fields holds; what was typed is
    nothing they tell.
    """
    kinds = record.fields().items()
    held = [getattr(record, name) for name, kind in kinds if type(kind) in (Text, LongText, Email)]
    name = " ".join(record.title.split()[:2])
    words = {str(each).partition("\n")[0] for each in (name, *held) if each} - {""}
    return [
        word
        for word in sorted(words)
        if word.casefold() not in but.casefold() and any(word in text for text in said)
    ]


DOORS = {
    "find": lambda work, record, text: [work.find(type(record), record.number)],
    "list": listed,
    "filter": filtered,
    "words": worded,
    "lookup": looked_up,
    "name": named,
    "picker": lambda work, record, text: [*suggestions(work, type(record), text)],
    "search": lambda work, record, text: [*find_everywhere(work, text)],
    "card": rendered,
    "more": in_full,
    "figures": reported,
    "export": exported,
    "columns": counted,
} | {
    line: by_line(line)
    for line in (
        "{ref}",
        "{noun} list",
        "{noun} list {text}",
        "{noun} find {text}",
        "{noun} show {text}",
        "find {text}",
        "find {ref}",
        "more {ref}",
        "history {ref}",
        "{ref} as of today",
        "{ref} as v1",
        "report",
        "home",
    )
}
TYPED = [
    "list",
    "words",
    "lookup",
    "picker",
    "search",
    *(line for line in DOORS if "{text" in line),
]
"""The doors at which people type something."""
UNNAMED = {("report", slug) for slug in ENTITIES.built_in()} | {("home", "user")}
"""What these doors tell of some entities is not by name."""
ACTING = {line for line in DOORS if "{" in line} | {"find", "export", "report", "home"}
"""The doors that ask who acts."""


# ── nobody ────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def undecided(work: UnitOfWork) -> Iterator[None]:
    decided = {name: work.session.info.pop(name) for name in ("viewers", "readers")}
    try:
        yield
    finally:
        work.session.info |= decided


@contextmanager
def unread(work: UnitOfWork) -> Iterator[None]:
    with policy.among(work.session, ()):
        yield


@contextmanager
def unasked(work: UnitOfWork) -> Iterator[None]:
    actor, work.actor = work.actor, None  # type: ignore[assignment]
    try:
        yield
    finally:
        work.actor = actor


@contextmanager
def forsaken(work: UnitOfWork) -> Iterator[None]:
    with unasked(work), undecided(work):
        yield


WAYS = {each.__name__: each for each in (undecided, unread, unasked, forsaken)}
"""In which nobody sees anything: nobody decided who reads; nobody reads; nobody asks; neither."""


ASKED = [
    (way, door, slug)
    for slug in ENTITIES.built_in()
    for door in DOORS
    for way in WAYS
    if (way != "unasked" or door in ACTING) and (door, slug) != ("home", "noun_word")
]
"""What nouns are called stands on every page, for everybody.

All of it is tried with HOSTILE=all; else a fifth, another one on each database.
"""


def fill(works: UnitOfWorkFactory) -> None:
    for entity in ENTITIES.built_in().values():
        if entity.slug() != "user":
            given_sample(works, entity)


@pytest.fixture
def filled(works: UnitOfWorkFactory) -> UnitOfWorkFactory:
    begin_with(works, "a sample of everything", lambda: fill(works))
    return works


@contextmanager
def opened(works: UnitOfWorkFactory) -> Iterator[tuple[UnitOfWork, dict[str, Entity]]]:
    """A unit of work of somebody who sees everything, who holds the last record of each entity."""
    with works("T1", "U_ADA", writes=False) as work:
        newest = (
            select(each).order_by(each.id.desc()).limit(1) for each in ENTITIES.built_in().values()
        )
        held = [work.session.scalars(statement).one() for statement in newest]
        yield work, {record.slug(): record for record in held}


def read(
    work: UnitOfWork,
    record: Entity,
    door: str,
    text: str,
    way: Callable[[UnitOfWork], AbstractContextManager[None]],
) -> Found:
    """What comes back; nothing where the answer is a refusal."""
    pieces = {"name": record.title, "word": record.title.split()[0], "ref": record.ref}
    try:
        with way(work):
            return DOORS[door](work, record, pieces.get(text, text))
    except (CRMError, ValueError):
        return []


TEXTS = some.one_of(
    some.sampled_from(["", "name", "word", "ref", "open", "mine", "created <= today", "sample"]),
    some.text(max_size=8).map(clean),
)


def test_somebody_reads_something_by_each_door(filled: UnitOfWorkFactory) -> None:
    """Or the tests below would prove nothing."""
    with opened(filled) as (work, held):
        silent = [
            (door, slug)
            for door in DOORS
            for slug, record in held.items()
            if (door, slug) not in UNNAMED
            and not any(
                read(work, record, door, text, nullcontext) for text in ("name", "word", "ref", "")
            )
        ]
    assert silent == []


def test_who_was_not_decided_reads_nothing_and_who_does_not_act_is_refused(
    filled: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "STRICT", False)
    asked = ASKED if THOROUGH else ASKED[filled.sqlite :: 5]
    with opened(filled) as (work, held):
        told = [
            (way, door, slug)
            for way, door, slug in asked
            if read(work, held[slug], door, "name", nullcontext)
            is not None  # who sees it was first
            and read(work, held[slug], door, "name", WAYS[way])
        ]
    assert told == []


def test_whatever_is_typed_who_was_not_decided_reads_nothing(
    filled: UnitOfWorkFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "STRICT", False)
    with opened(filled) as (work, held):

        @tried(400)
        @supposing(
            way=some.sampled_from([undecided, unread, forsaken]),
            door=some.sampled_from(TYPED),
            slug=some.sampled_from(list(ENTITIES.built_in())),
            text=TEXTS,
        )
        def every(way: Any, door: str, slug: str, text: str) -> None:
            assert read(work, held[slug], door, text, way) == []

        every()


def test_in_tests_it_is_an_error(filled: UnitOfWorkFactory) -> None:
    with opened(filled) as (work, held):
        told = [
            (door, slug, said)
            for door in DOORS
            for slug, record in held.items()
            if (said := said_in_tests(work, record, door)) != policy.UNDECIDED
        ]
    assert told == []


def said_in_tests(work: UnitOfWork, record: Entity, door: str) -> str:
    """The error of a door where nobody decided who reads; "" where there is none."""
    try:
        read(work, record, door, "ref", undecided)
    except AssertionError as error:
        return str(error)
    return ""
