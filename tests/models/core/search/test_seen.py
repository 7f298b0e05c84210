"""A filter, an order and a count tell nobody more than they see: over random companies, compared
with what plain Python finds in what each person sees.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from rapidfuzz.distance import OSA
from sqlalchemy import select, update

from models.core.entity.base import ENTITIES
from models.core.identity.user import User
from models.core.parsing.values import fold
from models.core.permissions import policy
from models.core.search import filter_fields, mentions
from models.core.search.filter_nodes import And, Node, Term, Word
from models.core.search.filter_parser import write
from models.core.search.full_text import FEW
from models.core.search.index import index
from models.core.search.list_groups import GROUPED
from models.core.search.query import (
    find_everywhere,
    find_records,
    heading,
    list_records,
    suggestions,
)
from models.core.unit_of_work import UnitOfWork, UnitOfWorkFactory
from tests.models import counting
from tests.models.companies import SEEN, stocked
from tests.models.filter_author import Author
from tests.models.filtering import Reading, Refused
from tests.models.plainly import Company, Eyes, everything
from tests.remembered import remembered

COMPANIES = int(os.environ.get("FILTERS", "0"))
"""How many companies are gone through whole, with about 2,000 comparisons each: FILTERS=11 for the
whole lot. By default a small part of one: each test has one of the databases, where half of the
people read.
"""
FILTERS, RECORDS, GROUPS = (20, 9, 3) if COMPANIES else (2, 7, 1)
ASKED = (*(entity.slug() for entity in SEEN), "user")
ALL = Term("created_at", ">=", "2020-01-01")
"""Fits everything: beside it a word is a filter, and no search."""


class Readers:
    """A company, and the people of it who read: each alone, and some together."""

    def __init__(self, works: UnitOfWorkFactory, seed: int) -> None:
        self.works, self.luck = works, random.Random(seed)
        self.company: Company = remembered(works, ("stocked", seed), lambda: company(works, seed))

    def each(
        self, writes: bool = False, everyone: bool = COMPANIES > 0
    ) -> Iterator[tuple[UnitOfWork, Eyes]]:
        people = [row["slack_id"] for row in self.company.rows["user"]]
        groups = [[person] for person in people] + [
            self.luck.sample(people, 3) for _ in range(GROUPS)
        ]
        for group in groups if everyone else groups[self.works.sqlite :: 2]:
            with self.works("T1", group[0], writes=writes) as work:
                there = {user.slack_id: user for user in everybody(work)}
                with policy.among(work.session, [there[person] for person in group]):
                    readers = [self.company.person(person) for person in group]
                    yield work, Eyes(self.company, readers, readers[0])


def company(works: UnitOfWorkFactory, seed: int) -> Company:
    roles = stocked(works, random.Random(f"company {seed}"), RECORDS)
    with works("T1", writes=False) as work:
        return everything(work, roles)


def everybody(work: UnitOfWork) -> list[User]:
    with policy.beyond(work.session):
        return list(work.session.scalars(select(User)))


@pytest.fixture(params=range(COMPANIES or 1))
def readers(works: UnitOfWorkFactory, request: pytest.FixtureRequest) -> Readers:
    return Readers(works, 2 * request.param + works.sqlite)


def found(work: UnitOfWork, slug: str, node: Node | str) -> tuple[list[int], str]:
    """The numbers of the records of the first page, in its order, and how its heading counts;
    refused or not.

    node: a filter, or what was typed after `list`.
    """
    try:
        if isinstance(node, str):
            page = list_records(work, ENTITIES[slug], node)
        else:
            page = find_records(work, ENTITIES[slug], write(node))
    except ValueError:
        return [], "refused"
    return [record.number for record in page.records], page.heading.partition(" ")[0]


def expected(eyes: Eyes, slug: str, node: Node) -> tuple[list[int], str]:
    """The same, of what they see."""
    try:
        fits = Reading(eyes, slug).fits(node)
    except Refused:
        return [], "refused"
    rows = [row for row in eyes.records(slug) if fits(row)]
    counted = heading(ENTITIES[slug], "a filter", len(rows), 1000)
    return [row["number"] for row in rows[:10]], counted.partition(" ")[0]


def test_a_filter_finds_orders_and_counts_just_what_it_fits_of_what_one_sees(
    readers: Readers,
) -> None:
    cases, asked = 0, ""
    for work, eyes in readers.each():
        for slug in ASKED:
            author = Author(readers.luck, eyes, slug)
            for _ in range(FILTERS):
                node = And((ALL, author.tree()))
                numbers, said = found(work, slug, node)
                assert (numbers, said) == expected(eyes, slug, node), (eyes.me["name"], write(node))
                cases, asked = cases + 1, asked + write(node)
    said_all = ("count(", " in (", " has ", ".", " empty") if COMPANIES else ()
    assert all(word in asked for word in said_all)
    assert cases >= (1900 if COMPANIES else 90)


def test_groups_count_and_add_up_just_what_one_sees(readers: Readers) -> None:
    """Whatever hidden field is asked for is no heading."""
    cases = 0
    for work, eyes in readers.each():
        for slug in ASKED:
            entity = ENTITIES[slug]
            kinds = entity.fields().items()
            names = [name for name, kind in kinds if isinstance(kind, GROUPED)]
            for name in readers.luck.sample(names, min(FILTERS, len(names))):
                rows = eyes.records(slug)
                held = Counter(row[name] for row in rows if row[name] not in (None, ""))
                try:
                    page = list_records(work, entity, f"group by {name.replace('_', ' ')}")
                except ValueError:
                    assert eyes.blind(slug, name)
                    continue
                assert not eyes.blind(slug, name)
                totals = sorted(group.total for group in page.groups)
                empty = len(rows) - sum(held.values())
                assert totals == sorted([*held.values(), *([empty] if empty else [])]), name
                cases += 1
    assert cases


def test_a_word_in_a_filter_finds_what_the_word_alone_finds(readers: Readers) -> None:
    """Alone it also finds what is nearly written so, where it finds few: by words that one sees as
    well.
    """
    for work, eyes in readers.each():
        for slug in ASKED:
            author = Author(readers.luck, eyes, slug)
            for word in [
                word for word in (author.word() for _ in range(FILTERS)) if is_searched_for(word)
            ]:
                seen, _ = expected(eyes, slug, Word(word))
                beside, _ = found(work, slug, And((ALL, Word(word))))
                alone, _ = found(work, slug, Word(word))
                assert set(beside) == set(seen) <= set(alone), (eyes.me["name"], slug, word)
                near = {
                    row["number"]
                    for row in eyes.records(slug)
                    if is_near(word, eyes.words(slug, row))
                }
                assert set(alone) <= (near if len(seen) < FEW else set(seen)), (
                    eyes.me["name"],
                    slug,
                    word,
                )


def test_the_words_of_a_list_find_what_their_filter_finds_of_what_one_sees(
    readers: Readers,
) -> None:
    """What is hidden from one who reads is no condition to them: its words are looked for like any
    others.
    """
    for work, eyes in readers.each():
        for slug in ASKED:
            author = Author(readers.luck, eyes, slug)
            for _ in range(FILTERS):
                text, node = author.words()
                wanted = expected(eyes, slug, And((ALL, node)))
                assert found(work, slug, f"{write(ALL)} {text}") == wanted, (
                    eyes.me["name"],
                    slug,
                    text,
                )


def test_what_is_hidden_makes_no_difference_to_what_is_told(readers: Readers) -> None:
    """Whatever is typed about fields that are hidden, it finds, counts, reads and refuses the same
    when these hold something else.
    """
    cases = 0
    for work, eyes in readers.each(writes=True, everyone=True):
        everything = Eyes(eyes.company, [admin := eyes.company.person("U_ADA")], admin)
        hidden = {entity.slug(): secrets(eyes, entity.slug()) for entity in SEEN}
        slugs = [slug for slug, names in hidden.items() if names]
        for slug in slugs if COMPANIES else slugs[: readers.luck.randrange(2)]:
            names, author = hidden[slug], Author(readers.luck, everything, slug)
            texts = [author.words()[0], *(text for name in names for text in author.about(name))]
            texts += [f"sort by {name.replace('_', ' ')}" for name in names]
            asked = [(slug, text) for text in texts]
            asked = readers.luck.sample(asked, min(len(asked), 2 * FILTERS))
            others = [each for name in names for each in author.from_elsewhere(name)]
            asked += readers.luck.sample(others, min(len(others), FILTERS))
            before = {each: told(work, *each) for each in asked}
            with work.session.begin_nested() as point:
                shuffle(work, slug, names)
                after = {each: told(work, *each) for each in asked}
                point.rollback()
            assert before == after, (eyes.me["name"], slug, names)
            cases += len(asked)
    assert cases


def secrets(eyes: Eyes, slug: str) -> list[str]:
    """The fields that are hidden from them, and that do not say whose a record is or whether it is
    deleted; one of a person's ways is primary whatever is shuffled.
    """
    entity = ENTITIES[slug]
    return sorted(
        eyes.hidden(slug) & entity.fields().keys() - {entity.part_of, "deleted_at", "primary"}
    )


def told(work: UnitOfWork, slug: str, text: str) -> object:
    """All that is said to who types this after `list`, after `find`, in a picker, and in a
    sentence.
    """
    said: list[object] = []
    try:
        page = list_records(work, ENTITIES[slug], text)
        said += [[record.number for record in page.records], page.heading, page.note, page.sums]
    except ValueError as error:
        said.append(str(error))
    said.append([record.ref for record in find_everywhere(work, text)])
    said.append([record.number for record in suggestions(work, ENTITIES[slug], text)])
    said.append([record.ref for record in mentions.named_in(work, text, [ENTITIES[slug]])])
    return said


def shuffle(work: UnitOfWork, slug: str, names: Sequence[str]) -> None:
    """Let each record hold in these fields what the one after it holds, and the index know."""
    table, session = ENTITIES[slug].__table__, work.session
    columns = [table.c[name] for name in names]
    rows = (
        session.connection()
        .execute(select(table.c.id, *columns).where(table.c.workspace == "T1"))
        .all()
    )
    for row, other in zip(rows, [*rows[1:], *rows[:1]], strict=True):
        values = dict(zip(columns, other[1:], strict=True))
        session.connection().execute(update(table).where(table.c.id == row[0]).values(values))
    session.expire_all()
    with policy.beyond(session):
        index(
            work, session.scalars(select(ENTITIES[slug]).execution_options(with_deleted=True)).all()
        )


def is_searched_for(word: str) -> bool:
    """Whether a word is no number, and no condition such as open."""
    return word.isalpha() and fold(word) not in filter_fields.SHORTCUTS


def is_near(word: str, words: str) -> bool:
    """Whether a text holds a word, or one that is or begins as two slips of a finger make of it."""
    word = fold(word)
    begins = (begin for each in words.split() for begin in (each, each[: len(word)]))
    return word in words or any(OSA.distance(word, begin) <= 2 for begin in begins)


def test_figures_and_lists_count_and_order_just_what_one_sees(readers: Readers) -> None:
    for work, eyes in readers.each():
        assert counting.told(work) == counting.expected(eyes), eyes.me["name"]
        for slug in ASKED:
            newest = [row["number"] for row in eyes.records(slug)]
            assert [record.number for record in suggestions(work, ENTITIES[slug], "")] == newest
